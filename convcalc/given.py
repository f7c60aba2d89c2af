"""Checks of the arguments of ``import convcalc``'s functions: a wrong type is refused in words first."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from functools import wraps
from os import PathLike
from typing import Any, TypeVar

from convcalc.errors import UsageError, did_you_mean
from convcalc.layers.values import VALUES, shown
from convcalc.network.network import Network

Sort = Callable[[Any, str], object]
F = TypeVar("F", bound=Callable[..., Any])
_HAS_STAR = 4  # among the flags of code: inspect.CO_VARARGS, without importing inspect
_MOST_AT_ONCE = 1024  # processes


def takes(options: Mapping[str, Sort] | None = None, **sorts: Sort) -> Callable[[F], F]:
    """Check the arguments of a function before it runs.

    Args:
        options: the keyword options besides its own parameters; None if it checks them itself.
        sorts: for each parameter, its check; a starred parameter is under its own name.

    A check gets a value and its name for messages; it raises UsageError.
    """

    def decorate(function: F) -> F:
        code = function.__code__
        own = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
        in_order = code.co_varnames[: code.co_argcount]
        star = code.co_varnames[len(own)] if code.co_flags & _HAS_STAR else ""

        @wraps(function)
        def call(*args: Any, **named: Any) -> Any:
            for place, value in enumerate(args):
                name = in_order[place] if place < len(in_order) else star
                if check := sorts.get(name):
                    check(value, name)
            for name, value in named.items():
                if name not in own and options is not None and name not in options:
                    near = did_you_mean(name, (*own, *options)) or "; leave it out"
                    message = f"{function.__name__}() has no option {shown(name)}{near}"
                    raise UsageError(message)
                if check := sorts.get(name) or (options or {}).get(name):
                    check(value, name)
            return function(*args, **named)

        return call  # type: ignore[return-value]

    return decorate


def anything(given: Any, what: str) -> None:
    """Anything; the function itself reads or refuses it."""


def path(given: Any, what: str) -> None:
    """The path of a file, or the name of a bundled network."""
    _path(given, what, "the path of a file, or the name of a network such as 'vgg16'")


def picture(given: Any, what: str) -> None:
    """The path of a picture."""
    _path(given, what, "the path of a file")


def _path(given: Any, what: str, wanted: str) -> None:
    """A path as a text or a `pathlib` path."""
    if isinstance(given, PathLike):
        given = given.__fspath__()
    if not isinstance(given, str):
        raise UsageError(f"{what} must be {wanted}, but is {shown(given)}")


def network(given: Any, what: str) -> None:
    """A loaded network."""
    if not isinstance(given, Network):
        way_out = (
            f"; write convcalc.load({shown(given)})"
            if isinstance(given, str | PathLike)
            else "; give what convcalc.load('vgg16') gives"
        )
        raise UsageError(f"{what} must be a network, but is {shown(given)}{way_out}")


def text(given: Any, what: str) -> None:
    """A text."""
    VALUES.scalar(given, what)


def option(given: Any, what: str) -> None:
    """A text with the name of its command-line option in messages."""
    VALUES.scalar(given, f"--{what}")


def flag(given: Any, what: str) -> None:
    """True or False."""
    VALUES.boolean(given, what)


def count(given: Any, what: str) -> None:
    """A whole number above 0."""
    if VALUES.number(given, what) < 1:
        message = f"{what} is {shown(given)}; use 1 or more"
        raise UsageError(message)


def limit(given: Any, what: str) -> None:
    """A whole number above 0; None if there is no limit."""
    if given is not None:
        count(given, what)


def amount(given: Any, what: str) -> None:
    """A number, or a text such as 5M; None if it is not given."""
    if given is not None:
        VALUES.parsed(given, what, lambda text, _: text)


def place(given: Any, what: str) -> None:
    """Whole numbers, one per axis; None if they are not given."""
    if given is not None:
        for each in VALUES.sequence(given, what, "write it as in (1, 0)"):
            VALUES.number(each, what)


def jobs(given: Any, what: str) -> None:
    """A number of processes."""
    if not 1 <= VALUES.number(given, what) <= _MOST_AT_ONCE:
        message = f"{what} is {shown(given)}; use 1 to {_MOST_AT_ONCE:,}"
        raise UsageError(message)


def names(given: Any, what: str) -> None:
    """Several texts, or a mapping with texts."""
    way_out = f"; write [{shown(given)}]" if isinstance(given, str) else "; write ['…', '…']"
    if isinstance(given, str) or not isinstance(given, Iterable):
        raise UsageError(f"{what} must be a list of texts, but is {shown(given)}{way_out}")
    if isinstance(given, Collection):
        wrong = [each for each in given if not isinstance(each, str)]
        if wrong:
            message = f"{what} must be a list of texts, but holds {shown(wrong[0])}"
            raise UsageError(message)


def names_or_one(given: Any, what: str) -> None:
    """Several texts, or one text."""
    if not isinstance(given, str):
        names(given, what)


def settings(given: Any, what: str) -> None:
    """Values by name; None if there are none."""
    if given is None:
        return
    wrong = [each for each in given if not isinstance(each, str)] if isinstance(given, Mapping) else [given]  # fmt: skip
    if wrong:
        message = f"{what} must be values by name, but is {shown(given)}; write {{'width': 8}}"
        raise UsageError(message)


def inputs(given: Any, what: str) -> None:
    """A shape, which the function itself reads; or shapes by name."""
    if isinstance(given, Mapping):
        settings(given, what)


LOADED: dict[str, Sort] = {
    "parameters": settings,
    "input": inputs,
    "max_layers": count,
    "order": text,
    "within": text,
}
"""The options with which a network is loaded."""
