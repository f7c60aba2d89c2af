"""A YAML text as nodes with positions, read safely: with limits, without tags or surprising types."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Any, NoReturn, TypeVar

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from convcalc.errors import SpecError, SpecErrors, UsageError, did_you_mean
from convcalc.files import STDIN, check_size, decode, read_file, stdin_name
from convcalc.layers.values import DECIMAL, MAX_DIGITS, MAX_FRACTION, is_several
from convcalc.network.expression import Expression, ExpressionError, is_expression
from convcalc.network.find import name_of
from convcalc.network.problems import Problems
from convcalc.text import printable, quoted, shortened

try:
    from yaml import CSafeLoader as Loader
except ImportError:  # pragma: no cover - PyYAML built without libyaml
    from yaml import SafeLoader as Loader  # type: ignore[assignment]

T = TypeVar("T")
R = TypeVar("R")

MAX_BYTES = 32 * 2**20
WAY_OUT = "use repeat or blocks to shorten it"
MAX_MARKS = 1_500_000  # that can start a value: each costs about 500 bytes and 2 µs to read
MARKS = ",:-?[{"
MAX_DEPTH = 200  # nested lists and mappings; PyYAML's C code recurses over them
_LOOSE = re.compile(r"[0-9]+ ?\)?")  # a part that a comma cuts off in { }
_WORD = re.compile(r"[A-Za-z_]+|~?")

_PLAIN_TAGS = {
    f"tag:yaml.org,2002:{name}"
    for name in ("str", "int", "float", "bool", "null", "map", "seq", "timestamp", "merge", "value")
}
_BREAK = re.compile(r"\r\n|[\r\n\x85\u2028\u2029]")  # where YAML starts a new line
_BRACKET = re.compile(r"[\[{}\]]")
_HIDING = re.compile(r"[\"'|>!%]")  # characters after which brackets may be plain text
_COMMENT = re.compile(r"(?:^|[ \t])#.*", re.MULTILINE)
_INDENT = re.compile(r"(?:^|[\r\x85\u2028\u2029])[ \t?:\ufeff-]*", re.MULTILINE)
_UNREADABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

# libyaml's messages, and their meaning for people who do not know YAML's grammar.
_PROBLEMS = {
    "mapping values are not allowed in this context": "a ': ' cannot be used here; check the indentation, "
    "or put a text with ': ' in it in quotes",
    "block sequence entries are not allowed in this context": "a '- ' cannot be used here; "
    "start the list on a new line",
    "did not find expected key": "this does not belong to what comes before it; check the indentation, "
    "quotes and brackets",
    "did not find expected '-' indicator": "this does not line up with the list before it; check the "
    "indentation and the dashes",
    "did not find expected ',' or ']'": "the [ here is not closed, or a comma is missing in it; "
    "close it with ]",
    "did not find expected ',' or '}'": "the { here is not closed, or a comma is missing in it; "
    "close it with }",
    "found unexpected end of stream": "the quote here is not closed; close it",
    "did not find expected node content": "there is a bracket or comma where a value should be; delete it, "
    "or put the text in quotes",
    "found a tab character that violates indentation": "a tab cannot indent a line; use spaces",
    "second occurrence": "the name after & is used twice; rename one of them",
    "could not find expected ':'": "a name without ': ' after it; check the indentation, or give it a value",
    "found unexpected ':'": "a ':' without a space after it; write name: value",
    "found undefined alias": "there is no & of this name before this *; put text with a * in quotes",
    "but found another document": "a second document starts here; keep one network per file",
}


class Source:
    """One YAML text and its name; it makes the errors about its nodes.

    Args:
        path: the path of the file, or a name for messages.
        text: the text.

    Attributes:
        name: its name in messages.
        problems: the errors so far, if reading continues after an error.
    """

    def __init__(self, path: str, text: str) -> None:
        self.path, self.text = path, text
        self.name = name_of(path)
        self.problems = Problems()

    @cached_property
    def lines(self) -> list[str]:
        """The lines of the text, as YAML counts them."""
        return _BREAK.split(self.text)

    def error(self, node: Node, what: str) -> SpecError:
        """An error at the node."""
        return self.error_at(node.start_mark.line + 1, node.start_mark.column + 1, what)

    def error_at(self, line: int, column: int, what: str) -> SpecError:
        """An error at a line and column, counted from 1."""
        text = self.lines[line - 1] if 0 < line <= len(self.lines) else ""
        return SpecError(self.name, line, column, what, text)

    def refuse(self, node: Node, what: str) -> NoReturn:
        """Raise `error`."""
        raise self.error(node, what)

    def compose(self) -> Node | None:
        """The nodes of the text; None for an empty text.

        Raises:
            SpecError: it is not YAML, or has several documents, too many values, or too much nesting.
        """
        marks = sum(map(self.text.count, MARKS))
        if marks > MAX_MARKS:
            what = f"has {marks:,} commas, colons, dashes and brackets; use repeat or blocks to need fewer than {MAX_MARKS:,}"
            raise SpecError(self.name, 0, 0, what)
        try:
            if greatest_depth(self.text) > MAX_DEPTH:
                self._check_depth()
            return yaml.compose(self.text, Loader)
        except yaml.MarkedYAMLError as error:
            raise self._invalid(error) from None
        except (yaml.YAMLError, UnicodeEncodeError) as error:
            raise self._unreadable(error) from None

    def _check_depth(self) -> None:
        """Refuse deep nesting before `yaml.compose`, whose C code recurses."""
        depth = 0
        for event in yaml.parse(self.text, Loader):
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
                if depth > MAX_DEPTH:
                    mark: Any = event.start_mark
                    what = f"nested more than {MAX_DEPTH} levels deep; use blocks or repeat"
                    raise self.error_at(mark.line + 1, mark.column + 1, what)
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1

    def _invalid(self, error: yaml.MarkedYAMLError) -> SpecError:
        """An error about a text that is not YAML, in words for people who write networks."""
        mark = error.problem_mark or error.context_mark
        what = _PROBLEMS.get(error.problem or "", "")
        if (" here is " in what or "a name without" in what) and error.context_mark:
            mark = error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        said = self.error_at(line, column, "")
        if error.problem == "found character that cannot start any token":
            what = (
                f"{said.text[column - 1 : column]!r} cannot start a value; put the text in quotes"
            )
            if "\t" in said.text[: column + 1]:
                what = "a tab cannot indent a line; use spaces"
        if not what:
            parts = ", ".join(filter(None, (error.context, error.problem)))
            what = f"{parts}; check the indentation and quotes"
        return SpecError(self.name, line, column, f"not valid YAML: {what}", said.text)

    def _unreadable(self, error: Exception) -> SpecError:
        """An error about a character that is not allowed in YAML."""
        found = _UNREADABLE.search(self.text)
        if not found:  # pragma: no cover - no such error is known
            return SpecError(self.name, 0, 0, f"not valid YAML: {error}; save it as plain text")
        lines = _BREAK.split(self.text[: found.start()])
        code = ord(found[0])
        what = f"the character U+{code:04X} is not allowed in a text; delete it, or save the file as plain text"
        return self.error_at(len(lines), len(lines[-1]) + 1, what)

    # -------------------------------------------------------------------- the content of a node

    def mapping(
        self,
        node: Node,
        what: str,
        way_out: str = "write name: value",
        *,
        gathers: bool = False,
    ) -> dict[str, tuple[ScalarNode, Node]]:
        """Keys with their own nodes and their values'; keys that are given twice are added to the problems.

        Args:
            node: the mapping.
            what: how a message calls it.
            way_out: what to do if it is not a mapping, for the message.
            gathers: whether other wrong keys are added to the problems too, and left out; else the first is
                refused.
        """
        if not isinstance(node, MappingNode):
            self.refuse(
                node,
                f"{what} must be name: value pairs, but this is {description_of(node)}; {way_out}",
            )
        self.check_tag(node)
        found: dict[str, tuple[ScalarNode, Node]] = {}
        for key, value in node.value:
            checked = (
                self.problems.attempt(self._checked_key, key, value, default=None)
                if gathers
                else self._checked_key(key, value)
            )
            if checked is None:
                continue
            first, _ = found.setdefault(checked.value, (checked, value))
            if first is not checked:
                line = first.start_mark.line + 1
                what = f"{quoted(checked.value)} is given twice (first in line {line}); keep one"
                self.problems.add(self.error(key, what))
        return found

    def _checked_key(self, key: Node, value: Node) -> ScalarNode:
        """A key that is a word."""
        if not isinstance(key, ScalarNode):
            self.refuse(
                key,
                f"a key must be a word, but this is {description_of(key)}; write word: value",
            )
        self.check_tag(key)
        if _LOOSE.fullmatch(key.value) and isinstance(value, ScalarNode) and not value.value:
            self.refuse(key, f"{quoted(key.value)} has no name; several numbers are written [3, 2]")
        if key.value == "<<" and key.tag != "tag:yaml.org,2002:str":
            self.refuse(key, "YAML's << is not read; write the options out, or use a block")
        return key

    def sequence(
        self,
        node: Node,
        what: str,
        way_out: str = "write it in [ ], or each item on a line after a dash",
    ) -> list[Node]:
        """The items of a list."""
        if not isinstance(node, SequenceNode):
            self.refuse(
                node,
                f"{what} must be a list, but this is {description_of(node)}; {way_out}",
            )
        self.check_tag(node)
        return node.value  # type: ignore[no-any-return]

    def scalar(self, node: Node, what: str) -> str:
        """The characters of a single value."""
        if not isinstance(node, ScalarNode):
            self.refuse(
                node,
                f"{what} must be a single value, but this is {description_of(node)}; give one value",
            )
        self.check_tag(node)
        return node.value  # type: ignore[no-any-return]

    def each(self, nodes: Iterable[T], read: Callable[[T], R]) -> list[R]:
        """The results of ``read`` for every node; raises the first error, and adds the others to the problems."""
        found: list[R] = []
        wrong: list[SpecError] = []
        for node in nodes:
            try:
                found.append(read(node))
            except SpecErrors:  # of another file, or already too many
                raise
            except SpecError as error:
                wrong.append(error)
        for another in wrong[1:]:
            self.problems.add(another)
        if wrong:
            raise wrong[0]
        return found

    def is_list(self, node: Node) -> bool:
        """Whether the node is a list."""
        return isinstance(node, SequenceNode)

    def is_word(self, node: Node) -> bool:
        """Whether the node is a word or empty, not a number or a list."""
        return isinstance(node, ScalarNode) and bool(_WORD.fullmatch(node.value))

    def is_several(self, node: Node) -> bool:
        """Whether the node is a text of several numbers, such as 3x2 or (3, 2)."""
        return isinstance(node, ScalarNode) and is_several(node.value)

    def word(self, node: Node, what: str, known: tuple[str, ...]) -> str:
        """One of some known words."""
        text = self.scalar(node, what)
        if text not in known:
            self.refuse(node, f"{what} cannot be {quoted(text)}{did_you_mean(text, known)}")
        return text

    def text_of(self, node: Node, what: str) -> str:
        """A text for people, such as a name or a source."""
        return printable(self.scalar(node, what))

    def check_tag(self, node: Node) -> None:
        """Refuse ``!!python/…`` and other tags."""
        if node.tag not in _PLAIN_TAGS and node.tag != "!":
            tag = shortened(node.tag.replace("tag:yaml.org,2002:", "!!"))
            self.refuse(node, f"the tag {tag} is not allowed; leave it out")

    def boolean(self, node: Node, what: str) -> bool:
        """True or false; YAML's other spellings are refused."""
        text = self.scalar(node, what)
        if text.lower() not in ("true", "false"):
            hint = (
                "; YAML versions do not agree on its meaning" if text.lower() in YES_OR_NO else ""
            )
            self.refuse(node, f"{what} must be true or false, but this is {quoted(text)}{hint}")
        return text.lower() == "true"

    def number(self, node: Node, what: str) -> Any:
        """A whole number, or an expression."""
        text = self.scalar(node, what)
        if text.isdigit() or not is_expression(text):
            return self.whole_text(node, text, what)
        try:
            return Expression(text, node)
        except ExpressionError as error:
            raise self.error(node, f"{what} {error}") from None

    def decimal(self, node: Node, what: str) -> float:
        """A plain decimal number."""
        text = self.scalar(node, what)
        if len(text) > 40 or not DECIMAL.fullmatch(text):
            self.refuse(node, f"{what} must be a number such as 0.5, but this is {quoted(text)}")
        value = float(text)
        if abs(value) > MAX_FRACTION:
            self.refuse(node, f"{what} is {shortened(text)}; use a number below {MAX_FRACTION:,}")
        return value

    def parsed(self, node: Node, what: str, parse: Callable[[str, str], Any]) -> Any:
        """The characters after a parser, or an expression over $names."""
        text = self.scalar(node, what)
        if "$" in text:
            return self.number(node, what)
        try:
            return parse(text, what)
        except UsageError as error:
            *others, last = str(error).split("\n")
            for line in others:
                self.problems.add(self.error(node, line))
            raise self.error(node, last) from None

    def pairs(self, node: Node, what: str) -> list[tuple[str, Node]]:
        """The names and values of a mapping."""
        return [(name, value) for name, (_, value) in self.mapping(node, what).items()]

    def whole(self, node: Node, what: str) -> int:
        """A whole number written in plain digits."""
        return self.whole_text(node, self.scalar(node, what), what, names=False)

    def whole_text(self, node: Node, text: str, what: str, *, names: bool = True) -> int:
        """The text of a node as a whole number.

        Args:
            node, text: the node, and its text.
            what: its name in messages.
            names: whether a parameter is also allowed.
        """
        digits = text.removeprefix("-")
        if not (digits.isascii() and digits.isdigit()):
            said = quoted(text) if text else "empty"
            self.refuse(
                node,
                f"{what} must be a whole number, but this is {said}{_number_hint(text, names=names)}",
            )
        if len(digits) > 1 and digits.startswith("0"):
            plain = shortened(digits.lstrip("0") or "0")
            self.refuse(
                node,
                f"{what} is {quoted(text)}, and YAML can read a leading 0 as base 8; write {plain}",
            )
        if len(digits) > MAX_DIGITS:
            self.refuse(
                node,
                f"{what} has {len(digits):,} digits; use a number of up to {MAX_DIGITS} digits",
            )
        return int(text)


YES_OR_NO = ("yes", "no", "on", "off", "y", "n", "true", "false")


def _number_hint(text: str, *, names: bool) -> str:
    """What the user probably means by a value that is not a plain whole number, and what to write."""
    lowered = text.lower()
    if lowered in YES_OR_NO:
        return ", which YAML can read as true or false; write a number"
    if not text or lowered in ("null", "~"):
        return "; write a number"
    if re.fullmatch(r"[0-9]+(:[0-9]+)+", text):
        return f", which YAML reads in base 60; several numbers are written [{text.replace(':', ', ')}]"
    if "_" in text and text.replace("_", "").isdigit():
        return f", which YAML reads as {text.replace('_', '')}; write it without _"
    if re.fullmatch(r"-?0[xo][0-9a-f_]+", lowered):
        return ", which YAML can read in base 16 or 8; write it in plain digits"
    if re.fullmatch(r"[0-9]+([x×,] ?[0-9]+)+", lowered):
        return f"; several numbers are written [{', '.join(re.findall('[0-9]+', text))}]"
    if re.fullmatch(r"[-+]?([0-9]+\.[0-9]*|\.[0-9]+)", text):
        return "; sizes and counts have no fractions"
    if re.fullmatch(r"[-+]?[0-9.]+e[-+]?[0-9]+|\+[0-9]+|[0-9]+[,.' ][0-9,.' ]+", lowered):
        return "; write it in plain digits"
    if names and re.fullmatch(r"[A-Za-z_]\w*", text):
        return f"; a parameter is written ${text}"
    if names and re.fullmatch(r"[A-Za-z0-9_\s*/%()+-]+", text) and re.search(r"[*/%+(]| - ", text):
        return "; write the result, or the parameters in it as $name"
    return "; write plain digits"


def description_of(node: Node) -> str:
    """The type of a node, for a message about a wrong type."""
    if isinstance(node, MappingNode):
        return "a mapping"
    if isinstance(node, SequenceNode):
        return "a list"
    return quoted(node.value) if node.value else "nothing"


def greatest_depth(text: str) -> int:
    """The nesting depth of a YAML text, or more; fast, and never too small.

    If quotes or similar may hide brackets, the result is more than `MAX_DEPTH`.
    Without brackets, a nested collection is indented more than the one around it, or is a list directly
    under its key, so the largest indentation limits the depth.
    """
    if _HIDING.search(text):
        return MAX_DEPTH + 1
    depth = deepest = 0
    for bracket in _BRACKET.findall(_COMMENT.sub("", text)):
        if bracket in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif depth:
            depth -= 1
    return deepest + 2 * (1 + max(map(len, _INDENT.findall(text))))


def read(path: str) -> Source:
    """Read a file as UTF-8 text.

    Raises:
        UsageError: it is missing, a folder, too large, not text, or cannot be read.
    """
    data = read_file(path, MAX_BYTES, "network or sheet", way_out=WAY_OUT)
    return source_of(data, stdin_name() if path == STDIN else path)


def source_of(data: bytes, path: str) -> Source:
    """Bytes as a source text.

    Raises:
        UsageError: there are too many, or they are not UTF-8.
    """
    name = printable(path)
    check_size(data, MAX_BYTES, name, WAY_OUT)
    return Source(path, decode(data, name))
