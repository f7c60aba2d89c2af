"""Words of a command line in messages, so that they can be typed as they stand there."""

from __future__ import annotations

from collections.abc import Sequence

from convcalc.text import shortened

_LONGEST = 1000  # characters of a word that a message repeats


def as_line(words: Sequence[str]) -> str:
    r"""Words as a shell reads them: in quotes where they need them, printable, and of the longest the beginning.

    >>> print(as_line(["arch", "my net.yaml", "a\x1b", "$(ls)"]))
    arch 'my net.yaml' 'a\x1b' '$(ls)'
    """
    import shlex

    return shlex.join([shortened(word, _LONGEST) for word in words])
