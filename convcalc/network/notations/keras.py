"""Lines of Keras: ``keras.Sequential([…])``, ``model.add(…)``, or ``x = layers.Conv2D(…)(x)``.

Keras counts the channels last; shapes are turned, so that what comes out is channels first as everywhere.
"""

from __future__ import annotations

import ast
import re
from typing import ClassVar

from convcalc.network.chain import Written
from convcalc.network.notations.base import Notation, Reading, notation
from convcalc.network.notations.code import Code, Flow, last_name, looks_like_python
from convcalc.network.notations.keras_layers import input_of, is_layer, layers_of

_SURE = re.compile(r"\b(?:keras|layers)\.\w|\b(?<!nn\.)[A-Z]\w*[123]D(?:Transpose)?\(|\.add\(")
_PERHAPS = re.compile(r"\b(?:Dense|BatchNormalization|Activation)\(")
_MAX_DEPTH = 60
_INPUTS = ("Input", "InputLayer")
_IN_ORDER = "layers are taken in the order in which they are written; nothing says another"


@notation("keras")
class Keras(Notation):
    """Keras's layers."""

    about: ClassVar = "lines of Keras: a Sequential, model.add, or one layer called on the other"
    example: ClassVar = "layers.Conv2D(6, 5, activation='relu'), layers.MaxPooling2D(2), layers.Flatten(), layers.Dense(10)"

    @staticmethod
    def fits(text: str) -> bool:
        return bool(_SURE.search(text) or (_PERHAPS.search(text) and looks_like_python(text)))

    @staticmethod
    def read(text: str, axes: int) -> Reading:
        del axes  # the names of layers say it
        found = Reading()
        lines = _Lines(Code(text, found))
        lines.statements(lines.code.body)
        lines.finish()
        return found


class _Lines:
    """The layers that lines of code make and use.

    Args:
        code: it.
    """

    def __init__(self, code: Code) -> None:
        self.code, self.flow = code, Flow(code)
        self.layers: list[Written] = []  # of a Sequential, or without a model
        self.made: dict[str, list[Written]] = {}  # with a name, for use further down
        self.used: set[str] = set()

    def statements(self, body: list[ast.stmt]) -> None:
        """Look at statements, and into functions."""
        for statement in body:
            if isinstance(statement, ast.FunctionDef | ast.ClassDef):
                if isinstance(statement, ast.FunctionDef) and statement.name == "call":
                    for argument in statement.args.args[1:2]:  # after self
                        self.flow.bind(argument.arg, 0)
                self.statements(statement.body)
            elif isinstance(statement, ast.Assign):
                if not self.code.assign(statement.targets, statement.value):
                    self._assign(last_name(statement.targets[0]), statement.value)
            elif isinstance(statement, ast.Expr):
                self._expression(statement.value)
            elif isinstance(statement, ast.Return):
                if isinstance(statement.value, ast.Call):
                    self._expression(statement.value)
            elif not isinstance(statement, ast.Import | ast.ImportFrom | ast.Pass):
                word = type(statement).__name__.lower()
                head = getattr(statement, "iter", getattr(statement, "test", statement))
                self.code.refuse(
                    head, f"{word!r} is not read; write each layer on a line of its own"
                )

    def finish(self) -> None:
        """The layers in the order of their use."""
        found = self.code.found
        loose = [each for layers in self.made.values() for each in layers]
        if self.flow.layers and self.layers:
            what = "some layers are called on an input and some are in a Sequential; write them in one way"
            found.refuse(what)
        elif loose and not (self.flow.layers or self.layers):
            found.notes.append(_IN_ORDER)
        found.layers = self.flow.layers or self.layers or loose

    def _assign(self, name: str, value: ast.expr) -> None:
        """``x = layers.Conv2D(…)(x)``, ``inputs = Input(…)``, ``model = Sequential(…)``."""
        if not isinstance(value, ast.Call):
            self.code.refuse(value, "is not a layer; write for example layers.Conv2D(32, 3)")
            return
        called = last_name(value.func)
        if called in _INPUTS:
            self._input(value)
            self.flow.bind(name, 0)
        elif self._is_use(value):
            place = self._place(value)
            if place is not None:
                self.flow.bind(name, place)
        elif called == "Sequential":
            self.layers += self._of(value)
        elif is_layer(called):
            self._input(value)
            self.made[name] = layers_of(self.code, value)
        elif called not in ("Model", "super") and value.args:
            self._of(value)

    def _expression(self, value: ast.expr) -> None:
        """``model.add(…)``, or layers that no name is given to; compile, fit and the like are passed over."""
        nodes = value.elts if isinstance(value, ast.Tuple | ast.List) else [value]
        for node in nodes:
            if isinstance(node, ast.Call) and last_name(node.func) == "add" and len(node.args) == 1:
                self.layers += self._of(node.args[0])
            elif isinstance(node, ast.Call) and self._is_use(node):
                self._place(node)
            elif isinstance(node, ast.Call):
                called = last_name(node.func)
                method = isinstance(node.func, ast.Attribute) and not called[:1].isupper()
                if not (method or called in ("print", "Model", "plot_model")):
                    self.layers += self._of(node)
            elif not isinstance(node, ast.Constant | ast.Name):
                self.code.refuse(node, "is not a layer; write for example layers.Conv2D(32, 3)")

    def _of(self, node: ast.AST, depth: int = 0) -> list[Written]:
        """The layers of a layer or of a Sequential; an input is noted."""
        if depth > _MAX_DEPTH:
            self.code.refuse(node, "nests too deep; write the layers one after the other")
            return []
        if isinstance(node, ast.Tuple | ast.List):
            return [layer for each in node.elts for layer in self._of(each, depth + 1)]
        made = self._made(node)
        if made is not None:
            name = last_name(node)
            if name in self.used and any(each.is_trained for each in made):
                what = "is used a second time, so its weights count once only; write a YAML file"
                self.code.refuse(node, what)
            self.used.add(name)
            return made
        if not isinstance(node, ast.Call):
            self.code.refuse(node, "is not a layer; write for example layers.Conv2D(32, 3)")
            return []
        called = last_name(node.func)
        if called == "Sequential":
            inner = [*node.args, *(word.value for word in node.keywords if word.arg == "layers")]
            return [layer for each in inner for layer in self._of(each, depth + 1)]
        self._input(node)
        return [] if called in _INPUTS else layers_of(self.code, node)

    def _is_use(self, call: ast.Call) -> bool:
        """Whether a layer is called on an input."""
        return isinstance(call.func, ast.Call) or self._made(call.func) is not None

    def _made(self, node: ast.AST) -> list[Written] | None:
        """The layers under a name."""
        return (
            self.made.get(last_name(node)) if isinstance(node, ast.Name | ast.Attribute) else None
        )

    def _input(self, call: ast.Call) -> None:
        """The input that a call says."""
        shape = input_of(self.code, call)
        found = self.code.found
        if shape and found.input and shape != found.input:
            self.code.refuse(call, "says another input than a line before it; keep one")
        found.input = found.input or shape

    def _place(self, node: ast.expr, depth: int = 0) -> int | None:
        """How many layers lead to a value; None where that is not known, which is a problem."""
        held = self.flow.holds(node)
        if held is not None:
            return held
        if isinstance(node, ast.Call) and last_name(node.func) in _INPUTS:
            self._input(node)
            return 0
        callee = node.func if isinstance(node, ast.Call) else None
        known = callee is not None and (
            isinstance(callee, ast.Call) or self._made(callee) is not None
        )
        if (
            not (isinstance(node, ast.Call) and callee and known and len(node.args) == 1)
            or depth > _MAX_DEPTH
        ):
            what = (
                "is not one layer called on one input, which alone is followed; write a YAML file"
            )
            self.code.refuse(node, what)
            return None
        start = self._place(node.args[0], depth + 1)
        if start is None:
            return None
        return self.flow.use(node, self._of(callee), start)
