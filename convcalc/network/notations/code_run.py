"""Lines of Python, followed statement by statement: which layers they make, and in which order they use them.

Python executes nothing: each known statement and expression has its meaning here. All others
are refused, or are unread values, which are refused if a layer or a number needs them.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from typing import Any

from convcalc.network.notations.code import last_name
from convcalc.network.notations.code_calls import Calls, ReturnedError
from convcalc.network.notations.code_expressions import (
    WAY_OUT,
    ValueCode,
    short,
)
from convcalc.network.notations.code_values import (
    Class,
    Flowing,
    Function,
    Held,
    Instance,
    Library,
    Method,
    Module,
    Scope,
    Sequence,
    Sizes,
    Unread,
)

_ALL_OF_A_MODEL = (
    "modules",
    "named_modules",
    "children",
    "named_children",
    "parameters",
    "named_parameters",
)
_FILLS = re.compile(r"(?:^|\.)init\.\w+$|\.(?!requires_grad_$)[a-z]\w*_$|^print$")


# Packages with readable layers, and their short names after an import.
_FRAMEWORKS = frozenset(("torch", "keras", "tensorflow", "tf", "tf_keras", "tensorflow_core"))
_CALLED = frozenset(("nn", "F", "layers", "keras", "tf", "torch", "K"))


class Run(Calls):
    """Lines that are followed.

    Args:
        code: the lines.

    Attributes:
        made: modules and models named outside of classes and functions, in order.
        classes: the classes of the text.
    """

    def __init__(self, code: ValueCode) -> None:
        super().__init__(code)
        self.me = Instance(None)  # self, if lines of a class are given without the class
        self.top.names["self"] = self.me
        self.top.names["__name__"] = "__main__"
        self.classes: list[Class] = []
        self.made: dict[str, Any] = {}
        self._loose = 0

    # ------------------------------------------------------------------ statements

    def statements(self, body: Iterable[ast.stmt]) -> None:
        """Follow statements."""
        with self.deeper():
            for statement in body:
                self.step(statement)
                name = f"_follow_{type(statement).__name__.lower()}"
                follow = getattr(self, name, None)
                if follow:
                    follow(statement)
                else:
                    word = type(statement).__name__.lower()
                    self.refuse(_head(statement), f"{word!r} is not read; {WAY_OUT}")

    def _follow_pass(self, node: ast.stmt) -> None:
        """Nothing."""

    _follow_assert = _follow_pass

    def _follow_global(self, node: ast.Global) -> None:
        """``global n``: a name of the module level."""
        if self.scope is not self.top:
            self.scope.elsewhere |= dict.fromkeys(node.names, self.top)

    def _follow_nonlocal(self, node: ast.Nonlocal) -> None:
        """``nonlocal n``: a name of an enclosing function."""
        for name in node.names:
            owner = self.scope.outer.owner(name) if self.scope.outer else None
            if owner is None or owner is self.top:
                self.refuse(node, f"no function around this one has {name!r}; leave it out")
            else:
                self.scope.elsewhere[name] = owner

    def _follow_import(self, node: ast.Import) -> None:
        """``import torch.nn as nn``."""
        for each in node.names:
            name = each.asname or each.name.partition(".")[0]
            path = each.name if each.asname else name
            if name in _CALLED and each.name.partition(".")[0] not in _FRAMEWORKS:
                self.refuse(
                    node,
                    f"{name} is {each.name}, which convcalc does not know; write the framework's own layers",
                )
            self.scope.names[name] = Library(short(path))

    def _follow_importfrom(self, node: ast.ImportFrom) -> None:
        """``from torch import nn``."""
        root = (node.module or "").partition(".")[0]
        for each in node.names:
            if self.known(each.name) and (node.level or root not in _FRAMEWORKS):
                place = "." * node.level + (node.module or "")
                self.refuse(
                    node,
                    f"{each.name} is of {place}, which convcalc does not know; write the framework's own layers",
                )
            if each.name != "*" and not self.known(each.name):
                path = short(f"{node.module or ''}.{each.name}")
                self.scope.names[each.asname or each.name] = Library(path)
            elif each.asname:
                self.scope.names[each.asname] = Library(each.name)

    def _follow_functiondef(self, node: ast.FunctionDef) -> None:
        self._name(node.name, Function(node, self.scope, None, self.defaults(node)))

    def _follow_classdef(self, node: ast.ClassDef) -> None:
        bases = [self.value(each) for each in node.bases]
        methods = {
            each.name: Function(each, self.scope, None, self.defaults(each))
            for each in node.body
            if isinstance(each, ast.FunctionDef)
        }
        found = Class(
            node, [b.last if isinstance(b, Library) else b for b in bases], methods, self.scope
        )
        for base in found.bases:
            if isinstance(base, Class):
                base.is_made = True
        self._name(node.name, found)
        self.classes.append(found)

    def _follow_return(self, node: ast.Return) -> None:
        value = None if node.value is None else self.value(node.value)
        if self.functions:
            raise ReturnedError(value, node.value or node)
        if node.value is not None and not isinstance(node.value, ast.Name):
            self.keep("", value)

    def _follow_expr(self, node: ast.Expr) -> None:
        value = self.value(node.value)
        if isinstance(node.value, ast.Name | ast.Attribute):
            return  # another name for the same thing
        for each in value if isinstance(value, list | tuple) else (value,):
            if isinstance(node.value, ast.Call) and isinstance(node.value.func, ast.Attribute):
                target = self.top.find(last_name(node.value.func.value))
                if target is not None and each is target:
                    continue  # model.to(device)
            self.keep("", each)

    def _follow_assign(self, node: ast.Assign) -> None:
        value = self.value(node.value)
        for target in node.targets:
            self.bind(target, value)

    def _follow_annassign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.bind(node.target, self.value(node.value))

    def _follow_augassign(self, node: ast.AugAssign) -> None:
        """``n *= 2``, ``layers += [nn.ReLU()]``."""
        left = ast.copy_location(_loaded(node.target), node)
        whole = ast.copy_location(ast.BinOp(left, node.op, node.value), node)
        old, new = self.value(left), self.value(whole)
        if isinstance(old, list) and isinstance(new, list):
            old[:] = new
        else:
            self.bind(node.target, new)

    def _follow_if(self, node: ast.If) -> None:
        test = self.value(node.test)
        if isinstance(test, Unread | Library | Flowing | Method):
            if not (isinstance(test, Unread) and not test.why):
                self.refuse(node.test, f"'if' is not read; {WAY_OUT}")
            return
        self.statements(node.body if test else node.orelse)

    def _follow_with(self, node: ast.With) -> None:
        for item in node.items:
            self.value(item.context_expr)
        self.statements(node.body)

    def _follow_for(self, node: ast.For) -> None:
        items = self.items(node.iter)
        if items is None and self._only_fills(node):
            return
        if items is None or node.orelse:
            self.refuse(node.iter, f"'for' is not read; {WAY_OUT}")
            return
        for each in items:
            self.bind(node.target, each)
            self.statements(node.body)

    def _only_fills(self, loop: ast.For) -> bool:
        """Whether a loop over a model's modules only sets the values of weights.

        The names that it assigns have no known value afterwards.
        """
        owner = loop.iter.func if isinstance(loop.iter, ast.Call) else loop.iter
        if not isinstance(owner, ast.Attribute) or owner.attr not in _ALL_OF_A_MODEL:
            return False
        names: list[ast.expr] = [loop.target]
        statements = list(loop.body)
        for each in statements:  # the list grows
            if isinstance(each, ast.If | ast.For):
                statements += [*each.body, *each.orelse]
                names += [each.target] if isinstance(each, ast.For) else []
            elif isinstance(each, ast.Assign) and all(
                isinstance(t, ast.Name) for t in each.targets
            ):
                names += each.targets
            elif isinstance(each, ast.Expr) and isinstance(each.value, ast.Call):
                if not _FILLS.search(self.code.label(each.value.func)):
                    return False
            elif not isinstance(each, ast.Pass):
                return False
        for name in names:
            self.bind(name, Unread())
        return True

    # ------------------------------------------------------------------ names

    def bind(self, target: ast.AST, value: Any) -> None:
        """Assign a value to a name, an attribute, an item, or several names."""
        if isinstance(target, ast.Tuple | ast.List):
            values = list(value) if isinstance(value, list | tuple) else []
            values = value.first(len(target.elts)) if isinstance(value, Sizes) else values
            if len(values) != len(target.elts):
                values = [value if isinstance(value, Unread) else Unread()] * len(target.elts)
                if not isinstance(value, Unread | Library):
                    self.refuse(target, "do not have the same number of values; write one per line")
            for each, one in zip(target.elts, values):
                self.bind(each, one)
        elif isinstance(target, ast.Name):
            scope = self._name(target.id, value)
            if isinstance(value, Module | Sequence) and not value.name:
                value.name = target.id
            if not self.functions or scope is self.top:
                self.keep(target.id, value)
        elif isinstance(target, ast.Attribute):
            self._bind_attribute(target, value)
        elif isinstance(target, ast.Subscript):
            self._bind_item(target, value)

    def _name(self, name: str, value: Any) -> Scope:
        """Assign a value to a name, in the scope that it belongs to."""
        scope = self.scope.elsewhere.get(name, self.scope)
        scope.names[name] = value
        return scope

    def _bind_attribute(self, target: ast.Attribute, value: Any) -> None:
        """``self.conv = …``."""
        if self.code.freezes(target, value):
            return
        owner = self.value(target.value)
        if isinstance(owner, Instance):
            owner.values[target.attr] = value
            if isinstance(value, Held):
                value.name = (
                    value.name
                    if isinstance(value, Sequence | Module) and value.name and value.is_used
                    else target.attr
                )
                value.is_used = owner.cls is not None
            if owner is self.me:
                self.keep(target.attr, value)
        elif isinstance(owner, Sequence) and target.attr in owner.items and isinstance(value, Held):
            owner.add(value, target.attr)
        elif isinstance(owner, Held) or (
            isinstance(owner, Method) and (isinstance(value, Held) or owner.is_item)
        ):
            self.refuse(target, "is changed, which is not read; make it with its final values")

    def _bind_item(self, target: ast.Subscript, value: Any) -> None:
        """``layers[0] = …``."""
        owner, key = self.value(target.value), self.value(target.slice)
        if isinstance(owner, Sequence) and isinstance(key, int) and isinstance(value, Held):
            keys = list(owner.items)
            if -len(keys) <= key < len(keys):
                owner.add(value, keys[key])
                return
        if isinstance(owner, dict) and isinstance(key, str | int):
            owner[key] = value
        elif isinstance(owner, Sequence) and isinstance(key, str) and isinstance(value, Held):
            owner.add(value, key)
        elif isinstance(owner, list) and type(key) is int and -len(owner) <= key < len(owner):
            owner[key] = value
        elif isinstance(owner, (list, Method, *Held)):
            self.refuse(target, f"is changed, which is not read; {WAY_OUT}")

    def keep(self, name: str, value: Any) -> None:
        """Remember a value made outside of functions; for a repeated name, the last."""
        if not name:
            self._loose += 1
        if isinstance(value, (list, Flowing, *Held)):
            self.made.pop(name, None)
            self.made[name or f"({self._loose})"] = value
        elif name in self.made:
            del self.made[name]


def _loaded(target: ast.AST) -> Any:
    """An assignment target as an expression that reads it."""
    if isinstance(target, ast.Name):
        return ast.Name(target.id, ast.Load())
    if isinstance(target, ast.Attribute):
        return ast.Attribute(target.value, target.attr, ast.Load())
    if isinstance(target, ast.Subscript):
        return ast.Subscript(target.value, target.slice, ast.Load())
    return target


def _head(statement: ast.stmt) -> ast.AST:
    """The test or first line of a statement, because messages should be short."""
    for field in ("iter", "test", "target"):
        node = getattr(statement, field, None)
        if isinstance(node, ast.AST):
            return node
    return statement
