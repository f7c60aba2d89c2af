"""Which network lines of code make, once they are followed."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from convcalc.network.notations.base import Reading
from convcalc.network.notations.code_expressions import BRANCHES, StoppedError, ValueCode
from convcalc.network.notations.code_flow import Flows
from convcalc.network.notations.code_values import (
    Class,
    Flowing,
    Function,
    Held,
    Instance,
    Sequence,
    Unread,
)
from convcalc.text import quoted


def network_in(text: str, follower: Callable[[ValueCode], Flows]) -> Reading:
    """What the lines of a text say, followed in the names of a framework.

    Args:
        text: the lines.
        follower: of the framework.
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
    """The network that lines make, once they are followed.

    Args:
        run: the lines.
        found: its layers go there.
    """

    def __init__(self, run: Flows, found: Reading) -> None:
        self.run, self.found = run, found

    def take(self) -> None:
        """The layers in the order of their use: what forward() says, else as they are written."""
        if not self.run.made and not self.run.classes:
            self._uncalled()
        made = {name: each for name, each in self._made().items() if not self._is_used(each)}
        models = {name: each for name, each in made.items() if isinstance(each, Instance)}
        models |= {name: each for name, each in made.items() if self._is_model(name, each)}
        for cls in reversed(self.run.classes):  # the last one uses those before it
            is_network = bool(cls.methods) or cls.is_sequential
            if not cls.is_made and is_network and not (models and _needs_values(cls)):
                made[cls.node.name] = models[cls.node.name] = self._instance(cls)
        models = {name: each for name, each in models.items() if self._is_last_name(models, name)}
        flows = self._ends(made)
        if len(models) > 1:
            names = " and ".join(map(quoted, models))
            self.found.refuse(f"{names} are models of their own; keep the lines of one of them")
        elif models and flows and self.run.is_symbolic and not self.run.wraps:
            self.found.refuse(
                "some layers are called on an input and some are in a Sequential; write them in one way"
            )
        elif models:
            self._model(*next(iter(models.items())))
        elif len(flows) > 1:
            names = " and ".join(map(quoted, flows))
            self.found.refuse(f"{names} are outputs of their own; keep the lines of one of them")
        elif flows:
            self._layers(next(iter(flows.values())))
        else:
            self._in_order({n: e for n, e in made.items() if not isinstance(e, Flowing)})

    def _is_last_name(self, models: dict[str, Any], name: str) -> bool:
        """Whether a model has no later name."""
        return [each for each in models if models[each] is models[name]][-1] == name

    def _ends(self, made: dict[str, Any]) -> dict[str, Flowing]:
        """What came out of layers and went into no others."""
        flows = {
            name: each for name, each in made.items() if isinstance(each, Flowing) and each.before
        }
        inner = {id(step.before) for each in flows.values() for step in each.path()}
        ends: dict[int, str] = {
            id(each): name for name, each in flows.items() if id(each) not in inner
        }
        return {name: flows[name] for name in ends.values()}

    def _uncalled(self) -> None:
        """Follow a function that makes a model and that nothing calls."""
        functions = [each for each in self.run.top.names.values() if isinstance(each, Function)]
        if functions and not functions[-1].node.args.args:
            self.run.keep("", self.run.follow(functions[-1], {}))
        elif functions:
            node = functions[-1].node
            names = self.run.arguments(
                ast.copy_location(ast.Call(ast.Name(node.name), [], []), node), node
            )
            self.run.keep("", self.run.follow(functions[-1], names))

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

    def _model(self, name: str, model: Any) -> None:
        """The layers of a network."""
        forward = (
            model.cls.method(self.run.forward)
            if isinstance(model, Instance) and model.cls
            else None
        )
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
            self.found.notes += self.run.flattened(self.found.layers)
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
        self.found.notes += self.run.flattened(self.found.layers)

    def _layers(self, flow: Any) -> None:
        """The layers that led to an output; a trained one can be there once only."""
        seen: set[int] = set()
        if isinstance(flow, Flowing):
            self.found.input = self.run.input_of(flow)
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


def _needs_values(cls: Class) -> bool:
    """Whether objects of a class need arguments, so that it is a part of networks rather than one."""
    function = cls.method("__init__")
    return function is not None and len(function.args.args) - 1 > len(function.args.defaults)
