"""The meaning of PyTorch's names in followed lines: which calls make a layer, and which use one."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from convcalc.layers import get_kind
from convcalc.network.chain import Written
from convcalc.network.notations.code import last_name
from convcalc.network.notations.code_expressions import BRANCHES, WAY_OUT
from convcalc.network.notations.code_flow import Flows
from convcalc.network.notations.code_values import (
    REST,
    Extent,
    Flowing,
    Held,
    Instance,
    Library,
    Method,
    Module,
    Sequence,
    Sizes,
    Unread,
)
from convcalc.network.notations.pytorch_modules import layer_of, order_of
from convcalc.text import quoted

_FUNCTIONS = {
    "relu": "ReLU", "relu_": "ReLU", "relu6": "ReLU6", "leaky_relu": "LeakyReLU", "elu": "ELU", "gelu": "GELU", "silu": "SiLU",
    "hardswish": "Hardswish", "sigmoid": "Sigmoid", "tanh": "Tanh", "softmax": "Softmax", "log_softmax": "LogSoftmax",
    "hardsigmoid": "Hardsigmoid", "hardtanh": "Hardtanh", "mish": "Mish", "selu": "SELU", "softplus": "Softplus",
    "softsign": "Softsign", "logsigmoid": "LogSigmoid", "glu": "GLU",
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
# Methods that return the same module or tensor, with the same numbers.
_SAME = (
    "to", "cuda", "cpu", "half", "float", "double", "bfloat16", "eval", "train", "type", "apply", "contiguous", "clone",
    "detach", "share_memory",
)  # fmt: skip
_UNREAD = (
    "parameters", "named_parameters", "state_dict", "load_state_dict", "zero_grad", "modules", "named_modules", "buffers",
    "size", "dim", "numel", "type_as", "shape", "register_buffer", "named_children", "save_hyperparameters", "log",
)  # fmt: skip
_INPUTS = ("randn", "rand", "zeros", "ones", "empty", "randint")
_OTHER_ROOMS = (
    "optim", "utils", "data", "datasets", "transforms", "init", "lr_scheduler", "cuda", "backends", "plt", "np", "tqdm",
)  # fmt: skip
# Wrappers around a layer, and why they are not read.
_AROUND = {
    "spectral_norm": "is not read; write only the layer, which has as many parameters",
    "weight_norm": "is not read, because it adds a parameter for each filter or unit; write only the layer, or a YAML file",
}
_WRAPPERS = ("DataParallel", "DistributedDataParallel", "compile")


class Torch(Flows):
    """Lines of PyTorch."""

    in_order = (
        "layers are read in the order in which they are written; no forward() gives another order"
    )
    registers = True

    def flattened(self, layers: list[Written]) -> Iterator[str]:
        return _flattened(layers)

    def known(self, name: str) -> bool:
        return (
            name in ("Sequential", "OrderedDict", "ModuleList", "ModuleDict")
            or order_of(name) is not None
        )

    # ------------------------------------------------------------------ names of the framework

    def call_library(self, call: ast.Call, name: Library) -> Any:
        last, owner = name.last, name.owner
        if last in ("Sequential", "ModuleList", "ModuleDict", "OrderedDict"):
            return self._sequence(call, last)
        if last in _AROUND:
            return self.refuse(call, f"{last} {_AROUND[last]}")
        if last in _WRAPPERS and call.args:
            return self.value(call.args[0])
        if owner != "F" and order_of(last) is not None:
            made = Module(self._made(call, last), is_in_place=self._in_place(call, last))
            if self.forwards and made.is_trained:
                what = "is made again at each call, so it is never trained; make it in __init__()"
                self.refuse(call, what)
            return made
        if last == "Parameter":
            return self.refuse(
                call, "is a weight without a layer, which is not read; write a YAML file"
            )
        if last == "prod" and len(call.args) == 1:
            sizes = self.value(call.args[0])
            return (
                Extent(REST)
                if isinstance(sizes, Sizes) and sizes.start == 1
                else self.unknown(call)
            )
        if last in _INPUTS and owner in ("torch", ""):
            return Flowing()
        if last in _FUNCTIONS or self._flows(call):
            return self._function(call, last)
        is_other = (
            last.endswith("Loss")
            or owner in _OTHER_ROOMS
            or last in ("Adam", "SGD", "AdamW", "DataLoader")
        )
        if not is_other and (last[:1].isupper() or owner == "nn"):
            layer_of(self.code, self._written_out(call), "")
            return Unread()
        return self.unknown(call)

    def _made(self, call: ast.Call, last: str) -> list[Written]:
        """The layer of a call; its name can be an assigned name for PyTorch's."""
        made = self._written_out(call)
        if last_name(call.func) != last:
            made = ast.copy_location(ast.Call(ast.Name(last), made.args, made.keywords), call)
        return layer_of(self.code, made, "")

    def _in_place(self, call: ast.Call, module: str) -> bool:
        """Whether a module overwrites its input; an unknown flag counts as yes."""
        order = order_of(module) or []
        if "inplace" not in order:
            return False
        given = dict(zip(order, call.args)) | {word.arg: word.value for word in call.keywords}
        return "inplace" in given and self.value(given["inplace"]) not in (False, None, 0)

    def _written_out(self, call: ast.Call) -> ast.Call:
        """A call with its starred arguments expanded."""
        if not any(isinstance(each, ast.Starred) for each in call.args) and all(
            w.arg for w in call.keywords
        ):
            return call
        args: list[ast.expr] = [ast.Constant(each) for each in self.several(call.args)]
        words = []
        for word in call.keywords:
            value = self.value(word.value) if word.arg is None else None
            if isinstance(value, dict):
                words += [ast.keyword(name, ast.Constant(each)) for name, each in value.items()]
            else:
                words.append(word)
        plain = [
            each
            for each in (*args, *(word.value for word in words))
            if isinstance(each, ast.Constant)
        ]
        if any(isinstance(each.value, (Unread, *Held)) for each in plain):
            return call
        return ast.copy_location(ast.Call(call.func, args, words), call)

    def _flows(self, call: ast.Call) -> bool:
        """Whether an argument of a call is a flowing value."""
        given = [*call.args, *(word.value for word in call.keywords)]
        return any(
            isinstance(self._peek(each), Flowing | list)
            for each in given
            if not isinstance(each, ast.Starred)
        )

    def _peek(self, node: ast.AST) -> Any:
        """A value, if evaluating it makes no layer."""
        if isinstance(node, ast.List | ast.Tuple):
            return [] if any(isinstance(self._peek(each), Flowing) for each in node.elts) else None
        return (
            self.value(node)
            if isinstance(node, ast.Name | ast.Call | ast.Attribute | ast.Subscript | ast.BinOp)
            else None
        )

    def _sequence(self, call: ast.Call, last: str) -> Any:
        """``nn.Sequential(…)`` and similar."""
        found = Sequence(is_run=last == "Sequential")
        given = self.several(call.args)
        nodes = call.args if len(call.args) == len(given) else [call] * len(given)
        for node, each in zip(nodes, given):
            self.hold_all(node, found, each)
        for word in call.keywords:
            value = self.value(word.value)
            self.hold(word.value, found, value, word.arg or "")
        return found

    # ------------------------------------------------------------------ uses

    def _function(self, call: ast.Call, name: str) -> Any:
        """``F.relu(x)``, ``torch.flatten(x, 1)``."""
        words = {word.arg: word for word in call.keywords}
        given = call.args[0] if call.args else words["input"].value if "input" in words else None
        if given is None:
            return self.refuse(call, "is given no input; write it as the first argument")
        before = self.value(given)
        rest = [word for word in call.keywords if word.arg != "input"]
        return self._layer(call, name, (call.args[1:], rest), before)

    def _layer(
        self, call: ast.Call, name: str, rest: tuple[list[ast.expr], list[ast.keyword]], before: Any
    ) -> Any:
        """The value of a call of a function that is a layer."""
        if name not in _FUNCTIONS:
            what = f"{quoted(name)} is not a function that is followed; write a YAML file"
            return self.refuse(call.func, what)
        if not isinstance(before, Flowing):
            return (
                self.refuse(call, BRANCHES)
                if self.functions and not (isinstance(before, Unread) and not before.why)
                else Unread()
            )
        args = [each for each in rest[0] if last_name(each) != "training"]
        words = [word for word in rest[1] if word.arg != "training"]
        made = ast.copy_location(ast.Call(ast.Name(_FUNCTIONS[name]), args, words), call)
        called = f"{name}()"
        layers = [
            each._replace(called=called, code=called) for each in layer_of(self.code, made, "")
        ]
        in_place = name.endswith("_") or self._in_place(made, _FUNCTIONS[name])
        return Flowing(before, Module(layers, is_in_place=in_place), layers, call)

    # ------------------------------------------------------------------ methods

    def call_method(self, call: ast.Call, method: Method) -> Any:
        owner, name = method.owner, method.name
        if isinstance(owner, Method):
            return self.call_super(call, owner, name)
        if isinstance(owner, Flowing):
            return self._tensor(call, owner, name)
        if name in ("forward", "__call__"):
            return self.call_held(call, owner)
        if name in _SAME:
            return owner
        if name in _UNREAD:
            return self.unknown(call)
        if name == "requires_grad_":
            return self.refuse(
                call, "is not read, because all parameters are counted; leave it out"
            )
        if (
            isinstance(owner, Instance)
            and name in ("add_module", "register_module")
            and len(call.args) == 2
        ):
            key, value = self.several(call.args)
            if isinstance(key, str) and isinstance(value, Held):
                value.name = value.name or key
                value.is_used = True
                owner.values[key] = value
                owner.inner.items[key] = value
                return None
        if isinstance(owner, Instance) and not (owner.cls and owner.cls.is_sequential):
            return self.refuse(call.func, "is not made in these lines; add the line that makes it")
        sequence = owner.inner if isinstance(owner, Instance) else owner
        if isinstance(sequence, Sequence):
            return self._changed(call, sequence, owner, name)
        return self.refuse(call, "is not read; leave it out")

    def _changed(self, call: ast.Call, sequence: Sequence, owner: Any, name: str) -> Any:
        """``model.append(…)`` and similar."""
        given = self.several(call.args)
        held = list(sequence.children()) if name in ("insert", "pop", "children", "values") else []
        if name == "append" and len(given) == 1:
            self.hold(call, sequence, given[0])
        elif name == "add_module" and len(given) == 2 and isinstance(given[0], str):
            self.hold(call, sequence, given[1], given[0])
        elif name == "extend" and len(given) == 1 and isinstance(given[0], list | tuple | Sequence):
            for each in given[0].children() if isinstance(given[0], Sequence) else given[0]:
                self.hold(call, sequence, each)
        elif (
            name == "insert"
            and len(given) == 2
            and type(given[0]) is int
            and isinstance(given[1], Held)
        ):
            given[1].is_used = True
            held.insert(given[0], given[1])
            sequence.renumber(held)
        elif (
            name == "pop"
            and held
            and given
            and type(given[0]) is int
            and -len(held) <= given[0] < len(held)
        ):
            popped = held.pop(given[0])
            sequence.renumber(held)
            return popped
        elif name == "children":
            return held
        elif name in ("items", "keys", "values") and not given:
            pairs = list(zip(sequence.items, sequence.children()))
            return {"items": pairs, "keys": list(sequence.items), "values": held}[name]
        else:
            return self.refuse(call, f"is not read; {WAY_OUT}")
        return owner

    def _tensor(self, call: ast.Call, before: Flowing, name: str) -> Any:
        """``x.view(-1, 400)``, ``x.flatten(1)``, ``x.relu()``."""
        if name in _SAME:
            return before
        if name == "size":
            return self._size(call)
        if name in _UNREAD:
            return self.unknown(call)
        if name == "squeeze":
            return self._squeeze(call, before)
        if name == "mean":
            return self._mean(call, before)
        if name in ("view", "reshape"):
            return self._reshape(call, before)
        return self._layer(call, name, (call.args, call.keywords), before)

    def _size(self, call: ast.Call) -> Any:
        """``x.size()``, or the size of one axis."""
        if not call.args and not call.keywords:
            return Sizes()
        axis = self.value(call.args[0]) if call.args else None
        return Sizes(axis).first(1)[0] if type(axis) is int and axis >= 0 else self.unknown(call)

    def _squeeze(self, call: ast.Call, before: Flowing) -> Any:
        """A row of the channels, after a pool to one value per channel."""
        last = before.layers[-1] if before.layers else None
        sides = last.options.get("output_size", 0) if last else 0
        is_one = {*(sides if isinstance(sides, tuple) else (sides,))} == {1}
        if not is_one or call.args or call.keywords:
            what = "is read only as .squeeze() after a pool to 1x1; write torch.flatten(x, 1)"
            return self.refuse(call, what)
        return self._flatten(call, before, 0)

    def _mean(self, call: ast.Call, before: Flowing) -> Any:
        """``x.mean((2, 3))``: a row of the means of the maps."""
        words = {word.arg: word.value for word in call.keywords}
        axes = self.value(words.get("dim", call.args[0] if call.args else ast.Constant(None)))
        if len(call.args) + len(words) != 1 or axes not in ((2, 3), [2, 3], (-2, -1), [-2, -1]):
            what = "is read only over the axes (2, 3) of an image; use nn.AdaptiveAvgPool2d(1)"
            return self.refuse(call, what)
        label = self.code.where(call)
        pool = Written(
            label, get_kind("global_avgpool"), is_text=False, called="mean()", code="mean()"
        )
        return self._flatten(call, Flowing(before, Module([pool]), [pool], call), 0)

    def _reshape(self, call: ast.Call, before: Flowing) -> Any:
        """A view that flattens; it can contain the number of values."""
        sizes = self.several(call.args)
        sizes = list(sizes[0]) if len(sizes) == 1 and isinstance(sizes[0], tuple) else sizes
        values = sizes[1] if len(sizes) == 2 else 0
        if isinstance(values, Extent) and _is_all(values, before):
            values = -1
        batch = sizes[0] if sizes else 0
        is_batch = batch == -1 or (isinstance(batch, Extent) and batch.axes == {0})
        if len(sizes) > 2 and is_batch and all(type(n) is int and n > 0 for n in sizes[1:]):
            return self._view(call, before, tuple(sizes[1:]))
        if type(values) is not int or values < -1 or not values:
            what = (
                "is read only where it flattens, as in x.view(-1, 400); write torch.flatten(x, 1)"
            )
            return self.refuse(call, what)
        return self._flatten(call, before, max(values, 0))

    def _view(self, call: ast.Call, before: Flowing, shape: tuple[int, ...]) -> Any:
        """A view of another shape."""
        kind, called = get_kind("reshape"), f"{last_name(call.func)}()"
        layer = Written(self.code.where(call), kind, {"shape": shape}, is_text=False)
        layer = layer._replace(called=called, code=called)
        return Flowing(before, Module([layer]), [layer], call)

    def _flatten(self, call: ast.Call, before: Flowing, values: int) -> Any:
        """A flatten by a method."""
        called = f"{last_name(call.func)}()"
        label = self.code.where(call)
        layer = Written(label, get_kind("flatten"), is_text=False, called=called, code=called)
        if values:
            layer = layer._replace(reads=values, reads_values=True)
        return Flowing(before, Module([layer]), [layer], call)


def _is_all(values: Extent, flow: Flowing) -> bool:
    """Whether a product has the sizes of all axes except the batch; volumes have one more."""
    is_volume = any("3d" in layer.code.lower() for step in flow.path() for layer in step.layers)
    return values.axes == REST or (values.axes == {1, 2, 3} and not is_volume)


def _flattened(layers: list[Written]) -> Iterator[str]:
    """The note if a row is needed after a map, but the code does not flatten it."""
    is_map = False
    for layer in layers:
        if is_map and layer.cls.needs_flat:
            yield f"a flatten is put before {layer.code}, which the code does not have"
        is_map = layer.cls.family in ("conv", "pool") or (
            is_map and not (layer.cls.is_view or layer.cls.needs_flat)
        )
