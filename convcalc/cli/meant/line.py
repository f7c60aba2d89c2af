"""Words of a command line in messages, quoted so that they can be copied."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from convcalc.files import quoted_word
from convcalc.text import shortened

PAIR = re.compile(r"[A-Za-z_]\w*=\S+")  # a parameter with its value
NUMERAL = re.compile(r"[0-9][0-9.,]*(x[0-9]+)*")  # an answer to homework, perhaps a shape
_LONGEST = 1000  # characters of a word in a message


def as_line(words: Sequence[str]) -> str:
    r"""Words as a shell reads them: quoted if necessary, printable, long words cut.

    >>> print(as_line(["arch", "my net.yaml", "a\x1b", "$(ls)"]))
    arch 'my net.yaml' 'a\x1b' '$(ls)'
    """
    return " ".join(quoted_word(shortened(word, _LONGEST)) for word in words)


def with_option(args: Sequence[str], words: Collection[str], option: str) -> list[str]:
    """The words of a command line, with an option inserted before some of them.

    >>> with_option(["vgg16", "classes=10"], ["classes=10"], "--set")
    ['vgg16', '--set', 'classes=10']
    """
    return [each for arg in args for each in ([option] if arg in words else []) + [arg]]
