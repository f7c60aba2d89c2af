"""The network that lines of code make, after they are followed."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from typing import Any

from convcalc.network.notations.base import Reading
from convcalc.network.notations.code_expressions import (
    BRANCHES,
    MAX_DEPTH,
    StoppedError,
    ValueCode,
)
from convcalc.network.notations.code_flow import Flows
from convcalc.network.notations.code_values import (
    Class,
    Flowing,
    Function,
    Held,
    Instance,
    Module,
    Sequence,
    Unread,
)
from convcalc.text import quoted

_MAX_NAMES = 5  # in a note


def network_in(text: str, follower: Callable[[ValueCode], Flows]) -> Reading:
    """The network in the lines of a text, followed by a framework's rules.

    Args:
        text: the lines.
        follower: the rules of the framework.
    """
    found = Reading()
    code = ValueCode(text, found)
    run = follower(code)
    try:
        run.statements(code.body)
        Result(run, found).take()
    except StoppedError:
        pass
    return found


class Result:
    """The network that lines make, after they are followed.

    Args:
        run: the lines.
        found: gets the layers.
    """

    def __init__(self, run: Flows, found: Reading) -> None:
        self.run, self.found = run, found

    def take(self) -> None:
        """Take the layers in the order of their use: from forward(), else as written."""
        self._network()
        self.found.notes += self.run.flattened(self.found.layers)

    def _network(self) -> None:
        """Choose the network in the lines, and take its layers."""
        if not self.run.made and not self.run.classes:
            self._uncalled()
        made = {name: each for name, each in self._made().items() if not self._is_used(each)}
        models = {name: each for name, each in made.items() if isinstance(each, Instance)}
        models |= {name: each for name, each in made.items() if self._is_model(name, each)}
        for cls in reversed(self.run.classes):  # the last class uses the earlier ones
            is_network = bool(cls.methods) or cls.is_sequential
            if not cls.is_made and is_network and not (models and _needs_values(cls)):
                made[cls.node.name] = models[cls.node.name] = self._instance(cls)
        models = {name: each for name, each in models.items() if self._is_last_name(models, name)}
        flows = self._ends(made)
        if len(models) > 1:
            names = " and ".join(map(quoted, models))
            self.found.refuse(f"{names} are separate models; keep the lines of one of them")
        elif models and flows and self.run.is_symbolic and not self.run.wraps:
            self.found.refuse(
                "some layers are called on an input and some are in a Sequential; write them in one way"
            )
        elif models:
            self._model(*next(iter(models.items())))
        elif len(flows) > 1:
            names = " and ".join(map(quoted, flows))
            self.found.refuse(f"{names} are separate outputs; keep the lines of one of them")
        elif flows:
            self._layers(next(iter(flows.values())))
        else:
            self._in_order({n: e for n, e in made.items() if not isinstance(e, Flowing)})

    def _is_last_name(self, models: dict[str, Any], name: str) -> bool:
        """Whether a model has no later name."""
        return [each for each in models if models[each] is models[name]][-1] == name

    def _ends(self, made: dict[str, Any]) -> dict[str, Flowing]:
        """Outputs of layers that no other layer reads."""
        flows = {
            name: each for name, each in made.items() if isinstance(each, Flowing) and each.before
        }
        inner = {id(step.before) for each in flows.values() for step in each.path()}
        ends: dict[int, str] = {
            id(each): name for name, each in flows.items() if id(each) not in inner
        }
        return {name: flows[name] for name in ends.values()}

    def _uncalled(self) -> None:
        """Follow a function that makes a model and is never called."""
        functions = [each for each in self.run.top.names.values() if isinstance(each, Function)]
        if functions and not functions[-1].node.args.args:
            self.run.keep("", self.run.follow(functions[-1], dict(functions[-1].defaults)))
        elif functions:
            node = functions[-1].node
            call = ast.copy_location(ast.Call(ast.Name(node.name), [], []), node)
            names = self.run.arguments(call, functions[-1])
            self.run.keep("", self.run.follow(functions[-1], names))

    def _made(self) -> dict[str, Any]:
        """Everything made outside of functions, with lists expanded."""
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
        """Whether another module contains it."""
        return isinstance(value, Held) and value.is_used

    def _is_model(self, name: str, value: Any) -> bool:
        """Whether a value is a separate network: a named Sequential, not an attribute of self."""
        own = self.run.me.values.get(name) is value
        return isinstance(value, Sequence) and not own and not name.startswith("(")

    def _instance(self, cls: Class) -> Instance:
        """An object of a class that the text never instantiates."""
        call = ast.copy_location(ast.Call(ast.Name(cls.node.name), [], []), cls.node)
        found = self.run.instance(call, cls)
        assert isinstance(found, Instance)
        return found

    def _model(self, name: str, model: Any) -> None:
        """The layers of a network."""
        forward = self.run.forward_of(model)
        if (
            isinstance(model, Instance)
            and model.cls
            and not forward
            and not model.cls.is_sequential
        ):
            self._in_order(model.values)
            return
        if not (isinstance(model, Instance) and forward):
            self._layers(self.run.through(ast.Name(name), model, Flowing()))
            return
        names = [each.arg for each in forward.node.args.args]
        spec = forward.defaults | dict(zip(names, (model, Flowing())))
        model.name = ""
        value = self.run.run_forward(forward, spec)
        node = self.run.returned
        if isinstance(value, Flowing):
            self._layers(value)
            if self.run.registers:
                self._registered(model, value)
        elif node is None or value is None:
            self.found.refuse(f"{self.run.forward}() returns nothing; add return x at its end")
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
            self.found.notes.append(self.run.in_order)

    def _layers(self, flow: Any) -> None:
        """The layers on the way to an output; each trained layer only once."""
        seen: set[int] = set()
        if isinstance(flow, Flowing):
            self.found.input = self.run.input_of(flow)
            self._overwritten(flow)
        for step in flow.path() if isinstance(flow, Flowing) else ():
            module = step.module
            if module and id(module) in seen and any(each.is_trained for each in module.layers):
                what = (
                    f"uses {module.name} a second time" if module.name else "is used a second time"
                )
                self.run.refuse(
                    step.node or ast.Name("model"),
                    f"{what}, so its weights count only once; write a YAML file",
                )
            seen.add(id(module))
            self.found.layers += step.layers

    def _overwritten(self, flow: Flowing) -> None:
        """Refuse a value that a layer in place has overwritten."""
        used = [(step.before, step) for step in flow.path()]
        for before, after in [*used, (flow, None)]:
            if before and before.over and before.over is not after:
                what = "changes its input in place; write x = in front of it"
                self.run.refuse(before.over.node or ast.Name("model"), what)

    def _registered(self, model: Instance, flow: Flowing) -> None:
        """Compare the trained layers in use with those of the model."""
        own = {id(each): (name, each) for name, each in _trained(model, "")}
        used = set()
        for step in flow.path():
            used.add(id(step.module))
            is_foreign = step.module and step.module.is_trained and id(step.module) not in own
            if is_foreign and not self.found.problems:
                self.run.refuse(
                    step.node or ast.Name("model"),
                    "uses a layer that the model does not count, because it is in a plain list or outside "
                    "of the model; put it into an nn.ModuleList, or name it self.…",
                )
        unused = [name for each, (name, _) in own.items() if each not in used]
        if unused:
            names = ", ".join(unused[:_MAX_NAMES]) + (" …" if unused[_MAX_NAMES:] else "")
            what = "so their parameters are not counted here; PyTorch counts them"
            self.found.notes.append(f"{self.run.forward}() does not use {names}, {what}")


def _trained(held: Any, name: str, depth: int = 0) -> Iterator[tuple[str, Module]]:
    """The trained layers of a module, each with its path."""
    if isinstance(held, Module):
        if held.is_trained:
            yield name, held
    elif depth < MAX_DEPTH and isinstance(held, Instance | Sequence):
        parts = dict(held.inner.items if isinstance(held, Instance) else held.items)
        parts |= held.values if isinstance(held, Instance) else {}
        for key, each in parts.items():
            if each is not held:
                yield from _trained(each, f"{name}.{key}" if name else key, depth + 1)


def _needs_values(cls: Class) -> bool:
    """Whether objects of a class need arguments; then it is a part of networks, not a network."""
    function = cls.method("__init__")
    if function is None:
        return False
    return len(function.node.args.args) - 1 > len(function.node.args.defaults)
