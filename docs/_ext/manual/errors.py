"""The catalogue of errors: all messages in the code, found by reading it, with examples from the tests."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from manual.writing import block, code, page, plain, table, thing, toctree

ROOT = Path(__file__).parents[3]
PACKAGE = ROOT / "convcalc"
EXAMPLES = ROOT / "tests" / "bad_specs"

# Errors of Python that never reach a user.
_INTERNAL = {
    "AssertionError", "AttributeError", "FrozenInstanceError", "KeyError", "NotImplementedError", "RuntimeError",
    "SystemExit", "StopIteration", "LookupError", "IndexError", "OutputLost", "Exit",
}  # fmt: skip
_SAYS = {
    "error",
    "refuse",
    "refusal",
    "fail",
    "error_at",
    "node_error",
    "complain",
    "add",
    "problem",
}
_FUNCTIONS = {"_refuse_option"}
_LEAST_LETTERS = 6  # fewest letters of a sentence that is clear alone
MAX_NAME = 160  # most characters of a heading
MAX_EXAMPLE = 700  # most characters of a file that is shown completely

AREAS = {
    "network": ("Network files", "network"),
    "layers": ("Layers that do not fit, and their options", "layers", "formulas", "traced", "term"),
    "interop": ("Files of other tools", "interop"),
    "sheets": ("Sheets", "homework/sheets", "homework/conventions", "homework/variants", "homework/mistakes"),
    "questions": ("Questions", "homework/questions"),
    "answers": ("Answers", "homework/answers", "homework/marking"),
    "class": ("Marking a class", "homework/classroom", "homework/exports", "homework/__init__"),
    "commands": ("Commands and options", "cli", "api", "given", "__init__", "errors", "registry", "text", "formats", "report", "bounds", "magic", "pages"),
    "files": ("Files and folders", "files", "folders"),
    "analysis": ("Tables, memory and counting", "analysis"),
    "solve": ("Solving, budgets and sweeps", "solve"),
    "verify": ("Verifying", "verify", "reference"),
    "hand": ("By hand, and image kernels", "hand", "images"),
    "draw": ("Pictures and the page to explore", "draw", "drawing", "explore"),
}  # fmt: skip


@dataclass
class Message:
    """An error message of convcalc.

    Attributes:
        text: the text, with … for variable parts.
        places: the modules with the message.
        example: a file of the tests that causes the message, without its suffix.
    """

    text: str
    places: list[str] = field(default_factory=list)
    example: str = ""

    @property
    def way_out(self) -> str:
        """The advice after the last semicolon, if it has words; else an empty text."""
        found = self.text.rpartition("; ")[2] if "; " in self.text else ""
        return re.sub(r"…+\.?$", "…", found) if re.match(r"[^…]*[a-z]{2}", found) else ""

    def is_in(self, said: str) -> bool:
        """Whether a text may be this message: it has all fixed parts, in this order."""
        place = 0
        for part in self.text.split("…"):
            found = said.find(part, place)
            if found < 0:
                return False
            place = found + len(part)
        return True

    @property
    def weight(self) -> int:
        """The length of its fixed parts."""
        return len(self.text.replace("…", ""))


# ------------------------------------------------------------------------ the messages in the code


@cache
def messages() -> dict[str, Message]:
    """All messages by their text, with an example from the tests if there is one."""
    found: dict[str, Message] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        name = path.relative_to(PACKAGE).as_posix()
        for text in dict.fromkeys(_said_in(ast.parse(path.read_text(encoding="utf-8")))):
            each = found.setdefault(text, Message(text))
            if name not in each.places:
                each.places.append(name)
    for path in sorted(EXAMPLES.glob("*.err")):
        for each in meant(path.read_text(encoding="utf-8"), found)[:1]:
            each.example = each.example or path.stem
    return found


def meant(said: str, found: dict[str, Message]) -> list[Message]:
    """The messages that a text may be, the most specific first."""
    return sorted(
        (each for each in found.values() if each.is_in(said)),
        key=lambda each: -each.weight,
    )


def _said_in(tree: ast.Module) -> Iterator[str]:
    """The messages in a module."""
    for scope in ast.walk(tree):
        if isinstance(scope, ast.FunctionDef):
            names = _texts_of(scope)
            for node in ast.walk(scope):
                for argument in _arguments(node):
                    yield from filter(_is_sentence, _templates(argument, names))


def _texts_of(scope: ast.FunctionDef) -> dict[str, list[ast.expr]]:
    """The variables of a function, each with the expressions assigned to it."""
    found: dict[str, list[ast.expr]] = {}
    for node in ast.walk(scope):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            found.setdefault(node.targets[0].id, []).append(node.value)
    return found


def _arguments(node: ast.AST) -> list[ast.expr]:
    """The arguments of an error, if a node creates one."""
    if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
        return [] if _name(node.exc.func) in _INTERNAL else list(node.exc.args)
    is_method = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    if isinstance(node, ast.Call) and _name(node.func) in (_SAYS if is_method else _FUNCTIONS):
        return list(node.args)
    if isinstance(node, ast.Call) and _name(node.func).endswith("Error"):
        return [] if _name(node.func) in _INTERNAL else list(node.args)
    given: list[ast.expr] = []
    if isinstance(node, ast.Return) and node.value is not None:
        given = [node.value]
    elif isinstance(node, ast.Call) and _name(node.func) == "append":
        given = node.args
    # A passed text may be any text; an error says what to do.
    return [each for each in given if isinstance(each, ast.IfExp) or _has_way_out(each)]


def _has_way_out(node: ast.expr) -> bool:
    """Whether an expression is a text that continues after a semicolon."""
    return any(
        isinstance(part, ast.Constant) and isinstance(part.value, str) and ";" in part.value
        for part in (node.values if isinstance(node, ast.JoinedStr) else [node])
    )


def _name(node: ast.expr) -> str:
    """The last word of a name."""
    return (
        node.attr
        if isinstance(node, ast.Attribute)
        else node.id
        if isinstance(node, ast.Name)
        else ""
    )


def _templates(node: ast.expr, names: dict[str, list[ast.expr]], depth: int = 0) -> list[str]:
    """The texts that an expression may be, with … for inserted parts."""
    if isinstance(node, ast.Constant):
        return [node.value] if isinstance(node.value, str) else []
    if isinstance(node, ast.Name) and depth < 2:
        return [
            text for value in names.get(node.id, []) for text in _templates(value, names, depth + 1)
        ]
    if isinstance(node, ast.IfExp):
        return [*_templates(node.body, names, depth), *_templates(node.orelse, names, depth)]
    if isinstance(node, ast.BoolOp):
        return [text for value in node.values for text in _templates(value, names, depth)]
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = (_templates(side, names, depth) or ["…"] for side in (node.left, node.right))
        return [a + b for a in left for b in right]
    if isinstance(node, ast.JoinedStr):
        parts = [part.value if isinstance(part, ast.Constant) else "…" for part in node.values]
        return ["".join(map(str, parts))]
    return []


def _is_sentence(text: str) -> bool:
    """Whether a text is clear alone, and does not continue another one."""
    words = re.findall(r"[A-Za-z]{2,}", text)
    is_long = sum(map(len, words)) >= _LEAST_LETTERS and len(words) > 1
    return is_long and " " in text and text[0] not in ",;:) "


# ------------------------------------------------------------------------------------- pages


def area_of(place: str) -> str:
    """The page of a module."""
    module = place.removesuffix(".py")
    for name, (_, *rooms) in AREAS.items():
        if any(module == room or module.startswith(f"{room}/") for room in rooms):
            return name
    message = f"no page of errors takes {place}"
    raise LookupError(message)


def heading(text: str) -> str:
    """A message as the name of an object: on one line, and not too long."""
    line = " ".join(re.sub(r"…+", "…", text).split()).strip("; ")
    return line if len(line) <= MAX_NAME else f"{line[:MAX_NAME]}…"


def pages() -> Iterator[tuple[str, str]]:
    """A page for each area, and one that lists them."""
    found: dict[str, dict[str, Message]] = {name: {} for name in AREAS}
    told: set[str] = set()
    for each in messages().values():
        title = heading(each.text)
        if title.lower() not in told:
            told.add(title.lower())
            found[area_of(each.places[0])][title] = each
    for name, (title, *_) in AREAS.items():
        parts = [_message(name, each) for name, each in found[name].items()]
        yield f"reference/errors/{name}.md", page(f"Errors: {title}", _AREA_LEAD, *parts)
    rows = ((f"[{title}]({name}.md)", str(len(found[name]))) for name, (title, *_) in AREAS.items())
    yield (
        "reference/errors/index.md",
        page("Errors", _LEAD, table(("about", "messages"), rows), toctree(AREAS, hidden=True)),
    )


_AREA_LEAD = (
    "The messages, and what to do; … stands for the parts that change. [All errors](index.md)."
)
_LEAD = """\
A message says *where: what is wrong, with the numbers; what to do*. Errors of a file give its line, and all of them are
printed together. They go to stderr, and the exit code is 2.

These pages have every message in the code of convcalc; … marks the parts that change. Many have an example: a file of
the tests, and the message that convcalc prints for it.
"""


def _message(title: str, each: Message) -> str:
    """One message."""
    facts = [
        f"What to do: {plain(each.way_out)}{'' if each.way_out.endswith('…') else '.'}\n"
        if each.way_out
        else "",
        _example(each.example) if each.example else "",
        f"In {', '.join(code(f'convcalc/{place}') for place in each.places[:3])}.",
    ]
    return thing("error", title, "\n".join(filter(None, facts)))


def _example(name: str) -> str:
    """A file that causes the message, and the output."""
    said = (EXAMPLES / f"{name}.err").read_text(encoding="utf-8")
    source = EXAMPLES / f"{name}.yaml"
    try:
        text = source.read_text(encoding="utf-8") if source.exists() else ""
    except UnicodeDecodeError:
        text = ""
    shown = 0 < len(text) <= MAX_EXAMPLE and not _has_codes(text)
    return "\n".join(
        [block(text) if shown else "", block(said) if len(said) <= MAX_EXAMPLE else ""]
    )


def _has_codes(text: str) -> bool:
    """Whether a text has characters that cannot be shown."""
    return any(not (character.isprintable() or character == "\n") for character in text)
