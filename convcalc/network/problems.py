"""The errors of a text, collected so that one run reports them all."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from convcalc.errors import SpecError, SpecErrors

MAX_COUNTED = 100  # errors after which reading stops

T = TypeVar("T")


class Problems:
    """The errors of one text so far.

    Args:
        each_place_once: whether a place gets only one error, even if it is used many times.
    """

    def __init__(self, *, each_place_once: bool = False) -> None:
        self.each_place_once = each_place_once
        self._found: dict[tuple[str, int, int, str], SpecError] = {}

    def __bool__(self) -> bool:
        """Whether anything was found."""
        return bool(self._found)

    def attempt(self, read: Callable[..., T], *given: object, default: T) -> T:
        """The result of ``read``; if it fails, its error is kept and the default is returned."""
        try:
            return read(*given)
        except SpecErrors:  # from another file, or already too many
            raise
        except SpecError as error:
            self.add(error)
        return default

    def add(self, error: SpecError) -> None:
        """Keep an error.

        Raises:
            SpecErrors: there are too many to continue.
        """
        what = "" if self.each_place_once else error.what
        self._found.setdefault((error.path, error.line, error.column, what), error)
        if len(self._found) >= MAX_COUNTED:
            self.tell()

    def tell(self) -> None:
        """Raise the collected errors, in the order of the text; do nothing if there are none.

        Raises:
            SpecError: the only error, or all of them.
        """
        files = [*dict.fromkeys(path for path, *_ in self._found)]
        found = sorted(self._found.values(), key=lambda e: (files.index(e.path), e.line, e.column))
        if len(found) == 1:
            raise found[0]
        if found:
            raise SpecErrors(found, stopped=len(found) >= MAX_COUNTED)
