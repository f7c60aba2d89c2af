"""Every layer kind: its manual, its numbers against real arrays, its refusals and its notes."""

from __future__ import annotations

from dataclasses import MISSING, FrozenInstanceError, fields, replace
from inspect import cleandoc
from typing import Any

import numpy as np
import pytest
from hypothesis import given

import convcalc
from convcalc.errors import ConvcalcError, ShapeError, UsageError
from convcalc.layers import (
    KINDS,
    LETTERS,
    Layer,
    base,
    every,
    find,
    get_kind,
    make,
    stated_only,
)
from convcalc.layers.names import axes_in
from convcalc.layers.option_base import OptionType
from convcalc.layers.option_types import OPTION_TYPES
from convcalc.layers.options import options_of
from convcalc.layers.window import MAX_TAPS, Axis
from convcalc.network.load import loads
from convcalc.reference import WITNESSES, Tally
from strategies import (
    KIND_STRATEGIES,
    PROVEN,
    Made,
    Shape,
    built,
    drawn_of,
    layer_of,
    of_each,
    some,
)

NAMES = sorted(every())
SECTIONS = ("Formula:", "Source:", "Common mistake:")
each_kind = pytest.mark.parametrize("kind", NAMES)


# ------------------------------------------------------------------------------- the manual


@each_kind
def test_every_kind_has_its_manual_page(kind: str) -> None:
    text = cleandoc(every()[kind].__doc__ or "")
    first, *rest = text.split("\n")
    assert 8 < len(first) < 130
    places = [text.find(f"\n{section}\n    ") for section in SECTIONS]
    assert -1 not in places, f"one of {SECTIONS} is missing or empty"
    assert places == sorted(places)
    assert not rest[0], "an empty line follows the first"


@each_kind
def test_every_example_works(kind: str) -> None:
    cls = every()[kind]
    options, shape = cls.example
    layer = built(cls, options)
    shapes = (shape, shape) if cls.merges else (shape,)
    layer.check(*shapes)
    out = layer.out_shape(*shapes)
    assert all(type(side) is int and side >= 1 for side in out)
    if not cls.merges:
        row = convcalc.layer(kind, shape, **options)
        assert (row.kind, row.output) == (kind, out)


@each_kind
def test_every_option_has_its_type(kind: str) -> None:
    known = options_of(every()[kind])
    for option in fields(every()[kind]):
        name = option.name.removesuffix("_")
        assert (known[name].name, known[name].field) == (name, option.name)
        assert isinstance(known[name].type, OptionType)
        assert known[name].default is option.default
        assert option.kw_only


def test_every_type_of_option_is_used() -> None:
    used = {option.type for cls in every().values() for option in options_of(cls).values()}
    assert set(OPTION_TYPES.values()) <= used


def test_letters_are_options_of_some_kind_and_differ() -> None:
    options = {option.name for cls in every().values() for option in fields(cls)}
    assert set(LETTERS) <= options
    assert len(set(LETTERS.values())) == len(LETTERS)


def test_a_second_kind_of_the_same_name_is_refused() -> None:
    with pytest.raises(RuntimeError, match=r"^duplicate layer kind 'relu': .*Again$"):

        @base.kind("relu")
        class Again(base.Elementwise):
            """Nothing."""

    assert KINDS["relu"].__name__ == "Relu"


@pytest.mark.unmeasured
def test_every_other_name_leads_to_one_kind() -> None:
    names = [(word, cls) for cls in every().values() for word in cls.names()[1:]]
    assert len({word for word, _ in names}) == len(names)
    for word, cls in names:
        assert word not in KINDS
        for found in (find(word), find(word.upper())):
            assert found
            assert issubclass(found, cls)
            assert (found is cls) == (not axes_in(word))
            assert (found.kind, found.dimensions) == (cls.kind, axes_in(word))
    assert find("no such kind") is None


@each_kind
def test_kinds_are_found_by_name_and_frozen(kind: str) -> None:
    cls = every()[kind]
    assert find(kind) is cls
    assert cls.kind == kind
    options, _ = cls.example
    layer = built(cls, options)
    for option in fields(layer):
        with pytest.raises(FrozenInstanceError):
            setattr(layer, option.name, 3)


def test_a_kind_that_does_not_say_its_cost_has_none() -> None:
    layer, shape = Layer(), (1, 4)
    for cost in (layer.weights, layer.biases, layer.params, layer.macs):
        with pytest.raises(NotImplementedError):
            cost(shape, shape)
    with pytest.raises(NotImplementedError):
        layer.out_shape(shape)


def test_every_kind_is_tried() -> None:
    assert set(KIND_STRATEGIES) == set(NAMES)


# --------------------------------------------------------------- numbers, compared with arrays


@pytest.mark.unmeasured
@each_kind
def test_params_are_weights_and_biases(kind: str) -> None:
    @of_each
    @given(drawn_of(kind))
    def add_up(made: Made) -> None:
        layer, shape, out = made.layer, made.shapes[0], made.out
        layer.check(*made.shapes)
        weights, biases = layer.weights(shape, out), layer.biases(shape, out)
        assert layer.params(shape, out) == weights + biases
        numbers = [weights, biases, layer.buffers(shape, out), layer.macs(shape, out)]
        numbers += layer.all_counts(made.shapes, out).values()
        assert all(type(number) is int and number >= 0 for number in numbers)
        assert 0 <= layer.valid_macs(shape, out) <= layer.macs(shape, out)
        assert all(type(side) is int and side >= 1 for side in out)

    add_up()


@pytest.mark.unmeasured
@pytest.mark.parametrize("kind", PROVEN)
def test_shapes_parameters_and_products_are_those_of_real_arrays(kind: str) -> None:
    witness = WITNESSES[kind]

    @of_each
    @given(drawn_of(kind))
    def agree(made: Made) -> None:
        shape, out, layer = made.shapes[0], made.out, made.layer
        options = layer.options()
        rng = np.random.default_rng(0)
        inputs = [rng.integers(-3, 4, size=shape).astype(np.float64) for shape in made.shapes]
        arrays = witness.arrays(options, made.shapes, rng, np.float64)
        tally = Tally()
        assert witness.fast(options, inputs, arrays, tally).shape == out
        sizes = {name: array.size for name, array in arrays.items()}
        buffers = sum(size for name, size in sizes.items() if name in witness.buffers)
        assert layer.buffers(shape, out) == buffers
        assert layer.params(shape, out) == sum(sizes.values()) - buffers
        assert layer.biases(shape, out) == sum(
            n for name, n in sizes.items() if name.endswith("bias") and name not in witness.buffers
        )
        assert layer.macs(shape, out) == tally.macs
        assert layer.valid_macs(shape, out) == tally.on_real_cells

    agree()


def test_the_parts_of_a_compound_do_the_same_one_after_the_other() -> None:
    @some
    @given(drawn_of("separable_conv"))
    def agree(made: Made) -> None:
        layer, shape, out = made.layer, made.shapes[0], made.out
        parts = layer.parts(shape)
        assert [part.kind for part in parts] == ["depthwise_conv", "conv"]
        params = macs = real = 0
        for part in parts:
            assert part.parts(shape) == (part,)
            part.check(shape)
            after = part.out_shape(shape)
            params += part.params(shape, after)
            macs += part.macs(shape, after)
            real += part.valid_macs(shape, after)
            shape = after
        assert shape == out
        given = made.shapes[0]
        assert params == layer.params(given, out)
        assert macs == layer.macs(given, out)
        assert real == layer.valid_macs(given, out)

    agree()
    for kind in NAMES:
        if kind != "separable_conv":
            layer = layer_of(kind, **every()[kind].example[0])
            assert layer.parts((8, 8)) == (layer,)


def test_options_without_a_default_must_be_given() -> None:
    for kind in NAMES:
        cls = every()[kind]
        needed = [option.name for option in fields(cls) if option.default is MISSING]
        if needed:
            with pytest.raises(TypeError, match=needed[0]):
                cls()
        else:
            cls()


def test_lenets_table_counts_only_the_pairs_it_names() -> None:
    table = ((0, 1, 2), (1,), (0, 2))
    row = convcalc.layer("conv", (3, 8, 8), out_channels=3, kernel_size=5, connections=table)
    assert row.weights == 25 * 6
    assert row.params == 25 * 6 + 3
    assert row.macs == 25 * 6 * 4 * 4


def test_keras_keeps_a_step_for_every_input_where_the_stride_is_wider() -> None:
    # 14 inputs, a 7-wide kernel, steps of 16: (14 - 1)*16 + max(7, 16) = 224, and with 7: 215
    shape, options = (1, 14), {"out_channels": 1, "kernel_size": 7, "stride": 16}
    assert convcalc.layer("conv_transpose", shape, **options).output == (1, 215)
    assert convcalc.layer("conv_transpose", shape, **options, size_rule="keras").output == (1, 224)
    narrow = {**options, "stride": 5}  # 13*5 + 7 = 72 under both
    assert convcalc.layer("conv_transpose", shape, **narrow, size_rule="keras").output == (1, 72)
    assert convcalc.layer("conv_transpose", shape, **narrow).output == (1, 72)


def test_transposed_same_gives_a_multiple_of_the_input() -> None:
    for k, s, d in ((5, 2, 1), (2, 3, 1), (4, 2, 2), (1, 1, 1), (3, 7, 1)):
        row = convcalc.layer(
            "conv_transpose",
            (1, 6),
            out_channels=1,
            kernel_size=k,
            stride=s,
            dilation=d,
            padding="same",
        )
        assert row.output == (1, 6 * s), (k, s, d)


def test_an_exact_size_is_a_fraction_in_lowest_terms() -> None:
    def exact(n: int, k: int, s: int) -> str:
        return Axis(n, k, s, 0, 0, 1).exact

    assert exact(32, 5, 2) == "29/2"  # (32 - 5)/2 + 1
    assert exact(7, 3, 3) == "7/3"
    assert exact(224, 11, 4) == "217/4"
    assert exact(32, 5, 3) == "10"
    assert exact(10, 4, 4) == "5/2"  # 10/4 in lowest terms


# ------------------------------------------------------------------------------------- notes

NOTES: list[tuple[str, dict[str, Any], Shape, list[str]]] = [
    (
        "conv",
        {"out_channels": 5, "kernel_size": 5, "stride": 2},
        (3, 32, 32),
        ["14.5 is not whole: floor gives 14, and the last 1 of 32 cells is never read"],
    ),
    ("conv", {"out_channels": 5, "kernel_size": 5, "stride": 3}, (3, 32, 32), []),
    (
        "conv",
        {"out_channels": 5, "kernel_size": 3, "stride": 3},
        (3, 34, 35),
        [
            "11.33 is not whole: floor gives 11, and the last 1 of 34 cells is never read (height)",
            "11.67 is not whole: floor gives 11, and the last 2 of 35 cells are never read (width)",
        ],
    ),
    # the unread cell is padding, so nothing of the map is lost
    ("conv", {"out_channels": 5, "kernel_size": 3, "stride": 2, "padding": 1}, (3, 32, 32), []),
    (
        "conv",
        {"out_channels": 5, "kernel_size": 1, "stride": 2},
        (3, 8, 8),
        ["stride 2 is wider than the 1-wide window: of every 2 cells 1 is skipped"],
    ),
    (
        "conv",
        {"out_channels": 5, "kernel_size": 2, "stride": 5},
        (3, 20),
        ["stride 5 is wider than the 2-wide window: of every 5 cells 3 are skipped"],
    ),
    (
        "conv",
        {"out_channels": 5, "kernel_size": 3, "stride": 2, "padding": "same"},
        (3, 32, 32),
        [
            "same pads 0 before and 1 after, as TensorFlow, Keras and ONNX SAME_UPPER do; "
            "same_lower swaps them, padding: 1 pads both sides equally"
        ],
    ),
    (
        "conv",
        {"out_channels": 5, "kernel_size": 3, "stride": 2, "padding": "same"},
        (3, 33, 33),
        [],
    ),
    (
        "conv_transpose",
        {"out_channels": 1, "kernel_size": 7, "stride": 16},
        (1, 14),
        [
            "stride 16 is wider than the 7-wide kernel: outputs between the patches are bias only; "
            "size_rule keras gives 224, pytorch 215 without padding"
        ],
    ),
    (
        "conv_transpose",
        {"out_channels": 1, "kernel_size": 4, "stride": 2, "padding": 1},
        (1, 14, 14),
        [],
    ),
    (
        "maxpool",
        {"kernel_size": 1, "stride": 2, "ceil_mode": True},
        (1, 32),
        [
            "stride 2 is wider than the 1-wide window: of every 2 cells 1 is skipped",
            "ceil gives 16 here, Caffe 17: PyTorch and ONNX drop a window that starts past the input; "
            "use fit: caffe for Caffe's size",
        ],
    ),
    (
        "maxpool",
        {"kernel_size": 3, "stride": 2, "ceil_mode": True},
        (1, 32, 32),
        ["15.5 is rounded up: the last window goes past the end (floor gives 15)"],
    ),
    (
        "maxpool",
        {"kernel_size": 3, "stride": 2},
        (1, 32, 32),
        ["15.5 is not whole: floor gives 15, and the last 1 of 32 cells is never read"],
    ),
    ("maxpool", {"kernel_size": 2}, (1, 32, 32), []),
    (
        "maxpool",
        {"kernel_size": 3, "stride": 2, "fit": "caffe"},
        (1, 32, 32),
        ["15.5 is rounded up: the last window goes past the end (floor gives 15)"],
    ),
    (
        "adaptive_avgpool",
        {"output_size": 7},
        (256, 9, 14),
        ["9 is not a multiple of 7: the 7 windows differ in size or overlap"],
    ),
    ("adaptive_avgpool", {"output_size": 7}, (256, 14, 14), []),
    ("relu", {}, (3, 8, 8), []),
]

REFUSALS: list[tuple[str, dict[str, Any], tuple[Shape, ...], str]] = [
    (
        "slice",
        {"start": 8},
        ((8, 6, 6),),
        "start is 8, but along the channels there are 8 cells; use 0 to 7, or -1 for the last",
    ),
    (
        "reduce",
        {"op": "mean", "axes": ("h",)},
        ((8,),),
        "8 has no axis h; use channels, or a number below 1",
    ),
    (
        "space_to_depth",
        {"block_size": 2},
        ((3, 5, 4),),
        "the input's height is 5, which block_size 2 does not divide; try block_size 1",
    ),
    (
        "softmax",
        {"axis": 3},
        ((8, 6, 6),),
        "8×6×6 has no axis 3; use channels, height, width, or a number below 3",
    ),
    (
        "log_softmax",
        {"axis": 3},
        ((8, 6, 6),),
        "8×6×6 has no axis 3; use channels, height, width, or a number below 3",
    ),
    (
        "flatten",
        {"start_axis": 2, "end_axis": 1},
        ((8, 6, 6),),
        "start_axis is the width, which comes after end_axis, the height; swap them",
    ),
    (
        "permute",
        {"order": ("w", "h")},
        ((8, 6, 6),),
        "order lists 2 of the 3 axes of 8×6×6; name channels, height, width",
    ),
    ("parameter", {"shape": (0, 3)}, ((8, 6),), "a side of shape is 0; use 1 or more"),
    (
        "layernorm",
        {"axes": ("d",)},
        ((8, 6, 6),),
        "8×6×6 has no axis d; use channels, height, width, or a number below 3",
    ),
    (
        "conv",
        {"out_channels": 4, "kernel_size": 7},
        ((3, 5, 5),),
        "a 7-wide window does not fit 5 along the height; raise the padding by 1 per side, or use a kernel of at most 5",
    ),
    (
        "conv",
        {"out_channels": 4, "kernel_size": 3, "dilation": 4, "padding": 1},
        ((3, 5, 9),),
        "a 9-wide window (3 taps 4 apart) does not fit 5 + 2·1 = 7 along the height; raise the padding by 1 per side, or use a kernel of at most 2",
    ),
    (
        "conv",
        {"out_channels": 4, "kernel_size": 5, "padding": ((0, 1),)},
        ((3, 3),),
        "a 5-wide window does not fit 3 + 0 + 1 = 4 along the length; raise the padding by 1 per side, or use a kernel of at most 4",
    ),
    (
        "conv",
        {"out_channels": 4, "kernel_size": 5, "stride": 2, "fit": "strict"},
        ((3, 32, 32),),
        "14.5: a 5-wide window does not fit 32 along the height in steps of 2 (1 cell is left over); use an input of 31 or 33, another stride, or fit: floor",
    ),
    (
        "conv",
        {"out_channels": 4, "kernel_size": 5, "stride": 4, "fit": "strict"},
        ((3, 32, 33),),
        "7.75: a 5-wide window does not fit 32 along the height in steps of 4 (3 cells are left over); use an input of 29 or 33, another stride, or fit: floor",
    ),
    (
        "conv",
        {"out_channels": 4, "kernel_size": 3},
        ((3,),),
        "needs channels and 1 to 3 axes, but gets 3; put a reshape before it",
    ),
    (
        "conv",
        {"out_channels": 4, "kernel_size": 3},
        ((1, 3, 8, 8, 8),),
        "needs channels and 1 to 3 axes, but gets 1×3×8×8×8; leave the batch out",
    ),
    (
        "conv",
        {"out_channels": 4, "kernel_size": (3, 3, 3)},
        ((3, 8, 8),),
        "kernel_size [3, 3, 3] is for 3 axes, but the input has 2; give one number, or 2",
    ),
    (
        "conv",
        {"out_channels": 4, "kernel_size": 0},
        ((3, 8, 8),),
        "kernel_size is 0; use 1 or more",
    ),
    (
        "conv",
        {"out_channels": 4, "kernel_size": 3, "stride": (2, 0)},
        ((3, 8, 8),),
        "stride is 0; use 1 or more",
    ),
    (
        "conv",
        {"out_channels": 4, "kernel_size": 3, "dilation": -1},
        ((3, 8, 8),),
        "dilation is -1; use 1 or more",
    ),
    (
        "conv",
        {"out_channels": 0, "kernel_size": 3},
        ((3, 8, 8),),
        "out_channels is 0; use 1 or more",
    ),
    (
        "conv",
        {"out_channels": 4, "kernel_size": 3, "padding": -1},
        ((3, 8, 8),),
        "padding is -1; use 0 or more (the kind crop removes cells)",
    ),
    (
        "conv",
        {"out_channels": 4, "kernel_size": 3, "padding": ((0, -2), (0, 0))},
        ((3, 8, 8),),
        "padding is -2; use 0 or more (the kind crop removes cells)",
    ),
    (
        "conv",
        {"out_channels": 4, "kernel_size": 3, "padding": (1, 1, 1)},
        ((3, 8, 8),),
        "padding [1, 1, 1] is for 3 axes, but the input has 2; give one number, or 2",
    ),
    (
        "conv",
        {"out_channels": 4, "kernel_size": 3, "padding": "causal"},
        ((3, 8, 8),),
        "causal padding is for sequences (C, L), but the input has 2 axes; use same",
    ),
    (
        "conv",
        {"out_channels": 8, "kernel_size": 3, "groups": 4},
        ((6, 8, 8),),
        "the input's channel count is 6, which groups 4 does not divide; try groups 3",
    ),
    (
        "conv",
        {"out_channels": 9, "kernel_size": 3, "groups": 2},
        ((6, 8, 8),),
        "out_channels is 9, which groups 2 does not divide; try groups 1",
    ),
    (
        "conv",
        {"out_channels": 8, "kernel_size": 3, "groups": 0},
        ((6, 8, 8),),
        "groups is 0; use 1 or more",
    ),
    (
        "conv",
        {"out_channels": 2, "kernel_size": 3, "groups": 2, "connections": ((0,), (1,))},
        ((2, 8, 8),),
        "connections and groups 2 cannot be used together; leave groups out",
    ),
    (
        "conv",
        {"out_channels": 3, "kernel_size": 3, "connections": ((0,), (1,))},
        ((2, 8, 8),),
        "connections has 2 rows for 3 output maps; give one list of input maps per output map",
    ),
    (
        "conv",
        {"out_channels": 2, "kernel_size": 3, "connections": ((0,), (2,))},
        ((2, 8, 8),),
        "connections row 1 is [2]; name different input maps from 0 to 1, at least one",
    ),
    (
        "conv",
        {"out_channels": 2, "kernel_size": 3, "connections": ((0,), ())},
        ((2, 8, 8),),
        "connections row 1 is []; name different input maps from 0 to 1, at least one",
    ),
    (
        "conv",
        {"out_channels": 2, "kernel_size": 3, "connections": ((0, 0), (1,))},
        ((2, 8, 8),),
        "connections row 0 is [0, 0]; name different input maps from 0 to 1, at least one",
    ),
    (
        "depthwise_conv",
        {"kernel_size": 3, "multiplier": 0},
        ((2, 8, 8),),
        "multiplier is 0; use 1 or more",
    ),
    (
        "separable_conv",
        {"kernel_size": 3, "out_channels": 0},
        ((2, 8, 8),),
        "out_channels is 0; use 1 or more",
    ),
    (
        "separable_conv",
        {"kernel_size": 3, "out_channels": 4, "multiplier": 0},
        ((2, 8, 8),),
        "multiplier is 0; use 1 or more",
    ),
    (
        "local_conv",
        {"kernel_size": 3, "out_channels": 0},
        ((2, 8, 8),),
        "out_channels is 0; use 1 or more",
    ),
    (
        "conv_transpose",
        {"kernel_size": 3, "out_channels": 0},
        ((2, 8, 8),),
        "out_channels is 0; use 1 or more",
    ),
    (
        "conv_transpose",
        {"kernel_size": 3, "out_channels": 4},
        ((2,),),
        "needs channels and 1 to 3 axes, but gets 2; put a reshape before it",
    ),
    (
        "conv_transpose",
        {"kernel_size": 0, "out_channels": 4},
        ((2, 8, 8),),
        "kernel_size is 0; use 1 or more",
    ),
    (
        "conv_transpose",
        {"kernel_size": 3, "out_channels": 4, "stride": 0},
        ((2, 8, 8),),
        "stride is 0; use 1 or more",
    ),
    (
        "conv_transpose",
        {"kernel_size": 3, "out_channels": 4, "dilation": 0},
        ((2, 8, 8),),
        "dilation is 0; use 1 or more",
    ),
    (
        "conv_transpose",
        {"kernel_size": 3, "out_channels": 4, "output_padding": -1},
        ((2, 8, 8),),
        "output_padding is -1; use 0 or more",
    ),
    (
        "conv_transpose",
        {"kernel_size": 3, "out_channels": 4, "padding": -1},
        ((2, 8, 8),),
        "padding is -1; use 0 or more (the kind crop removes cells)",
    ),
    (
        "conv_transpose",
        {"kernel_size": 3, "out_channels": 4, "groups": 3},
        ((2, 8, 8),),
        "the input's channel count is 2, which groups 3 does not divide; try groups 2",
    ),
    (
        "conv_transpose",
        {"kernel_size": 3, "out_channels": 5, "groups": 2},
        ((2, 8, 8),),
        "out_channels is 5, which groups 2 does not divide; try groups 1",
    ),
    (
        "conv_transpose",
        {"kernel_size": 3, "out_channels": 4, "padding": "full"},
        ((2, 8, 8),),
        "padding full has no meaning when transposed; use numbers, valid, same or same_lower",
    ),
    *(
        ("conv_transpose", {"kernel_size": 3, "out_channels": 4, **options}, ((2, 3, 3),), said)
        for options, said in (
            (
                {"stride": 2, "output_shape": 9},
                "output_shape 9 along the height is not possible: it is at most 8; use less, or a larger stride",
            ),
            (
                {"stride": 2, "padding": 1, "output_shape": (6, 4)},
                "output_shape 4 along the width is not possible: with padding 1 + 1 it is 5 to 6; use one of these",
            ),
            (
                {"padding": 4, "output_shape": 3},
                "output_shape 3 along the height is not possible: padding 4 + 4 leaves nothing; lower the padding",
            ),
            (
                {"stride": 2, "padding": 1, "output_padding": 1, "output_shape": 6},
                "with output_shape and padding in numbers the output padding is computed; leave output_padding out",
            ),
            ({"output_shape": 0}, "output_shape is 0; use 1 or more"),
            (
                {"stride": 2, "padding": "same_lower", "output_padding": 1},
                "padding same_lower fixes the output at n·s, so output_padding has no meaning; leave it out, or give the padding in numbers (Keras then takes k // 2 per side)",
            ),
        )
    ),
    (
        "conv_transpose",
        {"kernel_size": 3, "out_channels": 4, "padding": "same", "stride": 2, "output_padding": 1},
        ((2, 8, 8),),
        "padding same fixes the output at n·s, so output_padding has no meaning; leave it out, or give the padding in numbers (Keras then takes k // 2 per side)",
    ),
    (
        "conv_transpose",
        {"kernel_size": 3, "out_channels": 4, "stride": 2, "output_padding": 2},
        ((2, 8, 8),),
        "output_padding 2 along the height must be smaller than the stride 2 or the dilation 1; use at most 1",
    ),
    (
        "conv_transpose",
        {"kernel_size": 3, "out_channels": 4, "padding": 2},
        ((2, 1, 4),),
        "padding 2 + 2 removes the whole output along the height: (1 − 1)·1 + 3 = 3 cells; lower the padding",
    ),
    (
        "linear",
        {"out_features": 10},
        ((512, 7, 7),),
        "a fully connected layer takes a vector, but gets 512×7×7; put flatten (or a global pool and flatten) before it, or name the axis that it works on, as axis: -1",
    ),
    ("linear", {"out_features": 0}, ((512,),), "out_features is 0; use 1 or more"),
    (
        "linear",
        {"out_features": 4, "axis": "depth"},
        ((8, 6, 5),),
        "8×6×5 has no axis depth; use channels, height, width, or a number below 3",
    ),
    (
        "softmax",
        {"axis": -4},
        ((8, 6, 5),),
        "8×6×5 has no axis -4; use channels, height, width, or a number below 3",
    ),
    ("layernorm", {"axes": ("h", 1)}, ((8, 6, 5),), "height is named twice; name each axis once"),
    (
        "slice",
        {"into": 3},
        ((8, 6, 5),),
        "the number of cells along the channels is 8, which into 3 does not divide; try into 2",
    ),
    (
        "slice",
        {"into": 5, "take": -6, "axis": "w"},
        ((8, 6, 5),),
        "take is -6, but there are 5 parts; use 0 to 4",
    ),
    (
        "slice",
        {"into": 1, "take": 1},
        ((8,),),
        "take is 1, but there is 1 part; use 0 to 0",
    ),
    (
        "slice",
        {"into": 2, "stop": 4},
        ((8, 6, 5),),
        "got into and a range; give into and take, or start, stop and step",
    ),
    ("slice", {"take": 1}, ((8,),), "take is 1, but there are no parts; give into too"),
    ("slice", {"step": 0}, ((8,),), "step is 0; use 1 or more"),
    (
        "slice",
        {"start": 8},
        ((8,),),
        "start is 8, but along the channels there are 8 cells; use 0 to 7, or -1 for the last",
    ),
    (
        "slice",
        {"stop": -7, "axis": "h"},
        ((8, 6, 5),),
        "stop is -7, but along the height there are 6 cells; use at most 6, or leave it out",
    ),
    (
        "slice",
        {"start": -2, "stop": 3, "axis": "l"},
        ((8, 6),),
        "a range from cell 4 up to but not including 3 is empty; use a stop of 5 to 6",
    ),
    (
        "space_to_depth",
        {"block_size": 2},
        ((8, 6, 5),),
        "the input's width is 5, which block_size 2 does not divide; try block_size 1",
    ),
    ("space_to_depth", {"block_size": 0}, ((8, 6, 5),), "block_size is 0; use 1 or more"),
    (
        "permute",
        {"order": (1, 0)},
        ((8, 6, 5),),
        "order lists 2 of the 3 axes of 8×6×5; name channels, height, width",
    ),
    (
        "permute",
        {"order": (4, 0, 1, 2, -1)},
        ((2, 3, 4, 5, 6),),
        "axis 4 is named twice; name each axis once",
    ),
    (
        "reduce",
        {},
        ((8,),),
        "8 has no axis other than the channels; name one: axes: [channels]",
    ),
    (
        "reduce",
        {"axes": (1, 0), "keep": False},
        ((8, 6),),
        "nothing is left of 8×6 without any axis; use keep: true",
    ),
    (
        "reduce",
        {"axes": ("c", "channels")},
        ((8, 6),),
        "channels is named twice; name each axis once",
    ),
    ("parameter", {"shape": (8, 0)}, ((8, 6),), "a side of shape is 0; use 1 or more"),
    (
        "flatten",
        {"start_axis": "w", "end_axis": "h"},
        ((8, 6, 5),),
        "start_axis is the width, which comes after end_axis, the height; swap them",
    ),
    (
        "concat",
        {"axis": "h"},
        ((8, 6, 5), (4, 6, 5)),
        "cannot concat 8×6×5 and 4×6×5: only the height may differ; match the sizes with stride, padding, crop or upsample",
    ),
    (
        "concat",
        {"axis": 1},
        ((8, 6), (8, 6, 5)),
        "cannot concat 8×6 and 8×6×5: only the length may differ; match the sizes with stride, padding, crop or upsample",
    ),
    (
        "rbf",
        {"out_features": 10},
        ((12, 7),),
        "takes a vector, but gets 12×7; put flatten before it",
    ),
    ("rbf", {"out_features": 0}, ((12,),), "out_features is 0; use 1 or more"),
    (
        "maxpool",
        {"kernel_size": 3, "padding": 3},
        ((2, 8, 8),),
        "padding 3 is not less than the 3-wide window along the height, so some windows would contain only padding; use at most 2",
    ),
    (
        "maxpool",
        {"kernel_size": 9},
        ((2, 8, 8),),
        "a 9-wide window does not fit 8 along the height; raise the padding by 1 per side, or use a kernel of at most 8",
    ),
    ("maxpool", {"kernel_size": 2, "stride": 0}, ((2, 8, 8),), "stride is 0; use 1 or more"),
    (
        "maxpool",
        {"kernel_size": 2, "stride": 2, "fit": "strict"},
        ((2, 121, 121),),
        "60.5: a 2-wide window does not fit 121 along the height in steps of 2 (1 cell is left over); use an input of 120 or 122, another stride, or fit: floor",
    ),
    ("lppool", {"kernel_size": 2, "norm_type": 0}, ((2, 8, 8),), "norm_type is 0; use 1 or more"),
    (
        "subsample",
        {"kernel_size": 2},
        ((6,),),
        "needs channels and 1 to 3 axes, but gets 6; put a reshape before it",
    ),
    (
        "subsample",
        {"kernel_size": 2},
        ((6, 1, 1),),
        "a 2-wide window does not fit 1 along the height; put a pad before it, of 1 per side, or use a kernel of at most 1",
    ),
    (
        "global_avgpool",
        {},
        ((12,),),
        "needs channels and 1 to 3 axes, but gets 12; put a reshape before it",
    ),
    (
        "global_maxpool",
        {},
        ((1, 1, 2, 3, 4),),
        "needs channels and 1 to 3 axes, but gets 1×1×2×3×4; leave the batch out",
    ),
    ("adaptive_avgpool", {"output_size": 0}, ((2, 8, 8),), "output_size is 0; use 1 or more"),
    (
        "adaptive_maxpool",
        {"output_size": (2, 2, 2)},
        ((2, 8, 8),),
        "output_size [2, 2, 2] is for 3 axes, but the input has 2; give one number, or 2",
    ),
    (
        "adaptive_maxpool",
        {"output_size": 2},
        ((8,),),
        "needs channels and 1 to 3 axes, but gets 8; put a reshape before it",
    ),
    ("unpool", {"kernel_size": 0}, ((2, 8, 8),), "kernel_size is 0; use 1 or more"),
    ("unpool", {"kernel_size": 2, "stride": 0}, ((2, 8, 8),), "stride is 0; use 1 or more"),
    (
        "unpool",
        {"kernel_size": 2, "padding": "same"},
        ((2, 8, 8),),
        "padding is same; unpool takes one number per axis",
    ),
    (
        "unpool",
        {"kernel_size": 2, "padding": ((0, 1), (0, 1))},
        ((2, 8, 8),),
        "padding is ((0, 1), (0, 1)); unpool takes one number per axis",
    ),
    (
        "unpool",
        {"kernel_size": 2, "padding": 1},
        ((2, 1, 1),),
        "padding 1 removes the whole output along the height; lower it",
    ),
    (
        "unpool",
        {"kernel_size": 2},
        ((2,),),
        "needs channels and 1 to 3 axes, but gets 2; put a reshape before it",
    ),
    ("groupnorm", {"num_groups": 0}, ((6, 8, 8),), "num_groups is 0; use 1 or more"),
    (
        "groupnorm",
        {"num_groups": 4},
        ((6, 8, 8),),
        "the input's channel count is 6, which num_groups 4 does not divide; try num_groups 3",
    ),
    ("lrn", {"size": 0}, ((6, 8, 8),), "size is 0; use 1 or more"),
    ("lrn", {}, ((6,),), "needs channels and at least one axis; leave it out for vectors"),
    (
        "pad",
        {"padding": 1},
        ((6,),),
        "needs channels and 1 to 3 axes, but gets 6; put a reshape before it",
    ),
    ("pad", {"padding": -1}, ((6, 8),), "padding is -1; use 0 or more"),
    (
        "pad",
        {"padding": (1, 1, 1)},
        ((6, 8, 8),),
        "padding [1, 1, 1] is for 3 axes, but the input has 2; give one number, or 2",
    ),
    ("pad", {"padding": 1, "channels": (0, -1)}, ((6, 8, 8),), "channels is -1; use 0 or more"),
    ("crop", {}, ((6, 8, 8),), "crop got nothing; give one of size, padding, like"),
    (
        "crop",
        {"size": 4, "padding": 1},
        ((6, 8, 8),),
        "crop got size and padding; give one of size, padding, like",
    ),
    (
        "crop",
        {"size": 4},
        ((6,),),
        "needs channels and 1 to 3 axes, but gets 6; put a reshape before it",
    ),
    (
        "crop",
        {"size": 9},
        ((6, 8, 8),),
        "cannot crop a height of 8 to 9; keep 1 to 8 cells (pad makes a map larger)",
    ),
    ("crop", {"size": 0}, ((6, 8, 8),), "size is 0; use 1 or more"),
    (
        "crop",
        {"size": (4, 4, 4)},
        ((6, 8, 8),),
        "size [4, 4, 4] is for 3 axes, but the input has 2; give one number, or 2",
    ),
    (
        "crop",
        {"padding": 4},
        ((6, 8, 8),),
        "cannot crop a height of 8 to 0; keep 1 to 8 cells (pad makes a map larger)",
    ),
    ("crop", {"padding": -1}, ((6, 8, 8),), "padding is -1; use 0 or more"),
    (
        "crop",
        {"size": 4, "offset": 5},
        ((6, 8, 8),),
        "cannot cut 5 cells before 4 of 8; use an offset of at most 4",
    ),
    ("crop", {"size": 4, "offset": -1}, ((6, 8, 8),), "offset is -1; use 0 or more"),
    (
        "crop",
        {"padding": 1, "offset": 1},
        ((6, 8, 8),),
        "crop got padding and offset; offset is used with size or like",
    ),
    (
        "pad",
        {"padding": 1, "like": "a"},
        ((6, 8, 8),),
        "pad got padding and like; give one of them",
    ),
    (
        "pad",
        {"like": "a"},
        ((6, 8, 8), (6, 8)),
        "cannot pad 6×8×8 like 6×8; name a layer with 2 axes",
    ),
    (
        "pad",
        {"like": "a"},
        ((6, 8, 8), (6, 8, 7)),
        "cannot pad a width of 8 to 7; pad adds cells (crop removes them)",
    ),
    ("resize", {}, ((6, 8, 8),), "resize got nothing; give one of size, scale, like"),
    (
        "resize",
        {"size": 3, "like": "a"},
        ((6, 8, 8),),
        "resize got size and like; give one of size, scale, like",
    ),
    (
        "resize",
        {"size": 3, "align_corners": True},
        ((6, 8, 8),),
        "align_corners is for mode linear or cubic; leave it out of nearest",
    ),
    ("resize", {"size": 0}, ((6, 8, 8),), "size is 0; use 1 or more"),
    (
        "resize",
        {"scale": (2, "1/2", 1)},
        ((6, 8, 8),),
        "scale 2x1/2x1 is for 3 axes, but the input has 2; give one number, or 2",
    ),
    (
        "resize",
        {"scale": "1/9"},
        ((6, 9, 8),),
        "scale 1/9 makes a width of 8 to 0; use a larger scale, or size",
    ),
    (
        "resize",
        {"like": "a"},
        ((6, 8, 8), (6,)),
        "cannot resize 6×8×8 like 6; name a layer with 2 axes",
    ),
    (
        "blur_pool",
        {"kernel_size": 6},
        ((6, 8, 3),),
        "a width of 3 cannot mirror 3 cells; use a kernel of at most 5",
    ),
    ("blur_pool", {"stride": 0}, ((6, 8, 8),), "stride is 0; use 1 or more"),
    (
        "attention",
        {"heads": 4},
        ((6, 8),),
        "the input's channel count is 6, which heads 4 does not divide; try heads 3",
    ),
    ("attention", {"heads": 0, "key_dim": 2}, ((6, 8),), "heads is 0; use 1 or more"),
    ("attention", {"heads": 4, "key_dim": 0}, ((6, 8),), "key_dim is 0; use 1 or more"),
    (
        "attention",
        {"heads": 6, "kv_heads": 4},
        ((6, 8),),
        "heads is 6, which kv_heads 4 does not divide; try kv_heads 3",
    ),
    (
        "attention",
        {"heads": 3},
        ((6,),),
        "needs channels and 1 to 3 axes, but gets 6; put a reshape before it",
    ),
    (
        "opaque",
        {"output": (1, 2, 3, 4, 5)},
        ((6, 8),),
        "output has 5 sides; give channels and up to 3 axes, without a batch",
    ),
    (
        "opaque_join",
        {"output": (1, 2, 3, 4, 5)},
        ((6, 8), (6, 8)),
        "output has 5 sides; give channels and up to 3 axes, without a batch",
    ),
    ("opaque", {"output": ("c", "l-8")}, ((6, 8),), "a side of output is 0; use 1 or more"),
    (
        "opaque",
        {"output": ("c", "w")},
        ((6, 8),),
        "output names w, but the sides of 6×8 are c, l; use these",
    ),
    (
        "opaque",
        {"output": ("c//(l-8)",)},
        ((6, 8),),
        "output divides 6 by 0; change the expression",
    ),
    (
        "opaque",
        {"output": ("c*999999999999*999999999999",)},
        ((6, 8),),
        "output passes 1,000,000,000,000,000,000; use smaller numbers",
    ),
    (
        "opaque",
        {"output": (8, 8), "rf": (0, 1, 1)},
        ((6, 8),),
        "the window or the stride of rf is 0; use 1 or more",
    ),
    (
        "opaque",
        {"output": (8, 8), "rf": (3, 1, -1)},
        ((6, 8),),
        "the padding of rf is -1; use 0 or more",
    ),
    (
        "opaque",
        {"output": (8, 9), "rf": "unit"},
        ((6, 8),),
        "rf cannot be unit where 6×8 becomes 8×9: unit keeps the size, a window the number of axes; use all or unknown",
    ),
    (
        "custom",
        {"output": (8,), "rf": (3, 1, 1), "params": 0, "macs": 0},
        ((6, 8),),
        "rf cannot be 3x1x1 where 6×8 becomes 8: unit keeps the size, a window the number of axes; use all or unknown",
    ),
    (
        "custom",
        {"output": (8,), "params": "c-9", "macs": 0},
        ((6, 8),),
        "params is -3; use 0 or more",
    ),
    (
        "matmul",
        {},
        ((6, 8),),
        "it joins 1 path; give two or more ([] is the input itself)",
    ),
    (
        "matmul",
        {},
        ((6, 6), (6, 6), (6, 6)),
        "matmul multiplies two paths, but gets 3; put a second matmul into one of its paths",
    ),
    (
        "matmul",
        {},
        ((6, 8), (2, 8, 3)),
        "cannot matmul 6×8 and 2×8×3: give two maps with the same number of sides, two or more; put a reshape before it",
    ),
    (
        "matmul",
        {},
        ((2, 6, 8), (3, 8, 3)),
        "cannot matmul 2×6×8 and 3×8×3: the sides before the last two must be equal or 1; put a reshape before it",
    ),
    (
        "matmul",
        {"transpose_a": True},
        ((6, 1), (7, 3)),
        "cannot matmul 6×1 and 7×3: the first has 6 columns and the second 7 rows; make them equal, or set transpose_a or transpose_b",
    ),
    (
        "crop",
        {"like": "a"},
        ((6, 8, 8), (6, 8)),
        "cannot crop 6×8×8 like 6×8; name a layer with 2 axes",
    ),
    (
        "crop",
        {"like": "a"},
        ((6, 8, 8), (6, 9, 8)),
        "cannot crop a height of 8 to 9; keep 1 to 8 cells (pad makes a map larger)",
    ),
    (
        "reshape",
        {"shape": (3, 5)},
        ((6, 8, 8),),
        "6×8×8 has 384 values, but 3×5 needs 15; make the products equal",
    ),
    ("reshape", {"shape": (0, 5)}, ((6, 8, 8),), "a side of shape is 0; use 1 or more"),
    (
        "channel_shuffle",
        {"groups": 4},
        ((6, 8, 8),),
        "the input's channel count is 6, which groups 4 does not divide; try groups 3",
    ),
    (
        "channel_shuffle",
        {"groups": 0},
        ((6, 8, 8),),
        "groups is 0; use 1 or more",
    ),
    (
        "pixel_shuffle",
        {"upscale_factor": 2},
        ((6, 8, 8),),
        "the input has 6 channels, and upscale_factor 2 takes 4 for each output channel; give the layer before it a multiple of 4",
    ),
    ("pixel_shuffle", {"upscale_factor": 0}, ((6, 8, 8),), "upscale_factor is 0; use 1 or more"),
    (
        "pixel_shuffle",
        {"upscale_factor": 2},
        ((6,),),
        "needs channels and 1 to 3 axes, but gets 6; put a reshape before it",
    ),
    ("upsample", {"scale_factor": 0}, ((6, 8, 8),), "scale_factor is 0; use 1 or more"),
    (
        "upsample",
        {"scale_factor": 2},
        ((6,),),
        "needs channels and 1 to 3 axes, but gets 6; put a reshape before it",
    ),
    (
        "upsample",
        {"scale_factor": (2, 2, 2)},
        ((6, 8, 8),),
        "scale_factor [2, 2, 2] is for 3 axes, but the input has 2; give one number, or 2",
    ),
    ("add", {}, ((6, 8, 8),), "it joins 1 path; give two or more ([] is the input itself)"),
    (
        "add",
        {},
        ((256, 56, 56), (512, 28, 28)),
        "cannot add 256×56×56 and 512×28×28: sides must be equal or 1; match the channels with a 1×1 conv and the size with stride, padding or crop",
    ),
    (
        "add",
        {},
        ((6, 8, 8), (6,)),
        "cannot add 6×8×8 and 6: sides must be equal or 1; match the channels with a 1×1 conv and the size with stride, padding or crop",
    ),
    (
        "multiply",
        {},
        ((6, 8, 8), (3, 1, 1)),
        "cannot multiply 6×8×8 and 3×1×1: sides must be equal or 1; match the channels with a 1×1 conv and the size with stride, padding or crop",
    ),
    ("concat", {}, ((6, 8, 8),), "it joins 1 path; give two or more ([] is the input itself)"),
    (
        "concat",
        {},
        ((6, 64, 64), (6, 56, 56)),
        "cannot concat 6×64×64 and 6×56×56: only the channels may differ; match the sizes with stride, padding, crop or upsample",
    ),
    ("dropout", {"p": 1.5}, ((6,),), "p is 1.5; it is a share, use 0 to 1"),
    ("dropout", {"p": -0.5}, ((6,),), "p is -0.5; it is a share, use 0 to 1"),
    (
        "avgpool",
        {"kernel_size": 3, "padding": ((1, 3), 0)},
        ((2, 8, 8),),
        "padding 3 is not less than the 3-wide window along the height, so some windows would contain only padding; use at most 2",
    ),
    (
        "lppool",
        {"kernel_size": 3, "dilation": 2, "padding": 5},
        ((2, 8, 8),),
        "padding 5 is not less than the 5-wide window along the height, so some windows would contain only padding; use at most 4",
    ),
    ("clip", {}, ((6,),), "no limit is given; give min, max or both (hardtanh has -1 and 1)"),
    ("clip", {"min": 6.0, "max": 0.5}, ((6,),), "min 6 is above max 0.5; swap the two"),
    (
        "glu",
        {},
        ((7, 8, 8),),
        "it halves the channels, but gets 7; give the layer before it an even number, such as 8",
    ),
    (
        "scale",
        {"factor": False},
        ((6, 8, 8),),
        "factor and bias are both false; set one of them to true",
    ),
    *(
        (kind, {}, ((6, 8, 8),), "it joins 1 path; give two or more ([] is the input itself)")
        for kind in ("maximum", "minimum", "average", "subtract", "divide")
    ),
    *(
        (
            kind,
            {},
            ((6, 8, 8), (6, 4, 8)),
            f"cannot {words} 6×8×8 and 6×4×8: sides must be equal or 1; match the channels with a 1×1 conv and the size with stride, padding or crop",
        )
        for kind, words in (
            ("maximum", "take the maximum of"),
            ("minimum", "take the minimum of"),
            ("average", "average"),
            ("subtract", "subtract"),
            ("divide", "divide"),
        )
    ),
    *(
        (
            kind,
            {},
            ((6, 8, 8),) * 3,
            "it joins 3 paths, but takes exactly two; join the others before it",
        )
        for kind in ("subtract", "divide")
    ),
    (
        "maxpool",
        {"kernel_size": 3, "stride": 2, "ceil_mode": True, "fit": "caffe"},
        ((1, 32, 32),),
        "ceil_mode and fit caffe cannot be used together; leave one of them out",
    ),
]


def named(table: list[Any]) -> list[Any]:
    """The rows of a table, each a test with its own name."""
    return [pytest.param(*row, id=f"{row[0]}-{place}") for place, row in enumerate(table)]


@pytest.mark.parametrize(("kind", "options", "shape", "lines"), named(NOTES))
def test_notes_say_the_surprise_with_its_numbers(
    kind: str, options: dict[str, Any], shape: Shape, lines: list[str]
) -> None:
    layer = layer_of(kind, **options)
    layer.check(shape)
    assert layer.notes(shape, layer.out_shape(shape)) == lines
    assert convcalc.layer(kind, shape, **options).notes == lines


@pytest.mark.parametrize(("kind", "options", "shapes", "message"), named(REFUSALS))
def test_a_refusal_says_the_numbers_and_what_to_do(
    kind: str, options: dict[str, Any], shapes: tuple[Shape, ...], message: str
) -> None:
    with pytest.raises(ShapeError) as caught:
        layer_of(kind, **options).check(*shapes)
    assert str(caught.value) == message


def test_every_kind_that_can_refuse_does_so_in_the_table() -> None:
    refusing = {
        kind
        for kind, cls in every().items()
        if cls.check is not Layer.check or getattr(cls, "check_options", None)
    }
    assert {row[0] for row in REFUSALS} == refusing


def test_a_map_beyond_all_memory_is_refused() -> None:
    with pytest.raises(
        ShapeError, match=r"has more than 1,000,000,000,000,000,000 values; use smaller numbers"
    ):
        convcalc.layer("upsample", (10**6, 10**6), scale_factor=10**8)


def test_taps_on_padding_are_not_counted_one_by_one_without_limit() -> None:
    layer = layer_of("conv", out_channels=1, kernel_size=MAX_TAPS + 1, padding=MAX_TAPS)
    with pytest.raises(ShapeError, match="a kernel or an output of at most 100,000"):
        layer.valid_macs((1, 9), layer.out_shape((1, 9)))


def test_a_norm_may_have_a_scale_or_a_shift_alone() -> None:
    """By hand: one half of 2·4 numbers remains; norms by statistics of the sample also lose the operation."""
    shape = (4, 5, 5)
    for kind, options in (("batchnorm", {}), ("groupnorm", {"num_groups": 2})):
        scale, shift, none = (
            layer_of(kind, **options, **more)
            for more in ({"shift": False}, {"scale": False}, {"scale": False, "shift": False})
        )
        assert [layer.weights(shape, shape) for layer in (scale, shift, none)] == [4, 0, 0]
        assert [layer.biases(shape, shape) for layer in (scale, shift, none)] == [0, 4, 0]
        assert [layer.params(shape, shape) for layer in (scale, shift, none)] == [4, 4, 0]
    assert layer_of("batchnorm", shift=False).counts(shape, shape) == {
        "multiplications": 100,
        "adds": 100,
    }
    # 2 groups of 50 values: 3·50 − 1 additions and 2·50 multiplications each; plus one of either
    assert scale.counts(shape, shape) == {
        "multiplications": 300,
        "adds": 298,
        "divisions": 6,
        "roots": 2,
    }
    assert shift.counts(shape, shape) == {
        "multiplications": 200,
        "adds": 398,
        "divisions": 6,
        "roots": 2,
    }


def test_inception_v3_with_shifts_alone_is_the_one_of_keras() -> None:
    """Keras prints 23,817,352 trained parameters and 34,432 that are not trained: its norms have scale=False."""
    network = convcalc.load("inception_v3")
    nodes = [
        node._replace(layer=make("batchnorm", {"scale": False}))
        if node.layer.kind == "batchnorm"
        else node
        for node in network.nodes
    ]
    analysis = replace(network, nodes=nodes).walk()
    assert analysis.totals["params"] == 23_817_352
    assert analysis.totals["buffers"] == 34_432


def test_a_fixed_scale_is_stored_and_not_trained() -> None:
    shape = (96, 56, 56)
    assert layer_of("scale").params(shape, shape) == 96
    fixed = layer_of("scale", bias=True, trainable=False)
    assert (fixed.params(shape, shape), fixed.buffers(shape, shape)) == (0, 192)
    one = layer_of("scale", bias=True, per_channel=False)
    assert one.params(shape, shape) == 2
    assert one.counts(shape, shape) == {"multiplications": 301_056, "adds": 301_056}


def test_padding_over_half_of_a_pools_window_is_noted() -> None:
    """ONNX allows it; PyTorch requires at most half of the kernel."""
    said = "padding 2 is more than half of the kernel 3: ONNX takes it, PyTorch refuses it"
    for kind in ("maxpool", "avgpool", "lppool"):
        over = layer_of(kind, kernel_size=3, stride=1, padding=((1, 1), (0, 2)))
        assert over.notes((1, 8, 8), over.out_shape((1, 8, 8))) == [said]
        half = layer_of(kind, kernel_size=3, stride=1, padding=1)
        assert half.notes((1, 8, 8), (1, 8, 8)) == []
        word = layer_of(kind, kernel_size=3, stride=1, padding="full")
        assert word.notes((1, 8, 8), (1, 10, 10)) == []


@pytest.mark.parametrize(
    ("options", "before", "added"),
    [
        # 3 cells, 3 taps, stride 2: the stamps end after 7 cells
        ({"output_shape": 8}, 0, 1),
        ({"output_shape": 7}, 0, 0),
        ({"output_shape": 6}, 1, 0),  # the odd cell is at the start
        ({"output_shape": 6, "padding": "same"}, 0, 0),  # … here at the end
        ({"output_shape": 6, "padding": "same_lower"}, 1, 0),
        ({"output_shape": 3}, 2, 0),
        ({"output_shape": 6, "padding": 1}, 1, 1),  # PyTorch: 5, and output padding 1
        ({"padding": "same"}, 0, 0),
        ({"padding": "same_lower"}, 1, 0),
        ({"output_shape": 7, "output_padding": 1}, 1, 1),  # ONNX: one more, and one cut off
    ],
)
def test_where_a_given_output_of_a_transposed_convolution_comes_from(
    options: dict[str, Any], before: int, added: int
) -> None:
    layer = layer_of("conv_transpose", out_channels=1, kernel_size=3, stride=2, **options)
    shape = (1, 3)
    layer.check(shape)
    ((axis, a),) = layer.patches(shape)
    assert (axis.before, a) == (before, added)
    assert layer.out_shape(shape) == (1, options.get("output_shape", 6))
    assert 7 - axis.before - axis.after + a == layer.out_shape(shape)[1]


def test_a_layer_takes_its_options_by_name_and_keeps_them() -> None:
    conv: Any = every()["conv"]
    with pytest.raises(TypeError, match=r"^Conv lacks kernel_size, out_channels$"):
        conv()
    with pytest.raises(TypeError, match=r"^Conv lacks kernel_size and has no kernels, colour$"):
        conv(out_channels=8, kernels=3, colour=1)
    layer = conv(out_channels=8, kernel_size=3)
    assert replace(layer, out_channels=9).options() == {**layer.options(), "out_channels": 9}
    with pytest.raises(FrozenInstanceError, match=r"^cannot delete field 'stride'$"):
        del layer.stride


@pytest.mark.parametrize(
    "word", ["lstm", "nn.LSTM", "GRU", "SimpleRNN", "ConvLSTM2D", "nn.GRUCell", "nn.Embedding", "TransformerEncoderLayer"]
)  # fmt: skip
def test_a_layer_that_is_only_stated_leads_to_custom(word: str) -> None:
    with pytest.raises(UsageError) as caught:
        get_kind(word)
    with pytest.raises(ConvcalcError) as in_a_file:
        loads(f"input: [3, 8, 8]\nlayers:\n  - {word}: {{hidden_size: 3}}")
    said = (
        "and convcalc does not compute it; state its numbers with custom: see convcalc kinds custom"
    )
    assert str(caught.value) == f"no layer kind {word!r}, {said}"
    assert f"no layer kind or block {word!r}, {said}" in str(in_a_file.value)


def test_no_kind_is_only_stated() -> None:
    assert not [name for kind in KINDS.values() for name in kind.names() if stated_only(name)]
