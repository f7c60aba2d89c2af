"""How one layer is said in PyTorch: the module that it is, if any, and the expression that uses it."""

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

NEEDED: Any = object()  # the default of an argument that has none
SUM, PRODUCT, ATOM = 1, 2, 3  # how tight the parts of an expression hold together
MOST_AXES = 3


class Code(str):
    """Python code that stands as it is, not between quotation marks."""

    __slots__ = ()


class UnsaidError(ConvcalcError):
    """PyTorch cannot say a layer; the text is the reason."""


class Arg(NamedTuple):
    """An argument of a call.

    Attributes:
        name: of the argument.
        value: a number, a word, or several.
        default: what is meant where it is left out; `NEEDED` where it must be there.
        is_bare: whether it is written without its name.
    """

    name: str
    value: Any
    default: Any = NEEDED
    is_bare: bool = False


class Call(NamedTuple):
    """What makes a module: ``nn.Conv2d(3, 64, kernel_size=7)``."""

    callee: str
    args: tuple[Arg, ...] = ()


@dataclass(frozen=True)
class Said:
    """A layer in PyTorch.

    Attributes:
        form: the expression: ``{self}`` is the module, ``{0}`` the first input.
        module: what makes the module; None where there is only a function.
        infix: the operator between the inputs, instead of a form.
        hold: how tight the expression holds together.
        broadcasts: whether an input without a batch is repeated by itself.
        helper: the name of a function in `helpers` that the form needs.
        undoes, undone: the kernel, stride and padding along each axis of an unpooling, and of a max
            pool that one can undo.
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
        """The names of the classes and functions in `helpers` that must be there."""
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
        callee: what makes it.
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
    """One number where all are equal; anything else as it is.

    >>> simple((3, 3)), simple((3, 1)), simple("same")
    (3, (3, 1), 'same')
    """
    if isinstance(value, tuple) and value and len(set(value)) == 1:
        return value[0]
    return value


def axes_of(shape: Shape, what: str) -> int:
    """How many axes a map has, for a module that is called by their number.

    Raises:
        UnsaidError: there is no such module.
    """
    axes = len(shape) - 1
    if not 1 <= axes <= MOST_AXES:
        message = f"{what} takes channels and 1 to {MOST_AXES} axes, but gets {axes}"
        raise UnsaidError(message)
    return axes


def fitted(windows: list[Axis], sizes: Shape) -> list[Axis]:
    """Windows of which as many stand on the padded map as are wanted, when sizes are rounded down.

    Where there are too few or too many, the padding at the end becomes so wide that the last one ends where
    the padded map ends; below 0 it takes cells away that no window reads.

    Raises:
        UnsaidError: then not even the padding before the map would be left.

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
    """The cells on both sides as ``F.pad`` takes them: the last axis first."""
    return literal(tuple([side for axis in windows[::-1] for side in (axis.before, axis.after)]))
