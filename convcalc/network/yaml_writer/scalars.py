"""Texts and values as YAML: plain if that is unambiguous, else in quotes."""

from __future__ import annotations

import re
from typing import Any

from convcalc.layers.option_base import yaml_text
from convcalc.network.outline.parts import Scaled

# Texts that YAML 1.1, or an editor, reads as another type.
_MEANT = re.compile(r"(?:null|true|false|yes|no|on|off|y|n)", re.IGNORECASE)
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_./-]*")
_LINE = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 _.,;()/&+'×-]|:(?=\S)|(?<=\S)#)*", re.ASCII)
_PARAMETER = re.compile(r"\$(?=[\w{$])")


def word(text: str) -> str:
    """A name, which may be in brackets: in quotes unless it only has letters, digits and ``_ . / -``.

    >>> print(word("layer1.0"), word("0"), word("no"), word("a: b"))
    layer1.0 "0" "no" "a: b"
    """
    return text if _WORD.fullmatch(text) and not _MEANT.fullmatch(text) else quoted(text)


def line(text: str) -> str:
    """A text with a line of its own.

    >>> print(line("He et al. 2016, arXiv:1512.03385"), line("a: b"))
    He et al. 2016, arXiv:1512.03385 "a: b"
    """
    plain = _LINE.fullmatch(text) and text == text.strip() and not text.endswith(":")
    return text if plain and not _MEANT.fullmatch(text) and not text.isdigit() else quoted(text)


def quoted(text: str) -> str:
    """A text in quotes."""
    found = yaml_text(text)
    return found if found.startswith('"') else f'"{found}"'


def literal(text: str) -> str:
    """A text in which ``$name`` does not mean a parameter.

    >>> literal("a$b"), literal("5$")
    ('a$$b', '5$')
    """
    return _PARAMETER.sub("$$", text)


def value(given: Any) -> str:
    """The value of a parameter.

    >>> value((1, (2, 3))), value(True), value("same"), value(Scaled("width", 4))
    ('[1, [2, 3]]', 'true', 'same', '4*$width')
    """
    if isinstance(given, Scaled):
        return scaled(given)
    if isinstance(given, tuple):
        return f"[{', '.join(map(value, given))}]"
    if isinstance(given, bool):
        return "true" if given else "false"
    return word(given) if isinstance(given, str) else str(given)


def scaled(given: Scaled) -> str:
    """A parameter with its factor.

    >>> scaled(Scaled("kernel", 1, 2))
    '$kernel // 2'
    """
    times = f"{given.times}*" if given.times > 1 else ""
    return f"{times}${given.parameter}" + (f" // {given.over}" if given.over > 1 else "")
