"""Python expressions in lines of layers: their values, found without running anything.

An unknown value is unread; it is refused only if a layer or a number needs it.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from convcalc.network.notations.base import MAX_LAYERS
from convcalc.network.notations.code import TOO_DEEP, Code, UnreadableError, bounded
from convcalc.network.notations.code_values import (
    REST,
    Class,
    Extent,
    Flowing,
    Held,
    Instance,
    Library,
    Method,
    Scope,
    Sequence,
    Sizes,
    Unread,
)
from convcalc.text import quoted

_MAX_STEPS = 60_000  # expressions and statements
MAX_DEPTH = 80  # nested, including calls
_ROOMS = ("torch", "keras", "tensorflow", "tf", "layers", "models")
_PACKAGES = ("nn", "F", "optim", "functional")
_TOOLS = ("np", "math")
BUILTINS = (
    "range", "len", "int", "float", "list", "tuple", "zip", "enumerate", "reversed", "print", "dict",
    "min", "max", "sum", "str", "bool", "abs", "round", "super",
)  # fmt: skip
WAY_OUT = "write each layer on its own line"
BRANCHES = "is not a call of one layer, and only these are followed; write a YAML file"
MAX_ITEMS = 2 * MAX_LAYERS  # in a list
_OPERATIONS: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: lambda a, b: a + b, ast.Sub: lambda a, b: a - b, ast.Mult: lambda a, b: a * b,
    ast.FloorDiv: lambda a, b: a // b, ast.Mod: lambda a, b: a % b, ast.Div: lambda a, b: a / b,
}  # fmt: skip
_COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: lambda a, b: a == b, ast.NotEq: lambda a, b: a != b, ast.Lt: lambda a, b: a < b,
    ast.LtE: lambda a, b: a <= b, ast.Gt: lambda a, b: a > b, ast.GtE: lambda a, b: a >= b,
    ast.Is: lambda a, b: a is b, ast.IsNot: lambda a, b: a is not b,
    ast.In: lambda a, b: a in b, ast.NotIn: lambda a, b: a not in b,
}  # fmt: skip


class StoppedError(Exception):
    """Reading must stop; the problem is already added."""


class ValueCode(Code):
    """Code whose names have the values of the lines read so far."""

    run: Expressions

    def value(self, node: ast.AST, depth: int = 0) -> Any:
        """The plain value of a piece of code.

        Raises:
            UnreadableError: it has none; without a message if the problem is already added.
        """
        del depth
        return self.plain(self.run.value(node), node)

    def plain(self, value: Any, node: ast.AST, depth: int = 0) -> Any:
        """A value in the form that layers take: tuples instead of lists.

        Raises:
            UnreadableError: it is not a number, word, or tuple of them.
        """
        if isinstance(value, list | tuple) and len(value) <= 16 and depth < 4:
            return tuple([self.plain(each, node, depth + 1) for each in value])
        if value is None or isinstance(value, int | float | str):
            return bounded(value)
        if isinstance(value, Unread):
            raise UnreadableError(value.why)
        message = f"{quoted(self.label(node))} is not a plain number; write the number"
        raise UnreadableError(message)


class Expressions:
    """The values of expressions.

    Args:
        code: the lines.
    """

    def __init__(self, code: ValueCode) -> None:
        self.code = code
        code.run = self
        self.top = self.scope = Scope()
        self._steps = self._depth = 0
        self.functions = 0  # nested function calls

    def known(self, name: str) -> bool:
        """Whether a name alone belongs to the framework."""
        raise NotImplementedError

    def bind(self, target: ast.AST, value: Any) -> None:
        """Assign a value to a name, an attribute, an item, or several names."""
        raise NotImplementedError

    def call(self, node: ast.Call) -> Any:
        """The value of a call."""
        raise NotImplementedError

    @contextmanager
    def deeper(self) -> Iterator[None]:
        """Enter one level of nesting.

        Raises:
            StoppedError: it is too deep.
        """
        self._depth += 1
        if self._depth > MAX_DEPTH:
            self.code.found.refuse(f"the code {TOO_DEEP}")
            raise StoppedError
        try:
            yield
        finally:
            self._depth -= 1

    def refuse(self, node: ast.AST, what: str) -> Unread:
        """Add a problem; the value is unread."""
        self.code.refuse(node, what)
        return Unread()

    def step(self, node: ast.AST) -> None:
        """Count a step.

        Raises:
            StoppedError: there are too many.
        """
        self._steps += 1
        if self._steps > _MAX_STEPS or self.code.found.is_full:
            self.code.refuse(node, f"takes more than {_MAX_STEPS:,} steps; {WAY_OUT}")
            raise StoppedError

    def has_value(self, node: ast.AST) -> bool:
        """Whether a name, or the first of a dotted name, has a value in the lines."""
        while isinstance(node, ast.Attribute):
            node = node.value
        return not isinstance(node, ast.Name) or self.scope.has(node.id)

    def items(self, node: ast.AST) -> list[Any] | None:
        """The items of a loop; None if unknown."""
        value = self.value(node)
        if isinstance(value, Sequence):
            return list(value.children())
        if isinstance(value, Sizes):
            return [Extent(REST)] if value.start == 1 else None
        if isinstance(value, dict):
            return list(value)
        return list(value) if isinstance(value, list | tuple | str) else None

    def value(self, node: ast.AST) -> Any:
        """The value of an expression."""
        self.step(node)
        self._depth += 1
        try:
            if self._depth > MAX_DEPTH:
                return Unread(TOO_DEEP)
            evaluate = getattr(self, f"_value_{type(node).__name__.lower()}", None)
            if evaluate:
                return evaluate(node)
            return self.unknown(node)
        finally:
            self._depth -= 1

    def _value_constant(self, node: ast.Constant) -> Any:
        if isinstance(node.value, str) and len(node.value) > 100:
            return Unread(f"{quoted(node.value)} is too long for an argument; shorten it")
        try:
            return bounded(node.value)
        except UnreadableError as error:
            return Unread(str(error))

    def _value_joinedstr(self, node: ast.JoinedStr) -> Any:
        parts = [
            self.value(each.value) if isinstance(each, ast.FormattedValue) else self.value(each)
            for each in node.values
        ]
        if all(isinstance(each, str | int) for each in parts):
            return "".join(map(str, parts))[:100]
        return self.unknown(node)

    def _value_name(self, node: ast.Name) -> Any:
        if self.scope.has(node.id):
            return self.scope.find(node.id)
        if node.id in BUILTINS or self.known(node.id):
            return Library(node.id)
        if node.id in (*_ROOMS, *_PACKAGES, *_TOOLS):
            return Library(short(node.id))
        return Unread(f"{quoted(node.id)} is a name without a value here; write the number")

    def _value_attribute(self, node: ast.Attribute) -> Any:
        owner, name = self.value(node.value), node.attr
        if isinstance(owner, Library):
            return Library(short(f"{owner.path}.{name}"))
        if isinstance(owner, Instance):
            return self._attribute(node, owner)
        if isinstance(owner, Class) and owner.method(name):
            return owner.bound(name, None)
        if isinstance(owner, Sequence) and name in owner.items:
            return next(each for key, each in zip(owner.items, owner.children()) if key == name)
        if isinstance(owner, Unread):
            return owner if owner.why == "" else self.unknown(node)
        if isinstance(owner, Flowing) and name == "shape":
            return Sizes()
        return Method(owner, name, is_item=isinstance(owner, Method) and owner.is_item)

    def _attribute(self, node: ast.Attribute, owner: Instance) -> Any:
        """An attribute of an object, or a method of its class."""
        name = node.attr
        if name in owner.values:
            return owner.values[name]
        method = owner.cls.bound(name, owner) if owner.cls else None
        if method:
            return method
        if name == "training":
            return self.unknown(node)
        return Method(owner, name)

    def _value_call(self, node: ast.Call) -> Any:
        return self.call(node)

    def _value_tuple(self, node: ast.Tuple) -> Any:
        return tuple(self.several(node.elts))

    def _value_list(self, node: ast.List) -> Any:
        return self.several(node.elts)

    def several(self, nodes: Iterable[ast.AST]) -> list[Any]:
        """Values, with starred ones expanded."""
        found: list[Any] = []
        for node in nodes:
            if isinstance(node, ast.Starred):
                items = self.items(node.value)
                found += (
                    [Unread(f"{quoted(self.code.label(node))} is not read; {WAY_OUT}")]
                    if items is None
                    else items
                )
            else:
                found.append(self.value(node))
            if len(found) > MAX_ITEMS:
                self.code.refuse(node, f"are more than {MAX_ITEMS:,}; use fewer")
                raise StoppedError
        return found

    def _value_dict(self, node: ast.Dict) -> Any:
        found: dict[Any, Any] = {}
        for key, each in zip(node.keys, node.values):
            name, value = None if key is None else self.value(key), self.value(each)
            if key is None and isinstance(value, dict):  # {**others}
                found |= value
            elif isinstance(name, str | int):
                found[name] = value
            else:
                return Unread(f"{quoted(self.code.label(node))} is not read; {WAY_OUT}")
        return found

    def _value_listcomp(self, node: ast.ListComp) -> Any:
        if len(node.generators) != 1 or node.generators[0].ifs:
            return Unread(f"{quoted(self.code.label(node))} is not read; {WAY_OUT}")
        items = self.items(node.generators[0].iter)
        if items is None:
            return Unread(f"{quoted(self.code.label(node))} is not read; {WAY_OUT}")
        outer, self.scope = self.scope, Scope(outer=self.scope)
        self.functions += 1
        try:
            found = []
            for each in items:
                self.bind(node.generators[0].target, each)
                found.append(self.value(node.elt))
            return found
        finally:
            self.scope = outer
            self.functions -= 1

    _value_generatorexp = _value_listcomp

    def _value_ifexp(self, node: ast.IfExp) -> Any:
        test = self.value(node.test)
        if isinstance(test, Unread | Library | Flowing | Method):
            return Unread(
                f"{quoted(self.code.label(node))} depends on something that is not known; write its value"
            )
        return self.value(node.body if test else node.orelse)

    def _value_unaryop(self, node: ast.UnaryOp) -> Any:
        value = self.value(node.operand)
        if isinstance(node.op, ast.USub) and isinstance(value, int | float):
            return -value
        if isinstance(node.op, ast.Not) and (
            value is None or isinstance(value, int | float | str | list | tuple)
        ):
            return not value
        if isinstance(value, Unread):
            return value
        return self.unknown(node)

    def _value_boolop(self, node: ast.BoolOp) -> Any:
        value: Any = None
        unread = False
        for each in node.values:
            value = self.value(each)
            if not (value is None or isinstance(value, int | float | str | list | tuple)):
                unread = True
            elif bool(value) == isinstance(node.op, ast.Or):
                return bool(value) if unread else value  # it decides, whatever comes before
        return self.unknown(node) if unread else value

    def _value_compare(self, node: ast.Compare) -> Any:
        values = [self.value(each) for each in (node.left, *node.comparators)]
        plain = all(map(is_plain, values))
        try:
            if plain:
                pairs = zip(node.ops, values, values[1:])
                return all(_COMPARISONS[type(op)](a, b) for op, a, b in pairs)
        except TypeError:
            pass
        return self.unknown(node)

    def _value_binop(self, node: ast.BinOp) -> Any:
        left, right = self.value(node.left), self.value(node.right)
        for value in (left, right):
            if isinstance(value, Unread):
                return value
        if isinstance(left, Flowing) or isinstance(right, Flowing):
            return self._flowing_sum(node, left, right)
        problem = f"{quoted(self.code.label(node))} is not a plain number; write the result"
        if isinstance(left, list | tuple) or isinstance(right, list | tuple):
            return self._joined(node, left, right)
        for one, other in ((left, right), (right, left)):
            if isinstance(one, Extent):
                found = one.times(other) if isinstance(node.op, ast.Mult) else None
                return found or Unread(problem)
        if isinstance(left, Held) or isinstance(right, Held):
            return self.refuse(node, "is not a layer; write for example nn.Conv2d(3, 6, 5)")
        numbers = all(isinstance(each, int | float) for each in (left, right))
        try:
            if isinstance(left, str) and isinstance(right, str) and isinstance(node.op, ast.Add):
                return (left + right)[:100]
            if numbers and isinstance(node.op, ast.Pow) and 0 <= right <= 60 and abs(left) <= 1000:
                return bounded(left**right)
            if numbers and type(node.op) in _OPERATIONS:
                return bounded(_OPERATIONS[type(node.op)](left, right))
        except UnreadableError as error:
            return Unread(str(error))
        except (ZeroDivisionError, OverflowError):
            pass
        return Unread(problem)

    def _joined(self, node: ast.BinOp, left: Any, right: Any) -> Any:
        """Two lists joined, or one repeated."""
        if isinstance(right, int):
            left, right = right, left
        if isinstance(node.op, ast.Mult) and type(left) is int and isinstance(right, list | tuple):
            if max(left, 0) * len(right) > MAX_ITEMS:
                self.code.refuse(node, f"has more than {MAX_ITEMS:,} items; use fewer")
                raise StoppedError
            return right * left
        if (
            isinstance(node.op, ast.Add)
            and type(left) is type(right)
            and len(left) + len(right) <= MAX_ITEMS
        ):
            return left + right
        return Unread(f"{quoted(self.code.label(node))} is not a plain number; write the result")

    def _flowing_sum(self, node: ast.BinOp, left: Any, right: Any) -> Any:
        """A flowing value times a number; the sum of two is not a chain."""
        one, other = (left, right) if isinstance(left, Flowing) else (right, left)
        if isinstance(other, int | float) and not isinstance(node.op, ast.MatMult):
            return one
        return self.refuse(node, BRANCHES)

    def _value_subscript(self, node: ast.Subscript) -> Any:
        owner = self.value(node.value)
        found = (
            self._part(owner, node.slice)
            if isinstance(node.slice, ast.Slice)
            else self._item(owner, node.slice)
        )
        if found is not None:
            return found
        if isinstance(owner, Unread):
            return owner
        if isinstance(owner, Flowing):
            return self.refuse(node, BRANCHES)
        if isinstance(owner, Method) and isinstance(owner.owner, Held):
            return Method(owner.owner, owner.name, is_item=True)
        if isinstance(owner, (list, tuple, dict, Sequence)):
            return self.refuse(node, "is not among its items; use a number or name that is there")
        return self.unknown(node)

    def _part(self, owner: Any, node: ast.Slice) -> Any:
        """``layers[1:]``; None if unknown."""
        limits = [
            None if each is None else self.value(each)
            for each in (node.lower, node.upper, node.step)
        ]
        if limits[2] == 0 or not all(each is None or type(each) is int for each in limits):
            return None
        if isinstance(owner, Sizes) and limits[1:] == [None, None] and (limits[0] or 0) >= 0:
            return Sizes(owner.start + (limits[0] or 0))
        if isinstance(owner, list | tuple):
            return owner[slice(*limits)]
        if not isinstance(owner, Sequence):
            return None
        owner.is_used = True
        found = Sequence(is_run=owner.is_run)
        for each in list(owner.children())[slice(*limits)]:
            found.add(each)
        return found

    def _item(self, owner: Any, node: ast.AST) -> Any:
        """``layers[0]``; None if unknown."""
        key = self.value(node)
        if isinstance(owner, Sizes) and type(key) is int and 0 <= key < 9:
            return owner.first(key + 1)[-1]
        if isinstance(owner, Sequence) and isinstance(key, str):
            return dict(zip(owner.items, owner.children())).get(key)
        values = list(owner.children()) if isinstance(owner, Sequence) else owner
        if isinstance(values, dict) and isinstance(key, str | int):
            return values.get(key)
        if (
            isinstance(values, list | tuple)
            and type(key) is int
            and -len(values) <= key < len(values)
        ):
            return values[key]
        return None

    def unknown(self, node: ast.AST) -> Unread:
        """The value of code without a plain value."""
        return Unread(f"{quoted(self.code.label(node))} is not a plain number; write the number")


def short(path: str) -> str:
    """A dotted name without the packages around it."""
    parts = path.split(".")
    while (
        len(parts) > 1 and parts[0] in (*_ROOMS, "nn", "", "F", "functional") and parts[0] != "nn"
    ):
        if parts[0] == "torch" and parts[1] not in (*_PACKAGES, "utils", "jit"):
            break
        parts = parts[1:]
    if parts[:2] == ["nn", "functional"] or parts[0] == "functional":
        parts = ["F", *parts[parts.index("functional") + 1 :]]
    return ".".join(parts)


def is_plain(value: Any) -> bool:
    """Whether a value is a number, a word or None, or a list of these."""
    if isinstance(value, list | tuple):
        return all(each is None or isinstance(each, int | float | str) for each in value)
    return value is None or isinstance(value, int | float | str)
