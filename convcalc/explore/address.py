"""The address of an answer: what stands behind the # of the page, so that a picture can be linked."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

MAX_ADDRESS = 8000  # characters; longer ones are cut by programs that pass them on


def address(view: str, given: Mapping[str, str]) -> str:
    """The address of a view with its values.

    >>> address("conv", {"n": "32", "k": "3x5", "text": "a b"})
    'conv?n=32&k=3x5&text=a%20b'
    """
    values = "&".join(f"{_safe(name)}={_safe(text)}" for name, text in given.items())
    return f"{_safe(view)}?{values}" if values else _safe(view)


def _safe(text: str) -> str:
    """A word of an address; readable where that can be."""
    return quote(text, safe=":,*()/@!$'")
