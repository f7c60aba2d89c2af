"""YAML to networks: names, blocks, expressions, joins, limits, and every refusal word by word."""

from __future__ import annotations

import ast
import re
import tempfile
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import pytest
import yaml
from hypothesis import given, settings

import clock
import convcalc.layers
import convcalc.network
import strategies
from convcalc.errors import ConvcalcError, SpecError, SpecErrors, UsageError
from convcalc.interop.load import loads as loads_any
from convcalc.interop.load import opened as opened_any
from convcalc.layers import Layer, every
from convcalc.network.expression import Expression, ExpressionError
from convcalc.network.find import bundled_names, find
from convcalc.network.load import MAX_FILES, load, loads, opened
from convcalc.network.network import Network, Node
from convcalc.network.parameters import Setting
from convcalc.network.yaml_source import MAX_BYTES, MAX_DEPTH, MAX_MARKS, greatest_depth, read

BAD = Path(__file__).parent / "bad_specs"
BAD_NAMES = sorted(path.stem for path in BAD.glob("*.yaml"))
KINDS = every()


# --------------------------------------------------------------------------- refusals


def refusal(name: str) -> ConvcalcError:
    """The error of one bad file, from its folder."""
    try:
        load(f"{name}.yaml").walk()
    except ConvcalcError as error:
        return error
    pytest.fail(f"{name}.yaml is not refused")


@pytest.mark.parametrize("name", BAD_NAMES)
def test_a_bad_spec_is_refused_in_these_words_and_pointed_at(
    name: str, overwrite: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(BAD)
    error = refusal(name)
    said = f"{error}\n"
    expected = BAD / f"{name}.err"
    if overwrite:
        expected.write_text(said, encoding="utf-8")
    assert expected.exists(), (
        f"{expected} is missing; run pytest --overwrite and read what it wrote"
    )
    assert said == expected.read_text(encoding="utf-8")
    assert isinstance(error, SpecError)
    for problem in error.problems:
        assert_points_at_its_place(problem)


def test_each_expected_message_has_its_spec() -> None:
    assert sorted(path.stem for path in BAD.glob("*.err")) == BAD_NAMES


def assert_points_at_its_place(error: SpecError) -> None:
    """*Where: what is wrong; what to do*, then the line of the file and a caret under the column."""
    first, *rest = str(
        SpecError(error.path, error.line, error.column, error.what, error.text)
    ).split("\n")
    assert re.search(r"; |such as|must be true or false", first), first
    if not error.line:
        assert not rest
        return
    assert first.startswith(f"{error.path}:{error.line}:{error.column}: ")
    text = Path(find(error.path)).read_bytes().decode()
    line = re.split(r"\r\n|\n", text)[error.line - 1]
    assert line == error.text
    assert 1 <= error.column <= len(line) + 1
    shown, caret = rest
    assert caret == " " * (len(caret) - 1) + "^"
    if line.isascii() and line.isprintable() and error.column <= len(line):
        assert shown[2:] in line
        assert shown[len(caret) - 1] == line[error.column - 1]


def raises(path: Path) -> Iterator[range]:
    """The lines of each statement in a module that refuses something."""
    for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(function, ast.FunctionDef):
            continue
        if path.parent.name == "layers" and not function.name.startswith("check"):
            continue
        for node in ast.walk(function):
            raised = isinstance(node, ast.Raise) and node.exc is not None
            if raised and ast.unparse(node.exc) == "LostError":  # type: ignore[attr-defined]
                continue  # for consequences of an error
            if raised or (
                isinstance(node, ast.Call)
                and ast.unparse(node.func).endswith((".refuse", "_refuse_option"))
            ):
                first, last = node.lineno, node.end_lineno  # type: ignore[attr-defined]
                yield range(first, last + 1)


def reached(error: BaseException | None) -> Iterator[tuple[str, int]]:
    """The lines that an error and its causes passed through."""
    while error:
        if isinstance(error, SpecErrors):
            for problem in error.problems:
                yield from reached(problem)
        trace = error.__traceback__
        while trace:
            yield trace.tb_frame.f_code.co_filename, trace.tb_lineno
            trace = trace.tb_next
        error = error.__context__


def unreadable() -> None:
    read("/nowhere/at/all")


TWO_INPUTS = "{input: {image: [3, 8, 8], mask: [1, 8, 8]}, layers: [relu]}"


def many_files() -> None:
    """A network with too many files."""
    with tempfile.TemporaryDirectory() as folder:
        layers = []
        for number in range(MAX_FILES + 1):
            path = Path(folder) / f"{number}.yaml"
            path.write_text("{input: [1], layers: [relu]}", encoding="utf-8")
            layers.append({"network": str(path)})
        loads(yaml.safe_dump({"input": [1], "layers": layers}))


OTHER_REFUSALS: list[Callable[[], Any]] = [
    unreadable,
    lambda: loads(b"x" * (MAX_BYTES + 1)),
    lambda: load("lenet5", parameters={"width": 1}),
    lambda: load("lenet5", parameters=["width"]),  # type: ignore[arg-type]
    lambda: load("lenet5", max_layers="many"),
    lambda: loads(3),  # type: ignore[arg-type]
    lambda: load(".."),
    lambda: load("extends_bad_file.yaml", within="layers"),
    lambda: load("vgg16", parameters={"classes": 0.5}),
    lambda: load("vgg16", input=(1, 3, 224, 224)),
    lambda: load("vgg16", input={"image": (3, 224, 224)}),
    lambda: loads("layers: [relu]", input={"image": (3, 8, 8)}),
    lambda: loads(TWO_INPUTS, input=(3, 8, 8)),
    lambda: load("network_outside.dat", within="layers"),
    lambda: load("vgg16\0"),
    many_files,
    lambda: loads("- " * MAX_MARKS + "-"),
    lambda: Expression("$wide").value({"width": 1}),
    lambda: load("vgg16", parameters={"classes": True}),
    lambda: load("vgg16", parameters={"classes": Setting("ten", "--set classes")}),
    lambda: load("vgg16", parameters={"classes": Setting("", "--set classes")}),
    lambda: load("vgg16", parameters={"classes": Setting("[1, ", "--set classes")}),
    lambda: load("vgg16", parameters={"classes": Setting("1/0", "--set classes")}),
    lambda: load("vgg16", parameters={"classes": []}),
    lambda: loads_any(b"extends: of_another_tool.dat", path="net.yaml"),
    lambda: loads_any(b"input: [2, 8, 8]\nlayers: [network: of_another_tool.dat]", path="net.yaml"),
    lambda: loads_any(
        b"input: [1, 8, 8]\nlayers: [network: of_another_tool.dat]", path="net.yaml", max_layers=1
    ),
]


@pytest.mark.unmeasured
def test_every_refusal_in_the_code_is_met_by_a_bad_spec(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(BAD)
    lines: set[tuple[str, int]] = set()
    for name in BAD_NAMES:
        lines.update(reached(refusal(name)))
    for call in OTHER_REFUSALS:
        with pytest.raises((ConvcalcError, ExpressionError)) as caught:
            call()
        lines.update(reached(caught.value))
    names = (
        *("yaml_source", "plan", "expand", "load", "expression"),
        *("find", "inputs", "outputs", "graph_plan", "graph_expand"),
        *("blocks", "loops", "parameters", "template"),
    )
    modules = [Path(convcalc.network.__path__[0]) / f"{name}.py" for name in names]
    modules += [
        path
        for path in Path(convcalc.layers.__path__[0]).glob("*.py")
        if path.stem not in ("rf", "values")
    ]
    missed = [
        f"{path.name}:{site.start}"
        for path in modules
        for site in raises(path)
        if not any((str(path), line) in lines for line in site)
    ]
    assert missed == []


# -------------------------------------------------------------------------------------- names


def network(layers: str, *, head: str = "input: [4, 8, 8]", **options: Any) -> Network:
    """A network from the text of its layers, one per line."""
    return loads(f"{head}\nlayers:\n{layers}", **options)


def names(layers: str, *, head: str = "input: [4, 8, 8]", **options: Any) -> list[str]:
    return [node.name for node in network(layers, head=head, **options).nodes]


BLOCK = """
input: [4, 8, 8]
blocks:
  unit:
    layers: [batchnorm, relu]
"""


def test_layers_are_named_by_kind_and_number() -> None:
    assert names("- relu\n- batchnorm\n- relu") == ["relu1", "batchnorm1", "relu2"]


def test_a_kind_that_ends_in_a_digit_gets_a_joint() -> None:
    assert names("- relu6\n- relu6") == ["relu6_1", "relu6_2"]


def test_automatic_names_step_around_given_ones() -> None:
    assert names("- relu\n- relu: {name: relu1}\n- relu") == ["relu2", "relu1", "relu3"]


def test_automatic_names_step_around_names_given_inside_joins_and_unnamed_repeats() -> None:
    text = "- relu\n- add: [[{relu: {name: relu1}}], []]\n- repeat: 1\n  layers: [{relu: {name: relu2}}]"
    assert names(text) == ["relu3", "relu1", "add1", "relu2"]


def test_a_section_opens_a_scope_with_its_own_numbers() -> None:
    text = "- relu\n- name: stage\n  layers: [relu, relu]\n- relu"
    assert names(text) == ["relu1", "stage.relu1", "stage.relu2", "relu2"]


def test_sections_lie_inside_sections() -> None:
    text = "- name: a\n  layers:\n    - name: b\n      layers: [relu]"
    assert names(text) == ["a.b.relu1"]


def test_a_block_at_the_top_is_numbered_by_its_own_name() -> None:
    assert names("- unit\n- unit", head=BLOCK) == [
        *("unit1.batchnorm1", "unit1.relu1"),
        *("unit2.batchnorm1", "unit2.relu1"),
    ]


def test_a_block_in_a_section_is_a_number() -> None:
    text = "- name: stage\n  layers: [unit, relu, unit]"
    assert names(text, head=BLOCK) == [
        *("stage.1.batchnorm1", "stage.1.relu1", "stage.relu1"),
        *("stage.2.batchnorm1", "stage.2.relu1"),
    ]


def test_a_named_block_keeps_its_name() -> None:
    assert names("- unit: {name: stem}", head=BLOCK) == ["stem.batchnorm1", "stem.relu1"]


def test_an_unnamed_repeat_counts_on_as_if_it_were_copied() -> None:
    assert names("- relu\n- repeat: 2\n  layers: [relu, batchnorm]") == [
        *("relu1", "relu2", "batchnorm1", "relu3", "batchnorm2")
    ]


def test_the_turns_of_a_named_repeat_are_scopes() -> None:
    text = "- repeat: 2\n  name: stage\n  layers: [relu, batchnorm]"
    assert names(text) == [
        *("stage.1.relu1", "stage.1.batchnorm1", "stage.2.relu1", "stage.2.batchnorm1")
    ]


def test_a_block_alone_in_a_named_repeat_adds_no_level() -> None:
    text = "- repeat: 2\n  name: stage\n  layers: [unit]"
    assert names(text, head=BLOCK) == [
        *("stage.1.batchnorm1", "stage.1.relu1", "stage.2.batchnorm1", "stage.2.relu1")
    ]


def test_paths_of_a_join_are_numbered_in_the_scope_around_it() -> None:
    text = "- name: s\n  layers:\n    - relu\n    - add: [[relu], [relu, relu]]\n    - relu"
    assert names(text) == ["s.relu1", "s.relu2", "s.relu3", "s.relu4", "s.add1", "s.relu5"]


def test_the_same_name_may_stand_in_two_scopes() -> None:
    text = "- name: a\n  layers: [{relu: {name: act}}]\n- name: b\n  layers: [{relu: {name: act}}]"
    assert names(text) == ["a.act", "b.act"]


def test_a_repeat_of_none_leaves_nothing_and_no_name() -> None:
    assert names("- relu\n- repeat: 0\n  name: gone\n  layers: [relu]\n- relu") == [
        *("relu1", "relu2")
    ]


def test_a_given_name_with_a_dot_may_meet_a_scope() -> None:
    assert names("- relu: {name: a.relu1}\n- name: a\n  layers: [relu]") == ["a.relu1", "a.relu2"]
    with pytest.raises(SpecError, match=r"the name 'a\.relu1' is used twice"):
        network("- name: a\n  layers: [relu]\n- relu: {name: a.relu1}")


def test_blocks_tell_which_nodes_belong_together() -> None:
    text = "- name: s\n  layers:\n    - relu\n    - unit\n- repeat: 2\n  layers: [relu, batchnorm]"
    found = network(text, head=BLOCK).blocks
    assert [(b.name, b.start, b.stop, b.depth) for b in found] == [
        *(("s", 0, 3, 0), ("s.1", 1, 3, 1)),
        *(("", 3, 5, 0), ("", 5, 7, 0)),
    ]


# ------------------------------------------------------------- the inputs of layers


def inputs(layers: str, *, head: str = "input: [4, 8, 8]") -> dict[str, list[str]]:
    """Each node with the names of its inputs."""
    nodes = network(layers, head=head).nodes
    return {node.name: ["input" if i < 0 else nodes[i].name for i in node.inputs] for node in nodes}


def test_a_layer_reads_the_one_before_it() -> None:
    assert inputs("- relu\n- tanh") == {"relu1": ["input"], "tanh1": ["relu1"]}


def test_each_path_of_a_join_starts_where_the_join_stands() -> None:
    assert inputs("- relu\n- add: [[tanh, elu], [gelu], []]\n- silu") == {
        "relu1": ["input"],
        "tanh1": ["relu1"],
        "elu1": ["tanh1"],
        "gelu1": ["relu1"],
        "add1": ["elu1", "gelu1", "relu1"],
        "silu1": ["add1"],
    }


def test_joins_lie_inside_joins() -> None:
    text = "- concat: [[tanh, {add: [[elu], []]}], [{multiply: {name: gate, paths: [[], [gelu]]}}]]"
    assert inputs(text) == {
        "tanh1": ["input"],
        "elu1": ["tanh1"],
        "add1": ["elu1", "tanh1"],
        "gelu1": ["input"],
        "gate": ["input", "gelu1"],
        "concat1": ["add1", "gate"],
    }


def test_from_goes_on_from_an_earlier_layer() -> None:
    assert inputs("- relu: {name: skip}\n- tanh\n- concat: [[], [{from: skip}]]") == {
        "skip": ["input"],
        "tanh1": ["skip"],
        "concat1": ["tanh1", "skip"],
    }


def test_from_input_goes_on_from_the_networks_input() -> None:
    assert inputs("- relu\n- from: input\n- tanh") == {"relu1": ["input"], "tanh1": ["input"]}


def test_from_leads_to_the_last_layer_of_a_section_a_block_or_a_repeat() -> None:
    text = (
        "- name: s\n  layers: [relu, tanh]\n- unit: {name: b}\n"
        "- repeat: 2\n  name: r\n  layers: [elu]\n"
        "- concat: [[{from: s}], [{from: b}], [{from: r}], [{from: r.1}]]"
    )
    assert inputs(text, head=BLOCK)["concat1"] == ["s.tanh1", "b.relu1", "r.2.elu1", "r.1.elu1"]


def test_from_looks_in_its_own_scope_first_then_from_the_top() -> None:
    text = (
        "- relu: {name: a}\n- relu: {name: b}\n- name: s\n  layers:\n"
        "    - relu: {name: a}\n    - concat: [[{from: a}], [{from: b}]]"
    )
    assert inputs(text)["s.concat1"] == ["s.a", "b"]


def test_like_makes_another_layer_an_input() -> None:
    text = "- maxpool: {name: small, kernel_size: 2}\n- from: input\n- crop: {like: small}"
    assert inputs(text)["crop1"] == ["input", "small"]
    assert network(text).walk()["crop1"].output == (4, 4, 4)


# ------------------------------------------------------------------- parameters, expressions


CONVS = "- conv: {out_channels: $width, kernel_size: [2*$k + 1, $k], padding: [[$k, 0], 1]}"


def option(layers: str, name: str, *, head: str, **options: Any) -> list[Any]:
    """One option of each layer."""
    return [getattr(n.layer, name) for n in network(layers, head=head, **options).nodes]


def test_expressions_stand_in_options_and_lists() -> None:
    head = "input: [4, 8, 8]\nparameters: {width: 16, k: 1}"
    (layer,) = [node.layer for node in network(CONVS, head=head).nodes]
    assert isinstance(layer, KINDS["conv"])
    assert {f.name: getattr(layer, f.name) for f in fields(layer)} == {
        **defaults("conv"),
        "out_channels": 16,
        "kernel_size": (3, 1),
        "padding": ((1, 0), 1),
    }


def defaults(kind: str) -> dict[str, Any]:
    return {f.name: f.default for f in fields(KINDS[kind]) if f.default is not MISSING}


def test_expressions_stand_in_repeat_and_input() -> None:
    head = "parameters: {depth: 2, side: 5}\ninput: [1, 2*$side, $side // 2]"
    found = network("- repeat: $depth + 1\n  layers: [relu]", head=head)
    assert found.input == (1, 10, 2)
    assert len(found.nodes) == 3


def test_set_changes_parameters_and_says_so() -> None:
    head = "input: [4, 8, 8]\nparameters: {width: 16, k: 1}"
    assert option(CONVS, "out_channels", head=head, parameters={"width": 7}) == [7]
    assert not network(CONVS, head=head).changed
    assert network(CONVS, head=head, parameters={"width": 7}).changed


def test_set_refuses_what_the_file_does_not_have() -> None:
    with pytest.raises(UsageError) as caught:
        load("resnet50", parameters={"clases": 10})
    assert str(caught.value).endswith("no parameter 'clases'; did you mean 'classes'?")
    with pytest.raises(UsageError, match="no parameter 'width'; it has none"):
        network("- relu", parameters={"width": 1})


def test_another_input_replaces_the_files_and_says_so() -> None:
    found = network("- relu", input=(1, 3, 3))
    assert (found.input, found.changed) == ((1, 3, 3), True)
    assert not network("- relu", input=(4, 8, 8)).changed


@pytest.mark.parametrize(
    ("shape", "way_out"),
    [((1, 4, 8, 8), "leave the batch out"), ((8, 8), "give the channels and every axis")],
)
def test_another_input_keeps_the_number_of_axes(shape: tuple[int, ...], way_out: str) -> None:
    with pytest.raises(UsageError, match=f"the file's own 4×8×8 has 3; {way_out}"):
        network("- relu", input=shape)


def test_programs_may_give_what_stands_for_numbers_and_shapes() -> None:
    np = pytest.importorskip("numpy")
    found = load("vgg16", parameters={"classes": np.int64(10)}, input=[3, 64, 64])  # type: ignore[arg-type]
    assert found.input == (3, 64, 64)
    assert found.walk().steps[-1].output == (10,)


def test_programs_are_told_what_is_no_number() -> None:
    with pytest.raises(UsageError) as caught:
        load("vgg16", parameters={"classes": "10"})
    assert str(caught.value) == "parameter classes must be a whole number, but is '10'; write 10"


def test_a_file_without_an_input_takes_one() -> None:
    assert network("- relu", head="name: x", input=(1, 3)).walk()["relu1"].output == (1, 3)


UNITS = """
input: [4, 8, 8]
parameters: {base: 8}
blocks:
  outer:
    parameters: {width: $base, twice: 2*$width, kernel: 1}
    layers:
      - inner: {width: $twice}
      - inner: {width: $width + $kernel}
  inner:
    parameters: [width]
    layers:
      - conv: {out_channels: $width, kernel_size: 1}
"""


def test_block_parameters_have_defaults_that_may_use_those_before_them() -> None:
    assert option("- outer", "out_channels", head=UNITS) == [16, 9]
    assert option("- outer: {width: 5}", "out_channels", head=UNITS) == [10, 6]
    assert option("- outer: {width: 5, twice: 3}", "out_channels", head=UNITS) == [3, 6]
    assert option("- outer: {twice: $base * 10}", "out_channels", head=UNITS) == [80, 9]


def test_blocks_see_the_files_parameters_as_they_are_set() -> None:
    assert option("- outer", "out_channels", head=UNITS, parameters={"base": 3}) == [6, 4]


def test_a_block_does_not_see_the_parameters_of_the_block_that_uses_it() -> None:
    text = (
        "input: [4, 8, 8]\nblocks:\n  outer:\n    parameters: [width]\n    layers: [inner]\n"
        "  inner:\n    layers: [{conv: {out_channels: $width, kernel_size: 1}}]\n"
    )
    with pytest.raises(SpecError, match=r"no parameter \$width here"):
        network("- outer: {width: 3}", head=text)


def test_blocks_may_use_blocks_that_stand_further_down() -> None:
    head = "input: [4, 8, 8]\nblocks:\n  a: {layers: [b, b]}\n  b: {layers: [relu]}\n"
    assert names("- a", head=head) == ["a1.b1.relu1", "a1.b2.relu1"]


def test_true_and_false_are_read_in_pythons_and_yamls_spelling() -> None:
    text = "- batchnorm: {affine: True}\n- batchnorm: {affine: false}\n- batchnorm: {affine: FALSE}"
    assert option(text, "affine", head="input: [4, 8, 8]") == [True, False, False]


def test_options_may_be_left_empty() -> None:
    assert names("- relu:\n- relu: {}\n- relu: null") == ["relu1", "relu2", "relu3"]


# --------------------------------------------------------------------------- files and extends


@pytest.fixture
def folder(tmp_path: Path) -> Callable[..., Path]:
    """Write files into a separate folder: ``folder(base="…")`` makes base.yaml."""

    def write(**files: str) -> Path:
        for name, text in files.items():
            (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
        return tmp_path

    return write


BASE = """
name: Base
source: the book
parameters: {width: 8, depth: 2}
input: [3, 8, 8]
blocks:
  unit:
    parameters: [width]
    layers: [{conv: {out_channels: $width, kernel_size: 1}}]
layers:
  - repeat: $depth
    layers: [{unit: {width: $width}}]
expect: {params: 104}
"""


def test_extends_takes_over_everything_but_the_name_and_what_was_expected(
    folder: Callable[..., Path],
) -> None:
    path = folder(base=BASE, child="extends: base.yaml\nparameters: {depth: 1}\n")
    found = load(str(path / "child.yaml"))
    assert (found.name, found.source, found.input) == ("child", "the book", (3, 8, 8))
    assert found.expect == {}
    assert [n.name for n in found.nodes] == ["unit1.conv1"]
    assert not found.changed


def test_the_extending_file_has_the_last_word(folder: Callable[..., Path]) -> None:
    path = folder(
        base=BASE,
        child="extends: base.yaml\nname: Child\nsource: me\ninput: [1, 4, 4]\nlayers: [relu]\nexpect: {params: 0}",
    )
    found = load(str(path / "child.yaml"))
    assert (found.name, found.source, found.input) == ("Child", "me", (1, 4, 4))
    assert found.expect == {"params": 0}
    assert [n.name for n in found.nodes] == ["relu1"]


def test_extends_goes_on_over_several_files(folder: Callable[..., Path]) -> None:
    path = folder(
        base=BASE,
        middle="extends: base.yaml\nparameters: {width: 5}\n",
        child="extends: middle.yaml\nparameters: {depth: 3}\n",
    )
    found = load(str(path / "child.yaml"))
    assert [n.layer.out_shape((3, 8, 8))[0] for n in found.nodes] == [5, 5, 5]


def test_set_reaches_the_parameters_of_the_extended_file(folder: Callable[..., Path]) -> None:
    path = folder(base=BASE, child="extends: base.yaml\n")
    found = load(str(path / "child.yaml"), parameters={"depth": 4})
    assert len(found.nodes) == 4


def test_a_block_defined_anew_is_used_by_the_extended_files_layers(
    folder: Callable[..., Path],
) -> None:
    child = (
        "extends: base.yaml\nblocks:\n  unit:\n    parameters: {width: null, more: 1}\n"
        "    layers: [{linear: {out_features: $width + $more}}]\ninput: [3]\n"
    )
    path = folder(base=BASE, child=child)
    found = load(str(path / "child.yaml"))
    assert [n.layer.out_shape((3,)) for n in found.nodes] == [(9,), (9,)]


def test_the_extended_file_is_looked_up_beside_the_file_then_in_the_bundle(
    folder: Callable[..., Path],
) -> None:
    path = folder(lenet5=BASE, near="extends: lenet5.yaml\n", far="extends: vgg16\n")
    assert load(str(path / "near.yaml")).source == "the book"
    assert len(load(str(path / "far.yaml")).nodes) == len(load("vgg16").nodes)


def test_a_file_named_without_its_suffix_is_pointed_out(folder: Callable[..., Path]) -> None:
    path = folder(base=BASE, child="extends: base\n")
    with pytest.raises(SpecError, match=r"did you mean 'base\.yaml'\?"):
        load(str(path / "child.yaml"))


def test_an_error_in_the_extended_file_names_that_file(folder: Callable[..., Path]) -> None:
    path = folder(base="input: [1, 2, 2]\nlayers: [rellu]\n", child="extends: base.yaml\n")
    with pytest.raises(SpecError) as caught:
        load(str(path / "child.yaml"))
    assert (caught.value.path, caught.value.line) == (str(path / "base.yaml"), 2)


@pytest.mark.parametrize("spelt", ["vgg16", "vgg16.yaml"])
def test_a_bundled_network_is_found_from_anywhere(
    spelt: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "vgg16").mkdir()
    assert load(spelt).name == "VGG-16 (D)"


# ------------------------------------------------------------------------------------- expect


EXPECTING = "input: [3, 8, 8]\nlayers: [{conv: {out_channels: 2, kernel_size: 3}}, relu]\n"


def expected_notes(expect: str, **options: Any) -> list[str]:
    notes = loads(f"{EXPECTING}expect: {expect}", **options).walk().notes
    return [note for note in notes if note.startswith("expect")]


def test_an_expectation_that_is_met_is_not_mentioned() -> None:
    # params 3·3·3·2 + 2 = 56, macs 54·6·6 = 1944
    text = "{params: 56, macs: 1944, flops: 3888, buffers: 0, layers: 2, rf_size: 3, source: me}"
    assert expected_notes(text) == []


def test_an_expectation_that_is_not_met_is_said_with_both_numbers() -> None:
    assert expected_notes("{params: 57, macs: 1_0}".replace("1_0", "1000000")) == [
        "expect: params should be 57 but is 56",
        "expect: macs should be 1,000,000 but is 1,944",
    ]


def test_rf_at_names_where_the_receptive_field_is_expected() -> None:
    assert expected_notes("{rf_size: 3, rf_at: conv1}") == []
    assert expected_notes("{rf_size: 5, rf_at: relu1}") == ["expect: rf_size should be 5 but is 3"]
    assert expected_notes("{rf_size: 3, rf_at: conv2}") == [
        "expect: rf_at names no layer or block: 'conv2'"
    ]


def test_expectations_are_not_checked_once_something_was_changed() -> None:
    assert expected_notes("{params: 1}", input=(5, 9, 9)) == []


# ------------------------------------------------------------------------------------- limits

LIMIT = 1000
OVER = {
    "nested repeats": "- repeat: 100000\n  layers: [{repeat: 100000, layers: [{repeat: 100000, layers: [relu]}]}]",
    "repeats of nothing": "- repeat: 100000\n  layers: [{repeat: 100000, layers: [{repeat: 100000, layers: []}]}]",
    "named repeats": "- repeat: 999999999999\n  name: x\n  layers: [{repeat: 999999999999, name: y, layers: [relu]}]",
    "empty sections": "- repeat: 999999999999\n  name: x\n  layers: [{name: y, layers: []}]",
    "joins of empty paths": "- repeat: 900\n  layers: [{add: [" + "[], " * 900 + "[]]}]",
    "doubling blocks": "- block0",
    "doubling aliases": "- *list40",
    "doubling joins": "- *join40",
}
HEADS = {
    "doubling blocks": "blocks:\n"
    + "".join(f"  block{i}: {{layers: [block{i + 1}, block{i + 1}]}}\n" for i in range(30))
    + "  block30: {layers: [relu]}",
    "doubling aliases": "blocks:\n  first: {layers: &a0 [relu, relu]}\n"
    + "".join(
        f"  b{i}: {{layers: &a{i} [&list{i} {{repeat: 1, layers: *a{i - 1}}}, *list{i}]}}\n"
        for i in range(1, 41)
    ),
    "doubling joins": "blocks:\n  first: {layers: &a0 [relu, relu]}\n"
    + "".join(
        f"  b{i}: {{layers: &a{i} [&join{i} {{add: [*a{i - 1}, *a{i - 1}]}}, *join{i}]}}\n"
        for i in range(1, 41)
    ),
}


@pytest.mark.parametrize("case", OVER)
@pytest.mark.unmeasured
def test_a_network_that_grows_without_end_is_refused_before_it_fills_the_memory(case: str) -> None:
    head = f"input: [4, 8, 8]\n{HEADS.get(case, '')}"
    tracemalloc.start()
    start = clock.seconds()
    try:
        with pytest.raises(
            SpecError, match=r"too many for 1,000 layers|has more than 1,000 layers"
        ):
            network(OVER[case], head=head, max_layers=LIMIT)
        assert tracemalloc.get_traced_memory()[1] < 20e6
        assert clock.seconds() - start < 5
    finally:
        tracemalloc.stop()


def test_as_many_layers_as_allowed_are_allowed() -> None:
    text = "- repeat: 10\n  layers: [relu, tanh]"
    assert len(network(text, max_layers=20).nodes) == 20
    with pytest.raises(SpecError, match="has more than 19 layers"):
        network(text, max_layers=19)


def test_layers_with_equal_options_are_one_object() -> None:
    text = (
        "- repeat: 3\n  layers: [{conv: {out_channels: 4, kernel_size: 3, padding: 1}}]\n"
        "- conv: {padding: 1, out_channels: 4, kernel_size: 3}\n"
        "- unit: {width: 4}\n- unit: {width: 4}\n- unit: {width: 5}"
    )
    head = (
        "input: [4, 8, 8]\nblocks:\n  unit:\n    parameters: [width]\n"
        "    layers: [{conv: {out_channels: $width, kernel_size: 1}}]"
    )
    found = [node.layer for node in network(text, head=head).nodes]
    assert found[0] is found[1] is found[2]
    assert found[4] is found[5]
    assert found[6] is not found[5]


def test_layers_behind_aliases_are_read_once_and_used_as_often_as_they_stand_there() -> None:
    text = "- name: a\n  layers: &same [relu, {conv: &o {out_channels: 4, kernel_size: 1}}]\n- name: b\n  layers: *same\n- conv: *o"
    assert names(text) == ["a.relu1", "a.conv1", "b.relu1", "b.conv1", "conv1"]


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="[]{}-?: #'\"a\n,&*!|>\t\u2028\ufeff", max_size=60))
@pytest.mark.unmeasured
def test_the_quick_bound_is_never_below_the_real_depth(text: str) -> None:
    """The bound protects the parser's recursive C code from hostile files."""
    depth = deepest = 0
    try:
        for event in yaml.parse(text, yaml.CSafeLoader):
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
                deepest = max(deepest, depth)
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
    except yaml.YAMLError:
        pass
    assert deepest <= greatest_depth(text)


def test_as_much_nesting_as_allowed_is_parsed() -> None:
    deep = "[" * (MAX_DEPTH - 1) + "]" * (MAX_DEPTH - 1)
    for name in ("name", '"name"'):  # the quick bound, and the exact count
        with pytest.raises(SpecError, match="name must be a single value"):
            loads(f"{name}: {deep}")
        with pytest.raises(SpecError, match=f"more than {MAX_DEPTH} levels"):
            loads(f"{name}: [{deep}]")


@pytest.mark.unmeasured
@pytest.mark.parametrize("name", bundled_names())
def test_the_bundle_is_far_from_every_limit(name: str) -> None:
    text = Path(load(name).path).read_text(encoding="utf-8")
    assert len(load(name, max_layers=1000).nodes) < 1000
    assert text.count("[") < 2000


# --------------------------------------------------------------------- there and back again


def plain(value: Any) -> Any:
    """A value in YAML; numbers by name are a mapping."""
    if (
        value
        and type(value) is tuple
        and all(type(part) is tuple and type(part[0]) is str for part in value)
    ):
        return dict(value)
    return [plain(part) for part in value] if isinstance(value, tuple) else value


def as_text(data: Any) -> str:
    text: str = yaml.safe_dump(data, sort_keys=False)
    return text


def assert_same(found: Network, made: Network) -> None:
    """Equal layers at equal places, and the same rows from the walk."""
    for one, other in zip(found.nodes, made.nodes, strict=True):
        assert (one.name, one.inputs) == (other.name, other.inputs)
        assert_equal_layers(one.layer, other.layer)
    rows, others = found.walk().to_dict(), made.walk().to_dict()
    for row in (*rows["layers"], *others["layers"]):
        del row["block"]  # the two may be written with other blocks
    assert rows["layers"] == others["layers"]
    assert rows["totals"] == others["totals"]


def assert_equal_layers(one: Layer, other: Layer) -> None:
    assert type(one) is type(other)
    for field in fields(one):
        assert getattr(one, field.name) == getattr(other, field.name)


@strategies.often
@given(strategies.layers(*(k for k, c in KINDS.items() if not c.merges)))
@pytest.mark.unmeasured
def test_a_layer_of_every_kind_comes_back_from_yaml(made: strategies.Made) -> None:
    options = {name: plain(value) for name, value in made.options.items() if name != "like"}
    layers: list[Any] = []
    nodes: list[Node] = []
    refers = "like" in made.options
    if refers:
        # "other" is a map of the wanted size, made from the first
        layers = [
            {"resize": {"name": "other", "size": list(made.shapes[-1][1:])}},
            {"from": "input"},
        ]
        resize: Any = KINDS["resize"]
        nodes = [Node("other", resize(size=made.shapes[-1][1:]), (-1,))]
        options["like"] = "other"
    layers.append({made.layer.kind: {"name": "x", **options}})
    nodes.append(Node("x", made.layer, (-1, 0) if refers else (-1,)))
    data = {"input": list(made.shapes[0]), "layers": layers}
    assert_same(loads(as_text(data)), Network("", "", made.shapes[0], nodes))


@strategies.some
@given(strategies.graphs())
@pytest.mark.unmeasured
def test_a_graph_comes_back_from_yaml(made: Network) -> None:
    """Joins as paths that start with from, everything else as from and a layer."""
    layers: list[Any] = []
    for node in made.nodes:
        sources = ["input" if i < 0 else made.nodes[i].name for i in node.inputs]
        options = {
            f.name: plain(getattr(node.layer, f.name))
            for f in fields(node.layer)
            if getattr(node.layer, f.name) != f.default
        }
        if node.layer.merges:
            paths = [[{"from": source}] for source in sources]
            layers.append({node.layer.kind: {"name": node.name, "paths": paths}})
        else:
            layers += [{"from": sources[0]}, {node.layer.kind: {"name": node.name, **options}}]
    assert_same(loads(as_text({"input": list(made.input), "layers": layers})), made)


class Written:
    """A network drawn both as plain data and, by hand, as nodes.

    All layers keep 4 × 8 × 8, so that all of them can be joined.
    """

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.nodes: list[Node] = []
        self.counts: dict[tuple[str, str], int] = {}

    def number(self, scope: str, word: str) -> int:
        self.counts[scope, word] = self.counts.get((scope, word), 0) + 1
        return self.counts[scope, word]

    def append(self, kind: str, options: dict[str, Any], at: tuple[int, ...], scope: str) -> int:
        name = f"{scope}{kind}{self.number(scope, kind)}"
        self.nodes.append(Node(name, KINDS[kind](**options), at))
        return len(self.nodes) - 1

    def layer(self, at: int, scope: str) -> tuple[Any, int]:
        number = st.integers(1, 3)
        odd = st.sampled_from([1, 3, 5])
        kind, options = self.draw(
            st.one_of(
                st.tuples(st.just("relu"), st.just({})),
                st.tuples(st.just("batchnorm"), st.fixed_dictionaries({"affine": st.booleans()})),
                st.tuples(st.just("groupnorm"), st.fixed_dictionaries({"num_groups": st.sampled_from([1, 2, 4])})),
                st.tuples(st.just("dropout"), st.fixed_dictionaries({"p": st.floats(0, 1)})),
                st.tuples(st.just("lrn"), st.fixed_dictionaries({"size": number})),
                st.tuples(
                    st.just("conv"),
                    st.fixed_dictionaries(
                        {
                            "out_channels": st.just(4),
                            "kernel_size": st.one_of(odd, st.tuples(odd, odd)),
                            "dilation": st.one_of(number, st.tuples(number, number)),
                            "groups": st.sampled_from([1, 2, 4]),
                            "bias": st.booleans(),
                            "padding": st.sampled_from(["same", "same_lower"]),
                        }
                    ),
                ),
            )
        )  # fmt: skip
        data = {kind: {name: plain(value) for name, value in options.items()}} if options else kind
        return data, self.append(kind, options, (at,), scope)

    def layers(self, depth: int, at: int, scope: str, most: int = 3) -> tuple[list[Any], int]:
        listed = []
        for _ in range(self.draw(st.integers(1, most))):
            item, at = self.item(depth, at, scope)
            listed.append(item)
        return listed, at

    def item(self, depth: int, at: int, scope: str) -> tuple[Any, int]:
        sorts = ["layer", "layer", "add", "multiply", "section", "repeat"]
        match self.draw(st.sampled_from(sorts)) if depth else "layer":
            case "section":
                name = f"part{self.number(scope, 'part')}"
                inner, at = self.layers(depth - 1, at, f"{scope}{name}.")
                return {"name": name, "layers": inner}, at
            case "repeat":
                data, at = self.layer(at, scope)
                word = data if isinstance(data, str) else next(iter(data))
                layer = self.nodes[at].layer
                times = self.draw(st.integers(1, 3))
                for _ in range(times - 1):
                    name = f"{scope}{word}{self.number(scope, word)}"
                    self.nodes.append(Node(name, layer, (at,)))
                    at = len(self.nodes) - 1
                return {"repeat": times, "layers": [data]}, at
            case "add" | "multiply" as kind:
                paths, ends = [], []
                for _ in range(self.draw(st.integers(2, 3))):
                    if self.draw(st.booleans()):
                        path, end = self.layers(depth - 1, at, scope, most=2)
                    else:
                        path, end = [], at
                    paths.append(path)
                    ends.append(end)
                return {kind: paths}, self.append(kind, {}, tuple(ends), scope)
            case _:
                return self.layer(at, scope)


@st.composite
def written(draw: st.DrawFn) -> tuple[dict[str, Any], Network]:
    """A network as plain data, and the same made by hand."""
    by_hand = Written(draw)
    layers, _ = by_hand.layers(3, -1, "")
    shape = (4, 8, 8)
    return {"input": list(shape), "layers": layers}, Network("", "", shape, by_hand.nodes)


@strategies.some
@given(written())
@pytest.mark.unmeasured
def test_sections_repeats_and_joins_mean_what_they_mean_by_hand(
    drawn: tuple[dict[str, Any], Network],
) -> None:
    data, made = drawn
    assert_same(loads(as_text(data)), made)


@strategies.few
@given(written())
@pytest.mark.unmeasured
def test_a_block_means_its_layers(drawn: tuple[dict[str, Any], Network]) -> None:
    data, made = drawn
    boxed = {
        "input": data["input"],
        "blocks": {"box": {"layers": data["layers"]}},
        "layers": ["box"],
    }
    nodes = [node._replace(name=f"box1.{node.name}") for node in made.nodes]
    assert_same(loads(as_text(boxed)), Network("", "", made.input, nodes))


@pytest.mark.unmeasured
def test_a_file_is_read_once_for_many_networks(monkeypatch: pytest.MonkeyPatch) -> None:
    file = opened("mobilenet_v1")
    sizes = ((8, 128), (24, 224), (8, 128))
    once = [
        load("mobilenet_v1", parameters={"width": width}, input=(3, side, side)).walk().to_dict()
        for width, side in sizes
    ]
    monkeypatch.setattr("convcalc.network.load._read_draft", None)
    assert (file.parameters, file.inputs()) == (
        {"classes": 1000, "width": 32},
        {"input": (3, 224, 224)},
    )
    for (width, side), expected in zip(sizes, once):
        again = file.with_values({"width": width}, (3, side, side))
        assert again.walk().to_dict() == expected
    with pytest.raises(UsageError, match=r"no parameter 'widht'; did you mean 'width'\?"):
        file.with_values({"widht": 8})
    assert file.with_values().walk().totals["params"] == 4_231_976


def test_a_file_of_another_tool_can_be_opened_too(tmp_path: Path) -> None:
    path = tmp_path / "net.cfg"
    path.write_text(
        "[net]\nwidth=8\nheight=8\nchannels=3\n[convolutional]\nfilters=4\nsize=3\npad=1\n"
    )
    file = opened_any(str(path))
    assert (file.parameters, file.inputs()) == ({}, {"input": (3, 8, 8)})
    assert file.with_values(inputs=(3, 16, 16)).walk().steps[0].output == (4, 16, 16)
    with pytest.raises(UsageError, match="--set changes the parameters of a YAML file"):
        file.with_values({"width": 8})
