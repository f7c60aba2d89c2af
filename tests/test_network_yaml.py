"""Networks written as YAML: reading gives the same network, and a person could have written it."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from convcalc import chain
from convcalc.analysis.analysis import Analysis
from convcalc.errors import UsageError
from convcalc.interop.load import loads as read_any
from convcalc.layers import Layer, make
from convcalc.layers.base import KINDS
from convcalc.network.find import bundled_names
from convcalc.network.load import load, loads
from convcalc.network.network import Network, Node
from convcalc.network.schema import schema
from convcalc.network.yaml_writer import scalars
from convcalc.network.yaml_writer.write import network_yaml
from interop.test_exported_programs import COUNTED, program
from strategies import Made, drawn_of, graphs

RELU, CONV = make("relu", {}), make("conv", {"out_channels": 4, "kernel_size": 1})
ADD, CONCAT = make("add", {}), make("concat", {})
VALID = Draft202012Validator(schema())


def rows(network: Network | Analysis) -> dict[str, Any]:
    """The table row of each layer, by name."""
    walked = network if isinstance(network, Analysis) else network.walk()
    return {
        step.name: (
            step.kind,
            [each.name for each in step.before],
            step.input,
            step.output,
            step.params,
            step.macs,
            repr(step.rf),
        )
        for step in walked.steps
    }


def nameless(network: Network) -> Counter[Any]:
    """The table rows of the layers, without their names."""
    return Counter(
        (kind, out, params, macs, rf)
        for kind, _, _, out, params, macs, rf in rows(network).values()
    )


def network_of(*nodes: tuple[str, Layer, tuple[int, ...]], **more: Any) -> Network:
    """A network on 4 maps of 8 by 8."""
    return Network("net", "", (4, 8, 8), [Node(*node) for node in nodes], **more)


def again(network: Network) -> Network:
    """A network after writing and reading; the file must fit the schema for editors."""
    text = network_yaml(network)
    errors = [error.message for error in VALID.iter_errors(yaml.safe_load(text))]
    assert not errors, text
    return loads(text)


def layers_of(network: Network) -> str:
    """The written content of ``blocks:`` and ``layers:``."""
    text = network_yaml(network)
    start = text.find("blocks:") if "\nblocks:" in text else text.find("layers:")
    return text[start : text.find("expect:")]


# ------------------------------------------------------------------------- all networks

# Networks with different structure; the others are run without measuring coverage.
MEASURED = ("unet", "googlenet_aux", "yolov3_tiny", "densenet121", "vit_b_16", "resnet18")


@pytest.mark.parametrize(
    "name",
    [
        name if name in MEASURED else pytest.param(name, marks=pytest.mark.unmeasured)
        for name in bundled_names()
    ],
)
def test_every_bundled_network_is_read_again_as_it_is(name: str) -> None:
    network = load(name)
    found = loads(network_yaml(network))
    before, after = network.walk(), found.walk()
    assert rows(after) == rows(before)
    assert after.totals == before.totals
    assert (found.name, found.source, found.inputs) == (
        network.name,
        network.source,
        network.inputs,
    )
    assert not [note for note in after.notes if note.startswith("expect")]


@pytest.mark.parametrize("name", MEASURED)
@pytest.mark.unmeasured
def test_what_is_written_fits_the_schema(name: str) -> None:
    assert again(load(name)).name == load(name).name


@pytest.mark.parametrize(
    ("name", "most"),
    [
        ("resnet50", 70),
        ("resnet152", 70),
        ("yolov3", 92),
        ("densenet121", 60),
        ("mobilenet_v2", 70),
        ("unet", 45),
        ("googlenet", 72),
        ("vit_b_16", 36),
        ("inception_v3", 115),
    ],
)
@pytest.mark.unmeasured
def test_networks_are_written_in_few_lines(name: str, most: int) -> None:
    assert network_yaml(load(name)).count("\n") <= most


@pytest.mark.unmeasured
def test_exported_programs_are_read_again_as_they_are() -> None:
    for name in COUNTED:
        if name.endswith(" decomposed"):  # as these, in more steps
            continue
        network = read_any(program(name), path=f"{name}.pt2")
        found = loads(network_yaml(network))
        assert nameless(found) == nameless(network), name
        assert {*rows(found)} == {*rows(network)}, name


# ------------------------------------------------------------------------ names and texts

HOSTILE = (
    *("no", "null", "~", "1:30", "0", "2.5e3", "- a", "#", "a # b", "a: b", "{", "]", ",", "*a"),
    *("&a", "!a", "%a", "@", "`", '"', "'", "\\", "$x", "x$", "${i}", "$$", " a ", "é", "日本"),
    *("a..b", ".", "conv1", "relu", "a" * 250, "<<", "? a", "|", ">"),
)
NAMES = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(min_size=1, max_size=20).filter(lambda text: text.isprintable() and text.strip()),
    st.lists(st.sampled_from(["a", "b", "0", "1", "conv1"]), min_size=1, max_size=4).map(".".join),
).filter(lambda name: name != "input")


@given(st.lists(NAMES, min_size=2, max_size=8, unique=True))
@example([*HOSTILE])
@settings(deadline=None, max_examples=50)
@pytest.mark.unmeasured
def test_any_name_is_read_again_as_it_is(names: list[str]) -> None:
    layers = [RELU if place % 2 else CONV for place in range(len(names))]
    nodes: list[Any] = [
        (name, layer, (place - 1,)) for place, (name, layer) in enumerate(zip(names, layers))
    ]
    nodes.append(("the last", ADD, (0, len(names) - 1)))
    network = network_of(*nodes, outputs={names[0]: 1}, shared={2: 0} if len(names) > 2 else {})
    found = again(network)
    assert rows(found) == rows(network)
    assert found.outputs == {names[0]: [node.name for node in found.nodes].index(names[1])}
    if len(names) > 2:
        assert found.walk().totals["params"] == network.walk().totals["params"]


@given(st.text(max_size=200).filter(str.isprintable), st.text(max_size=200).filter(str.isprintable))
@example("no", " a: b " * 30)
@example("2024-01-01", "x" * 150 + " # y")
@settings(deadline=None, max_examples=30)
@pytest.mark.unmeasured
def test_any_text_is_read_again_as_it_is(name: str, source: str) -> None:
    network = network_of(("relu1", RELU, (-1,)))
    network.name, network.source = name, source
    found = loads(network_yaml(network))
    assert (found.name, found.source) == (name, source)


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "\u200b", "x" * 251, "input"])
def test_a_name_that_cannot_be_written_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match=r"the layer .* cannot be written as YAML under its name"):
        network_yaml(network_of((name, RELU, (-1,))))


def test_an_only_input_called_as_a_layer_loses_its_name_and_of_several_it_is_refused() -> None:
    network = network_of(("x", RELU, (-1,)), input_name="x")
    assert "input: [4, 8, 8]" in network_yaml(network)
    network = network_of(("x", ADD, (-1, -2)), input_name="a", more_inputs={"x": (4, 8, 8)})
    with pytest.raises(UsageError, match="an input and a layer are called 'x'"):
        network_yaml(network)
    network = network_of(("x", ADD, (-1, -2)), input_name="a", more_inputs={"\n": (4, 8, 8)})
    with pytest.raises(UsageError, match=r"the input .* cannot be written"):
        network_yaml(network)


def test_texts_are_plain_where_nothing_can_be_mistaken() -> None:
    assert scalars.line("He et al. 2016, arXiv:1512.03385, Table 1") == (
        "He et al. 2016, arXiv:1512.03385, Table 1"
    )
    assert scalars.line("a #1") == '"a #1"'
    assert scalars.word("-") == '"-"'


# ------------------------------------------------------------------- options of every kind


@pytest.mark.parametrize(
    "kind", [pytest.param(k, marks=pytest.mark.unmeasured) for k in sorted(KINDS)]
)
def test_every_option_of_every_kind_is_read_again_as_it_is(kind: str) -> None:
    @given(st.data())
    @settings(deadline=None, max_examples=6)
    def check(data: st.DataObject) -> None:
        made: Made = data.draw(drawn_of(kind))
        first, *others = made.shapes
        more = {f"in{place}": shape for place, shape in enumerate(others)}
        named = [name for name in made.layer.references if made.layer.options()[name]]
        reads = tuple(-1 - place for place in range(len(made.shapes) - len(named)))
        layers = [Node("made", made.layer, reads)]
        if named:
            layers = [
                Node(made.layer.options()[named[0]], RELU, (-2,)),
                Node("made", made.layer, (-1, 0)),
            ]
        network = Network("net", "", first, layers, more_inputs=more)
        assert rows(loads(network_yaml(network))) == rows(network)

    check()


# ------------------------------------------------------------------------- how it is built


@given(graphs())
@settings(deadline=None, max_examples=30)
def test_paths_that_branch_and_meet_are_read_again_as_they_are(network: Network) -> None:
    found = again(network)
    assert {name: row[:2] for name, row in rows(found).items()} == {
        name: row[:2] for name, row in rows(network).items()
    }


def test_a_residual_block_is_a_join_of_a_path_and_the_identity() -> None:
    network = network_of(
        ("a", RELU, (-1,)), ("conv1", CONV, (0,)), ("add1", ADD, (1, 0)), ("relu1", RELU, (2,))
    )
    assert layers_of(network) == (
        "layers:\n"
        "  - relu: {name: a}\n"
        "  - add: [[{conv: {out_channels: 4, kernel_size: 1}}], []]\n"
        "  - relu\n"
    )


def test_a_long_skip_is_written_with_from() -> None:
    nodes: list[Any] = [(f"down{place}", RELU, (place - 1,)) for place in range(5)]
    nodes += [(f"up{place}", ADD, (place + 4, 3 - place)) for place in range(4)]
    text = layers_of(network_of(*nodes))
    assert text.count("from: ") == 3
    assert "- add: {name: up3, paths: [[], [{from: down0}]]}" in text


def test_blocks_have_parameters_for_what_differs_and_multiples_of_them() -> None:
    nodes: list[Any] = []
    for number, width in enumerate((16, 16, 32)):
        for name, channels, kernel in (("a", width, 1), ("b", 4 * width, 3), ("c", width, 1)):
            options = {"out_channels": channels, "kernel_size": kernel, "padding": kernel // 2}
            nodes.append((f"stage{number}.{name}", make("conv", options), (len(nodes) - 1,)))
    assert layers_of(network_of(*nodes)) == (
        "blocks:\n"
        "  stage:\n"
        "    parameters: [width]\n"
        "    layers:\n"
        "      - conv: {name: a, out_channels: $width, kernel_size: 1}\n"
        "      - conv: {name: b, out_channels: 4*$width, kernel_size: 3, padding: 1}\n"
        "      - conv: {name: c, out_channels: $width, kernel_size: 1}\n"
        "layers:\n"
        "  - repeat: {i: 2}\n"
        '    name: "stage$i"\n'
        "    layers: [{stage: {width: 16}}]\n"
        "  - stage: {name: stage2, width: 32}\n"
    )


def flat(*widths: int) -> Network:
    """Blocks of a conv, a norm and a relu with meaningless names."""
    nodes: list[Any] = []
    for width in widths:
        kernel = 3 if width % 16 else 1
        options = {"out_channels": width, "kernel_size": kernel, "padding": kernel // 2}
        for layer in (make("conv", options), make("batchnorm", {}), RELU):
            nodes.append((f"n{len(nodes)}", layer, (len(nodes) - 1,)))
    return network_of(*nodes)


def test_patterns_become_blocks_where_names_are_flat_and_the_text_is_long() -> None:
    assert "blocks:" not in network_yaml(flat(8, 16, 24))
    network = flat(*(8, 16, 16, 24) * 6)
    text = network_yaml(network)
    assert "# 72 of 72 layers have other names here, as those of blocks do" in text
    assert "- conv_bn_relu: {width: 8, kernel: 3}" in text
    assert "  - repeat: 6\n    layers:\n      - conv_bn_relu: {width: 8, kernel: 3}\n" in text
    assert "      - {repeat: 2, layers: [{conv_bn_relu: {width: 16, kernel: 1}}]}\n" in text
    assert nameless(loads(text)) == nameless(network)


def test_what_flat_names_have_in_common_names_the_blocks() -> None:
    nodes: list[Any] = []
    for number in range(12):
        at = len(nodes)
        for name, layer, reads in (
            ("conv", CONV, (at - 1,)),
            ("bn", make("batchnorm", {}), (at,)),
            ("relu", RELU, (at + 1,)),
            ("conv2", CONV, (at + 2,)),
            ("add", ADD, (at + 3, at - 1)),
            ("out", make("sigmoid", {}), (at + 4,)),
        ):
            nodes.append((f"block_{number}_{name}", layer, reads))
    text = network_yaml(network_of(*nodes))
    assert 'name: "block_$i"' in text
    assert "repeat: {i: 12}" in text
    assert "- sigmoid: {name: out}" in text
    assert {"block_0.conv", "block_11.out"} <= {*rows(loads(text))}


def test_a_block_that_something_else_reads_is_written_out() -> None:
    nodes: list[Any] = []
    for number in range(4):
        for name in "abcde":
            nodes.append((f"part{number}.{name}", CONV, (len(nodes) - 1,)))
    network = network_of(*nodes, outputs={"middle": 6})
    text = layers_of(network)
    assert "- part: {name: part0}\n  - name: part1\n    layers:\n" in text
    assert "layers: [part]" in text  # the other two
    assert "outputs: {middle: part1.b}" in text
    assert rows(again(network)) == rows(network)


def test_layers_that_name_others_and_share_weights_do_so_in_the_file() -> None:
    crop = make("crop", {"like": "small"})
    network = network_of(
        ("a.conv", CONV, (-1,)),
        ("small", make("maxpool", {"kernel_size": 2}), (0,)),
        ("cut", crop, (0, 1)),
        ("again", CONV, (2,)),
        shared={3: 0},
        outputs={"out": 1, "other": 3},
    )
    text = network_yaml(network)
    assert "crop: {name: cut, like: small}" in text
    assert "weights: a.conv" in text
    assert "outputs: {out: small, other: again}" in text
    assert rows(again(network)) == rows(network)


def test_a_name_that_means_something_else_inside_a_section_does_no_harm() -> None:
    network = network_of(
        ("conv1", CONV, (-1,)),
        ("a.conv1", CONV, (0,)),
        ("a.relu1", RELU, (1,)),
        ("a.add1", ADD, (2, 0)),
        ("b", RELU, (3,)),
        ("c", RELU, (0,)),
    )
    assert rows(again(network)) == rows(network)


def test_inputs_orders_and_axes_are_written() -> None:
    network = network_of(
        ("add1", ADD, (-1, -2)),
        input_name="image",
        more_inputs={"mask: 1": (4, 8, 8)},
        order="hwc",
        axes=("rows", "columns"),
    )
    text = network_yaml(network)
    assert 'input: {image: [8, 8, 4], "mask: 1": [8, 8, 4]}' in text
    assert "order: hwc\naxes: [rows, columns]\n" in text
    assert again(network).inputs == network.inputs
    network.axes = ("samples", "samples")
    assert "axes: samples\n" in network_yaml(network)


def test_concats_that_grow_are_written_one_after_the_other() -> None:
    nodes: list[Any] = [("first", CONV, (-1,))]
    pieces = [0]
    for number in range(5):
        nodes.append((f"conv{number}", CONV, (len(nodes) - 1,)))
        pieces.append(len(nodes) - 1)
        nodes.append((f"cat{number}", CONCAT, tuple(pieces)))
    network = network_of(*nodes)
    text = network_yaml(network)
    assert "# note: 4 concats of many paths read the concat before them here" in text
    found = loads(text)
    assert [step.output for step in found.walk()] == [step.output for step in network.walk()]
    assert found.walk().totals == network.walk().totals


# --------------------------------------------------------------------- promises


def test_the_numbers_of_the_walk_are_expected_and_limits_of_the_file_stay() -> None:
    expect = yaml.safe_load(network_yaml(load("mobilenet_v2")))["expect"]
    assert (expect["params"], expect["macs"], expect["rf_size"]) == (3504872, 300774272, 491)
    text = "input: [3, 8, 8]\nlayers: [relu]\nexpect: {params: '<= 5M', source: me}"
    assert '  params: "<= 5M"\n  macs: 0\n  rf_size: 1\n  source: me\n' in network_yaml(loads(text))


def test_nothing_is_expected_of_a_cost_or_a_field_that_nobody_knows() -> None:
    opaque = make("opaque", {"output": ["c", "h", "w"], "type": "GridSample"})
    assert "expect:" not in network_yaml(network_of(("x", opaque, (-1,))))


def test_another_size_has_numbers_of_its_own() -> None:
    network = load("lenet5", input=(1, 40, 40))
    text = network_yaml(network)
    assert f"expect: {{params: {network.walk().totals['params']}, " in text
    assert "rf_at" not in text


def test_notes_and_the_origin_are_comments_of_short_lines() -> None:
    network = network_of(("relu1", RELU, (-1,)), notes=("a note: # with\nbreaks " * 12,))
    text = network_yaml(network, origin="net.onnx")
    first, second, third, *_ = text.split("\n")
    assert first == "# yaml-language-server: $schema=convcalc.schema.json"
    assert second == "# Written by convcalc import from net.onnx."
    assert third.startswith("# note: a note: # with\\nbreaks a note")
    assert max(map(len, text.split("\n"))) <= 100
    assert loads(text).nodes[0].name == "relu1"


def test_a_chain_can_be_written_too() -> None:
    network = chain("3x32x32", "3*(conv:k3c64p1 relu pool:k2) fc:10")
    assert rows(again(network)) == rows(network)
    assert json.dumps(yaml.safe_load(network_yaml(network))["input"]) == "[3, 32, 32]"
