"""Lines of PyTorch: ``nn.Sequential(…)``, one ``nn.Conv2d(…)`` per line, a class, or a printed model."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Any, ClassVar

from convcalc.network.chain import Written
from convcalc.network.notations.base import Notation, Reading, notation
from convcalc.network.notations.code import looks_like_python
from convcalc.network.notations.code_expressions import StoppedError, ValueCode
from convcalc.network.notations.code_values import (
    Class,
    Flowing,
    Function,
    Held,
    Instance,
    Sequence,
    Unread,
)
from convcalc.network.notations.pytorch_printed import is_printed, read_printed
from convcalc.network.notations.pytorch_run import BRANCHES, Torch
from convcalc.text import quoted

_SURE = re.compile(
    r"\bnn\.[A-Z]|^\s*\(\w+(?:-\d+)?\): (?:\d+ x )?\w+\(|\b(?:Lazy)?[A-Z]\w*[123]d\(|\bimport torch|\bfrom torch\b",
    re.MULTILINE,
)
_PERHAPS = re.compile(r"\b(?:Linear|ReLU|Flatten|Dropout)\(")
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
        code = ValueCode(text, found)
        run = Torch(code)
        try:
            run.statements(code.body)
            _Result(run, found).take()
        except StoppedError:
            pass
        return found


class _Result:
    """The network that lines make, once they are followed.

    Args:
        run: the lines.
        found: its layers go there.
    """

    def __init__(self, run: Torch, found: Reading) -> None:
        self.run, self.found = run, found

    def take(self) -> None:
        """The layers in the order of their use: what forward() says, else as they are written."""
        made = {name: each for name, each in self._made().items() if not self._is_used(each)}
        models = {name: each for name, each in made.items() if isinstance(each, Instance)}
        models |= {name: each for name, each in made.items() if self._is_model(name, each)}
        for cls in reversed(self.run.classes):  # the last one uses those before it
            is_network = bool(cls.methods) or cls.is_sequential
            if not cls.is_made and is_network and not (models and _needs_values(cls)):
                made[cls.node.name] = models[cls.node.name] = self._instance(cls)
        flows = [each for each in made.values() if isinstance(each, Flowing)]
        if len(models) > 1:
            names = " and ".join(map(quoted, models))
            self.found.refuse(f"{names} are models of their own; keep the lines of one of them")
        elif models:
            self._model(next(iter(models.values())))
        elif flows and flows[-1].before is not None:
            self._layers(flows[-1])
        else:
            self._in_order({n: e for n, e in made.items() if not isinstance(e, Flowing)})

    def _made(self) -> dict[str, Any]:
        """What the lines outside of functions make, lists taken apart."""
        found: dict[str, Any] = {}
        for name, each in self.run.made.items():
            if isinstance(each, list):
                found |= {
                    f"({name}.{i})": one for i, one in enumerate(each) if isinstance(one, Held)
                }
            else:
                found[name] = each
        return found

    def _is_used(self, value: Any) -> bool:
        """Whether another module holds it."""
        return isinstance(value, Held) and value.is_used

    def _is_model(self, name: str, value: Any) -> bool:
        """Whether something is a network of its own: a Sequential with a name, and not one of self."""
        own = self.run.me.values.get(name) is value
        return isinstance(value, Sequence) and not own and not name.startswith("(")

    def _instance(self, cls: Class) -> Instance:
        """An object of a class that the text makes none of."""
        call = ast.copy_location(ast.Call(ast.Name(cls.node.name), [], []), cls.node)
        found = self.run.instance(call, cls)
        assert isinstance(found, Instance)
        return found

    def _model(self, model: Any) -> None:
        """The layers of a network."""
        forward = model.cls.method("forward") if isinstance(model, Instance) and model.cls else None
        if (
            isinstance(model, Instance)
            and model.cls
            and not forward
            and not model.cls.is_sequential
        ):
            self._in_order(model.values)
            return
        if not (isinstance(model, Instance) and forward):
            self._layers(self.run.through(ast.Name("model"), model, Flowing()))
            self.found.notes += _flattened(self.found.layers)
            return
        names = [each.arg for each in forward.args.args]
        spec = dict(zip(names, (model, Flowing())))
        defaults = dict(zip(reversed(names), reversed(forward.args.defaults)))
        spec |= {n: self.run.value(node) for n, node in defaults.items() if n not in spec}
        assert model.cls
        model.name = ""
        value = self.run.run_forward(Function(forward, model.cls.scope, model), spec)
        node = self.run.returned
        if isinstance(value, Flowing):
            self._layers(value)
        elif node is None or value is None:
            self.found.refuse("forward() returns nothing; add return x at its end")
        elif not isinstance(value, Unread) or value.why:
            self.run.refuse(node, BRANCHES)

    def _in_order(self, made: dict[str, Any]) -> None:
        """Modules one after the other, as they are written."""
        held = {name: each for name, each in made.items() if isinstance(each, Held)}
        flow: Any = Flowing()
        for name, each in held.items():
            if isinstance(flow, Flowing):
                flow = self.run.through(ast.Name(name), each, flow)
        if isinstance(flow, Flowing):
            self._layers(flow)
        if len(held) > 1 and not all(name.startswith("(") for name in held):
            self.found.notes.append(_IN_ORDER)
        self.found.notes += _flattened(self.found.layers)

    def _layers(self, flow: Any) -> None:
        """The layers that led to an output; a trained one can be there once only."""
        seen: set[int] = set()
        for step in flow.path() if isinstance(flow, Flowing) else ():
            module = step.module
            if module and id(module) in seen and any(each.is_trained for each in module.layers):
                what = (
                    f"uses {module.name} a second time" if module.name else "is used a second time"
                )
                self.run.refuse(
                    step.node or ast.Name("model"),
                    f"{what}, so its weights count once only; write a YAML file",
                )
            seen.add(id(module))
            self.found.layers += step.layers


def _flattened(layers: list[Written]) -> Iterator[str]:
    """Where a row is needed after a map and the code, alone, would not flatten it."""
    is_map = False
    for layer in layers:
        if is_map and layer.cls.needs_flat:
            yield f"a flatten is put before {layer.code}, which the code does not have"
        is_map = layer.cls.family in ("conv", "pool") or (
            is_map and not (layer.cls.is_view or layer.cls.needs_flat)
        )


def _needs_values(cls: Class) -> bool:
    """Whether objects of a class need arguments, so that it is a part of networks rather than one."""
    function = cls.method("__init__")
    return function is not None and len(function.args.args) - 1 > len(function.args.defaults)
