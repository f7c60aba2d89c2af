"""PyTorch's operations (ATen): tensors, calls, and the table of functions that convert each operation."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from convcalc import formulas
from convcalc.registry import Registry

if TYPE_CHECKING:
    from convcalc.layers import Shape

Batch = tuple[int, int, int]
"""Where the samples are: the axis, and how many cells of it are outside and inside of them."""
MOST_SIDES = 4  # most outputs of an operation with only a known size


class Unknown(Exception):  # noqa: N818 - not an error: the operation becomes opaque
    """An operation has a form that is not known here."""


class Value(NamedTuple):
    """A tensor of the program.

    Attributes:
        sides: its size with the batch.
        batch: the axis of the samples; None if it is the same for all samples.
        place: the layer that gives it; None for constants, and for parameters without a layer yet.
        source: the parameter or buffer with these numbers.
        turned: whether its two axes are swapped.
    """

    sides: Shape
    batch: Batch | None
    place: int | None
    source: str = ""
    turned: bool = False

    @property
    def shape(self) -> Shape:
        """Its size without the batch."""
        return without_batch(self.sides, self.batch)

    @property
    def is_constant(self) -> bool:
        """Whether it has fixed numbers, which cost nothing and are not a layer."""
        return self.place is None and not self.source


def without_batch(sides: Shape, batch: Batch | None) -> Shape:
    """A size without the batch.

    >>> without_batch((8, 3, 5), (0, 1, 1)), without_batch((32, 5), (0, 1, 4)), without_batch((3, 5), None)
    ((3, 5), (4, 5), (3, 5))
    """
    if batch is None:
        return sides
    axis, outer, inner = batch
    kept = () if outer == inner == 1 else (outer * inner,)
    return (*sides[:axis], *kept, *sides[axis + 1 :])


class Call(NamedTuple):
    """An operation with its arguments.

    Attributes:
        op: its name, such as conv2d.
        given: its arguments by name.
        outputs: the names of its outputs; empty for outputs that nothing reads.
        name: the layer's name.
        values: the arguments that are tensors, by name; lists of tensors are lists.
    """

    op: str
    given: dict[str, Any]
    outputs: list[str]
    name: str
    values: dict[str, Any]

    def tensor(self, *names: str) -> Value:
        """An argument that is a tensor: the first given one of these names."""
        for name in names:
            value = self.values.get(name)
            if isinstance(value, Value):
                return value
        raise Unknown

    def maybe(self, name: str) -> Value | None:
        """An argument that may be a tensor."""
        value = self.values.get(name)
        return value if isinstance(value, Value) else None

    def tensors(self, name: str) -> list[Value]:
        """An argument that is a list of tensors."""
        value = self.values.get(name)
        if not isinstance(value, list) or not all(isinstance(one, Value) for one in value):
            raise Unknown
        return value

    def whole(self, name: str, default: int | None = None) -> int:
        """An argument that is a whole number."""
        value = self.given.get(name)
        value = default if value is None else value
        if not isinstance(value, int) or abs(value) > 2**63:
            raise Unknown
        return value

    def wholes(self, name: str, default: Sequence[int] | None = None) -> list[int]:
        """An argument that is one whole number or several."""
        value = self.given.get(name)
        if value is None or value == []:
            value = default
        value = [value] if isinstance(value, int) else value
        if not isinstance(value, (list, tuple, range)):
            raise Unknown
        for one in value:
            if not isinstance(one, int) or abs(one) > 2**63:
                raise Unknown
        return list(value)

    def number(self, name: str, default: float | None = None) -> float | None:
        """An argument that is a number."""
        value = self.given.get(name)
        value = default if value is None else value
        return float(value) if isinstance(value, (int, float)) and abs(value) < 1e300 else None

    def flag(self, name: str, *, default: bool = False) -> bool:
        """An argument that is true or false."""
        value = self.given.get(name)
        return default if value is None else bool(value)


Make = Callable[[Any, Call], "Value | Sequence[Value | None]"]
"""From the program and a call to the output."""
OPERATIONS: Registry[Make] = Registry("operation of PyTorch")


def operation(*names: str) -> Callable[[Make], Make]:
    """Register the function that converts some operations."""
    return OPERATIONS.under(*names)


def op_of(node: Mapping[str, Any]) -> str:
    """The name of an operation, without its library, its variant and the mark "in place"."""
    target = node.get("target")
    if not isinstance(target, str):
        return ""
    words = target.split(".")
    if len(words) > 3 and words[:2] == ["torch", "ops"]:
        return words[3].rstrip("_") or words[3]
    return words[-1][:100]


def args_of(node: Any) -> list[Any]:
    """The arguments of an operation, in order."""
    inputs = node.get("inputs") if isinstance(node, dict) else None
    if not isinstance(inputs, list):
        return []
    return [one.get("arg") for one in inputs if isinstance(one, dict)]


def fqn_of(node: Any) -> str:
    """The module of an operation, such as layer1.0.conv1."""
    metadata = node.get("metadata") if isinstance(node, dict) else None
    stack = metadata.get("nn_module_stack") if isinstance(metadata, dict) else None
    if not isinstance(stack, str):
        return ""
    return _innermost(stack)


@lru_cache(maxsize=4096)
def _innermost(stack: str) -> str:
    """The innermost module of a stack."""
    last = stack.rpartition(";")[2].split(",")
    if len(last) < 2 or last[1].startswith("_empty_nn_module_stack"):
        return ""
    return last[1].partition("@")[0]


def is_layer(node: Mapping[str, Any]) -> bool:
    """Whether the module is one of PyTorch's own layers, which may be called several times."""
    stack = node["metadata"]["nn_module_stack"].rpartition(",")[2]
    words = stack.split(".")
    return bool(
        words[:3] == ["torch", "nn", "modules"] and len(words) > 3 and words[3] in _ONE_OPERATION
    )


_ONE_OPERATION = frozenset(
    ("conv", "linear", "batchnorm", "pooling", "dropout", "padding", "upsampling", "normalization")
)


def folded_to(shape: Shape) -> Shape:
    """A size with its leading sides multiplied, so that it has at most the allowed number of sides.

    >>> folded_to((2, 3, 4, 5, 6)), folded_to((7, 8))
    ((6, 4, 5, 6), (7, 8))
    """
    extra = len(shape) - MOST_SIDES
    return shape if extra <= 0 else (formulas.product(shape[: extra + 1]), *shape[extra + 1 :])
