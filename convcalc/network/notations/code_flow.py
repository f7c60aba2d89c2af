"""Values that flow through modules: a path of layers from the input on, in any framework."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import Any

from convcalc.layers import Shape
from convcalc.network.chain import Written
from convcalc.network.notations.code_expressions import BRANCHES
from convcalc.network.notations.code_run import Run
from convcalc.network.notations.code_values import (
    Class,
    Flowing,
    Function,
    Instance,
    Method,
    Module,
    Sequence,
    Unread,
)


class Flows(Run):
    """Code of a framework in which values flow through modules.

    Attributes:
        forward: the method that computes the output.
        settings: arguments of a module call that change no size.
        in_order: the note if the order of use is unknown.
        is_symbolic: whether values also flow outside of functions, as in Keras.
        registers: whether a model counts exactly the modules in its attributes, used or not.
        wraps: whether a path was made into a model.
        prefix: the name of the current module, for the names of its layers.
    """

    forward = "forward"
    settings: tuple[str, ...] = ()
    prefix = ""
    in_order = ""
    is_symbolic = False
    registers = False
    wraps = False
    forwards = 0  # nested forward calls

    def flattened(self, layers: list[Written]) -> Iterable[str]:
        """The note on a flatten that is missing in the code."""
        del layers
        return ()

    def input_of(self, flow: Flowing) -> Shape:
        """The input of a path in the text; empty if it has none."""
        del flow
        return ()

    def hold_all(self, node: ast.AST, found: Sequence, value: Any) -> None:
        """Hold a module, or the modules of a list, of pairs with names, or of a dictionary."""
        if isinstance(value, dict):
            for key, each in value.items():
                self.hold(node, found, each, str(key))
        elif isinstance(value, Sequence) and not value.is_run:
            for key, each in zip(value.items, list(value.children())):
                self.hold(node, found, each, key)
        elif isinstance(value, list | tuple):
            for each in value:
                if isinstance(each, tuple) and len(each) == 2 and isinstance(each[0], str):
                    self.hold(node, found, each[1], each[0])
                else:
                    self.hold(node, found, each)
        else:
            self.hold(node, found, value)

    def call_held(self, call: ast.Call, callee: Any) -> Any:
        forward = self.forward_of(callee)
        if forward:
            return self.run_forward(forward, self.arguments(call, forward))
        words = [word for word in call.keywords if word.arg not in self.settings]
        if len(call.args) + len(words) != 1:
            what = "is given more than one input, which is not followed; write a YAML file"
            return self.refuse(call, what) if self.functions else Unread()
        before = self.value((*call.args, *(word.value for word in words))[0])
        if isinstance(before, Flowing):
            return self.through(call, callee, before)
        if isinstance(before, Unread) and (not before.why or not self.functions):
            return Unread()
        return self.refuse(call, BRANCHES)

    def run_forward(self, forward: Function, names: dict[str, Any]) -> Any:
        """Follow a forward(); its layers get their instance's name as a prefix."""
        owner = forward.owner
        assert owner
        outer = self.prefix
        self.prefix = ".".join(filter(None, (outer, owner.name)))
        self.forwards += 1
        try:
            return self.follow(forward, names)
        finally:
            self.prefix = outer
            self.forwards -= 1

    def through(self, node: ast.AST, callee: Any, before: Any) -> Any:
        """The output of a module, or of all modules of a sequence, for a flowing value."""
        self.step(node)
        if not isinstance(before, Flowing):
            return before
        if isinstance(callee, Module):
            callee.is_used = callee.is_used or self.is_symbolic or self.functions > 0
            return Flowing(before, callee, self.layers_in(callee), node)
        if isinstance(callee, Instance):
            forward = self.forward_of(callee)
            if forward:
                names = [each.arg for each in forward.node.args.args]
                given = forward.defaults | dict(zip(names, (callee, before)))
                return self.run_forward(forward, given)
            callee.inner.name = callee.name
            callee = callee.inner
        callee.is_used = callee.is_used or self.is_symbolic
        if not callee.is_run:
            return self.refuse(node, "is a list of layers, which is not called; call each of them")
        flow: Any = before
        with self.deeper():
            for each in list(callee.children()):
                flow = self.through(node, each, flow)
        return flow

    def call_super(self, call: ast.Call, owner: Method, name: str) -> Any:
        """``super().__init__(…)``, and other methods of the base class."""
        instance, node = owner.owner, self.scope.find("__function__")
        line: list[Class] = []
        at = instance.cls
        while at is not None and len(line) < 20:
            line.append(at)
            at = next((base for base in at.bases if isinstance(base, Class)), None)
        place = next(
            (i for i, cls in enumerate(line) if any(e.node is node for e in cls.methods.values())),
            0,
        )
        for cls in line[place + 1 :]:
            found = cls.bound(name, instance) if name in cls.methods else None
            if found:
                return self.call_function(call, found)
        if name == "__init__" and instance.cls.is_sequential:
            for given, each in zip(call.args, self.several(call.args)):
                self.hold_all(given, instance.inner, each)
        elif name == self.forward and instance.cls.is_sequential and call.args:
            return self.through(call, instance.inner, self.value(call.args[0]))
        return None

    def follow(self, function: Function, names: dict[str, Any]) -> Any:
        if function.node.decorator_list and not function.is_static:
            return self.refuse(function.node.decorator_list[0], "is not read; leave it out")
        names["__function__"] = function.node
        return super().follow(function, names)

    def forward_of(self, callee: Any) -> Function | None:
        """The forward method of an object of a class in the text."""
        if isinstance(callee, Instance) and callee.cls:
            return callee.cls.bound(self.forward, callee)
        return None

    def layers_in(self, module: Module) -> list[Written]:
        """The layers of a module, with their names."""
        return module.named(self.prefix)
