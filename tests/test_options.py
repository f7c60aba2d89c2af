"""Options of layers from Python programs: the right value, or one error with all problems."""

from __future__ import annotations

import ast
import re
from contextlib import suppress
from dataclasses import fields
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import convcalc
import strategies
from convcalc.errors import ConvcalcError, UsageError
from convcalc.layers import LETTERS, base, every, make, values
from convcalc.layers.frozen import frozen
from convcalc.layers.option_types import MAX_ENTRIES, MAX_ITEMS, OPTION_TYPES
from convcalc.layers.options import (
    option_text,
    options_of,
    required_options,
    yaml_of,
)
from convcalc.layers.values import checked_shape
from convcalc.network.chain import parse_chain
from convcalc.network.load import load, loads
from test_network_files import assert_equal_layers, reached

KINDS = every()
CONV = {"out_channels": 2, "kernel_size": 3}
HUGE = 10**5000


class Odd:
    """An object whose every method raises an exception."""

    def __index__(self) -> int:
        message = "no"
        raise ValueError(message)

    def __repr__(self) -> str:
        message = "no"
        raise ValueError(message)


ACCEPTED: list[tuple[str, str, Any, Any]] = [
    ("conv", "out_channels", np.int64(4), 4),
    ("conv", "kernel_size", np.int32(3), 3),
    ("conv", "kernel_size", [3, 5], (3, 5)),
    ("conv", "kernel_size", np.array([3, 5]), (3, 5)),
    ("conv", "kernel_size", (np.int8(3), 5), (3, 5)),
    ("conv", "padding", [[1, 1], [0, 1]], ((1, 1), (0, 1))),
    ("conv", "padding", [1, (0, np.int64(1))], (1, (0, 1))),
    ("conv", "padding", np.str_("same"), "same"),
    ("conv", "bias", np.bool_(False), False),
    ("conv", "fit", "ceil", "ceil"),
    ("conv", "connections", None, None),
    ("conv", "connections", [[0, 1], [2]], ((0, 1), (2,))),
    ("maxpool", "stride", None, None),
    ("dropout", "p", np.float32(0.25), 0.25),
    ("dropout", "p", 0, 0.0),
    ("pad", "channels", [0, 5], (0, 5)),
    ("reshape", "shape", [np.int64(2), 8], (2, 8)),
    ("crop", "like", np.str_("conv1"), "conv1"),
    ("upsample", "mode", "linear", "linear"),
    ("clip", "min", np.int8(-1), -1.0),
    ("clip", "max", None, None),
    ("gelu", "approximate", np.str_("tanh"), "tanh"),
    ("scale", "trainable", np.bool_(False), False),
    ("upsample", "mode", "bilinear", "linear"),
    ("opaque", "rf", [np.int64(3), 1, 1], (3, 1, 1)),
    ("opaque", "type", np.str_("LSTM"), "LSTM"),
    ("opaque", "output", [np.int64(3), "2 * h", "12"], (3, "2*h", 12)),
    ("resize", "mode", np.str_("bicubic"), "cubic"),
    ("resize", "scale", 2, 2),
    ("resize", "scale", np.float32(0.75), "3/4"),
    ("resize", "scale", [np.int64(3), "6/4", 2.0], (3, "3/2", 2)),
]


def same_types(one: Any, other: Any) -> bool:
    """Whether two values and their items have exactly the same types."""
    if type(one) is not type(other):
        return False
    return not isinstance(one, tuple) or all(map(same_types, one, other))


@pytest.mark.parametrize(("kind", "option", "value", "expected"), ACCEPTED)
def test_what_a_program_means_becomes_a_plain_value(
    kind: str, option: str, value: Any, expected: Any
) -> None:
    needed = required_options(KINDS[kind])
    filled = {name: [3] if name == "output" else 3 for name in needed} | {option: value}
    if kind == "reshape":
        filled = {option: value}
    found = getattr(make(kind, filled), option)
    assert found == expected
    assert same_types(found, expected)


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("conv", {"bias": "no"}, "conv: bias must be True or False, but is 'no'"),
    ("conv", {"bias": 0}, "conv: bias must be True or False, but is 0"),
    ("conv", {"kernel_size": 3.0}, "conv: kernel_size must be a whole number, but is 3.0; write 3"),
    (
        "conv",
        {"kernel_size": (3, 2.5)},
        "conv: kernel_size must be a whole number, but is 2.5; sizes and counts have no fractions",
    ),
    (
        "conv",
        {"kernel_size": (3.5, "x"), "padding": ((1, "a"), ("b", 2.0)), "bias": 1},
        "conv: 3 options are wrong:\n"
        "  kernel_size must be a whole number, but is 3.5; sizes and counts have no fractions\n"
        "  kernel_size must be a whole number, but is 'x'; give an int\n"
        "  padding must be a whole number, but is 'a'; give an int\n"
        "  padding must be a whole number, but is 'b'; give an int\n"
        "  padding must be a whole number, but is 2.0; write 2\n"
        "  bias must be True or False, but is 1",
    ),
    ("conv", {"kernel_size": "3"}, "conv: kernel_size must be a whole number, but is '3'; write 3"),
    (
        "conv",
        {"kernel_size": True},
        "conv: kernel_size must be a whole number, but is True; give an int",
    ),
    (
        "conv",
        {"stride": None},
        "conv: stride must be a whole number, but is None; leave it out for its default, or give a number",
    ),
    (
        "conv",
        {"stride": Odd()},
        "conv: stride must be a whole number, but is <Odd instance at 0x>; give an int",
    ),
    (
        "conv",
        {"kernel_size": (3, 3, 3, 3)},
        "conv: kernel_size lists 4 numbers; give one, or one per axis (at most 3)",
    ),
    (
        "resize",
        {"scale": 0},
        "resize: scale must be a number above 0 such as 2, 0.5 or 3/2 (up to 9 digits), but is '0'",
    ),
    (
        "resize",
        {"scale": "3/0"},
        "resize: scale must be a number above 0 such as 2, 0.5 or 3/2 (up to 9 digits), but is '3/0'",
    ),
    (
        "resize",
        {"scale": 1 / 3},
        "resize: scale must be a number above 0 such as 2, 0.5 or 3/2 (up to 9 digits), but is '0.3333333333333333'",
    ),
    (
        "resize",
        {"scale": True},
        "resize: scale must be a number or a text, but is True",
    ),
    (
        "resize",
        {"scale": ()},
        "resize: scale lists 0 numbers; give one, or one per axis (at most 3)",
    ),
    (
        "custom",
        {"output": [8], "params": "c+x", "macs": 0},
        "custom: params must be a number, or + - * // over the input's sides c, d, h, w and l such as 4*c*h*w, but is 'c+x'",
    ),
    (
        "custom",
        {"output": [8], "params": 1, "macs": 1, "counts": {"sums": 1}},
        "custom: counts has no operation 'sums'; known: adds, bias_adds, comparisons, divisions, exponentials, multiplications, roots",
    ),
    (
        "custom",
        {"output": [8], "params": 1, "macs": 1, "counts": [("adds", 1, 2)]},
        "custom: counts must be numbers by name, but is [('adds', 1, 2)]; write {'adds': 5}",
    ),
    ("opaque", {"output": "c"}, "opaque: output must be a list, but is 'c'; write it in [ ]"),
    (
        "opaque",
        {"output": [8], "rf": (3, 1)},
        "opaque: rf lists 2 numbers; give kernel, stride and padding",
    ),
    (
        "opaque",
        {"output": [8], "type": "a\nb"},
        "opaque: type cannot be 'a\\nb'; use 1 to 60 visible characters",
    ),
    (
        "conv",
        {"kernel_size": ()},
        "conv: kernel_size lists 0 numbers; give one, or one per axis (at most 3)",
    ),
    (
        "conv",
        {"groups": 10**12},
        "conv: groups has more than 12 digits; use a number of up to 12 digits",
    ),
    (
        "conv",
        {"groups": HUGE},
        "conv: groups has more than 12 digits; use a number of up to 12 digits",
    ),
    ("conv", {"padding": "sam"}, "conv: padding cannot be 'sam'; did you mean 'same'?"),
    (
        "conv",
        {"padding": "no"},
        "conv: padding cannot be 'no'; write 0 or valid for none, same to keep the size",
    ),
    (
        "conv",
        {"padding": [[1, 1, 1]]},
        "conv: padding lists 3 numbers; give two, [before, after]",
    ),
    (
        "conv",
        {"padding": [1, 1, 1, 1]},
        "conv: padding lists 4 sides; give one number, or one per axis (at most 3)",
    ),
    ("conv", {"fit": "round"}, "conv: fit cannot be 'round'; known: caffe, ceil, floor, strict"),
    ("conv", {"fit": 3}, "conv: fit cannot be 3; known: floor, strict, ceil, caffe"),
    ("conv", {"connections": 3}, "conv: connections must be a list, but is 3; write it in [ ]"),
    (
        "conv",
        {"connections": [[0]] * (MAX_ITEMS + 1)},
        "conv: connections lists 10,001 items; give 1 to 10,000",
    ),
    (
        "conv",
        {"connections": [[0] * 1001] * 100},
        "conv: connections lists 100,100 numbers; give at most 100,000",
    ),
    ("pad", {"channels": 3}, "pad: channels must be a list, but is 3; write [before, after]"),
    ("dropout", {"p": "half"}, "dropout: p must be a number such as 0.5, but is 'half'"),
    ("dropout", {"p": float("nan")}, "dropout: p must be a number such as 0.5, but is nan"),
    (
        "dropout",
        {"p": HUGE},
        "dropout: p must be a number such as 0.5, but is a value of type int",
    ),
    ("dropout", {"p": True}, "dropout: p must be a number such as 0.5, but is True"),
    ("crop", {"like": 3}, "crop: like must be a text, but is 3"),
    ("crop", {"like": ""}, "crop: like is empty; give the name of a layer before this one"),
    ("conv", {"padd": 1}, "conv has no option 'padd'; did you mean 'padding'?"),
    (
        "conv",
        {**CONV, "strides": 1, "stride": 2},
        "conv: stride and strides mean the same; keep one",
    ),
    ("conv", {**CONV, "filters": 1}, "conv: filters and out_channels mean the same; keep one"),
    *(
        (
            kind,
            {**needed, theirs: value},
            f"{kind} has no option {theirs!r}; it is called {ours!r} here",
        )
        for kind, needed, theirs, value, ours in (
            ("conv_transpose", CONV, "output_size", 9, "output_shape"),
            ("adaptive_avgpool", {"output_size": 1}, "output_shape", 1, "output_size"),
        )
    ),
    ("clip", {"min": "low"}, "clip: min must be a number such as 0.5, but is 'low'"),
    ("gelu", {"approximate": "erf"}, "gelu: approximate cannot be 'erf'; known: none, tanh"),
    (
        "conv_transpose",
        {**CONV, "output_shape": 7.5},
        "conv_transpose: output_shape must be a whole number, but is 7.5; sizes and counts have no fractions",
    ),
    ("relu", {"slope": 1}, "relu has no option 'slope'; it has none"),
    (
        "conv",
        {"bias": "no", "padding": "sam", "dilation": 1.5, "pads": 1},
        "conv: 4 options are wrong:"
        "\n  bias must be True or False, but is 'no'"
        "\n  padding cannot be 'sam'; did you mean 'same'?"
        "\n  dilation must be a whole number, but is 1.5; sizes and counts have no fractions"
        "\n  conv has no option 'pads'; it is called 'padding' here",
    ),
]


@pytest.mark.parametrize(("kind", "options", "said"), REFUSED)
def test_what_is_wrong_is_said_at_once(kind: str, options: dict[str, Any], said: str) -> None:
    filled = {**(CONV if kind == "conv" else {}), **options}
    with pytest.raises(UsageError) as caught:
        make(kind, filled)
    shown = str(caught.value)
    assert re.sub(r"(?<= at 0x)\w+(?=>)", "", shown) == said  # the address of an object in memory


@pytest.mark.parametrize(
    ("kind", "options", "said"),
    [
        ("conv", {"kernel_size": 3}, "conv needs out_channels; write out_channels=…"),
        (
            "conv",
            {},
            "conv needs kernel_size and out_channels; write kernel_size=…, out_channels=…",
        ),
        ("konv", {}, "no layer kind 'konv'; did you mean 'conv'?"),
        (3, {}, "a layer kind is a name such as 'conv', but this is 3"),
    ],
)
def test_what_is_missing_is_said(kind: Any, options: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError) as caught:
        make(kind, options)
    assert str(caught.value) == said


SHAPES: list[tuple[Any, str]] = [
    ("a=3x8", "input a=3x8: layers have one input, which needs no name; write input 3x8"),
    ((3.0, 8, 8), "input must be a whole number, but is 3.0; write 3"),
    ((3, 0, 8), "input has a side of 0; use 1 or more"),
    ((), "input has 0 sides; write a shape such as (3, 224, 224)"),
    (8, "input must be a shape such as (3, 224, 224), but is 8"),
    (None, "input must be a shape such as (3, 224, 224), but is None"),
    ("3x", "input must be a shape such as 3x224x224, but is '3x'"),
    ("32,000", "input 32,000: is two sizes with a comma between them; write 32000"),
    ("3x0", "input has a side of 0; use 1 or more"),
]


@pytest.mark.parametrize(("shape", "said"), SHAPES)
def test_a_shape_is_checked_wherever_a_program_gives_one(shape: Any, said: str) -> None:
    for call in (
        lambda: convcalc.layer("relu", shape),
        lambda: convcalc.chain(shape, "relu"),
        lambda: load("lenet5", input=shape) if shape is not None else checked_shape(shape),
    ):
        with pytest.raises(ConvcalcError) as caught:
            call()
        assert str(caught.value) == said


@pytest.mark.parametrize("shape", ["3x8x8", (3, 8, 8), [3, np.int64(8), 8], np.array([3, 8, 8])])
def test_a_shape_may_be_given_in_these_forms(shape: Any) -> None:
    row = convcalc.layer("conv", shape, **CONV)
    assert row.output == (2, 6, 6)
    assert all(type(side) is int for side in (*row.input, *row.output, row.params, row.macs))
    assert convcalc.chain(shape, "relu").input == (3, 8, 8)


def test_a_layer_alone_has_no_other_to_be_like() -> None:
    with pytest.raises(ConvcalcError) as caught:
        convcalc.layer("crop", "3x8x8", like="conv1")
    assert (
        str(caught.value) == "crop: like names another layer, but there is only one; leave it out"
    )


def test_every_refusal_of_values_is_met_here() -> None:
    lines: set[tuple[str, int]] = set()
    calls: list[Any] = [lambda k=kind, o=options: make(k, {**o}) for kind, options, _ in REFUSED]
    calls += [lambda s=shape: checked_shape(s) for shape, _ in SHAPES]
    calls += [lambda t=text: values.decimal_of(t, "p") for text in ("half", "1e999")]
    calls += [lambda: values.ratio_of("0/3", "scale")]
    calls += [lambda t=text: values.whole_number(t, "k") for text in ("half", "1" * 13)]
    calls += [lambda: values.parts_of("3x", "x", "k", "3x5"), lambda: convcalc.layer("konv", "8")]
    for call in calls:
        with pytest.raises(UsageError) as caught:
            call()
        error: BaseException | None = caught.value
        lines.update(reached(error))
        single = error
        while single is not None and single.__context__ is not None:
            single = single.__context__
            lines.update(reached(single))
    path = Path(values.__file__)
    missed = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Raise) and "message" in ast.unparse(node):
            span = range(node.lineno, (node.end_lineno or node.lineno) + 1)
            if not any((str(path), line) in lines for line in span):
                missed.append(node.lineno)
    assert missed == []


# ------------------------------------------------------------------------- any values

HOSTILE: st.SearchStrategy[Any] = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-3, 9),
        st.integers(),
        st.floats(),
        st.text(max_size=6),
        st.sampled_from(["same", "valid", "causal", "full", "floor", "ceil", "no", "3", "nearest"]),
        st.binary(max_size=3),
        st.complex_numbers(),
        st.builds(Odd),
        st.builds(object),
        st.builds(Fraction, st.integers(-9, 9), st.integers(1, 9)),
        st.sampled_from(
            [np.int64(3), np.float64(2.5), np.bool_(True), np.array(3), np.array([1, 2]), np.nan]
        ),
        st.sampled_from(
            [int, 10**400, -(10**400), np.datetime64("2020-01-01"), range(3), {3}, {"a": 1}]
        ),
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.tuples(inner, inner)),
    max_leaves=5,
)
PLAIN = (int, float, bool, str, type(None))


def all_plain(value: Any) -> bool:
    """Whether a value consists only of Python's simple values and tuples."""
    return all(map(all_plain, value)) if type(value) is tuple else type(value) in PLAIN


@pytest.mark.parametrize(
    ("kind", "option"),
    [(kind, option) for kind, cls in KINDS.items() for option in options_of(cls)],
)
@strategies.of_each
@given(value=HOSTILE)
@pytest.mark.unmeasured
def test_any_value_of_any_option_gives_a_layer_or_one_error(
    kind: str, option: str, value: Any
) -> None:
    example, shape = KINDS[kind].example
    try:
        layer = make(kind, {**example, option: value})
    except UsageError as error:
        said = str(error)
        assert said.startswith(f"{kind}: ")
        assert option in said
        return
    assert all(all_plain(getattr(layer, field.name)) for field in fields(layer))
    assert_equal_layers(
        make(kind, {f.name.removesuffix("_"): getattr(layer, f.name) for f in fields(layer)}), layer
    )
    try:
        row = convcalc.layer(kind, shape, **{**example, option: value})
    except ConvcalcError:
        return
    assert all(type(side) is int for side in (*row.output, row.params, row.macs))


@strategies.often
@given(st.dictionaries(st.text(max_size=12), HOSTILE, max_size=3), HOSTILE)
@pytest.mark.unmeasured
def test_any_options_and_shape_of_a_program_give_a_layer_or_one_error(
    options: dict[str, Any], shape: Any
) -> None:
    for call in (
        lambda: make("conv", options),
        lambda: convcalc.layer("relu", shape),
        lambda: convcalc.chain(shape, "relu"),
    ):
        with suppress(ConvcalcError):
            call()


# --------------------------------------------------------------------- there and back again


@strategies.often
@given(strategies.layers(*(kind for kind, cls in KINDS.items() if not cls.merges)))
@pytest.mark.unmeasured
def test_a_layer_comes_back_from_the_yaml_that_it_writes(drawn: strategies.Made) -> None:
    assume("like" not in drawn.options)
    side = "x".join(map(str, drawn.shapes[0])).replace("x", ", ")
    text = f"{{input: [{side}], layers: [{{{yaml_of(drawn.layer)}}}]}}"
    if "{" not in yaml_of(drawn.layer):
        text = f"{{input: [{side}], layers: [{yaml_of(drawn.layer)}]}}"
    assert_equal_layers(loads(text).nodes[-1].layer, drawn.layer)


@strategies.often
@given(st.text(min_size=1, max_size=20))
def test_any_name_of_a_layer_comes_back_from_yaml(name: str) -> None:
    assume(not any(0xD800 <= ord(character) < 0xE000 for character in name))
    name_type = OPTION_TYPES[str]
    text = f"{{input: [3, 8, 8], layers: [{{crop: {{like: {name_type.yaml(name)}}}}}]}}"
    with pytest.raises(ConvcalcError) as caught:
        loads(text)
    assert "no layer" in str(caught.value)


@strategies.often
@given(strategies.layers(*(kind for kind, cls in KINDS.items() if not cls.merges)))
@pytest.mark.unmeasured
def test_each_value_comes_back_from_the_text_that_it_writes(drawn: strategies.Made) -> None:
    assume("connections" not in drawn.options)
    assume("like" not in drawn.options)
    assume("counts" not in drawn.options)
    known = options_of(type(drawn.layer))
    texts = {}
    for name, value in drawn.options.items():
        # on one axis, a number and a list of one number are written in the same way
        alone = isinstance(value, tuple) and len(value) == 1 and isinstance(value[0], int)
        assume(not alone or name == "shape")
        texts[name] = known[name].type.text(value)
    assert_equal_layers(make(drawn.layer.kind, texts, text=True), drawn.layer)


def test_the_options_column_leaves_defaults_out() -> None:
    layer = make("conv", {**CONV, "padding": [[0, 1], 2], "bias": False, "fit": "ceil"})
    assert option_text(layer) == "k3 c2 p(0,1)x2 ceil no bias"
    assert option_text(make("crop", {"like": "conv1"})) == "like conv1"
    assert option_text(make("clip", {"min": 0, "max": 6.5})) == "min 0 max 6.5"
    assert option_text(make("clip", {"max": -1})) == "max -1"
    sized = make("conv_transpose", {**CONV, "stride": 2, "output_shape": [9, 10]})
    assert option_text(sized) == "k3 c2 s2 output_shape 9x10"
    assert option_text(make("scale", {"factor": False, "bias": True})) == "bias no factor"
    assert option_text(make("maxpool", {"kernel_size": 2, "ceil_mode": True})) == "k2 ceil_mode"
    assert set(LETTERS) <= {name for cls in KINDS.values() for name in options_of(cls)}
    assert MAX_ENTRIES > MAX_ITEMS


def test_an_annotation_that_is_no_type_of_option_is_refused() -> None:
    @frozen
    class Strange(base.Elementwise):
        """Nothing."""

        colour: complex = 1j

    with pytest.raises(RuntimeError, match=r"colour: complex is not a type of option"):
        options_of(Strange)


def test_ratios_are_written_with_a_colon_in_a_chain() -> None:
    """There a slash separates the options of a word."""
    assert make("resize", {"scale": "3:2x0.5"}, text=True).options()["scale"] == ("3/2", "1/2")
    layer = parse_chain(["resize:/scale=3:2/mode=bilinear"], (3, 8, 8)).nodes[-1].layer
    assert layer.out_shape((3, 8, 8)) == (3, 12, 12)
    assert option_text(layer) == "scale 3/2 linear"
    with pytest.raises(UsageError, match=r"scale must be numbers such as 0\.5 or 1x3:2"):
        make("resize", {"scale": "2x"}, text=True)


def test_a_bare_number_in_the_options_column_is_the_first_option() -> None:
    assert option_text(make("attention", {"heads": 4, "kv_heads": 2})) == "4 kv_heads 2"
    assert option_text(make("crop", {"size": 7, "offset": (1, 2)})) == "7 offset 1x2"
