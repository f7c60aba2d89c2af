"""What is wrong with a text, gathered so that one run tells all of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from convcalc.errors import SpecError, SpecErrors

MAX_COUNTED = 100  # errors after which nothing more is looked for

T = TypeVar("T")


class Problems:
    """The errors of one text so far."""

    def __init__(self) -> None:
        self._found: dict[tuple[int, int, str], SpecError] = {}

    def attempt(self, read: Callable[..., T], *given: object, default: T) -> T:
        """What ``read`` gives; where it refuses, its error is kept and the default is used."""
        try:
            return read(*given)
        except SpecErrors:  # of another file, or already too many
            raise
        except SpecError as error:
            self.add(error)
        return default

    def add(self, error: SpecError) -> None:
        """Keep an error.

        Raises:
            SpecErrors: they are too many to look for more.
        """
        self._found[error.line, error.column, error.what] = error
        if len(self._found) >= MAX_COUNTED:
            self.tell()

    def tell(self) -> None:
        """Raise what was found, in the order of the text; nothing where nothing was.

        Raises:
            SpecError: one or all of them.
        """
        found = sorted(self._found.values(), key=lambda error: (error.line, error.column))
        if len(found) == 1:
            raise found[0]
        if found:
            raise SpecErrors(found, stopped=len(found) >= MAX_COUNTED)
