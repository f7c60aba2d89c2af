"""Sizes that an ONNX graph computes from other sizes, if the library does not infer them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from convcalc.interop.readers.onnx_constants import MOST_VALUES, whole_numbers

Values = list[Any]


def fold_sizes(onnx: Any, model: Any, sizes: dict[str, tuple[int, ...]]) -> bool:
    """Replace sizes computed by nodes with numbers; returns whether there were any.

    Args:
        onnx: the library.
        model: changed in place.
        sizes: the known dims of values.
    """
    known: dict[str, Values] = {}
    for tensor in model.graph.initializer:
        _note(tensor, tensor.name, known)
    found = False
    for node in model.graph.node:
        if node.op_type == "Constant":
            for each in node.attribute:
                if each.name == "value":
                    _note(each.t, node.output[0], known)
            continue
        values = _worked_out(node, known, sizes)
        if values is None or len(values) > MOST_VALUES or len(node.output) != 1:
            continue
        known[node.output[0]] = values
        if node.op_type not in ("Identity", "Cast") and _is_whole(values):
            dims = sizes.get(node.output[0], (len(values),))
            found = True
            tensor = onnx.helper.make_tensor("value", onnx.TensorProto.INT64, dims, values)
            made = onnx.helper.make_node("Constant", [], list(node.output), value=tensor)
            node.CopyFrom(made)
    return found


def _is_whole(values: Values) -> bool:
    """Whether all values are whole numbers."""
    return all(isinstance(value, int) and not isinstance(value, bool) for value in values)


def _note(tensor: Any, name: str, known: dict[str, Values]) -> None:
    """Store a small array of whole numbers."""
    values = whole_numbers(tensor)
    if values is not None:
        known[name] = values


def _worked_out(
    node: Any, known: dict[str, Values], sizes: dict[str, tuple[int, ...]]
) -> Values | None:
    """The output of a node, in a row; None if unknown."""
    if node.op_type in ("Shape", "Size"):
        dims = sizes.get(node.input[0])
        if dims is None or node.op_type == "Size" or node.attribute:
            return None
        return list(dims)
    rule = _RULES.get(node.op_type)
    reads = [known.get(name) if name else [] for name in node.input]
    if rule is None or not reads or any(values is None for values in reads):
        return None
    try:
        return rule(node, [values for values in reads if values is not None])
    except (IndexError, ZeroDivisionError, ValueError, TypeError, OverflowError):
        return None  # a graph that reads a missing value


def _axis(node: Any) -> int:
    """The attribute axis."""
    return next((int(each.i) for each in node.attribute if each.name == "axis"), 0)


def _gather(node: Any, reads: Sequence[Values]) -> Values | None:
    return None if _axis(node) else [reads[0][int(place)] for place in reads[1]]


def _slice(_: Any, reads: Sequence[Values]) -> Values | None:
    values, starts, ends = reads[:3]
    axes = reads[3] if len(reads) > 3 and reads[3] else [0]
    steps = reads[4] if len(reads) > 4 and reads[4] else [1]
    if len(starts) != 1 or any(axes):
        return None
    return values[starts[0] : ends[0] : steps[0]]


def _constant_of_shape(node: Any, reads: Sequence[Values]) -> Values | None:
    size = 1
    for side in reads[0]:
        size *= side
    if not 0 <= size <= MOST_VALUES:
        return None
    value = 0
    for each in node.attribute:
        if each.name == "value" and each.t.int64_data:
            value = each.t.int64_data[0]
        elif each.name == "value" and each.t.raw_data and each.t.data_type == 7:
            value = int.from_bytes(each.t.raw_data[:8], "little", signed=True)
        elif each.name == "value":
            return None
    return [value] * size


def _pairwise(rule: Callable[[Any, Any], Any]) -> Callable[[Any, Sequence[Values]], Values | None]:
    """An elementwise rule on two lists; one of them may have only one value."""

    def apply(_: Any, reads: Sequence[Values]) -> Values | None:
        one, other = reads
        length = max(len(one), len(other))
        if {len(one), len(other)} - {1, length}:
            return None
        return [rule(a, b) for a, b in zip(_long(one, length), _long(other, length))]

    return apply


def _long(values: Values, length: int) -> Values:
    return values * length if len(values) == 1 else values


def _where(_: Any, reads: Sequence[Values]) -> Values | None:
    length = max(map(len, reads))
    if {*map(len, reads)} - {1, length}:
        return None
    return [a if test else b for test, a, b in zip(*[_long(each, length) for each in reads])]


def _same(_: Any, reads: Sequence[Values]) -> Values | None:
    return reads[0]


_RULES: dict[str, Callable[[Any, Sequence[Values]], Values | None]] = {
    "Identity": _same,
    "Cast": _same,
    "Squeeze": _same,
    "Unsqueeze": _same,
    "Reshape": _same,
    "Gather": _gather,
    "Slice": _slice,
    "Concat": lambda _, reads: [value for values in reads for value in values],
    "ConstantOfShape": _constant_of_shape,
    "Where": _where,
    "Equal": _pairwise(lambda a, b: a == b),
    "Add": _pairwise(lambda a, b: a + b),
    "Sub": _pairwise(lambda a, b: a - b),
    "Mul": _pairwise(lambda a, b: a * b),
    "Div": _pairwise(lambda a, b: int(a / b) if abs(a) < 2**52 else a // b),
    "Mod": _pairwise(lambda a, b: a % b),
    "Max": _pairwise(max),
    "Min": _pairwise(min),
    "ReduceProd": lambda _, reads: [_product(reads[0])],
}


def _product(values: Values) -> int:
    found = 1
    for value in values:
        found *= value
    return found
