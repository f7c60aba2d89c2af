"""The text format of Caffe's files: names with values, lists and nested blocks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from convcalc.errors import UsageError
from convcalc.text import printable, quoted

if TYPE_CHECKING:
    from convcalc.interop.base import ForeignFile

_MAX_DEPTH = 50  # deepest blocks in blocks
_MAX_VALUES = 4_000_000
_MAX_JOINED = 10_000  # longest text written in parts

_TOKEN = re.compile(r""""(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[\w.+/-]+|[{}<>\[\]:;,]|\#.*|\S""")
_LINE = re.compile(  # most lines are a name and its value, or the begin or the end of a block
    r"""[ \t]*(?:([A-Za-z_]\w*)[ \t]*(?::[ \t]*("[^"\\]*"|[\w.+-]+)|:?[ \t]*\{)|\})[ \t\r]*"""
)
_NAME = re.compile(r"[A-Za-z_]\w*")
_ENDS = {"{": "}", "<": ">"}
_SIGNS, _BETWEEN, _CLOSING = frozenset("{}<>[]:;,"), frozenset(",;"), frozenset("}>")
_ESCAPE = re.compile(r"\\(.)")


class Value(NamedTuple):
    """The value of a name.

    Attributes:
        text: the text of a number, word or quoted text; empty for a block.
        block: a nested block; None for other values.
        line: its line, from 1.
    """

    text: str
    block: Block | None
    line: int


class Block:
    """Names with their values, in order; a name may be repeated.

    Attributes:
        line: its first line.
        values: the values by name.
    """

    __slots__ = ("line", "values")

    def __init__(self, line: int) -> None:
        self.line = line
        self.values: dict[str, list[Value]] = {}

    def all(self, name: str) -> list[Value]:
        """All values of a name."""
        return self.values.get(name, [])

    def blocks(self, name: str) -> list[Block]:
        """All blocks of a name."""
        return [value.block for value in self.all(name) if value.block is not None]

    def block(self, name: str) -> Block:
        """The last block of a name; an empty one if there is none."""
        found = self.blocks(name)
        return found[-1] if found else Block(self.line)

    def texts(self, name: str) -> list[str]:
        """All values of a name that are not blocks."""
        return [value.text for value in self.all(name) if value.block is None]

    def text(self, name: str, default: str = "") -> str:
        """The last of these; the default if there is none."""
        found = self.texts(name)
        return found[-1] if found else default


class _Parser:
    """Reads blocks token by token; open blocks are on a stack, so deep nesting needs no recursion."""

    def __init__(self, file: ForeignFile, most: int) -> None:
        self.file, self.most = file, most
        self.layers = 0
        self.top = Block(1)
        self.open: list[
            tuple[Block, str, str]
        ] = []  # outer blocks, their ends, and the list of each
        self.block, self.end = self.top, ""
        self.name, self.listing, self.has_colon = "", False, False
        self.last: list[Value] = []  # the values that another quoted text continues
        self.count = 0

    def error(self, what: str, line: int) -> Exception:
        return self.file.error(what, line)

    def take(self, sign: str, line: int) -> None:
        """Read one token.

        Raises:
            SpecError: it is not allowed here.
            UsageError: there are too many values.
        """
        if not self.name:
            self._between(sign, line)
        elif sign == ":":
            self.has_colon = True
        elif sign in _ENDS:
            self._begin(sign, line)
        elif sign == "[" and not self.listing:
            self.listing = True
        elif sign == "," and self.listing:
            pass
        elif sign == "]" and self.listing:
            self.name, self.listing = "", False
        elif sign in _SIGNS:
            message = f"{self.name} is followed by {quoted(sign)}; give it a value"
            raise self.error(message, line)
        elif not self.has_colon:
            message = f"{self.name} is followed by {quoted(sign)}; put a colon or a brace between"
            raise self.error(message, line)
        else:
            self._value(sign, line)

    def whole(self, name: str | None, sign: str | None, line: int) -> None:
        """Read a line at once.

        Args:
            name: the name that it begins with; None for the end of a block.
            sign: the value of the name; None if a block begins.
            line: its number.
        """
        if name is None:
            self._between("}", line)
            return
        self.name, self.last = name, []
        if sign is None:
            self._begin("{", line)
        else:
            self._value(sign, line)

    def _between(self, sign: str, line: int) -> None:
        """A token where a name is expected."""
        if sign in _BETWEEN:
            return
        if sign == self.end:
            self.block, self.end, self.name = self.open.pop()
            self.listing = self.has_colon = bool(self.name)
            return
        if sign[0] in "\"'" and self.last:
            before = self.last[-1]
            if len(before.text) > _MAX_JOINED:
                message = f"a text in quotes is longer than {_MAX_JOINED:,} characters; shorten it"
                raise self.error(message, line)
            self.last[-1] = before._replace(text=before.text + _plain(sign))
            return
        if not _NAME.fullmatch(sign):
            if sign in _CLOSING:
                message = f"{quoted(sign)} closes nothing; delete it"
            else:
                message = f"{quoted(sign)} is where a name is expected; correct or delete it"
            raise self.error(message, line)
        self.name, self.has_colon, self.last = sign, False, []

    def _begin(self, sign: str, line: int) -> None:
        """Begin a nested block."""
        if len(self.open) >= _MAX_DEPTH:
            message = f"blocks are nested more than {_MAX_DEPTH} deep; check the braces before"
            raise self.error(message, line)
        if not self.open and self.name in ("layer", "layers"):
            self.layers += 1
            if self.layers > self.most:
                message = f"{printable(self.file.path)}: more than {self.most:,} layers; raise --max-layers if you mean it"
                raise UsageError(message)
        inner = Block(line)
        self._add(Value("", inner, line))
        self.open.append((self.block, self.end, self.name if self.listing else ""))
        self.block, self.end, self.name, self.listing = inner, _ENDS[sign], "", False
        self.last = []

    def _value(self, sign: str, line: int) -> None:
        """A number, a word or a text in quotes."""
        is_text = len(sign) > 1 and sign[0] in "\"'"
        if not is_text and not (sign[0].isalnum() or sign[0] in "+-._"):
            message = f"{self.name} cannot be {quoted(sign)}; close its quotes or correct it"
            raise self.error(message, line)
        self._add(Value(_plain(sign) if is_text else sign, None, line))
        self.last = self.block.values[self.name] if is_text and not self.listing else []
        if not self.listing:
            self.name = ""

    def _add(self, value: Value) -> None:
        self.count += 1
        if self.count > _MAX_VALUES:
            message = f"{printable(self.file.path)}: more than {_MAX_VALUES:,} values; use a smaller network"
            raise UsageError(message)
        self.block.values.setdefault(self.name, []).append(value)


def parse(file: ForeignFile, max_layers: int) -> Block:
    """The content of a file, as one block.

    Raises:
        SpecError: it is not in this format, at the line in the message.
        UsageError: it is too large.
    """
    parser = _Parser(file, max_layers)
    number = 0
    for number, raw in enumerate(file.text().split("\n"), 1):
        whole = None if parser.name else _LINE.fullmatch(raw)
        if whole:
            parser.whole(whole[1], whole[2], number)
            continue
        for match in _TOKEN.finditer(raw):  # one by one: a wrong token ends it
            sign = match[0]
            if sign[0] != "#":
                parser.take(sign, number)
    if parser.open or parser.name:
        what = "a block" if parser.open else parser.name
        at = f" that begins at line {parser.block.line}" if parser.open else ""
        message = f"the file ends within {what}{at}; it may be incomplete"
        raise file.error(message, number)
    return parser.top


def _plain(sign: str) -> str:
    """A text without its quotes."""
    text = sign[1:-1]
    return _ESCAPE.sub(r"\1", text) if "\\" in text else text
