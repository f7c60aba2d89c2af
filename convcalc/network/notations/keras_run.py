"""The meaning of Keras's names in followed lines: which calls make a layer, and which use one."""

from __future__ import annotations

import ast
from typing import Any

from convcalc.layers import Shape, get_kind
from convcalc.network.chain import Written
from convcalc.network.notations.code_expressions import BRANCHES, WAY_OUT, ValueCode
from convcalc.network.notations.code_flow import Flows
from convcalc.network.notations.code_values import (
    Flowing,
    Instance,
    Library,
    Method,
    Module,
    Sequence,
    Unread,
)
from convcalc.network.notations.keras_layers import ACTIVATIONS, input_of, is_layer, layers_of

_INPUTS = ("Input", "InputLayer")
_OTHER_ROOMS = (
    "optimizers", "losses", "metrics", "callbacks", "datasets", "regularizers", "initializers", "constraints", "utils",
    "np", "plt", "image", "preprocessing", "schedules",
)  # fmt: skip
_OTHER = (
    "Adam", "AdamW", "Adagrad", "Adamax", "Nadam", "RMSprop", "SGD", "EarlyStopping", "ModelCheckpoint", "ImageDataGenerator",
    "TensorBoard", "ReduceLROnPlateau",
)  # fmt: skip
_PASSED = (
    "compile", "fit", "summary", "evaluate", "predict", "save", "build", "load_weights", "save_weights", "get_config",
    "count_params", "get_weights", "fit_generator",
)  # fmt: skip
# Functions whose first arguments are the same as those of the layer.
_AS_LAYERS = {"leaky_relu": "LeakyReLU", "elu": "ELU", "relu": "ReLU", "softmax": "Softmax"}
_MERGES = ("add", "concatenate", "multiply", "subtract", "average", "maximum", "dot")


class KerasRun(Flows):
    """Lines of Keras."""

    forward = "call"
    settings = ("training", "mask")
    in_order = "layers are read in the order in which they are written; nothing gives another order"
    is_symbolic = True

    def __init__(self, code: ValueCode) -> None:
        super().__init__(code)
        self._shapes: dict[int, Shape] = {}  # of inputs, sequences and modules that have one
        self._kept: list[Any] = []  # keeps the objects of these ids alive

    def known(self, name: str) -> bool:
        return is_layer(name) or name in (*_INPUTS, "Sequential", "Model")

    def layers_in(self, module: Module) -> list[Written]:
        return module.layers  # they only get a name from name=

    # ------------------------------------------------------------------ inputs

    def _says(self, thing: Any, shape: Shape) -> None:
        """Remember the input of an object."""
        if shape:
            self._shapes[id(thing)] = shape
            self._kept.append(thing)

    def input_of(self, flow: Flowing) -> Shape:
        """The input of a path: of its Input, or else of its first layer."""
        at, found = flow, self._shapes.get(id(flow.module), ())
        while at.before is not None:
            found = self._shapes.get(id(at.module), found)
            at = at.before
        own = self._shapes.get(id(at), ())
        return own or found

    def through(self, node: ast.AST, callee: Any, before: Any) -> Any:
        shape = self._shapes.get(id(callee.inner if isinstance(callee, Instance) else callee), ())
        if (
            isinstance(before, Flowing)
            and before.before is None
            and shape
            and not self._shapes.get(id(before))
        ):
            self._says(before, shape)
        return super().through(node, callee, before)

    def hold(self, node: ast.AST, sequence: Sequence, value: Any, key: str = "") -> None:
        shape = self._shapes.get(id(value), ())
        if shape and not (isinstance(value, Sequence) and sequence.items):
            old = self._shapes.get(id(sequence), ())
            if (
                old
                and old != shape
                and not isinstance(value, Sequence)
                and not self._is_reshaped(sequence)
            ):
                self.refuse(node, "gives another input than a line before it; keep one")
            self._says(sequence, old or shape)
        if not isinstance(value, Flowing):
            if isinstance(value, list | tuple):
                with self.deeper():  # lists can contain one another, and themselves
                    for each in value:
                        self.step(node)
                        self.hold(node, sequence, each)
            else:
                super().hold(node, sequence, value, key)

    def _is_reshaped(self, sequence: Sequence) -> bool:
        """Whether a sequence begins with a new shape; then a layer can repeat its input."""
        first = next(iter(sequence.items.values()), None)
        return isinstance(first, Module) and any(e.cls is get_kind("reshape") for e in first.layers)

    # ------------------------------------------------------------------ names of the framework

    def call_library(self, call: ast.Call, name: Library) -> Any:
        last, owner = name.last, name.owner
        if last in _INPUTS:
            found = Flowing()
            self._says(found, input_of(self.code, call))
            return found
        if last.lower() in _MERGES and last[:1].isupper():
            return self.refuse(
                call, "joins several paths, which is not followed; write a YAML file"
            )
        if last == "Sequential":
            return self._sequence(call)
        if last == "Model" and (call.args or call.keywords):
            return self._model(call)
        if is_layer(last):
            made = layers_of(self.code, call)
            if self.forwards and any(each.is_trained for each in made):
                what = "is made again at each call, so it is never trained; make it in __init__()"
                self.refuse(call, what)
            found_one = Module(made)
            self._says(found_one, input_of(self.code, call))
            return found_one
        given = [self.value(each) for each in call.args if isinstance(each, ast.Name | ast.List)]
        flat = [one for each in given for one in (each if isinstance(each, list) else [each])]
        flows = [each for each in flat if isinstance(each, Flowing)]
        if flows and last in ACTIVATIONS and len(flat) == 1:
            layers = self._activated(call, last)
            return Flowing(flows[0], Module(layers), layers, call)
        if flows or last in _MERGES:
            return self.refuse(call, BRANCHES)
        is_other = owner in _OTHER_ROOMS or last in _OTHER or owner == "data"
        if last[:1].isupper() and not is_other:
            layers_of(self.code, call)
            return Unread()
        return self.unknown(call)

    def _activated(self, call: ast.Call, name: str) -> list[Written]:
        """The layer of ``keras.activations.relu(x, max_value=6)``."""
        args, words = call.args[1:], [w for w in call.keywords if w.arg not in ("x", "name")]
        if args or words:  # as for the layer
            if name not in _AS_LAYERS:
                self.refuse(call, "is read with its input only; leave the other arguments out")
                return []
            made = ast.copy_location(ast.Call(ast.Name(_AS_LAYERS[name]), args, words), call)
            return layers_of(self.code, made)
        kind = ACTIVATIONS[name]
        label = self.code.where(call)
        return (
            [Written(label, get_kind(kind), is_text=False, called=kind, code=kind)] if kind else []
        )

    def _sequence(self, call: ast.Call) -> Any:
        """``Sequential([…])``."""
        found = Sequence()
        nodes = [*call.args, *(word.value for word in call.keywords if word.arg == "layers")]
        for node in nodes:
            each = self.value(node)
            values = each if isinstance(each, list | tuple) else [each]
            places = (
                node.elts
                if isinstance(node, ast.List | ast.Tuple) and len(node.elts) == len(values)
                else None
            )
            for place, value in zip(places or [node] * len(values), values):
                self.hold(place, found, value)
        return found

    def _model(self, call: ast.Call) -> Any:
        """``Model(inputs, outputs)``: the layers between them."""
        words = {word.arg: word.value for word in call.keywords}
        given = dict(zip(("inputs", "outputs"), call.args)) | words
        ends = []
        for name in ("inputs", "outputs"):
            value = self.value(given[name]) if name in given else None
            value = value[0] if isinstance(value, list | tuple) and len(value) == 1 else value
            if not isinstance(value, Flowing):
                if not (isinstance(value, Unread) and not value.why):
                    self.refuse(given.get(name, call), BRANCHES)
                return Unread()
            ends.append(value)
        start, end = ends
        found, at = Sequence(), end
        steps: list[Flowing] = []
        while at is not start and at.before is not None:
            steps.append(at)
            at = at.before
        if at is start and start.before is not None:
            return self.refuse(call, "begins after other layers; begin with its own Input")
        if at is not start:
            return self.refuse(
                call, "has an output that its input does not lead to; write a YAML file"
            )
        for step in reversed(steps):
            found.items[str(len(found.items))] = step.module
        self._says(found, self._shapes.get(id(start), ()))
        self.wraps = True
        return found

    # ------------------------------------------------------------------ methods

    def call_method(self, call: ast.Call, method: Method) -> Any:
        owner, name = method.owner, method.name
        if isinstance(owner, Method) and isinstance(owner.owner, Instance):
            return self.call_super(call, owner, name)
        if isinstance(owner, Method):
            return self.refuse(call, f"is not read; {WAY_OUT}")
        if isinstance(owner, Flowing):
            return self.refuse(call, BRANCHES)
        if name in (self.forward, "__call__"):
            return self.call_held(call, owner)
        sequence = owner.inner if isinstance(owner, Instance) else owner
        if isinstance(sequence, Sequence) and name == "add" and len(call.args) == 1:
            self.hold(call.args[0], sequence, self.value(call.args[0]))
            return None
        if isinstance(sequence, Sequence) and name == "pop" and sequence.items and not call.args:
            sequence.items.popitem()
            return None
        if name in _PASSED:
            return Unread()
        if isinstance(owner, Instance):
            return self.refuse(call.func, "is not made in these lines; add the line that makes it")
        return self.refuse(call, "is not read; leave it out")

    def call_unread(self, call: ast.Call) -> Any:
        """``model.add(…)`` on a model from elsewhere."""
        func = call.func
        if (
            isinstance(func, ast.Attribute)
            and func.attr == "add"
            and isinstance(func.value, ast.Name)
        ):
            self.top.names[func.value.id] = Sequence()
            self.bind(ast.Name(func.value.id), self.top.names[func.value.id])
            return self.call(call)
        return super().call_unread(call)
