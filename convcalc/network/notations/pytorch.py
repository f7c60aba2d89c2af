"""Lines of PyTorch: ``nn.Sequential(…)``, one ``nn.Conv2d(…)`` per line, a class, or a printed model."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Any, ClassVar

from convcalc.network.chain import Written
from convcalc.network.notations.base import Notation, Reading, notation
from convcalc.network.notations.code import Code, Flow, last_name, looks_like_python
from convcalc.network.notations.pytorch_forward import Forward
from convcalc.network.notations.pytorch_modules import layer_of, order_of
from convcalc.network.notations.pytorch_printed import is_printed, read_printed

_SEQUENCES = ("Sequential", "OrderedDict")
_SURE = re.compile(
    r"\bnn\.[A-Z]|^\s*\(\w+(?:-\d+)?\): (?:\d+ x )?\w+\(|\b(?:Lazy)?[A-Z]\w*[123]d\(", re.MULTILINE
)
_PERHAPS = re.compile(r"\b(?:Linear|ReLU|Flatten|Dropout)\(")
# Methods that give the module itself, with the same numbers.
_SAME = ("to", "cuda", "cpu", "half", "float", "double", "bfloat16", "eval", "train", "type")
_IN_ORDER = "layers are taken in the order in which they are written; no forward() says another"


@notation("pytorch")
class PyTorch(Notation):
    """PyTorch's modules."""

    about: ClassVar = "lines of PyTorch, a class with a forward(), or a printed model"
    example: ClassVar = (
        "nn.Conv2d(3, 6, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.LazyLinear(10)"
    )

    @staticmethod
    def fits(text: str) -> bool:
        return bool(_SURE.search(text) or (_PERHAPS.search(text) and looks_like_python(text)))

    @staticmethod
    def read(text: str, axes: int) -> Reading:
        del axes  # the names of modules say it
        found = Reading()
        if is_printed(text):
            read_printed(text, found)
            return found
        lines = Lines(Code(text, found))
        lines.statements(lines.code.body)
        lines.finish()
        return found


class Lines:
    """The modules that lines of code make.

    Args:
        code: it.
    """

    def __init__(self, code: Code) -> None:
        self.code = code
        self.modules: dict[str, list[Written]] = {}
        self._classes = {each.name for each in code.body if isinstance(each, ast.ClassDef)}
        self.forward: ast.FunctionDef | None = None
        self._loose = 0

    def statements(self, body: list[ast.stmt]) -> None:
        """Look at statements, and into classes and functions."""
        for statement in body:
            if isinstance(statement, ast.ClassDef):
                self.statements(statement.body)
            elif isinstance(statement, ast.FunctionDef) and statement.name == "forward":
                self.forward = statement
            elif isinstance(statement, ast.FunctionDef):
                self.statements(statement.body)
            elif isinstance(statement, ast.Assign):
                self._assignment(statement.targets, statement.value)
            elif isinstance(statement, ast.AnnAssign) and statement.value:
                self._assignment([statement.target], statement.value)
            elif isinstance(statement, ast.Expr | ast.Return) and statement.value:
                self._expression(statement.value)
            elif not isinstance(statement, ast.Import | ast.ImportFrom | ast.Pass | ast.Return):
                word = type(statement).__name__.lower()
                what = f"{word!r} is not read; write each layer on a line of its own"
                self.code.refuse(_first_line(statement), what)

    def finish(self) -> None:
        """The layers in the order of their use: what forward() says, else as they are written."""
        found = self.code.found
        if self.forward is None:
            found.layers = [each for layers in self.modules.values() for each in layers]
            if len(self.modules) > 1 and not all(name.startswith("(") for name in self.modules):
                found.notes.append(_IN_ORDER)
            found.notes += _flattened(found.layers)
            return
        flow = Flow(self.code)
        Forward(self.code, self.modules, flow).read(self.forward)
        found.layers = flow.layers

    def _assignment(self, targets: list[ast.expr], value: ast.expr) -> None:
        """``self.conv1 = nn.Conv2d(…)``, or a number with a name."""
        if self.code.assign(targets, value):
            return
        name, value = last_name(targets[0]), _unwrapped(value)
        if isinstance(value, ast.Call) and self._is_other(value):
            return
        if isinstance(value, ast.Name) and value.id == name:  # model = model.to(device)
            return
        self.modules[name or self._new_name()] = self.layers_of(value, name)

    def _expression(self, value: ast.expr) -> None:
        """Modules that no name is given to."""
        value = _unwrapped(value)
        if isinstance(value, ast.Constant | ast.Name):  # a docstring, return model, model.eval()
            return
        if isinstance(value, ast.Call) and self._is_other(value):
            return
        for each in value.elts if isinstance(value, ast.Tuple | ast.List) else (value,):
            self.modules[self._new_name()] = self.layers_of(each, "")

    def _is_other(self, call: ast.Call) -> bool:
        """Whether a call makes no module: super().__init__(), print(model), model = Net()."""
        name = last_name(call.func)
        owner = last_name(call.func.value) if isinstance(call.func, ast.Attribute) else ""
        if name in self._classes or name.endswith("Loss") or owner == "optim":
            return True
        is_module = owner == "nn" or name[:1].isupper() or order_of(name) is not None
        return not is_module and (not call.args or name in ("print", "summary"))

    def _new_name(self) -> str:
        """A key for modules without a name."""
        self._loose += 1
        return f"({self._loose})"

    def layers_of(self, node: ast.AST, name: str, depth: int = 0) -> list[Written]:
        """The layers of a module: one, or those of a sequence."""
        if depth > 20:
            self.code.refuse(node, "nests too deep; write the layers one after the other")
            return []
        node = _unwrapped(node)
        if isinstance(node, ast.Starred):
            return self.layers_of(node.value, name, depth + 1)
        if isinstance(node, ast.Tuple | ast.List):
            return self._several(node.elts, name, depth)
        if isinstance(node, ast.Name) and node.id in self.modules:
            return self.modules.pop(node.id)  # used here, not where it was made
        if not isinstance(node, ast.Call):
            self.code.refuse(node, "is not a layer; write for example nn.Conv2d(3, 6, 5)")
            return []
        called = last_name(node.func)
        if called in _SEQUENCES:
            return self._several([*node.args, *(word.value for word in node.keywords)], name, depth)
        return layer_of(self.code, node, name)

    def _several(self, nodes: list[ast.expr], name: str, depth: int) -> list[Written]:
        """The layers of several modules, which may be pairs of a name and a module."""
        found = []
        for place, node in enumerate(nodes):
            own = f"{name}.{place}" if name else ""
            if (
                isinstance(node, ast.Tuple)
                and len(node.elts) == 2
                and isinstance(node.elts[0], ast.Constant)
            ):
                word = str(node.elts[0].value)
                found += self.layers_of(node.elts[1], f"{name}.{word}" if name else word, depth + 1)
            elif isinstance(node, ast.List | ast.Tuple) or (
                isinstance(node, ast.Call) and last_name(node.func) == "OrderedDict"
            ):
                found += self.layers_of(node, name, depth + 1)
            else:
                found += self.layers_of(node, own, depth + 1)
        return found


def _unwrapped(node: ast.AST) -> Any:
    """A module without the methods that change none of its numbers: nn.Conv2d(…).to(device)."""
    while isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        if node.func.attr not in _SAME:
            break
        node = node.func.value
    return node


def _flattened(layers: list[Written]) -> Iterator[str]:
    """Where a row is needed after a map and the code, alone, would not flatten it."""
    is_map = False
    for layer in layers:
        if is_map and layer.cls.needs_flat:
            yield f"a flatten is put before {layer.code}, which the code does not have"
        is_map = layer.cls.family in ("conv", "pool") or (
            is_map and not (layer.cls.is_view or layer.cls.needs_flat)
        )


def _first_line(statement: ast.stmt) -> ast.AST:
    """A statement's test or head, so that messages do not repeat all of it."""
    for field in ("iter", "test", "target"):
        node = getattr(statement, field, None)
        if isinstance(node, ast.AST):
            return node
    return statement
