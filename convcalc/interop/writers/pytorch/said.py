"""One layer in PyTorch: its module, if any, and the expression that uses it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from convcalc.errors import ConvcalcError
from convcalc.interop.writers.python_text import literal
from convcalc.layers.window import Axis, Shape
from convcalc.registry import Registry

if TYPE_CHECKING:
    from convcalc.analysis.analysis import Step

NEEDED: Any = object()  # the default of an argument without a default
SUM, PRODUCT, ATOM = 1, 2, 3  # precedence of expressions
MOST_AXES = 3


class Code(str):
    """Python code, written without quotation marks."""

    __slots__ = ()


class UnsaidError(ConvcalcError):
    """PyTorch does not have a layer; the text is the reason."""


class Arg(NamedTuple):
    """An argument of a call.

    Attributes:
        name: its name.
        value: a number, a word, or several.
        default: its default; `NEEDED` if it must be given.
        is_bare: whether it is written without its name.
    """

    name: str
    value: Any
    default: Any = NEEDED
    is_bare: bool = False


class Call(NamedTuple):
    """The call that creates a module: ``nn.Conv2d(3, 64, kernel_size=7)``."""

    callee: str
    args: tuple[Arg, ...] = ()


@dataclass(frozen=True)
class Said:
    """A layer in PyTorch.

    Attributes:
        form: the expression: ``{self}`` is the module, ``{0}`` the first input.
        module: the call that creates the module; None if there is only a function.
        infix: the operator between the inputs, instead of a form.
        hold: the precedence of the expression.
        broadcasts: whether an input without a batch is repeated automatically.
        helper: the name of a function in `helpers` that the form needs.
        undoes, undone: the kernel, stride and padding along each axis of an unpooling, and of a max
            pool that can be inverted.
    """

    form: str = "{self}({0})"
    module: Call | None = None
    infix: str = ""
    hold: int = ATOM
    broadcasts: bool = False
    helper: str = ""
    undoes: tuple[tuple[int, int, int], ...] = ()
    undone: tuple[tuple[int, int, int], ...] = ()

    def needs(self) -> Iterator[str]:
        """The names of the required classes and functions in `helpers`."""
        if self.helper:
            yield self.helper
        call = self.module
        while call is not None:
            if not call.callee.startswith("nn."):
                yield call.callee
            inner = [arg.value for arg in call.args if isinstance(arg.value, Call)]
            call = inner[0] if inner else None


Say = Callable[["Step"], Said]
SAYS: Registry[Say] = Registry("layer in PyTorch")


def module(callee: str, *bare: tuple[str, Any], **named: tuple[Any, Any]) -> Said:
    """A module.

    Args:
        callee: its class.
        bare: arguments written without their names: the name, and the value.
        named: the others: the value, and the default.
    """
    first = tuple([Arg(name, simple(value), is_bare=True) for name, value in bare])
    others = tuple([Arg(name, simple(value), default) for name, (value, default) in named.items()])
    return Said(module=Call(callee, first + others))


def function(form: str, *, hold: int = ATOM, helper: str = "", broadcasts: bool = False) -> Said:
    """A function of the inputs."""
    return Said(form, hold=hold, helper=helper, broadcasts=broadcasts)


def simple(value: Any) -> Any:
    """One number if all are equal; anything else unchanged.

    >>> simple((3, 3)), simple((3, 1)), simple("same")
    (3, (3, 1), 'same')
    """
    if isinstance(value, tuple) and value and len(set(value)) == 1:
        return value[0]
    return value


def axes_of(shape: Shape, what: str) -> int:
    """How many axes a map has, for a module with that number in its name.

    Raises:
        UnsaidError: there is no such module.
    """
    axes = len(shape) - 1
    if not 1 <= axes <= MOST_AXES:
        message = f"{what} takes channels and 1 to {MOST_AXES} axes, but gets {axes}"
        raise UnsaidError(message)
    return axes


def fitted(windows: list[Axis], sizes: Shape) -> list[Axis]:
    """Windows with padding that gives the wanted number of positions if sizes are rounded down.

    If there are too few or too many, the padding at the end is changed so that the last window ends
    with the padded map; a negative one removes cells that no window reads.

    Raises:
        UnsaidError: this would also remove padding before the map.

    >>> fitted([Axis(6, 3, 2)], (3,))
    [Axis(n=6, k=3, s=2, before=0, after=1, d=1)]
    """
    ends = [(o - 1) * axis.s + axis.effective_kernel for axis, o in zip(windows, sizes)]
    made = [
        axis if axis.floor == o else axis._replace(after=end - axis.n - axis.before)
        for axis, o, end in zip(windows, sizes, ends)
    ]
    if any(axis.after < -axis.n for axis in made):
        message = "all its windows lie on the padding before the map; use less padding"
        raise UnsaidError(message)
    return made


def pads_text(windows: list[Axis]) -> str:
    """The cells on both sides in the order of ``F.pad``: the last axis first."""
    return literal(tuple([side for axis in windows[::-1] for side in (axis.before, axis.after)]))
