"""Markdown for the manual's generated pages: escaped texts, tables, objects."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

_SIGNS = re.compile(r"([\\`*_{}\[\]<>#$|~!&^])")
_LEAD = re.compile(r"^(\s*)([-+=:]|\d+(?=[.)]))", re.MULTILINE)
_QUOTED = re.compile(r"``(.+?)``|`(.+?)`", re.DOTALL)
_DEDENT = re.compile(r"^ {4}", re.MULTILINE)


def plain(text: Any) -> str:
    r"""A text in which no character is Markdown.

    >>> plain("a_b * [c]")
    'a\\_b \\* \\[c\\]'
    """
    return _LEAD.sub(r"\1\\\2", _SIGNS.sub(r"\\\1", str(text)))


def code(text: Any) -> str:
    """Any text as code; an empty text stays empty."""
    text = " ".join(str(text).split("\n"))
    if not text.strip():
        return ""
    ticks = "`" * (max(map(len, re.findall("`+", text)), default=0) + 1)
    space = " " * (text.startswith("`") or text.endswith("`"))
    return f"{ticks}{space}{text}{space}{ticks}"


def prose(text: str) -> str:
    """A text of a docstring: text in backticks is code, the rest is escaped."""
    end, parts = 0, []
    for found in _QUOTED.finditer(text):
        parts += [plain(text[end : found.start()]), code(found[1] or found[2])]
        end = found.end()
    return "".join([*parts, plain(text[end:])])


def block(text: str, language: str = "text") -> str:
    """Preformatted lines."""
    text = text.strip("\n")
    ticks = "`" * max(3, max(map(len, re.findall("`+", text)), default=0) + 1)
    return f"{ticks}{language}\n{text}\n{ticks}\n"


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table; its cells are Markdown. Empty if there are no rows."""
    lines = [[_cell(cell) for cell in row] for row in rows]
    heads = list(head)
    if not lines:
        return ""
    lines[:0] = [heads, ["---"] * len(heads)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _cell(text: str) -> str:
    """Markdown on one line; a bar in code is not a border."""
    line = " ".join(text.split("\n"))
    return re.sub(r"(?<!\\)\|", r"\\|", line)


def thing(sort: str, name: str, body: str, options: Mapping[str, str] | None = None) -> str:
    """A described object, for the search and the index.

    Args:
        sort: such as ``kind`` or ``option``.
        name: its name.
        body: Markdown.
        options: the options of the directive.
    """
    colons = ":" * (max(map(len, re.findall(r"^:{3,}", body, re.MULTILINE)), default=2) + 1)
    lines = "".join(f":{key}: {value}\n" for key, value in (options or {}).items())
    return f"{colons}{{{sort}}} {name}\n{lines}\n{body.strip()}\n{colons}\n"


def page(title: str, *parts: str) -> str:
    """A page; empty parts are left out."""
    return "\n".join([f"# {title}\n", *(f"{part.rstrip()}\n" for part in parts if part.strip())])


def section(title: str, *parts: str, level: int = 2) -> str:
    """A section; an empty text if it is empty."""
    full = [f"{part.rstrip()}\n" for part in parts if part.strip()]
    return "\n".join([f"{'#' * level} {title}\n", *full]) if full else ""


def toctree(names: Iterable[str], *, hidden: bool = False) -> str:
    """The pages below a page."""
    head = ":hidden:\n" if hidden else ":maxdepth: 1\n"
    return "```{toctree}\n" + head + "\n" + "".join(f"{name}\n" for name in names) + "```\n"


def docstring(text: str) -> str:
    """A docstring as Markdown: its sections (``Args:``), its lists and its examples.

    Args:
        text: the result of `inspect.getdoc`.
    """
    parts: list[str] = []
    for paragraph in re.split(r"\n\n+", text.strip()):
        head, _, rest = paragraph.partition("\n")
        if paragraph.startswith(">>>"):
            parts.append(block(paragraph, "pycon"))
        elif head.endswith(":") and rest.startswith("    "):
            parts.append(_titled(head[:-1], _DEDENT.sub("", rest)))
        elif paragraph.startswith("    "):
            parts.append(block(_DEDENT.sub("", paragraph)))
        elif re.match(r"[-*] ", paragraph):
            items = re.split(r"^[-*] ", paragraph, flags=re.MULTILINE)[1:]
            parts.append("".join(f"- {prose(' '.join(item.split()))}\n" for item in items))
        else:
            parts.append(prose(paragraph) + "\n")
    return "\n".join(parts)


def _titled(title: str, text: str) -> str:
    """A section of a docstring: names with their meaning, or else lines."""
    if title in ("Args", "Attributes", "Raises", "Returns", "Yields"):
        items = re.split(r"^(?=\S)", text, flags=re.MULTILINE)
        lines = []
        for item in filter(str.strip, items):
            name, colon, about = item.partition(": ")
            told = " ".join(about.split())
            lines.append(f"- {code(name)}: {prose(told)}" if colon else f"- {prose(item.strip())}")
        words = {"Args": "Arguments"}
        return f"{words.get(title, title)}:\n\n" + "\n".join(lines) + "\n"
    if title.startswith(("Formula", "Example")):
        return f"**{title}**\n\n{block(text)}"
    title = title.replace("Options", "About the options")
    return f"**{title}**\n\n{prose(text)}\n"
