"""A layer in Keras: one or several pieces, each a statement."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from convcalc.registry import Registry

if TYPE_CHECKING:
    from convcalc.analysis.analysis import Step
    from convcalc.layers import Shape


class UnsaidError(Exception):
    """Keras does not have a layer; the message says why."""


class Arg(NamedTuple):
    """An argument of a call.

    Attributes:
        name: its keyword; first arguments are written without it.
        value: its value.
        default: its default; `NEEDED` if it must be given.
        is_bare: whether it is written without its keyword.
    """

    name: str
    value: Any
    default: Any = ...
    is_bare: bool = False


NEEDED = ...


@dataclass(frozen=True, slots=True)
class Piece:
    """One statement.

    Attributes:
        callee: a layer's class, a function, or a text in which {0} is the input.
        args: the arguments of the call.
        form: ``layer``, ``function`` or ``text``.
        ending: the end of this piece's name after the layer's name; None if it has no name.
    """

    callee: str
    args: tuple[Arg, ...] = ()
    form: str = "layer"
    ending: str | None = ""


Said = tuple[Piece, ...]
Says = Callable[["Step"], Said]
SAYS: Registry[Says] = Registry("kind that Keras can say")


def layer(callee: str, *bare: tuple[str, Any], ending: str = "", **named: Any) -> Piece:
    """A layer: first the arguments without keywords, then those with defaults.

    Args:
        callee: its class.
        bare: names and values of arguments that must be given.
        ending: see `Piece`.
        named: others, each a pair of its value and its default.
    """
    first = [Arg(name, value, NEEDED, is_bare=True) for name, value in bare]
    others = [Arg(name, *pair) for name, pair in named.items()]
    # A class after a module in lower case is Keras's; others are written into the code.
    return Piece(callee, (*first, *others), "layer", ending)


def function(callee: str, *bare: tuple[str, Any], **named: Any) -> Piece:
    """A function of the input, without a name."""
    made = layer(callee, *bare, **named)
    return Piece(callee, made.args, "function", None)


def text(form: str) -> Piece:
    """An expression of the input, which is {0}."""
    return Piece(form, (), "text", None)


def one(values: Sequence[Any]) -> Any:
    """One number if all are equal, else all."""
    return values[0] if len(set(values)) == 1 else tuple(values)


def moved(shape: Shape) -> Shape:
    """A shape with the channels last.

    >>> moved((3, 4, 5))
    (4, 5, 3)
    """
    return (*shape[1:], shape[0])


def axis_at(place: int) -> int:
    """The axis in Keras of a side of a shape: the batch is 0, the channels are last."""
    return place or -1
