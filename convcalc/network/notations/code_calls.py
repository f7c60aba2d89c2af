"""Calls in lines of Python: functions and classes of the text, lists, and Python's own functions."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from typing import Any

from convcalc.network.notations.base import MAX_LAYERS
from convcalc.network.notations.code import last_name
from convcalc.network.notations.code_expressions import (
    BUILTINS,
    MAX_ITEMS,
    WAY_OUT,
    Expressions,
    is_plain,
)
from convcalc.network.notations.code_values import (
    Class,
    Flowing,
    Function,
    Held,
    Instance,
    Library,
    Method,
    Partial,
    Scope,
    Sequence,
    Unread,
)
from convcalc.text import quoted

_MOST_ARGUMENTS = 100  # of a call with partial arguments
_CHANGES = ("setattr", "delattr", "exec", "eval")  # functions that can change any object


class ReturnedError(Exception):
    """A function returned a value."""

    def __init__(self, value: Any, node: ast.AST) -> None:
        super().__init__()
        self.value, self.node = value, node


class Calls(Expressions):
    """The values of calls."""

    returned: ast.AST | None = None  # the last returned value

    def statements(self, body: Iterable[ast.stmt]) -> None:
        """Follow statements."""
        raise NotImplementedError

    def call_library(self, call: ast.Call, name: Library) -> Any:
        """The value of a call of a framework's function or class."""
        raise NotImplementedError

    def call_held(self, call: ast.Call, callee: Any) -> Any:
        """The value of a call of a module, a sequence or an instance."""
        raise NotImplementedError

    def call_method(self, call: ast.Call, method: Method) -> Any:
        """The value of a method call on a module or on a value that flows through layers."""
        raise NotImplementedError

    def call(self, node: ast.Call) -> Any:
        callee = self.value(node.func)
        if isinstance(callee, Partial):
            node, callee = callee.filled(node), callee.callee
        name = callee.last if isinstance(callee, Library) else last_name(node.func)
        if isinstance(callee, Library | Unread) and name == "partial":
            return self._partial(node)
        if isinstance(callee, Library):
            if callee.path in BUILTINS:
                return self._builtin(node, callee.path)
            return self.call_library(node, callee)
        if isinstance(callee, Function):
            return self.call_function(node, callee)
        if isinstance(callee, Class):
            return self.instance(node, callee)
        if isinstance(callee, Held):
            return self.call_held(node, callee)
        if isinstance(callee, Method):
            if isinstance(callee.owner, list | dict):
                return self._list_method(node, callee)
            return self.call_method(node, callee)
        return self.call_unread(node)

    def _partial(self, node: ast.Call) -> Any:
        """``partial(nn.Conv2d, kernel_size=3)``: a later call with more arguments."""
        made = self.value(node.args[0]) if node.args else Unread()
        if not isinstance(made, Library | Function | Class | Partial | Method):
            return self.unknown(node)
        words = [ast.keyword(each.arg, self._worked_out(each.value)) for each in node.keywords]
        args = [self._worked_out(each) for each in node.args[1:]]
        func = node.args[0]
        if isinstance(made, Partial):  # its own arguments come first
            node = made.filled(ast.copy_location(ast.Call(func, args, words), node))
            made, func, args, words = made.callee, made.func, node.args, node.keywords
        if len(args) + len(words) > _MOST_ARGUMENTS:
            return self.refuse(node, f"gives more than {_MOST_ARGUMENTS} arguments; leave some out")
        return Partial(made, func, args, words)

    def _worked_out(self, node: ast.expr) -> ast.expr:
        """An argument as its current number or text, because its name can change later."""
        value = self.value(node)
        sides = value if isinstance(value, tuple | list) else (value,)
        if not all(each is None or isinstance(each, int | float | str) for each in sides):
            return node
        plain = [ast.copy_location(ast.Constant(each), node) for each in sides]
        if value is sides:
            return ast.copy_location(ast.Tuple([*plain], ast.Load()), node)
        return plain[0]

    def call_unread(self, node: ast.Call) -> Any:
        """The value of a call of an unknown name: modules are refused, others are unread."""
        name = last_name(node.func)
        if (
            isinstance(node.func, ast.Name)
            and self.scope.has(name)
            and (name[:1].isupper() or self.known(name))
        ):
            return self.refuse(node, f"{name} gets another meaning, which is not read; {WAY_OUT}")
        if name in _CHANGES or "__" in self.code.label(node.func)[:100]:
            return self.refuse(node, "is not read; leave it out")
        if name[:1].isupper() or any(isinstance(self.value(each), Flowing) for each in node.args):
            return self.call_library(node, Library(name))
        return self.unknown(node)

    def defaults(self, node: ast.FunctionDef) -> dict[str, Any]:
        """The default values of a function's parameters.

        Python computes them once, when the function is defined.
        """
        spec = node.args
        names = [each.arg for each in (*spec.posonlyargs, *spec.args)]
        pairs = [*zip(reversed(names), reversed(spec.defaults))][::-1]
        pairs += [
            (each.arg, value) for each, value in zip(spec.kwonlyargs, spec.kw_defaults) if value
        ]
        return {name: self.value(value) for name, value in pairs}

    def arguments(self, call: ast.Call, called: Function) -> dict[str, Any]:
        """The arguments of a call of a function in the text, by name."""
        function, first = called.node, called.owner
        spec = function.args
        names = [each.arg for each in (*spec.posonlyargs, *spec.args)]
        positional = self.several(call.args)
        values = [first, *positional] if first is not None else positional
        found: dict[str, Any] = dict(zip(names, values))
        if spec.vararg:
            found[spec.vararg.arg] = list(values[len(names) :])
        elif len(values) > len(names):
            self.refuse(
                call,
                f"gives {len(values)} arguments, but {function.name} takes {len(names)}; leave some out",
            )
        known = {*names, *(each.arg for each in spec.kwonlyargs)}
        more: dict[str, Any] = {}
        for word in call.keywords:
            value = self.value(word.value)
            given = (
                {word.arg: value}
                if word.arg
                else value
                if isinstance(value, dict)
                else {"**": value}
            )
            for name, each in given.items():
                if name in found:
                    self.refuse(call, f"{name} is given twice; keep one")
                (found if name in known else more)[name] = each
        if spec.kwarg:
            found[spec.kwarg.arg] = more
        elif more:
            self.refuse(
                call,
                f"{function.name} has no argument {quoted(str(next(iter(more))))}; leave it out",
            )
        for name in known - found.keys():
            why = f"{quoted(name)} is a name without a value here; write the number"
            found[name] = called.defaults[name] if name in called.defaults else Unread(why)
        return found

    def call_function(self, call: ast.Call, function: Function) -> Any:
        """Follow a function in the text; returns its result."""
        return self.follow(function, self.arguments(call, function))

    def follow(self, function: Function, names: dict[str, Any]) -> Any:
        """Follow a function with its arguments; a function with decorators is unread."""
        outer, self.scope = self.scope, Scope(names, function.scope)
        if function.owner and function.owner.cls:
            self.scope.names["__class__"] = function.owner
        self.functions += 1
        self.returned = None
        try:
            self.statements(function.node.body)
        except ReturnedError as returned:
            self.returned = returned.node
            return returned.value
        finally:
            self.scope = outer
            self.functions -= 1
        return None

    def instance(self, call: ast.Call, cls: Class) -> Any:
        """An object of a class in the text."""
        cls.is_made = True
        found = Instance(cls)
        function = cls.bound("__init__", found)
        if function:
            self.call_function(call, function)
        elif cls.is_sequential:
            for each in self.several(call.args):
                self.hold(call, found.inner, each)
        return found

    def hold(self, node: ast.AST, sequence: Sequence, value: Any, key: str = "") -> None:
        """Put a module into a sequence; anything else is a problem."""
        if isinstance(value, Held):
            sequence.add(value, key)
        elif isinstance(value, Unread) and value.why and "number" not in value.why:
            self.refuse(node, value.why)
        elif isinstance(value, Unread) and isinstance(node, ast.Name) and value.why:
            self.refuse(node, "is not made in these lines; add the line that makes it")
        elif isinstance(value, Unread) and value.why:
            self.refuse(node, "is not a layer that can be read here; write a YAML file")
        elif not isinstance(value, Unread):
            self.refuse(node, "is not a layer; write for example nn.Conv2d(3, 6, 5)")

    def _list_method(self, node: ast.Call, method: Method) -> Any:
        """``layers.append(…)`` and other methods of lists."""
        owner, name = method.owner, method.name
        given = self.several(node.args)
        if isinstance(owner, dict):
            views = {
                "values": list(owner.values()),
                "keys": list(owner),
                "items": list(owner.items()),
            }
            if name in views and not given:
                return views[name]
            if name == "get" and 1 <= len(given) <= 2 and isinstance(given[0], str | int):
                return owner.get(*given)
            if name == "copy" and not given:
                return dict(owner)
            if name == "update" and not any(isinstance(each, Unread) for each in given):
                owner |= self._dictionary(node, given) or {}
                return None
        elif name == "append" and len(given) == 1:
            owner.append(given[0])
            return None
        elif (
            name == "extend"
            and len(given) == 1
            and isinstance(given[0], list | tuple)
            and len(owner) + len(given[0]) <= MAX_ITEMS
        ):
            owner.extend(given[0])
            return None
        elif name == "insert" and len(given) == 2 and type(given[0]) is int:
            owner.insert(*given)
            return None
        elif name == "reverse" and not given:
            owner.reverse()
            return None
        elif name == "pop" and owner and (not given or type(given[0]) is int):
            return (
                owner.pop(*given) if not given or -len(owner) <= given[0] < len(owner) else Unread()
            )
        return self.refuse(node, f"is not read; {WAY_OUT}")

    def _dictionary(self, node: ast.Call, given: list[Any]) -> Any:
        """``dict(base, k=3)``: another dictionary or pairs, then the keyword arguments."""
        found: dict[Any, Any] = {}
        named = [(word.arg, self.value(word.value)) for word in node.keywords]
        for each in [*given, *({arg: value} if arg else value for arg, value in named)]:
            try:
                found |= dict(each)
            except (TypeError, ValueError):
                return self.refuse(node, f"is not read; {WAY_OUT}")
        return found

    def _builtin(self, node: ast.Call, name: str) -> Any:
        """A built-in function of Python."""
        if name in ("print", "super"):
            found = self.scope.find("__class__")
            return Method(found, "super") if name == "super" and found else None
        given = self.several(node.args)
        bad = next((each for each in given if isinstance(each, Unread)), None)
        if bad is not None:
            return bad
        if name == "dict":
            return self._dictionary(node, given)
        given = [list(each.children()) if isinstance(each, Sequence) else each for each in given]
        functions: dict[str, Callable[..., Any]] = {
            "len": len, "int": int, "float": float, "list": list, "tuple": tuple, "min": min, "max": max,
            "sum": sum, "str": lambda *a: str(*a)[:100], "bool": bool, "abs": abs, "round": round,
            "zip": lambda *lists: list(zip(*lists)), "enumerate": lambda *a: list(enumerate(*a)),
            "reversed": lambda each: list(reversed(each)),
            "range": lambda *limits: list(_range(*limits)),
        }  # fmt: skip
        flat = name in ("len", "list", "tuple", "enumerate", "reversed", "zip")
        allowed = all(
            (flat and isinstance(each, list | tuple | dict)) or is_plain(each) for each in given
        )
        if (
            name == "zip"
            and sum(len(each) for each in given if isinstance(each, list | tuple)) > MAX_ITEMS
        ):
            allowed = False
        try:
            if allowed and not node.keywords:
                return functions[name](*given)
        except (TypeError, ValueError, OverflowError):
            pass
        return self.unknown(node)


def _range(*limits: int) -> range:
    """A range with a limited length.

    Raises:
        ValueError: it is too long.
    """
    found = range(*limits)
    if len(found) > MAX_LAYERS:
        raise ValueError
    return found
