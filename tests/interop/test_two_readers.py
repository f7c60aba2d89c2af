"""The same operation in PyTorch and in ONNX: both readers give the same layers.

The expected output comes from ONNX's reference evaluator.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

from convcalc.errors import ConvcalcError
from convcalc.interop.load import loads
from convcalc.layers.rf import UnknownField
from interop.pt2_files import Built, ints, refs

Dims = tuple[int, ...]
X: Dims = (1, 4, 6, 5)


class Case(NamedTuple):
    """One operation.

    Attributes:
        target: the operation of ATen.
        given: its arguments there; texts name tensors.
        nodes: the nodes of ONNX: operation, inputs, and attributes. The last one gives y.
        stored: numbers that ONNX's nodes read: whole ones or fractions.
        other: the sides of a second input, ``o``.
        weight: the sides of a parameter, ``w``.
        dims: the dims of the input.
        opset: the opset of ONNX.
    """

    target: str
    given: dict[str, Any]
    nodes: list[tuple[str, list[str], dict[str, Any]]]
    stored: Mapping[str, Any] = MappingProxyType({})
    other: Dims = ()
    weight: Dims = ()
    dims: Dims = X
    opset: int = 17


def number(value: float) -> Any:
    return {"as_float": value}


def whole(value: int) -> Any:
    return {"as_int": value}


def flag(value: bool) -> Any:
    return {"as_bool": value}


SELF = {"self": "x"}


def one(op: str, *more: str, **attributes: Any) -> list[tuple[str, list[str], dict[str, Any]]]:
    """A single node of ONNX that reads the input, and more."""
    return [(op, ["x", *more], attributes)]


def reshapes() -> dict[str, Case]:
    sizes: list[Dims] = [(1, 120), (1, 4, 30), (1, 24, 5), (1, 2, 2, 6, 5), (1, 2, 10, 6), (4, 30), (1, 5, 6, 4), (1, 1, 120), (120,), (4, 6, 5), (1, 4, 6, 5), (1, 4, 1, 6, 5), (1, 2, 2, 2, 3, 5), (2, 2, 30), (1, 8, 15)]  # fmt: skip
    return {
        f"reshape to {size}": Case("view", {**SELF, "size": ints(*size)}, one("Reshape", "s"), {"s": [*size]}) for size in sizes
    }  # fmt: skip


def turns() -> dict[str, Case]:
    orders = [(0, 2, 3, 1), (0, 1, 3, 2), (0, 3, 1, 2), (0, 3, 2, 1), (1, 0, 2, 3), (2, 0, 1, 3)]
    found = {
        f"permute {order}": Case("permute", {**SELF, "dims": ints(*order)}, one("Transpose", perm=order)) for order in orders
    }  # fmt: skip
    for dims, order in [((1, 9, 7), (0, 2, 1)), ((1, 9, 7), (2, 1, 0)), ((1, 1, 6, 5), (0, 2, 3, 1)), ((1, 4, 1, 5), (0, 2, 1, 3)), ((1, 4, 1, 1), (0, 1, 3, 2)), ((1, 2, 3, 4, 5), (0, 2, 1, 3, 4)), ((1, 7), (1, 0))]:  # fmt: skip
        found[f"permute {dims} {order}"] = Case("permute", {**SELF, "dims": ints(*order)}, one("Transpose", perm=order), dims=dims)  # fmt: skip
    return found


def cuts() -> dict[str, Case]:
    found = {}
    for axis, start, stop, step in [(1, 0, 2, 1), (1, 1, 99, 1), (2, -3, 6, 1), (2, 0, -1, 1), (3, 0, 5, 2), (3, 1, 4, 2), (-1, -2, 2**40, 1), (1, 0, 4, 1), (2, -99, 3, 1), (1, 3, 4, 1)]:  # fmt: skip
        found[f"slice {axis} {start}:{stop}:{step}"] = Case(
            "slice.Tensor", {**SELF, "dim": whole(axis), "start": whole(start), "end": whole(stop), "step": whole(step)},
            one("Slice", "a", "b", "c", "d"), {"a": [start], "b": [stop], "c": [axis], "d": [step]},
        )  # fmt: skip
    for axis, index in [(1, 2), (2, -1), (3, 0), (-1, 4), (1, -4)]:
        found[f"select {axis} {index}"] = Case("select.int", {**SELF, "dim": whole(axis), "index": whole(index)}, one("Gather", "i", axis=axis), {"i": index})  # fmt: skip
    return found


def sides() -> dict[str, Case]:
    found = {}
    for axis in (1, 2, 4, -1):
        found[f"unsqueeze {axis}"] = Case("unsqueeze", {**SELF, "dim": whole(axis)}, one("Unsqueeze", "a"), {"a": [axis]})  # fmt: skip
    for dims, axis in [((1, 4, 1, 1), 3), ((1, 4, 1, 5), 2), ((1, 1, 6), 1), ((1, 4, 1), -1)]:
        found[f"squeeze {dims} {axis}"] = Case("squeeze.dim", {**SELF, "dim": whole(axis)}, one("Squeeze", "a"), {"a": [axis]}, dims=dims)  # fmt: skip
    found["squeeze two"] = Case("squeeze.dims", {**SELF, "dim": ints(2, 3)}, one("Squeeze", "a"), {"a": [2, 3]}, dims=(1, 4, 1, 1))  # fmt: skip
    for dims in [X, (1, 9), (1, 4, 7), (1, 2, 3, 4, 5)]:
        found[f"flatten {dims}"] = Case("flatten.using_ints", {**SELF, "start_dim": whole(1)}, one("Flatten", axis=1), dims=dims)  # fmt: skip
    return found


PAIRS = {"add.Tensor": "Add", "sub.Tensor": "Sub", "mul.Tensor": "Mul", "div.Tensor": "Div", "maximum": "Max", "minimum": "Min"}  # fmt: skip


def joins() -> dict[str, Case]:
    found = {}
    for target, op in PAIRS.items():
        for other in [X, (1, 4, 1, 1), (1, 1, 6, 5), (1, 1, 1, 5), (1, 4, 6, 1), (1, 1, 1, 1)]:
            found[f"{op} {other}"] = Case(target, {**SELF, "other": "o"}, one(op, "o"), other=other)
        found[f"{op} smaller first"] = Case(target, {"self": "o", "other": "x"}, [(op, ["o", "x"], {})], other=(1, 4, 1, 1))  # fmt: skip
    for target, op in [*PAIRS.items()][:4]:
        for weight in [(4, 1, 1), (1, 4, 1, 1), (5,), (4, 6, 5), (1, 4, 6, 5), (1,), (), (1, 1, 5), (6, 1)]:  # fmt: skip
            found[f"{op} weight {weight}"] = Case(target, {**SELF, "other": "w"}, one(op, "w"), weight=weight)  # fmt: skip
        found[f"{op} vector and weight"] = Case(target, {**SELF, "other": "w"}, one(op, "w"), weight=(7,), dims=(1, 7))  # fmt: skip
        found[f"{op} rows and weight"] = Case(target, {**SELF, "other": "w"}, one(op, "w"), weight=(1, 9, 7), dims=(1, 9, 7))  # fmt: skip
        found[f"{op} number"] = Case(target.replace("Tensor", "Scalar"), {**SELF, "other": number(2.5)}, [("Constant", [], {"value": 2.5}), (op, ["x", "k0"], {})])  # fmt: skip
    for axis in (1, 2, -1):
        sides = [*X]
        sides[axis] = 3
        found[f"concat {axis}"] = Case("cat", {"tensors": refs("x", "o"), "dim": whole(axis)}, one("Concat", "o", axis=axis), other=tuple(sides))  # fmt: skip
    found["concat vectors"] = Case("cat", {"tensors": refs("x", "o"), "dim": whole(1)}, one("Concat", "o", axis=1), dims=(1, 7), other=(1, 3))  # fmt: skip
    for dims, right in [((1, 3, 4), (1, 4, 5)), ((1, 2, 3, 4), (1, 2, 4, 5))]:
        found[f"product {dims}"] = Case("matmul", {**SELF, "other": "o"}, one("MatMul", "o"), dims=dims, other=right)  # fmt: skip
    for dims in [(1, 7), (1, 9, 7), (1, 2, 9, 7)]:
        found[f"product with a weight {dims}"] = Case("matmul", {**SELF, "other": "w"}, one("MatMul", "w"), dims=dims, weight=(7, 3))  # fmt: skip
    return found


def reductions() -> dict[str, Case]:
    found = {}
    words = {"mean.dim": "ReduceMean", "sum.dim_IntList": "ReduceSum", "amax": "ReduceMax", "amin": "ReduceMin"}  # fmt: skip
    for target, op in words.items():
        for axes in [(2, 3), (1,), (-1,), (1, 2, 3), (2,)]:
            for keep in (True, False):
                found[f"{op} {axes} {'keep' if keep else ''}"] = Case(
                    target, {**SELF, "dim": ints(*axes), "keepdim": flag(keep)},
                    one(op, "a", keepdims=int(keep)), {"a": [*axes]}, opset=18,
                )  # fmt: skip
        found[f"{op} of a vector"] = Case(target, {**SELF, "dim": ints(1), "keepdim": flag(False)}, one(op, "a", keepdims=0), {"a": [1]}, dims=(1, 7), opset=18)  # fmt: skip
    for target, op in (("argmax", "ArgMax"), ("argmin", "ArgMin")):
        found[op] = Case(target, {**SELF, "dim": whole(1)}, one(op, axis=1, keepdims=0))
    return found


def values() -> dict[str, Case]:
    """Elementwise operations."""
    words = {
        "relu": "Relu", "sigmoid": "Sigmoid", "tanh": "Tanh", "softplus": "Softplus", "softsign": "Softsign", "selu": "Selu",
        "elu": "Elu", "hardswish": "HardSwish", "mish": "Mish", "exp": "Exp", "log": "Log", "erf": "Erf", "sqrt": "Sqrt",
        "reciprocal": "Reciprocal", "neg": "Neg", "abs": "Abs", "sign": "Sign", "sin": "Sin", "cos": "Cos", "floor": "Floor",
        "ceil": "Ceil", "round": "Round",
    }  # fmt: skip
    found = {op: Case(target, SELF, one(op), opset=20) for target, op in words.items()}
    found["gelu"] = Case("gelu", SELF, one("Gelu"), opset=20)
    found["gelu tanh"] = Case("gelu", {**SELF, "approximate": {"as_string": "tanh"}}, one("Gelu", approximate="tanh"), opset=20)  # fmt: skip
    found["leaky"] = Case("leaky_relu", {**SELF, "negative_slope": number(0.2)}, one("LeakyRelu", alpha=0.2))  # fmt: skip
    for least, most in [(0, 6), (0, None), (-1, 1), (0.5, 2), (0.5, None), (None, 2), (0, 1)]:
        given = {key: number(value) for key, value in (("min", least), ("max", most)) if value is not None}  # fmt: skip
        stored = {key: np.float32(value) for key, value in (("lo", least), ("hi", most)) if value is not None}  # fmt: skip
        names = ["lo" if least is not None else "", *(["hi"] if most is not None else [])]
        found[f"clip {least} {most}"] = Case("clamp", {**SELF, **given}, one("Clip", *names), stored)  # fmt: skip
    for power in (2, 3, 0.5, 1.5, -1, 4, 1, -0.5, 0):
        found[f"power {power}"] = Case("pow.Tensor_Scalar", {**SELF, "exponent": number(power)}, one("Pow", "p"), {"p": np.float32(power)})  # fmt: skip
    for target, op in {"eq.Tensor": "Equal", "gt.Tensor": "Greater", "lt.Tensor": "Less", "ge.Tensor": "GreaterOrEqual", "le.Tensor": "LessOrEqual"}.items():  # fmt: skip
        found[f"{op} number"] = Case(target.replace("Tensor", "Scalar"), {**SELF, "other": number(2.5)}, [("Constant", [], {"value": 2.5}), (op, ["x", "k0"], {})])  # fmt: skip
    for axis in (1, 2, -1):
        for target, op in (("softmax.int", "Softmax"), ("log_softmax.int", "LogSoftmax")):
            found[f"{op} {axis}"] = Case(target, {**SELF, "dim": whole(axis)}, one(op, axis=axis))
    found["softmax of a vector"] = Case("softmax.int", {**SELF, "dim": whole(-1)}, one("Softmax", axis=-1), dims=(1, 7))  # fmt: skip
    return found


def places() -> dict[str, Case]:
    """Operations that copy or move values."""
    found = {}
    for dims, size in [((1, 4, 1, 1), (1, 4, 6, 5)), ((1, 1, 6, 5), (1, 4, 6, 5)), (X, X)]:
        found[f"expand {dims}"] = Case("expand", {**SELF, "size": ints(*size)}, one("Expand", "s"), {"s": [*size]}, dims=dims)  # fmt: skip
    for repeats in [(1, 2, 1, 1), (1, 1, 2, 2)]:
        found[f"repeat {repeats}"] = Case("repeat", {**SELF, "repeats": ints(*repeats)}, one("Tile", "s"), {"s": [*repeats]})  # fmt: skip
    for pads in [(0, 0, 1, 1, 0, 0, 1, 1), (0, 0, 1, 2, 0, 0, 0, 0), (0, 1, 0, 0, 0, 2, 0, 0)]:  # fmt: skip
        pairs = [(pads[axis], pads[axis + 4]) for axis in (3, 2, 1, 0)]
        cells = [cell for pair in pairs for cell in pair]
        found[f"pad {pads}"] = Case("constant_pad_nd", {**SELF, "pad": ints(*cells)}, one("Pad", "p"), {"p": [*pads]})  # fmt: skip
    found["pixel shuffle"] = Case("pixel_shuffle", {**SELF, "upscale_factor": whole(2)}, one("DepthToSpace", blocksize=2, mode="CRD"))  # fmt: skip
    for mode, target, more in [
        ("nearest", "upsample_nearest2d", {}),
        ("linear", "upsample_bilinear2d", {"align_corners": flag(False)}),
    ]:
        scale = np.array([1, 1, 2, 2], np.float32)
        found[f"upsample {mode}"] = Case(
            f"{target}.vec", {"input": "x", "scale_factors": {"as_floats": [2.0, 2.0]}, **more}, one("Resize", "", "s", mode=mode), {"s": scale}
        )  # fmt: skip
        found[f"resize {mode}"] = Case(
            f"{target}.vec", {"input": "x", "output_size": ints(9, 8), **more}, one("Resize", "", "", "s", mode=mode), {"s": [1, 4, 9, 8]}
        )  # fmt: skip
    found["corners"] = Case(
        "upsample_bilinear2d.vec", {"input": "x", "output_size": ints(12, 10), "align_corners": flag(True)},
        one("Resize", "", "", "s", mode="linear", coordinate_transformation_mode="align_corners"), {"s": [1, 4, 12, 10]},
    )  # fmt: skip
    found["dropout"] = Case("dropout", {"input": "x", "p": number(0.5)}, one("Dropout"))
    return found


CASES = {**reshapes(), **turns(), **cuts(), **sides(), **joins(), **reductions(), **values(), **places()}  # fmt: skip
LONE = np.random.default_rng(5)


def in_onnx(case: Case) -> tuple[Any, Dims]:
    """The case as an ONNX model, and the sides of its output."""
    stored = [
        numpy_helper.from_array(np.asarray(value, np.int64 if not isinstance(value, (np.ndarray, np.float32)) else np.float32), name)
        for name, value in case.stored.items()
    ]  # fmt: skip
    fed = {"x": LONE.random(case.dims, dtype=np.float32)}
    if case.weight or "w" in [name for _, reads, _ in case.nodes for name in reads]:
        stored.append(numpy_helper.from_array(LONE.random(case.weight, dtype=np.float32), "w"))
    if case.other:
        fed["o"] = LONE.random(case.other, dtype=np.float32)
    nodes = []
    for place, (op, reads, attributes) in enumerate(case.nodes):
        last = "y" if place == len(case.nodes) - 1 else f"k{place}"
        given = {key: numpy_helper.from_array(np.array(value, np.float32)) if key == "value" else value for key, value in attributes.items()}  # fmt: skip
        nodes.append(helper.make_node(op, reads, [last], **given))
    inputs = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, value.shape)
        for name, value in fed.items()
    ]
    ends = [helper.make_tensor_value_info("y", TensorProto.UNDEFINED, None)]
    graph = helper.make_graph(nodes, "net", inputs, ends, stored)
    made = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", case.opset)], ir_version=8
    )
    made = onnx.shape_inference.infer_shapes(made)
    out: Any
    (out,) = ReferenceEvaluator(made).run(None, fed)
    return made, np.shape(out)


def in_pytorch(case: Case, out: Dims) -> bytes:
    """The case as an exported program."""
    net = Built()
    used = [value for value in case.given.values() if isinstance(value, str)]
    if "w" in used:
        net.param("w", *case.weight)
        used[used.index("w")] = "p_w"
    net.enter("x", *case.dims)
    if case.other:
        net.enter("o", *case.other)
    given = {key: "p_w" if value == "w" else value for key, value in case.given.items()}
    target = case.target if "." in case.target else f"{case.target}.default"
    net.outputs = [net.op(target, out, **given)]
    return net.file()


def layers(data: bytes, path: str) -> list[Any]:
    """The layers of a file, without their names, and without the tool's names of operations that are not kinds."""
    try:
        steps = loads(data, path=path).walk()
    except ConvcalcError as error:
        if str(error) == f"{path}: the file has no layers; check that it has a network":
            return []
        raise
    return [
        (
            step.kind, step.option_text if step.kind != "custom" else "", step.output, step.params, step.macs,
            dict(step.counts), isinstance(step.rf, UnknownField) or step.rf,
        )
        for step in steps
    ]  # fmt: skip


# ONNX does not state the batch axis, so there it is the first one.
SAMPLES_MOVE = ("permute (1, 0, 2, 3)", "permute (2, 0, 1, 3)", "permute (1, 9, 7) (2, 1, 0)", "permute (1, 7) (1, 0)")  # fmt: skip
MORE_SIDES = "reshape to (1, 2, 2, 2, 3, 5)"  # than ONNX's arrays are shown with


def test_both_readers_make_the_same_layers() -> None:
    wrong = []
    for name, case in CASES.items():
        made, out = in_onnx(case)
        found = layers(made.SerializeToString(), "net.onnx")
        if layers(in_pytorch(case, out), "net.pt2") != found:
            wrong.append(name)
    assert wrong == [MORE_SIDES, *SAMPLES_MOVE]


@pytest.mark.unmeasured
def test_what_both_make_has_the_size_that_the_evaluator_gives() -> None:
    for name, case in CASES.items():
        made, out = in_onnx(case)
        found = layers(made.SerializeToString(), "net.onnx")
        if found and name != MORE_SIDES:
            assert found[-1][2] == ((out[1:] if out[0] == 1 and len(out) > 1 else out) or (1,)), (
                name
            )
        assert all(step[0] != "opaque" for step in found), name
