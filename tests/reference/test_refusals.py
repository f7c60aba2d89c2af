"""Bad arguments are refused in one sentence: where, what is wrong with the numbers, what to do."""

import inspect
import re
from typing import Any

import numpy as np
import pytest

from convcalc import reference
from convcalc.reference.backends import FAST, LOOPS, Backend
from convcalc.reference.checks import side, sides

both_backends = pytest.mark.parametrize("backend", [LOOPS, FAST], ids=["loops", "fast"])
x = np.ones((2, 5, 5))
w = np.ones((4, 2, 3, 3))

CONV = [
    (
        (np.ones((2, 0, 4)), w),
        {},
        "conv: x has shape (2, 0, 4); every axis needs at least one cell",
    ),
    (([], w), {}, "conv: x has shape (0,); every axis needs at least one cell"),
    (([[1, 2], [3]], w), {}, "conv: x is ragged; give every row the same length"),
    (([["a"]], w), {}, "conv: x contains <U1; give integers or floats of up to 64 bits"),
    (
        (np.ones((2, 3), complex), w),
        {},
        "conv: x contains complex128; give integers or floats of up to 64 bits",
    ),
    (
        (np.ones((1, 2, 5, 5, 5)), w),
        {},
        "conv: x has shape (1, 2, 5, 5, 5); give channels first and 1 to 3 spatial axes, "
        "without a batch axis",
    ),
    (
        (np.ones(4), w),
        {},
        "conv: x has shape (4,); give channels first and 1 to 3 spatial axes, without a batch axis",
    ),
    (
        (x, np.ones((4, 2, 3))),
        {},
        "conv: weight has 3 axes and x has shape (2, 5, 5); give weight 4 axes, "
        "(out_channels, in_channels / groups, *kernel_size)",
    ),
    (
        (x, np.ones((4, 3, 3, 3))),
        {},
        "conv: weight has shape (4, 3, 3, 3); it must be (4, 2, 3, 3)",
    ),
    ((x, w, np.ones(3)), {}, "conv: bias has shape (3,); it must be (4,)"),
    ((x, w), {"stride": 0}, "conv: stride is 0; give 1 or more"),
    ((x, w), {"stride": -1}, "conv: stride is -1; give 1 or more"),
    ((x, w), {"stride": 1.5}, "conv: stride is 1.5; give a whole number"),
    ((x, w), {"stride": True}, "conv: stride is True; give a whole number"),
    (
        (x, w),
        {"stride": [1, 1, 1]},
        "conv: stride has 3 numbers for 2 spatial axes; give one number or 2",
    ),
    ((x, w), {"dilation": 0}, "conv: dilation is 0; give 1 or more"),
    ((x, w), {"padding": -1}, "conv: padding is -1; give 0 or more"),
    (
        (x, w),
        {"padding": "half"},
        "conv: padding is 'half'; give one of valid, same, same_lower, full, causal",
    ),
    (
        (x, w),
        {"padding": "causal"},
        "conv: causal padding is for one spatial axis, not 2; give numbers",
    ),
    (
        (x, w),
        {"padding": [1]},
        "conv: padding has 1 entries for 2 spatial axes; "
        "give one number, 2 numbers or 2 [before, after] pairs",
    ),
    (
        (x, w),
        {"padding": [[1, 1, 1], 0]},
        "conv: padding has 3 numbers for 2 spatial axes; give one number or 2",
    ),
    (
        (x, w),
        {"dilation": 3},
        "conv: a window 7 wide (kernel_size 3, dilation 3) does not fit the 0 + 5 + 0 = 5 cells "
        "of spatial axis 0; raise padding or shrink the kernel",
    ),
    (
        (x, np.ones((1, 2, 3, 2))),
        {"stride": 2, "fit": "strict"},
        "conv: windows 2 wide in steps of 2 leave 1 of the 0 + 5 + 0 = 5 cells of spatial axis 1 "
        "unread; change stride or padding, or use fit floor or ceil",
    ),
    ((x, w), {"fit": "round"}, "conv: fit is 'round'; give one of floor, strict, ceil, caffe"),
    (
        (x, w),
        {"groups": 3},
        "conv: groups 3 does not divide in_channels 2; choose a divisor of both",
    ),
    (
        (x, np.ones((3, 1, 3, 3))),
        {"groups": 2},
        "conv: groups 2 does not divide out_channels 3; choose a divisor of both",
    ),
    (
        (x, np.ones((2, 3, 3))),
        {"connections": [[0], [2]]},
        "conv: connections of output map 1 are [2]; "
        "name each input map from 0 to 1 at most once, and at least one",
    ),
    (
        (x, np.ones((2, 3, 3))),
        {"connections": 3},
        "conv: connections is 3; give one list of input maps per output map",
    ),
    (
        (x, np.ones((2, 3, 3))),
        {"connections": [[0], [1]], "groups": 2},
        "conv: groups is 2 together with connections; leave it out, because the table decides",
    ),
]


def refused(function: Any, *args: Any, **options: Any) -> Any:
    """The sentence."""
    with pytest.raises((ValueError, TypeError)) as caught:
        function(*args, **options)
    return str(caught.value)


@both_backends
@pytest.mark.parametrize(("args", "options", "sentence"), CONV)
def test_conv(backend: Backend, args: Any, options: Any, sentence: str) -> None:
    """Both ways say the same."""
    assert refused(backend["conv"], *args, **options) == sentence


OTHERS = [
    (
        "conv_transpose",
        (x, np.ones((2, 1, 3, 3))),
        {"padding": "full"},
        "conv_transpose: padding is 'full'; give numbers, valid, same or same_lower",
    ),
    (
        "conv_transpose",
        (x, np.ones((2, 1, 3, 3))),
        {"stride": 2, "output_padding": 2},
        "conv_transpose: output_padding 2 with stride 2, dilation 1 and padding 0; "
        "give less than the larger of stride and dilation, and 0 with same",
    ),
    (
        "conv_transpose",
        (np.ones((1, 1)), np.ones((1, 1, 2))),
        {"padding": 1},
        "conv_transpose: padding 1 + 1 cuts away all of the 2 cells of spatial axis 0; "
        "lower padding",
    ),
    (
        "conv_transpose",
        (x, np.ones((3, 1, 3, 3))),
        {},
        "conv_transpose: weight has shape (3, 1, 3, 3); it must be (2, 1, 3, 3)",
    ),
    (
        "conv_transpose",
        (x, np.ones((2, 1, 3, 3))),
        {"stride": 2, "output_shape": 13},
        "conv_transpose: output_shape 13 on spatial axis 0 is not reached by the 11 cells of the stamps, "
        "less 0 and 0; give another",
    ),
    (
        "linear",
        (x, np.ones((3, 50))),
        {},
        "linear: x has shape (2, 5, 5); it reads a vector, so flatten x first",
    ),
    ("linear", ([1, 2], [[1, 2, 3]]), {}, "linear: weight has shape (1, 3); it must be (1, 2)"),
    ("softmax", (3.0,), {}, "softmax: x is a single number, 3.0; give an array"),
    ("lrn", (3.0,), {}, "lrn: x is a single number, 3.0; give an array"),
    ("concat", ([3.0],), {}, "concat: input 0 is a single number, 3.0; give an array"),
    ("elu", (x, [1.0, 2.0]), {}, "elu: alpha is [1.0, 2.0]; give a number"),
    ("leaky_relu", (x, "a"), {}, "leaky_relu: negative_slope is 'a'; give a number"),
    ("lrn", (x,), {"beta": True}, "lrn: beta is True; give a number"),
    (
        "lppool",
        (x, 2),
        {"norm_type": 0},
        "lppool: norm_type is 0, and there is no root of order 0; give another number",
    ),
    (
        "maxpool",
        (x, 10**9),
        {},
        "maxpool: kernel_size is 1000000000; give 10000000 or less",
    ),
    (
        "conv",
        (x, w),
        {"padding": 10**9},
        "conv: the width of the padded map is 2000000005; give 10000000 or less",
    ),
    (
        "conv",
        (x, w),
        {"padding": "full", "dilation": 10**7},
        "conv: the width of the window is 20000001; give 10000000 or less",
    ),
    ("linear", ([1, 2], 7), {}, "linear: weight is a single number, 7; give an array"),
    (
        "local_conv",
        (x, w),
        {},
        "local_conv: weight has 4 axes and x has shape (2, 5, 5); give weight 6 axes, "
        "(out_channels, *output, in_channels, *kernel_size)",
    ),
    ("maxpool", (x, 0), {}, "maxpool: kernel_size is 0; give 1 or more"),
    (
        "maxpool",
        (x, 6),
        {},
        "maxpool: a window 6 wide (kernel_size 6, dilation 1) does not fit the 0 + 5 + 0 = 5 cells "
        "of spatial axis 0; raise padding or shrink the kernel",
    ),
    (
        "maxpool",
        (x, 2),
        {"ceil_mode": True, "fit": "strict"},
        "maxpool: ceil_mode and fit strict cannot be used together; give one of them",
    ),
    (
        "maxpool",
        ([[1, 2]], 1),
        {"padding": 1},
        "maxpool: a window lies on padding only, which has no maximum; lower padding",
    ),
    ("adaptive_avgpool", (x, 0), {}, "adaptive_avgpool: output_size is 0; give 1 or more"),
    (
        "unpool",
        (x, 2),
        {"padding": "same"},
        "unpool: padding is 'same'; give the numbers the pool used",
    ),
    (
        "unpool",
        ([[1]], 2),
        {"padding": 1},
        "unpool: padding 1 + 1 leaves nothing of the 2 cells of spatial axis 0; lower padding",
    ),
    (
        "unpool",
        ([[1]], 2),
        {"indices": [[2]]},
        "unpool: indices must be whole numbers from 0 to 1, the cells of (2,)",
    ),
    (
        "upsample",
        (x, 2),
        {"mode": "cubic"},
        "upsample: mode is 'cubic'; give one of nearest, linear",
    ),
    (
        "batchnorm",
        (x, [0, 0, 0], [1, 1, 1]),
        {},
        "batchnorm: mean has shape (3,); it must be (2,)",
    ),
    (
        "groupnorm",
        (x, 3),
        {},
        "groupnorm: groups 3 does not divide channels 2; choose a divisor of both",
    ),
    ("prelu", (x, [1, 1, 1]), {}, "prelu: weight has shape (3,); it must be (1,) or (2,)"),
    ("pad", (x, "same"), {}, "pad: padding is 'same'; give numbers"),
    ("crop", (x,), {}, "crop: give either size or padding"),
    (
        "crop",
        (x,),
        {"size": 6},
        "crop: size 6 is more than the 5 cells there are; pad instead",
    ),
    (
        "crop",
        (x,),
        {"padding": [[2, 3], 0]},
        "crop: cutting 2 and 3 off the 5 cells of spatial axis 0 leaves nothing to return; "
        "cut less",
    ),
    (
        "pad",
        (x,),
        {"size": 4},
        "pad: size 4 is less than the 5 cells there are; crop instead",
    ),
    ("resize", (x,), {}, "resize: give either size or scale"),
    (
        "resize",
        (x,),
        {"size": 2, "mode": "area"},
        "resize: mode is 'area'; give one of nearest, linear, cubic",
    ),
    (
        "resize",
        (x,),
        {"scale": "1/6"},
        "resize: scale 1/6 leaves nothing of (5, 5); give a larger one",
    ),
    (
        "resize",
        (x,),
        {"scale": 1.5},
        "resize: scale is 1.5; give a number or a text such as '3/2', one or 2",
    ),
    (
        "matmul",
        ([x],),
        {},
        "matmul: the inputs have shapes (2, 5, 5); give two with two axes or more",
    ),
    (
        "matmul",
        ([x, x[:, :3]],),
        {},
        "matmul: the inputs have shapes (2, 5, 5), (2, 3, 5); the columns of the first must match the rows of the second, and "
        "the axes before must be equal or 1",
    ),
    (
        "attention",
        (x, {}, 4, 3),
        {},
        "attention: kv_heads 3 does not divide heads 4; choose a divisor",
    ),
    (
        "attention",
        (x, {f"{name}_weight": np.ones((2, 3)) for name in ("query", "key", "value", "out")}, 1),
        {},
        "attention: query_weight has shape (2, 3); it must be (2, 2)",
    ),
    (
        "blur_pool",
        (x, np.ones((2, 1, 10, 10))),
        {},
        "blur_pool: the kernel (10, 10) cannot be mirrored on (5, 5); give a smaller one",
    ),
    (
        "reshape",
        (x, [7, 7]),
        {},
        "reshape: shape (7, 7) has 49 cells and x, of shape (2, 5, 5), 50; the two must be equal",
    ),
    (
        "pixel_shuffle",
        (x, 2),
        {},
        "pixel_shuffle: 2 channels cannot become cells of 4 with upscale_factor 2; "
        "give a multiple of 4 channels",
    ),
    (
        "add",
        ([x, np.ones((2, 4, 5))],),
        {},
        "add: the inputs have shapes (2, 5, 5), (2, 4, 5); "
        "make them equal, or 1 where one must be repeated",
    ),
    (
        "add",
        ([],),
        {},
        "add: the inputs have shapes none; give one or more with the same number of axes",
    ),
    ("subtract", ([x, x, x],), {}, "subtract: the number of inputs is 3; give two"),
    ("divide", ([x],), {}, "divide: the number of inputs is 1; give two"),
    (
        "maximum",
        ([x, np.ones((2, 4, 5))],),
        {},
        "maximum: the inputs have shapes (2, 5, 5), (2, 4, 5); "
        "make them equal, or 1 where one must be repeated",
    ),
    ("clip", (x,), {}, "clip: min is None and max None; give one of them, or min up to max"),
    (
        "clip",
        (x,),
        {"min": 2, "max": 1},
        "clip: min is 2.0 and max 1.0; give one of them, or min up to max",
    ),
    ("glu", (x[:1],), {}, "glu: the number of channels, 1, is odd; give an even one"),
    (
        "gelu",
        (x,),
        {"approximate": "erf"},
        "gelu: approximate is 'erf'; give one of none, tanh",
    ),
    ("scale", (x, [1, 1, 1]), {}, "scale: weight has shape (3,); it must be (1,) or (2,)"),
    (
        "concat",
        ([x, np.ones((2, 4, 5))],),
        {},
        "concat: the inputs have shapes (2, 5, 5), (2, 4, 5); only the channels may differ",
    ),
]


@both_backends
@pytest.mark.parametrize(("name", "args", "options", "sentence"), OTHERS)
def test_other_layers(backend: Backend, name: str, args: Any, options: Any, sentence: str) -> None:
    """Both ways say the same."""
    assert refused(backend[name], *args, **options) == sentence


def test_the_named_functions_want_their_number_of_axes() -> None:
    """conv2d takes (C, H, W) and says so."""
    assert refused(reference.conv2d, np.ones((1, 2, 5, 5)), w) == (
        "conv2d: x has shape (1, 2, 5, 5); give 3 axes, channels first and without a batch axis"
    )


def test_col2im_wants_the_columns_of_its_shape() -> None:
    """2 taps and 3 windows on 4 cells."""
    assert refused(reference.col2im, [[1, 2], [3, 4]], (1, 4), 2) == (
        "col2im: columns has shape (2, 2); it must be (2, 3)"
    )


def test_options_may_be_arrays() -> None:
    """A number in an array, or one per axis."""
    options: dict[str, Any] = {"stride": np.array([1, 2]), "padding": np.array([1, 0])}
    assert reference.conv2d(x, w, **options).shape == (4, 5, 2)
    assert FAST["upsample"](x, np.array(2)).shape == (2, 10, 10)
    assert refused(reference.conv2d, x, w, stride=np.array([1.5, 1.0])) == (
        "conv: stride is 1.5; give a whole number"
    )


def test_the_named_functions_are_described() -> None:
    """Their arguments are described by name; x may also be given by name."""
    assert list(inspect.signature(reference.conv2d).parameters)[:4] == [
        "x",
        "weight",
        "bias",
        "stride",
    ]
    assert "stride: cells from one window to the next." in (reference.conv2d.__doc__ or "")
    assert "x has 3 axes" in (reference.conv2d.__doc__ or "")
    assert reference.conv2d(x=x, weight=w).shape == (4, 3, 3)  # type: ignore[call-arg]


def test_a_map_for_columns_needs_a_shape() -> None:
    """The number of maps and the size of each axis are checked before any array is made."""
    for shape in (4, (4,), (1, 2, 3, 4, 5)):
        assert refused(reference.col2im, [[1, 2]], shape, 2) == (
            f"col2im: shape is {shape}; give channels first and 1 to 3 spatial axes"
        )
    assert refused(reference.col2im, [[1, 2]], (10**12, 4), 2) == (
        "col2im: columns has shape (1, 2); it must be (2000000000000, 3)"
    )


@pytest.mark.parametrize(
    ("axis", "said"),
    [
        ("d", "add: axis is 'd'; give a whole number"),
        ("depth", "add: axis is depth, and an array of 2 axes has channels, length"),
        (5, "add: axis is 5; give up to 1"),
        (-9, "add: axis is -9; give -2 or more"),
    ],
)
def test_an_axis_that_an_array_does_not_have(axis: Any, said: str) -> None:
    with pytest.raises((TypeError, ValueError), match=re.escape(said)):
        side("add", axis, 2)


def test_axes_are_one_or_several_and_each_once() -> None:
    assert sides("reduce", "length", 2) == (1,)
    with pytest.raises(ValueError, match=r"add: axes are \['length', 1\]; name each at most once"):
        sides("add", ["length", 1], 2)
