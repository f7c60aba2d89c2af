"""Operations of ATen one by one: the layers that each becomes; those without a kind are never free.

The operations' meanings are from PyTorch's documentation; multiply-adds are counted by hand: a product of two
8×8 matrices takes 8·8·8 = 512, and four of them 2,048.
"""

from __future__ import annotations

from typing import Any

import pytest

from convcalc.interop.load import loads
from interop.pt2_files import Arg, Built, ints, refs

ALL = (2, 4, 8, 8)  # with the batch of 2 samples


def number(value: float) -> Arg:
    return {"as_float": value}


def letters(equation: str) -> dict[str, Arg]:
    return {"equation": {"as_string": equation}, "tensors": refs("x", "y")}


def walked(op: str, sides: tuple[int, ...], other: tuple[int, ...], args: dict[str, Arg]) -> Any:
    """A program of one operation on x, which has all sides, and y."""
    net = Built()
    net.enter("x", *ALL)
    net.enter("y", *other)
    net.outputs = [net.op(op, sides, **args)]
    return loads(net.file(), path="net.pt2").walk()


def kinds(analysis: Any) -> str:
    return " ".join(step.kind for step in analysis)


KEEP = {"keepdim": {"as_bool": True}}
X, XY = {"self": "x"}, {"self": "x", "other": "y"}
ATTENTION = {"query": "x", "key": "y", "value": "y"}
HEADS = "matmul custom softmax matmul"


@pytest.mark.parametrize(
    ("op", "args", "made"),
    [
        ("clamp", {**X, "min": number(0.0)}, "relu"),
        ("clamp", {**X, "min": number(0.0), "max": number(6.0)}, "relu6"),
        ("clamp", {**X, "min": number(-1.0), "max": number(1.0)}, "hardtanh"),
        ("clamp", {**X, "min": number(0.5), "max": number(2.0)}, "clip"),
        ("clamp", {**X, "min": number(0.5)}, "clip"),
        ("clamp.Tensor", {**X, "min": "y"}, "opaque_join"),
        ("pow.Tensor_Scalar", {**X, "exponent": number(3.0)}, "custom"),
        ("pow.Tensor_Scalar", X, "opaque"),
        ("pow.Scalar", {"self": number(2.0), "exponent": "x"}, "opaque"),
        ("max.other", XY, "maximum"),
        ("min.other", XY, "minimum"),
        ("rsub.Tensor", XY, "subtract"),
        ("rsub.Scalar", {**X, "other": number(1.0)}, "custom"),
        ("div.Tensor", XY, "divide"),
        ("atan2", XY, "opaque_join"),
    ],
)
def test_an_operation_on_each_value(op: str, args: dict[str, Arg], made: str) -> None:
    analysis = walked(op, ALL, ALL, args)
    assert kinds(analysis) == made
    assert [step.output for step in analysis] == [ALL[1:]]


@pytest.mark.parametrize(
    ("op", "args", "sides", "made"),
    [
        ("sum", X, (), "reduce flatten"),  # also over the samples, which a note says
        ("sum.dim_IntList", {**X, "dim": ints(0)}, (4, 8, 8), "opaque"),
        ("sum.dim_IntList", {**X, "dim": ints(1, 2, 3)}, (2,), "reduce flatten"),
        ("mean.dim", {**X, "dim": ints(2, 3), **KEEP}, (2, 4, 1, 1), "global_avgpool"),
        ("amax", {**X, "dim": ints(2, 3), **KEEP}, (2, 4, 1, 1), "global_maxpool"),
        ("cat", {"tensors": refs("x", "y"), "dim": {"as_int": 1}}, (2, 8, 8, 8), "concat"),
        ("cat", {"tensors": refs("x", "y"), "dim": {"as_int": 0}}, (4, 4, 8, 8), "opaque_join"),
        ("repeat", {**X, "repeats": ints(1, 2, 1, 1)}, (2, 8, 8, 8), "custom"),
    ],
)
def test_an_operation_along_axes(
    op: str, args: dict[str, Arg], sides: tuple[int, ...], made: str
) -> None:
    assert kinds(walked(op, sides, ALL, args)) == made


@pytest.mark.parametrize(
    ("op", "other", "args", "made"),
    [
        ("expand", (2, 4, 1, 1), {"self": "y", "size": ints(2, -1, 8, 8)}, "custom"),
        ("expand_as", (2, 1, 8, 8), {"self": "y", "other": "x"}, "custom"),
        ("add.Tensor", (3, 4, 8, 8), XY, "opaque_join"),
        ("add.Tensor", (2, 3, 8, 8), XY, "opaque_join"),
    ],
)
def test_a_tensor_of_another_size(
    op: str, other: tuple[int, ...], args: dict[str, Arg], made: str
) -> None:
    assert kinds(walked(op, ALL, other, args)) == made


@pytest.mark.parametrize(
    ("op", "other", "args", "made", "macs"),
    [
        ("mm", ALL, {"self": "x", "mat2": "y"}, "matmul", 2048),
        ("matmul", (8, 8), XY, "reshape matmul", 2048),
        ("einsum", ALL, letters("nchw,ncwk->nchk"), "matmul", 2048),
        ("scaled_dot_product_attention", (2, 1, 8, 8), ATTENTION, HEADS, 4096),
        ("scaled_dot_product_attention", (2, 2, 8, 8), ATTENTION, f"custom custom {HEADS}", 4096),
    ],
)
def test_products_of_matrices(
    op: str, other: tuple[int, ...], args: dict[str, Arg], made: str, macs: int
) -> None:
    analysis = walked(op, ALL, other, args)
    assert kinds(analysis) == made
    assert analysis.totals["macs"] == macs


def test_a_mask_is_added_to_the_scores() -> None:
    args: dict[str, Arg] = {"query": "x", "key": "x", "value": "x", "attn_mask": "y"}
    analysis = walked("scaled_dot_product_attention", ALL, ALL, args)
    assert kinds(analysis) == "matmul custom add softmax matmul"
    assert analysis.totals["macs"] == 4096


@pytest.mark.parametrize(
    ("op", "other", "args"),
    [
        ("scaled_dot_product_attention", (2, 3, 8, 8), ATTENTION),  # 4 heads share 3
        ("einsum", ALL, letters("nchw,ncwk")),  # the output is not given
        ("einsum", ALL, letters("nchw,ncw->nch")),  # 3 letters for 4 sides
        ("einsum", ALL, letters("nccw,ncwk->nck")),  # a diagonal
        ("einsum", ALL, letters("nchw,nchw->nchw")),  # nothing is summed
        ("einsum", ALL, letters("nchw,ncwk->nch")),  # only one side is summed
    ],
)
def test_products_of_other_forms_are_not_free(
    op: str, other: tuple[int, ...], args: dict[str, Arg]
) -> None:
    assert kinds(walked(op, ALL, other, args)) == "opaque_join"


@pytest.mark.parametrize(
    ("op", "args"),
    [
        ("clamp", X),
        ("expand", {**X, "size": ints(*ALL)}),
        ("cat", {"tensors": refs("x"), "dim": {"as_int": 1}}),
    ],
)
def test_what_changes_nothing_is_no_layer(op: str, args: dict[str, Arg]) -> None:
    net = Built()
    net.enter("x", *ALL)
    made = net.op(op, ALL, out="same", **args)
    net.outputs = [net.op("relu", ALL, self=made)]
    assert kinds(loads(net.file(), path="net.pt2").walk()) == "relu"


def test_lengths_and_spreads_of_numbers() -> None:
    """For each of 64 positions of 4 channels: the sum of 4 values takes 3 additions."""
    found = {}
    for op in ("linalg_vector_norm", "var.correction", "std.correction"):
        analysis = walked(op, (2, 1, 8, 8), ALL, {**X, "dim": ints(1), **KEEP})
        found[op] = {key: number for key, number in analysis.steps[-1].counts.items() if number}
    assert found == {
        "linalg_vector_norm": {"adds": 192, "multiplications": 256, "roots": 64},
        "var.correction": {"adds": 640, "multiplications": 256, "divisions": 128},
        "std.correction": {"adds": 640, "multiplications": 256, "divisions": 128, "roots": 64},
    }
    other = walked(
        "linalg_vector_norm", (2, 1, 8, 8), ALL, {**X, "ord": number(1), "dim": ints(1), **KEEP}
    )
    assert dict(other.unavailable) == {"linalg_vector_norm": 1}


def test_a_size_that_is_taken_from_another_tensor() -> None:
    for op in ("view_as", "reshape_as"):
        analysis = walked(op, (2, 16, 16), (2, 16, 16), XY)
        assert [(step.kind, step.output) for step in analysis] == [("reshape", (16, 16))]


def test_weights_scaled_to_a_length_cost_nothing() -> None:
    """The convolution reads 3·4·9 scaled weights for each of 64 positions; the lengths are also trained."""
    net = Built()
    net.enter("x", *ALL)
    length, weight = net.param("conv.g", 3, 1, 1, 1), net.param("conv.v", 3, 4, 3, 3)
    scaled = net.op("_weight_norm", (3, 4, 3, 3), v=weight, g=length)
    args = {"input": "x", "weight": scaled, "padding": ints(1, 1)}
    net.outputs = [net.op("conv2d", (2, 3, 8, 8), **args)]
    analysis = loads(net.file(), path="net.pt2").walk()
    totals = analysis.totals
    assert (totals["params"], totals["macs"]) == (3 + 108, 64 * 108)
    assert not analysis.unavailable


@pytest.mark.parametrize(
    ("op", "is_moved"),
    [("roll", True), ("flip", True), ("rot90", True), ("index_select", True), ("repeat", False), ("tril", False)],
)  # fmt: skip
def test_values_at_other_places_have_no_known_field(op: str, is_moved: bool) -> None:
    analysis = walked(op, ALL, ALL, X)
    assert kinds(analysis) == "custom"
    assert (not analysis.steps[0].rf_axes) is is_moved


@pytest.mark.parametrize(
    ("op", "args", "keeps"),
    [
        ("mul.Tensor", {**X, "other": number(3.0)}, "none"),
        ("div.Tensor", {**X, "other": number(3.0)}, "none"),
        ("add.Tensor", {**X, "other": number(3.0)}, "none"),
        ("sub.Tensor", {**X, "other": number(3.0)}, "none"),
        ("rsub.Scalar", {**X, "other": number(3.0)}, "none"),
        ("maximum", {**X, "other": number(3.0)}, "both"),
        ("neg", X, "none"),
        ("abs", X, "input"),
        ("square", X, "input"),
        ("sin", X, "input"),
        ("cos", X, "input"),
        ("log", X, "input"),
        ("exp", X, "output"),
        ("sqrt", X, "output"),
        ("rsqrt", X, "output"),
        ("reciprocal", X, "output"),
        ("erf", X, "both"),
    ],
)
def test_what_the_backward_pass_of_an_operation_keeps(
    op: str, args: dict[str, Arg], keeps: str
) -> None:
    """As torch.autograd.graph.saved_tensors_hooks showed for PyTorch 2.13.0; `both` means no claim."""
    (step,) = walked(op, ALL, ALL, args)
    assert step.layer.keeps == keeps
