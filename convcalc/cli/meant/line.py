"""Words of a command line in messages, so that they can be typed as they stand there."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from convcalc.text import shortened

PAIR = re.compile(r"[A-Za-z_]\w*=\S+")  # a parameter with its value
_LONGEST = 1000  # characters of a word that a message repeats


def as_line(words: Sequence[str]) -> str:
    r"""Words as a shell reads them: in quotes where they need them, printable, and of the longest the beginning.

    >>> print(as_line(["arch", "my net.yaml", "a\x1b", "$(ls)"]))
    arch 'my net.yaml' 'a\x1b' '$(ls)'
    """
    import shlex

    return shlex.join([shortened(word, _LONGEST) for word in words])


def with_option(args: Sequence[str], words: Collection[str], option: str) -> list[str]:
    """The words of a line with an option before some of them.

    >>> with_option(["vgg16", "classes=10"], ["classes=10"], "--set")
    ['vgg16', '--set', 'classes=10']
    """
    return [each for arg in args for each in ([option] if arg in words else []) + [arg]]
