"""Texts that contain $names: ``name: conv$width``, ``from: stage${i}_out``."""

from __future__ import annotations

import re
from typing import Any

from convcalc.network.expression import ExpressionError, Names, said
from convcalc.traced import is_whole

_NAME = re.compile(r"\$(?:([^\W\d]\w*)|\{([^\W\d]\w*)\}|\$)")


class Template:
    """A text in which each $name is replaced by the value of a parameter.

    Args:
        text: the text; before a letter, a $name is written ``${name}``; $ itself is ``$$``.
        node: its place in a file, for messages.

    Attributes:
        names: the parameters that it uses.

    >>> Template("conv${width}_$i").value({"width": 64, "i": 2})
    'conv64_2'
    """

    __slots__ = ("names", "node", "text")

    def __init__(self, text: str, node: Any = None) -> None:
        self.text, self.node = text, node
        names = [plain or braced for plain, braced in _NAME.findall(text)]
        self.names = tuple(filter(None, names))

    def value(self, names: Names) -> str:
        """The text with the values inserted.

        Raises:
            ExpressionError: an unknown name, or a value that is neither a whole number nor a word.
        """
        return _NAME.sub(lambda found: self._part(found[1] or found[2], names), self.text)

    def _part(self, name: str | None, names: Names) -> str:
        """The replacement for one $name, or for $$."""
        if name is None:
            return "$"
        value: Any = names.get(name)
        if not is_whole(value) and not isinstance(value, str):
            message = (
                f"uses ${name}, which is {said(value)}; only whole numbers and words make names"
            )
            error = ExpressionError(message)
            error.node = self.node
            raise error
        return value if isinstance(value, str) else str(int(value))


def text_of(text: str, node: Any = None) -> str | Template:
    """A text; a template if it contains a $name."""
    template = Template(text, node)
    return template if template.names else template.value({})
