"""The documents use plain words: difficult words for second-language readers do not come back.

The list is short on purpose. It has old-fashioned words, and words with an everyday synonym. Only sentences
are checked: not code, not output of commands, not tables generated from the code.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from test_documents import BLOCK, DOCUMENTS, TABLE, name_of, text_of

# A word, and its replacement.
PLAIN = {
    r"lest|thereof|thereby|therein|hereby|whereof|wherein|whilst|upon|thus": "an everyday word",
    r"(?:is|are|was|were) (?:told|said)": "prints, shows, gives; a note lists",
    r"(?:nothing|none|all|everything) but": "only; all … except",
    r"of (?:its|their|his|her) own": "its own …; a separate …",
    r"next to (?:no|none|nothing)": "almost no",
    r"(?:be|were) it|as it comes|such as is|such as are": "if it is",
    r"takes? off|takes? away": "removes",
    r"lack|lacks|lacked|lacking": "has no; is missing",
    r"testif(?:y|ies)|bears? witness": "check; measure",
    r"at hand|at your service": "available",
    r"whoever|whomever": "if you; everybody who",
}  # fmt: skip


def sentences(text: str) -> str:
    """A page without blocks, code, quoted words and generated tables, with the same line numbers."""

    def emptied(found: re.Match[str]) -> str:
        return "\n" * found[0].count("\n")

    for what in (TABLE, BLOCK, re.compile(r"`[^`]+`"), re.compile(r'"[^"\n]+"')):
        text = what.sub(emptied, text)
    return text


def bent(text: str) -> list[str]:
    """The listed words in a text: the line, the word, and the advice."""
    text = sentences(text)
    return [
        f"line {text.count(chr(10), 0, found.start()) + 1}: {' '.join(found[0].split())!r}: write {advice}"
        for words, advice in PLAIN.items()
        for found in re.finditer(rf"\b(?:{words})\b".replace(" ", r"\s+"), text, re.IGNORECASE)
    ]


@pytest.mark.parametrize("page", DOCUMENTS, ids=name_of)
def test_a_page_uses_plain_words(page: Path) -> None:
    assert bent(text_of(page)) == []


def test_a_bent_word_is_found() -> None:
    text = "# A page\n\nErrors are\ntold at once.\n\n```text\nlest\n```\n`thus` it is thus."
    assert bent(text) == [
        "line 9: 'thus': write an everyday word",
        "line 3: 'are told': write prints, shows, gives; a note lists",
    ]
