"""A model printed by ``print(model)``: ``(conv1): Conv2d(3, 64, kernel_size=(7, 7), …)``."""

from __future__ import annotations

import ast
import re

from convcalc.network.notations.base import Reading
from convcalc.network.notations.code import Code
from convcalc.network.notations.pytorch_modules import layer_of
from convcalc.text import quoted

_LINE = re.compile(r"\((?P<name>[\w-]+)\): (?:(?P<times>\d{1,6}) x )?(?P<call>[A-Za-z_]\w* ?\(.*)")
_MAX_TIMES = 1_000
_WORDS = {"same": "same", "valid": "valid"}  # printed without quotes
_NOTE = "layers are read in the order in which they are printed; a printed model does not show its forward()"


def is_printed(text: str) -> bool:
    """Whether a text looks like a printed model."""
    return any(_LINE.match(line.strip()) for line in text.splitlines())


def read_printed(text: str, found: Reading) -> None:
    """Add the layers of a printed model, in the printed order."""
    opened: list[str] = []  # the names of the open modules
    sequential = True
    for number, whole in enumerate(text.splitlines(), start=1):
        line = whole.strip().rstrip(",")
        match = _LINE.match(line)
        name, call = (match["name"], match["call"]) if match else ("", line)
        if call == ")":
            del opened[-1:]
        elif call.endswith("("):
            kind = call[:-1].strip()
            sequential = sequential and kind == "Sequential"
            if kind != "Sequential" and opened:
                found.refuse(
                    f"line {number}: {quoted(kind)} does not show how its layers are used; write a YAML file"
                )
            if match and match["times"]:
                found.refuse(
                    f"line {number}: {match['times']} x {quoted(kind)} is not read; repeat its lines that many times instead"
                )
            opened.append(name)
        elif call:
            path = ".".join([*filter(None, opened), name]) if name else ""
            _add(call, path, number, int(match["times"] or 1) if match else 1, found)
    if not sequential:
        found.notes.append(_NOTE)


def _add(text: str, name: str, number: int, times: int, found: Reading) -> None:
    """Add one printed layer, as often as it is repeated."""
    own = Reading()
    code = Code(text, own, _WORDS)
    layers = []
    for statement in code.body:
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
            layers += layer_of(code, statement.value, name)
        else:
            code.refuse(statement, "is not a printed layer; leave it out")
    for problem in own.problems:
        found.refuse(f"line {number}: {problem}")
    if times > _MAX_TIMES:
        found.refuse(f"line {number}: {times:,} times are too many; use at most {_MAX_TIMES:,}")
        return
    found.layers += [each._replace(label=f"line {number}: {each.label}") for each in layers] * times
