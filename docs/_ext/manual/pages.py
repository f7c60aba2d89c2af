"""The pages of the reference, written from the code."""

from __future__ import annotations

from collections.abc import Iterator

from manual import (
    command_pages,
    errors,
    file_pages,
    homework,
    json_keys,
    kinds,
    python_pages,
    tables,
)

# The described kinds of things, each with its usual name.
SORTS = {
    "command-line": "command",
    "json-key": "key of JSON",
    "network-key": "key of network files",
    "sheet-key": "key of sheets",
    "kind": "layer kind",
    "kind-option": "option of a layer kind",
    "operation": "operation",
    "column": "column",
    "format": "output format",
    "reader": "file that is read",
    "writer": "file that is written",
    "notation": "notation",
    "picture": "picture",
    "way": "way of counting",
    "device": "device",
    "kernel": "image kernel",
    "question-type": "question type",
    "mistake": "mistake",
    "convention": "convention",
    "preset": "preset",
    "answer-type": "type of answer",
    "platform": "learning platform",
    "error": "error",
}
_MODULES = (command_pages, json_keys, file_pages, kinds, tables, homework, errors, python_pages)


def pages() -> Iterator[tuple[str, str]]:
    """The file name and text of each page of the manual."""
    for module in _MODULES:
        yield from module.pages()
