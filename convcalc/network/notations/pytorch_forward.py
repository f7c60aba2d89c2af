"""The ``forward()`` of a PyTorch class, read statement by statement: which layer follows which."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from convcalc.layers import get_kind
from convcalc.network.chain import Written
from convcalc.network.notations.code import Code, Flow, UnreadableError, last_name
from convcalc.network.notations.pytorch_modules import layer_of
from convcalc.text import quoted

_MAX_DEPTH = 60  # of calls inside one another
_FUNCTIONS = {
    "relu": "ReLU", "relu_": "ReLU", "relu6": "ReLU6", "leaky_relu": "LeakyReLU", "elu": "ELU", "gelu": "GELU", "silu": "SiLU",
    "hardswish": "Hardswish", "sigmoid": "Sigmoid", "tanh": "Tanh", "softmax": "Softmax", "log_softmax": "LogSoftmax",
    "dropout": "Dropout", "flatten": "Flatten",
    **{
        f"{ours}{axes}d": f"{theirs}{axes}d"
        for ours, theirs in (
            ("max_pool", "MaxPool"), ("avg_pool", "AvgPool"), ("adaptive_avg_pool", "AdaptiveAvgPool"),
            ("adaptive_max_pool", "AdaptiveMaxPool"),
        )
        for axes in (1, 2, 3)
    },
}  # fmt: skip
_RESHAPES = ("view", "reshape")
_PLAIN = ("print", "contiguous", "float", "clone")


class Forward:
    """A forward(), which must lead its input through one layer after the other.

    Args:
        code: the text.
        modules: the layers that the class makes, by name.
        flow: gets the layers in order.
    """

    def __init__(self, code: Code, modules: Mapping[str, list[Written]], flow: Flow) -> None:
        self.code, self.modules, self.flow = code, modules, flow
        self.used: set[str] = set()

    def read(self, function: ast.FunctionDef) -> None:
        """Go through its statements; what is more than a chain is a problem."""
        arguments = [argument.arg for argument in function.args.args if argument.arg != "self"]
        for name in arguments[:1]:
            self.flow.bind(name, 0)
        for statement in function.body:
            if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
                self._assign(statement.targets[0], statement.value)
            elif isinstance(statement, ast.Return) and statement.value is not None:
                self.flow.end(self.place(statement.value))
                return
            elif not isinstance(statement, ast.Expr | ast.Pass | ast.Assert):
                what = "is more than one layer after the other, which is not followed; write a YAML file"
                self.code.refuse(getattr(statement, "test", statement), what)

    def _assign(self, target: ast.expr, value: ast.expr) -> None:
        """``x = …``; sizes such as x.size(0) are passed over."""
        if isinstance(value, ast.Call) and last_name(value.func) == "size":
            return
        place = self.place(value)
        if isinstance(target, ast.Name) and place is not None:
            self.flow.bind(target.id, place)

    def place(self, node: ast.expr, depth: int = 0) -> int | None:
        """How many layers lead to a value; None where that is not known, which is a problem."""
        held = self.flow.holds(node)
        if held is not None or depth > _MAX_DEPTH:
            return held
        if not isinstance(node, ast.Call):
            self.code.refuse(
                node, "is not a call of one layer, which alone is followed; write a YAML file"
            )
            return None
        method = isinstance(node.func, ast.Attribute) and not self._is_library(node.func.value)
        owner = node.func.value if isinstance(node.func, ast.Attribute) else None
        if method and isinstance(owner, ast.Name) and owner.id == "self":
            return self._module(node, depth)
        if method and owner is not None:
            return self._method(node, owner, depth)
        return self._function(node, depth)

    def _is_library(self, node: ast.expr) -> bool:
        """Whether a name is F, torch or nn.functional."""
        return last_name(node) in ("F", "torch", "functional", "nn")

    def _module(self, call: ast.Call, depth: int) -> int | None:
        """``self.conv1(x)``."""
        name = last_name(call.func)
        if name not in self.modules:
            self.code.refuse(call.func, "is not made in these lines; add the line that makes it")
            return None
        if len(call.args) != 1:
            self.code.refuse(
                call, "is given more than one input, which is not followed; write a YAML file"
            )
            return None
        layers = self.modules[name]
        trained = any(each.is_trained for each in layers)
        if name in self.used and trained:
            self.code.refuse(
                call,
                f"uses {name} a second time, so its weights count once only; write a YAML file",
            )
        self.used.add(name)
        start = self.place(call.args[0], depth + 1)
        return None if start is None else self.flow.use(call, layers, start)

    def _method(self, call: ast.Call, owner: ast.expr, depth: int) -> int | None:
        """``x.view(-1, 400)``, ``x.flatten(1)``, ``x.relu()``."""
        name = last_name(call.func)
        start = self.place(owner, depth + 1)
        if start is None or name in _PLAIN:
            return start
        if name == "squeeze":
            return self._squeeze(call, start)
        if name in _RESHAPES:
            return self._reshape(call, start)
        return self._layer(call, name, call.args, start)

    def _function(self, call: ast.Call, depth: int) -> int | None:
        """``F.relu(x)``, ``torch.flatten(x, 1)``."""
        if not call.args:
            self.code.refuse(call, "is given no input; write it as the first argument")
            return None
        start = self.place(call.args[0], depth + 1)
        return (
            None if start is None else self._layer(call, last_name(call.func), call.args[1:], start)
        )

    def _layer(self, call: ast.Call, name: str, rest: list[ast.expr], start: int) -> int | None:
        """A function that is a layer."""
        if name not in _FUNCTIONS:
            what = f"{quoted(name)} is not a function that is followed; write a YAML file"
            self.code.refuse(call.func, what)
            return None
        words = [word for word in call.keywords if word.arg != "training"]
        made = ast.Call(ast.Name(_FUNCTIONS[name]), rest, words)
        layers = layer_of(self.code, ast.copy_location(made, call), "")
        called = f"{name}()"
        return self.flow.use(
            call, [each._replace(called=called, code=called) for each in layers], start
        )

    def _squeeze(self, call: ast.Call, start: int) -> int | None:
        """A row of the channels, after a pool that leaves one value of each."""
        last = self.flow.layers[start - 1] if 0 < start <= len(self.flow.layers) else None
        sides = last.options.get("output_size", 0) if last else 0
        if (
            not last
            or call.args
            or call.keywords
            or {*(sides if isinstance(sides, tuple) else (sides,))} != {1}
        ):
            what = "is read only as .squeeze() after a pool to 1x1; write torch.flatten(x, 1)"
            self.code.refuse(call, what)
            return None
        return self.flow.use(call, [self._flattening(call)], start)

    def _flattening(self, call: ast.Call) -> Written:
        """A flatten that a method makes."""
        called = f"{last_name(call.func)}()"
        label = self.code.where(call)
        return Written(label, get_kind("flatten"), is_text=False, called=called, code=called)

    def _reshape(self, call: ast.Call, start: int) -> int | None:
        """A view that flattens, which may say how many values there are."""
        values = 0
        if len(call.args) == 2:
            try:
                values = self.code.value(call.args[1])
            except UnreadableError:
                values = 0
        if not isinstance(values, int) or values < -1 or not values:
            what = (
                "is read only where it flattens, as in x.view(-1, 400); write torch.flatten(x, 1)"
            )
            self.code.refuse(call, what)
            return None
        flatten = self._flattening(call)
        if values > 0:
            flatten = flatten._replace(reads=values, reads_values=True)
        return self.flow.use(call, [flatten], start)
