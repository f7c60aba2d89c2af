"""Worked examples from public sources: inputs, kernels and the numbers printed there.

If a source prints only a part of a result, the rest was computed by hand; if it prints a wrong
result, the note says so and the right one is here.
"""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Example:
    """One worked example: input, output, source."""

    name: str
    source: str
    x: Any
    w: Any
    y: Any
    stride: int | list[int] = 1
    padding: int = 0
    note: str = ""


CONV2D: tuple[Example, ...] = (
    Example(
        name="memphis.conv6x6_filter1_s1",
        source="COMP/EECE 7/8740 Neural Networks lecture notes, Univ. of Memphis",
        x=[
            [1, 0, 0, 0, 0, 1],
            [0, 1, 0, 0, 1, 0],
            [0, 0, 1, 1, 0, 0],
            [1, 0, 0, 0, 1, 0],
            [0, 1, 0, 0, 1, 0],
            [0, 0, 1, 0, 1, 0],
        ],
        w=[[1, -1, -1], [-1, 1, -1], [-1, -1, 1]],
        y=[[3, -1, -3, -1], [-3, 1, 0, -3], [-3, -3, 0, 1], [3, -2, -2, -1]],
    ),
    Example(
        name="memphis.conv6x6_filter1_s2",
        source="COMP/EECE 7/8740 Neural Networks lecture notes, Univ. of Memphis",
        x=[
            [1, 0, 0, 0, 0, 1],
            [0, 1, 0, 0, 1, 0],
            [0, 0, 1, 1, 0, 0],
            [1, 0, 0, 0, 1, 0],
            [0, 1, 0, 0, 1, 0],
            [0, 0, 1, 0, 1, 0],
        ],
        w=[[1, -1, -1], [-1, 1, -1], [-1, -1, 1]],
        y=[[3, -3], [-3, 0]],
        stride=2,
        note="the slide asks, the values are derived",
    ),
    Example(
        name="memphis.conv6x6_filter2_s1",
        source="COMP/EECE 7/8740 Neural Networks lecture notes, Univ. of Memphis",
        x=[
            [1, 0, 0, 0, 0, 1],
            [0, 1, 0, 0, 1, 0],
            [0, 0, 1, 1, 0, 0],
            [1, 0, 0, 0, 1, 0],
            [0, 1, 0, 0, 1, 0],
            [0, 0, 1, 0, 1, 0],
        ],
        w=[[-1, 1, -1], [-1, 1, -1], [-1, 1, -1]],
        y=[[-1, -1, -1, -1], [-1, -1, -2, 1], [-1, -1, -2, 1], [-1, 0, -4, 3]],
        note="the slide gives input and kernel, the values are derived",
    ),
    Example(
        name="ece449.conv5x5_vertical",
        source="ECE 449 CNN lecture notes",
        x=[[7, 2, 3, 3, 8], [4, 5, 3, 8, 4], [3, 3, 2, 8, 4], [2, 8, 7, 2, 7], [5, 4, 4, 5, 4]],
        w=[[1, 0, -1], [1, 0, -1], [1, 0, -1]],
        y=[[6, -9, -8], [-3, -2, -3], [-3, 0, -2]],
        note="only the first value, 6, is on the slide",
    ),
    Example(
        name="ece449.conv5x5_pad1_stride2",
        source="ECE 449 CNN lecture notes",
        x=[[2, 2, 3, 3, 3], [0, 1, 3, 0, 3], [2, 3, 0, 1, 3], [3, 3, 2, 1, 2], [3, 3, 0, 2, 3]],
        w=[[2, 0, 1], [1, 0, 0], [0, 1, 1]],
        y=[[1, 5, 6], [7, 8, 3], [3, 10, 4]],
        stride=2,
        padding=1,
        note="the slide prints [[1, 6, 5], [7, 10, 9], [7, 10, 8]]; only three of its nine values are right",
    ),
    Example(
        name="ucla.conv5x5_binary",
        source="UCLA ACM AI advanced track notes",
        x=[[1, 1, 1, 0, 0], [0, 1, 1, 1, 0], [0, 0, 1, 1, 1], [0, 0, 1, 1, 0], [0, 1, 1, 0, 0]],
        w=[[1, 0, 1], [0, 1, 0], [1, 0, 1]],
        y=[[4, 3, 4], [2, 4, 3], [2, 3, 4]],
        note="only the first value, 4, is on the slide",
    ),
    Example(
        name="ucla.dot_6600",
        source="UCLA ACM AI advanced track notes",
        x=[
            [0, 0, 0, 0, 0, 0, 30],
            [0, 0, 0, 0, 50, 50, 50],
            [0, 0, 0, 20, 50, 0, 0],
            [0, 0, 0, 50, 50, 0, 0],
            [0, 0, 0, 50, 50, 0, 0],
            [0, 0, 0, 50, 50, 0, 0],
            [0, 0, 0, 50, 50, 0, 0],
        ],
        w=[
            [0, 0, 0, 0, 0, 30, 0],
            [0, 0, 0, 0, 30, 0, 0],
            [0, 0, 0, 30, 0, 0, 0],
            [0, 0, 0, 30, 0, 0, 0],
            [0, 0, 0, 30, 0, 0, 0],
            [0, 0, 0, 30, 0, 0, 0],
            [0, 0, 0, 0, 0, 0, 0],
        ],
        y=[[6600]],
    ),
    Example(
        name="slides.corr3x3_2x2",
        source="Convolution Neural Network slides after d2l; github:d2l-ai/d2l-en@23d7a5ae conv-layer.md",
        x=[[0, 1, 2], [3, 4, 5], [6, 7, 8]],
        w=[[0, 1], [2, 3]],
        y=[[19, 25], [37, 43]],
    ),
    Example(
        name="slides.edge_6x8",
        source="Convolution Neural Network slides after d2l",
        x=[
            [1, 1, 0, 0, 0, 0, 1, 1],
            [1, 1, 0, 0, 0, 0, 1, 1],
            [1, 1, 0, 0, 0, 0, 1, 1],
            [1, 1, 0, 0, 0, 0, 1, 1],
            [1, 1, 0, 0, 0, 0, 1, 1],
            [1, 1, 0, 0, 0, 0, 1, 1],
        ],
        w=[[1, -1]],
        y=[
            [0, 1, 0, 0, 0, -1, 0],
            [0, 1, 0, 0, 0, -1, 0],
            [0, 1, 0, 0, 0, -1, 0],
            [0, 1, 0, 0, 0, -1, 0],
            [0, 1, 0, 0, 0, -1, 0],
            [0, 1, 0, 0, 0, -1, 0],
        ],
    ),
    Example(
        name="slides.vertical_edge_6x6",
        source="Convolution Neural Network slides after d2l",
        x=[
            [10, 10, 10, 0, 0, 0],
            [10, 10, 10, 0, 0, 0],
            [10, 10, 10, 0, 0, 0],
            [10, 10, 10, 0, 0, 0],
            [10, 10, 10, 0, 0, 0],
            [10, 10, 10, 0, 0, 0],
        ],
        w=[[1, 0, -1], [1, 0, -1], [1, 0, -1]],
        y=[[0, 30, 30, 0], [0, 30, 30, 0], [0, 30, 30, 0], [0, 30, 30, 0]],
    ),
    Example(
        name="slides.pad_3x3_to_4x4",
        source="Convolution Neural Network slides after d2l; github:d2l-ai/d2l-en@23d7a5ae padding-and-strides.md",
        x=[[0, 1, 2], [3, 4, 5], [6, 7, 8]],
        w=[[0, 1], [2, 3]],
        y=[[0, 3, 8, 4], [9, 19, 25, 10], [21, 37, 43, 16], [6, 7, 8, 0]],
        padding=1,
        note="on the slide p = 2 is the total padding",
    ),
    Example(
        name="slides.stride_3_2",
        source="Convolution Neural Network slides after d2l; github:d2l-ai/d2l-en@23d7a5ae padding-and-strides.md",
        x=[[0, 1, 2], [3, 4, 5], [6, 7, 8]],
        w=[[0, 1], [2, 3]],
        y=[[0, 8], [6, 8]],
        stride=[3, 2],
        padding=1,
    ),
    Example(
        name="dv.fig1.1",
        source="github:vdumoulin/conv_arithmetic@af6f818b pdf/numerical_no_padding_no_strides_00.pdf",
        x=[[3, 3, 2, 1, 0], [0, 0, 1, 3, 1], [3, 1, 2, 2, 3], [2, 0, 0, 2, 2], [2, 0, 0, 0, 1]],
        w=[[0, 1, 2], [2, 2, 0], [0, 1, 2]],
        y=[[12, 12, 17], [10, 17, 19], [9, 6, 14]],
    ),
    Example(
        name="dv.fig1.2",
        source="github:vdumoulin/conv_arithmetic@af6f818b pdf/numerical_padding_strides_00.pdf",
        x=[[3, 3, 2, 1, 0], [0, 0, 1, 3, 1], [3, 1, 2, 2, 3], [2, 0, 0, 2, 2], [2, 0, 0, 0, 1]],
        w=[[0, 1, 2], [2, 2, 0], [0, 1, 2]],
        y=[[6, 17, 3], [8, 17, 13], [6, 4, 4]],
        stride=2,
        padding=1,
    ),
)


CONV2D_MULTI: tuple[Example, ...] = (
    Example(
        name="d2l.multi_in",
        source="github:d2l-ai/d2l-en@23d7a5ae channels.md (first element 56)",
        x=[[[0, 1, 2], [3, 4, 5], [6, 7, 8]], [[1, 2, 3], [4, 5, 6], [7, 8, 9]]],
        w=[[[0, 1], [2, 3]], [[1, 2], [3, 4]]],
        y=[[56, 72], [104, 120]],
        note="the first value, 56, is in the text",
    ),
)


CONV_TRANSPOSE2D: tuple[Example, ...] = (
    Example(
        name="d2l.tconv_s1_p0",
        source="github:d2l-ai/d2l-en@23d7a5ae chapter_computer-vision/transposed-conv.md",
        x=[[0, 1], [2, 3]],
        w=[[0, 1], [2, 3]],
        y=[[0, 0, 1], [0, 4, 6], [4, 12, 9]],
    ),
    Example(
        name="d2l.tconv_s1_p1",
        source="github:d2l-ai/d2l-en@23d7a5ae chapter_computer-vision/transposed-conv.md",
        x=[[0, 1], [2, 3]],
        w=[[0, 1], [2, 3]],
        y=[[4]],
        padding=1,
    ),
    Example(
        name="d2l.tconv_s2_p0",
        source="github:d2l-ai/d2l-en@23d7a5ae chapter_computer-vision/transposed-conv.md",
        x=[[0, 1], [2, 3]],
        w=[[0, 1], [2, 3]],
        y=[[0, 0, 0, 1], [0, 0, 2, 3], [0, 2, 0, 3], [4, 6, 6, 9]],
        stride=2,
    ),
)


@dataclass(frozen=True)
class Pool:
    """One worked example of pooling; `places` is how many decimals the source prints."""

    name: str
    source: str
    op: str
    x: Any
    kernel_size: int
    stride: int
    y: Any
    places: int = 9


POOL2D: tuple[Pool, ...] = (
    Pool(
        name="fsdl.maxpool_6834",
        source="Full Stack Deep Learning, Lecture 2A",
        op="max",
        x=[[1, 1, 2, 4], [5, 6, 7, 8], [3, 2, 1, 0], [1, 2, 3, 4]],
        kernel_size=2,
        stride=2,
        y=[[6, 8], [3, 4]],
    ),
    Pool(
        name="dv.fig1.5",
        source="github:vdumoulin/conv_arithmetic@af6f818b pdf/numerical_average_pooling_00.pdf",
        op="avg",
        x=[[3, 3, 2, 1, 0], [0, 0, 1, 3, 1], [3, 1, 2, 2, 3], [2, 0, 0, 2, 2], [2, 0, 0, 0, 1]],
        kernel_size=3,
        stride=1,
        y=[[1.7, 1.7, 1.7], [1.0, 1.2, 1.8], [1.1, 0.8, 1.3]],
        places=1,
    ),
    Pool(
        name="dv.fig1.6",
        source="github:vdumoulin/conv_arithmetic@af6f818b pdf/numerical_max_pooling_00.pdf",
        op="max",
        x=[[3, 3, 2, 1, 0], [0, 0, 1, 3, 1], [3, 1, 2, 2, 3], [2, 0, 0, 2, 2], [2, 0, 0, 0, 1]],
        kernel_size=3,
        stride=1,
        y=[[3, 3, 3], [3, 3, 3], [3, 2, 3]],
    ),
)

ADAPTIVE = {
    (9, 7): [(0, 2), (1, 3), (2, 4), (3, 6), (5, 7), (6, 8), (7, 9)],
    (7, 3): [(0, 3), (2, 5), (4, 7)],
    (3, 7): [(0, 1), (0, 1), (0, 2), (1, 2), (1, 3), (2, 3), (2, 3)],
}
"""Input and output size: the cells [first, end) of each place, by running torch 2.13.0 AdaptiveAvgPool1d."""


SAME_PADDING = (
    # https://stackoverflow.com/questions/37674306 (quoted in blog.csdn.net/
    (13, 6, 5, 1, 3, (1, 2), (2, 1)),
    # github:google-research/receptive_field@f12ae8e7 parse_layer_parameters
    (4, 3, 2, 1, 2, (0, 1), (1, 0)),
    (5, 3, 2, 1, 3, (1, 1), (1, 1)),
    # the rule of the TensorFlow documentation
    (224, 7, 2, 1, 112, (2, 3), (3, 2)),
    (224, 3, 2, 1, 112, (0, 1), (1, 0)),
    (225, 3, 2, 1, 113, (1, 1), (1, 1)),
    (112, 3, 2, 1, 56, (0, 1), (1, 0)),
    (7, 3, 2, 1, 4, (1, 1), (1, 1)),
    (10, 2, 2, 1, 5, (0, 0), (0, 0)),
    (11, 2, 2, 1, 6, (0, 1), (1, 0)),
    (5, 1, 2, 1, 3, (0, 0), (0, 0)),
    (6, 1, 3, 1, 2, (0, 0), (0, 0)),
    (28, 5, 1, 1, 28, (2, 2), (2, 2)),
    (28, 4, 1, 1, 28, (1, 2), (2, 1)),
    (28, 3, 1, 2, 28, (2, 2), (2, 2)),
    (15, 3, 4, 2, 4, (1, 1), (1, 1)),
    (9, 2, 4, 1, 3, (0, 1), (1, 0)),
)
"""n, kernel, stride, dilation: places, cells before and after with same, and with same_lower."""


POOL_SIZES = (
    # github.com/pytorch/pytorch/issues/45357
    (6, 1, 2, 0, 1, 3, 3, 4),
    (7, 1, 2, 0, 1, 4, 4, 4),
    # github.com/pytorch/pytorch/issues/57178
    (32, 1, 2, 0, 1, 16, 16, 17),
    # github.com/pytorch/xla/pull/2583
    (8, 3, 4, 0, 1, 2, 2, 3),
    (10, 3, 4, 0, 1, 2, 3, 3),
    (5, 1, 2, 0, 1, 3, 3, 3),
    (6, 1, 2, 0, 1, 3, 3, 4),
    # github.com/tracel-ai/burn/issues/5791
    (5, 2, 2, 1, 1, 3, 3, 3),
    # github.com/ethereon/netscope/issues/25
    (64, 3, 2, 1, 1, 32, 33, 33),
    # github:onnx/onnx@f7546912 test_maxpool_2d_ceil_output_size_reduce_by_one
    (2, 1, 2, 0, 1, 1, 1, 2),
    # github:onnx/onnx@f7546912 test_averagepool_2d_ceil_last_window_starts_on_pad
    (2, 3, 3, 1, 1, 1, 1, 1),
)
"""n, kernel, stride, padding, dilation: places with fit floor, ceil and caffe."""
