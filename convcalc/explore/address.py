"""The address of an answer: the part after # in the page's URL, for links to a picture."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

MAX_ADDRESS = 8000  # characters; some programs cut longer ones


def address(view: str, given: Mapping[str, str]) -> str:
    """The address of a view with its values.

    >>> address("conv", {"n": "32", "k": "3x5", "text": "a b"})
    'conv?n=32&k=3x5&text=a%20b'
    """
    values = "&".join(f"{_safe(name)}={_safe(text)}" for name, text in given.items())
    return f"{_safe(view)}?{values}" if values else _safe(view)


def _safe(text: str) -> str:
    """A word of an address; readable if possible."""
    return quote(text, safe=":,*()/@!$'")
