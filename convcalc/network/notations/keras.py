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
from convcalc.text import quoted

_SURE = re.compile(r"\bkeras\.\w|\blayers\.[A-Z]|\b(?<!nn\.)[A-Z]\w*[123]D(?:Transpose)?\(|\.add\(")
_PERHAPS = re.compile(r"\b(?:Dense|BatchNormalization|Activation)\(")
_OTHER = re.compile(r"\bnn\.(?:[A-Z]|functional)|\bimport torch|\bfrom torch\b")
_OWN = re.compile(r"\bkeras\b")
_MAX_DEPTH = 60
_INPUTS = ("Input", "InputLayer")
_OTHER_ROOMS = ("optimizers", "losses", "metrics", "callbacks", "datasets")
_OPTIMIZERS = ("Adam", "AdamW", "Adagrad", "Nadam", "RMSprop", "SGD", "super")
_IN_ORDER = "layers are taken in the order in which they are written; nothing says another"


@notation("keras")
class Keras(Notation):
    """Keras's layers."""

    about: ClassVar = "lines of Keras: a Sequential, model.add, or one layer called on the other"
    example: ClassVar = "layers.Conv2D(6, 5, activation='relu'), layers.MaxPooling2D(2), layers.Flatten(), layers.Dense(10)"

    @staticmethod
    def fits(text: str) -> bool:
        if _OTHER.search(text) and not _OWN.search(text):
            return False
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
        self.layers: list[Written] = []  # without a model
        self.models: dict[str, list[Written]] = {}  # each Sequential, by its name
        self._classes = {each.name for each in code.body if isinstance(each, ast.ClassDef)}
        self.made: dict[str, list[Written]] = {}  # with a name, for use further down
        self.used: set[str] = set()

    def statements(self, body: list[ast.stmt], *, in_call: bool = False) -> None:
        """Look at statements, and into functions; call() ends where it returns."""
        for statement in body:
            if isinstance(statement, ast.FunctionDef | ast.ClassDef):
                if isinstance(statement, ast.FunctionDef) and statement.name == "call":
                    for argument in statement.args.args[1:2]:  # after self
                        self.flow.bind(argument.arg, 0)
                self.statements(statement.body, in_call=statement.name == "call")
            elif isinstance(statement, ast.Assign):
                if not self.code.assign(statement.targets, statement.value):
                    self._assign(last_name(statement.targets[0]), statement.value)
            elif isinstance(statement, ast.Expr):
                self._expression(statement.value)
            elif isinstance(statement, ast.Return):
                if in_call and statement.value is not None:
                    self.flow.end(self._place(statement.value))
                    return
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
        if len(self.models) > 1:
            names = " and ".join(map(quoted, self.models))
            found.refuse(f"{names} are models of their own; keep the lines of one of them")
        self.layers += [each for layers in self.models.values() for each in layers]
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
            self.models[name] = self._of(value)
        elif called == "Model":
            self._end(value)
        elif is_layer(called):
            self._input(value)
            self.made[name] = layers_of(self.code, value)
        elif not self._is_other(value):
            self._of(value)

    def _is_other(self, call: ast.Call) -> bool:
        """Whether a call makes no layer: an optimizer, a history, a model of a class in these lines."""
        called = last_name(call.func)
        owner = last_name(call.func.value) if isinstance(call.func, ast.Attribute) else ""
        if called in self._classes or owner in _OTHER_ROOMS or called in _OPTIMIZERS:
            return True
        return called[:1].islower() and (bool(owner) or not call.args)

    def _end(self, model: ast.Call) -> None:
        """``Model(inputs, outputs)``: layers that do not lead to the output are left out."""
        given = {word.arg: word.value for word in model.keywords}
        output = given.get("outputs", model.args[1] if len(model.args) > 1 else None)
        if output is not None:
            self.flow.end(self._place(output))

    def _changes(self, call: ast.Call) -> bool:
        """Follow what a method changes of a Sequential; whether it is one that does."""
        owner = last_name(call.func.value) if isinstance(call.func, ast.Attribute) else ""
        method = last_name(call.func)
        if method == "add" and len(call.args) == 1:
            layers = self.models.get(owner, self.layers)
            layers += self._of(call.args[0])
            return True
        if method == "pop" and owner:
            self.code.refuse(
                call, "is not read; leave out the line of the layer that it takes away"
            )
            return True
        return False

    def _expression(self, value: ast.expr) -> None:
        """``model.add(…)``, or layers that no name is given to; compile, fit and the like are passed over."""
        nodes = value.elts if isinstance(value, ast.Tuple | ast.List) else [value]
        for node in nodes:
            if isinstance(node, ast.Call) and self._changes(node):
                continue
            if isinstance(node, ast.Call) and self._is_use(node):
                self._place(node)
            elif isinstance(node, ast.Call):
                called = last_name(node.func)
                method = isinstance(node.func, ast.Attribute) and not called[:1].isupper()
                if called == "Model":
                    self._end(node)
                elif not (method or called in ("print", "plot_model")):
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
        if isinstance(node, ast.Name) and node.id in self.models:
            return self.models.pop(node.id)  # a model inside another one
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
