"""Keras models: layers in a row, or a graph of layers; nested models, and layers called twice."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from convcalc.errors import ConvcalcError, UsageError
from convcalc.formulas import product
from convcalc.interop.graph import BROKEN, Graph
from convcalc.interop.readers.keras_written import (
    INPUTS,
    MAX_DEPTH,
    MAX_SIDE,
    Key,
    calls_of,
    is_functional,
    is_model,
    keys_in,
    layers_of,
    name_of,
    stated_by,
    todays,
    turned,
)
from convcalc.registry import Registry
from convcalc.text import printable, quoted, shortened, times

if TYPE_CHECKING:
    from convcalc.layers import Shape

_CALLS_PER_LAYER = 10


class Part:
    """A called layer: its class and options.

    Attributes:
        kind: its class.
        config: its options.
        name: its name in the network.
        extras: arguments of the call that are not arrays.
        stated: its output shapes in the file, in Keras's order with the batch.
        module: the module of its class.
    """

    __slots__ = ("config", "extras", "kind", "module", "name", "stated")

    def __init__(self, layer: Mapping[str, Any], name: str) -> None:
        self.kind = str(layer.get("class_name"))
        self.module = str(layer.get("module") or "")
        config = layer.get("config")
        self.config: dict[str, Any] = todays(config) if isinstance(config, dict) else {}
        self.name = name
        self.extras: dict[str, Any] = {}
        self.stated: list[Any] = []


class Reading:
    """Calls layers one after the other.

    Attributes:
        graph: the graph to which layers are added.
        is_last: whether the channels are last in this file.
    """

    def __init__(self, graph: Graph, *, is_last: bool) -> None:
        self.graph, self.is_last = graph, is_last
        self.part = Part({}, "")
        self._depth = 0
        self._calls = 0
        self._before: dict[int, list[int]] = {}

    def model(self, model: Mapping[str, Any], places: list[int], prefix: str) -> list[int]:
        """Add the layers of a model on these inputs; returns the places of its outputs."""
        self._depth += 1
        try:
            if self._depth > MAX_DEPTH:
                return [self.graph.refuse(f"models are nested more than {MAX_DEPTH} deep", 1)]
            if is_functional(model):
                return self._functional(model, places, prefix)
            for layer in layers_of(model):
                if layer.get("class_name") not in INPUTS:
                    places = self.call(layer, places, prefix)
            return places
        finally:
            self._depth -= 1

    def call(
        self, layer: dict[str, Any], places: list[int], prefix: str,
        extras: Mapping[str, Any] | None = None, stated: Sequence[Any] = (),
    ) -> list[int]:  # fmt: skip
        """Add a layer on these inputs; returns the places of its outputs.

        Raises:
            UsageError: there are too many calls.
        """
        self._calls += 1
        if self._calls > self.graph.max_layers * _CALLS_PER_LAYER:
            message = f"{printable(self.graph.file.path)}: layers are called more than {self._calls - 1:,} times; use a smaller network"
            raise UsageError(message)
        name = prefix + name_of(layer).replace(".", "_")
        if BROKEN in places or self.graph.is_hopeless:
            return [BROKEN]
        if is_model(layer):
            return self.model(layer, places, f"{name}.")
        outer, self.part = self.part, Part(layer, name)
        self.part.extras, self.part.stated = dict(extras or {}), list(stated)
        start = len(self.graph.nodes)
        try:
            found = self._made(places)
        finally:
            self.part = outer
        self._share(layer, start)
        return [found] if isinstance(found, int) else found

    def _made(self, places: list[int]) -> int | list[int]:
        """Add a layer of a known class, or an unknown layer if the file states its shape."""
        part = self.part
        make = None if ".ops." in part.module else TYPES.get(part.kind)
        make = OPERATIONS.get(part.kind) if ".ops." in part.module else make
        if not places:
            return self.refuse("it reads nothing; check what it is called with")
        if make is None:
            return self.unknown(places)
        try:
            return make(self, places)
        except ConvcalcError:
            raise
        except (
            TypeError,
            LookupError,
            AttributeError,
            ValueError,
            ArithmeticError,
        ):  # options of another type
            return self.refuse("its options are not written as Keras writes them")

    def _share(self, layer: dict[str, Any], start: int) -> None:
        """Let a layer that is called again share its weights."""
        graph = self.graph
        own = list(range(start, len(graph.nodes)))
        before = self._before.setdefault(id(layer), own)
        if before is own or len(before) != len(own):
            return
        for first, at in zip(before, own):
            node, shape = graph.nodes[at], graph.shape(at)
            own_layer = node.layer
            if own_layer != graph.nodes[first].layer or own_layer.merges or not own_layer.is_costed:
                continue
            if own_layer.params(graph.shape(node.inputs[0]), shape):
                graph.shared[at] = first

    # ---------------------------------------------------------------------- layers in a graph

    def _functional(self, model: Mapping[str, Any], places: list[int], prefix: str) -> list[int]:
        """Add the layers of a graph, each after all its inputs."""
        config = model["config"]
        given: dict[Key, int] = {}
        inputs = keys_in(config["input_layers"])
        if len(inputs) != len(places):
            what = f"{prefix or 'the model'} takes {len(inputs)} arrays, but gets {len(places)}"
            return [self.graph.refuse(what, 1)]
        given.update(zip(inputs, places))
        calls = [call for layer in layers_of(model) for call in calls_of(layer)]
        twice = [key for key, count in Counter(call.key for call in calls).items() if count > 1]
        if twice:
            return [
                self.graph.refuse(f"two layers are called {quoted(twice[0][0])}; rename one", 1)
            ]
        known = {call.key for call in calls} | {key[:2] for key in inputs}
        stated = stated_by(calls, layers_of(model))
        waiting: dict[tuple[str, int], list[int]] = defaultdict(list)
        missing = []
        for number, call in enumerate(calls):
            for key in call.reads:
                if key[:2] not in known:
                    return [
                        self.graph.refuse(
                            f"{call.key[0]} reads {quoted(key[0])}, which no layer gives", 1
                        )
                    ]
            needs = {key[:2] for key in call.reads if key not in given}
            missing.append(len(needs))
            for need in needs:
                waiting[need].append(number)
        ready = deque(number for number, count in enumerate(missing) if not count)
        done = 0
        while ready:
            call = calls[ready.popleft()]
            done += 1
            reads = [given.get(key, BROKEN) for key in call.reads]
            shapes = stated.get(call.key, [])
            for place, at in enumerate(self.call(call.layer, reads, prefix, call.extras, shapes)):
                given[*call.key, place] = at
            for number in waiting.pop(call.key, ()):
                missing[number] -= 1
                if not missing[number]:
                    ready.append(number)
        if done < len(calls):
            stuck = next(call.key[0] for call, count in zip(calls, missing) if count)
            return [self.graph.refuse(f"{stuck} reads its own output: the layers form a circle", 1)]
        outputs = keys_in(config.get("output_layers"))
        return [given.get(key, BROKEN) for key in outputs] or [
            self.graph.refuse("the model gives nothing", 1)
        ]

    # -------------------------------------------------------------------- for the types of layers

    def shape(self, place: int) -> Shape:
        """The shape at a place, channels first."""
        return self.graph.shape(place)

    def layer(self, kind: str, reads: Sequence[int], called: str = "", **options: Any) -> int:
        """Add a layer for the called one, named after it with a further word."""
        name = f"{self.part.name}_{called}" if called else self.part.name
        return self.graph.add(kind, reads, name=name, **options)

    def refuse(self, what: str) -> int:
        """Add an error about the called layer."""
        return self.graph.refuse(f"{self.part.name} ({shortened(self.part.kind)}): {what}", 1)

    def stated(
        self, reads: Sequence[int], shape: Iterable[int], *, params: int = 0, macs: int = 0,
        counts: Mapping[str, int] | None = None, rf: str = "unknown", called: str = "",
    ) -> int:  # fmt: skip
        """Add a layer with known costs that is not a kind."""
        return self.layer(
            "custom", reads[:1], called=called, output=list(shape), type=self.part.kind[:60], rf=rf,
            params=params, macs=macs, counts=dict(counts or {}),
        )  # fmt: skip

    def unit(self, reads: Sequence[int], called: str = "", **each: int) -> int:
        """Add an elementwise layer with a number of operations per value."""
        if BROKEN in reads:
            return BROKEN
        shape = self.shape(reads[0])
        counts = {name: number * product(shape) for name, number in each.items()}
        return self.stated(reads, shape, counts=counts, rf="unit", called=called)

    def opaque(self, reads: Sequence[int], shape: Shape) -> int:
        """Add a layer with only a known shape."""
        if not 1 <= len(shape) <= 4:
            return self.refuse(
                f"it gives {times(shape)}, but shapes of 1 to 4 sides are known here"
            )
        return self.graph.opaque(self.part.kind[:60], reads, shape, name=self.part.name, line=1)

    def unknown(self, reads: Sequence[int]) -> int | list[int]:
        """Add an unknown layer, with the output shape in the file."""
        shapes = [shape for shape in self.part.stated if isinstance(shape, list)]
        if not shapes and isinstance(self.part.config.get("output_shape"), list):
            shape = self.part.config["output_shape"]
            shapes = [[None, *shape]] if shape[:1] != [None] else [shape]
        found = [self._filled(shape[1:], reads) for shape in shapes]
        if not found or () in found:
            what = "the file does not have its code or its output size"
            return self.refuse(
                f"{what}; remove it and what reads it, or save the model with a layer of Keras"
            )
        return [self.opaque(reads, shape) for shape in found]

    def moved(self, reads: Sequence[int], kind: str = "") -> int | list[int]:
        """Add a layer that only moves values, with the shapes in the file."""
        found = [
            self._filled(shape[1:], reads) for shape in self.part.stated if isinstance(shape, list)
        ]
        if not found or () in found:
            return self.unknown(reads)
        if kind and len(found) == 1:
            return self.layer(kind, reads, shape=found[0])
        if len(reads) > 1 or any(len(shape) > 4 for shape in found):
            return self.unknown(reads)
        return [self.stated(reads, shape) for shape in found]

    def stated_shape(self, reads: Sequence[int]) -> Shape:
        """The output shape of a layer in the file; empty if not stated."""
        shapes = [shape for shape in self.part.stated if isinstance(shape, list)]
        return self._filled(shapes[0][1:], reads) if shapes else ()

    def _filled(self, sides: list[Any], reads: Sequence[int]) -> Shape:
        """A shape in the file, with unknown sides taken from the input; empty if those are unknown."""
        own = self.written(self.shape(reads[0])) if reads else ()
        if len(own) == len(sides):
            sides = [one if side is None else side for side, one in zip(sides, own)]
        if not sides or not all(type(side) is int and 1 <= side <= MAX_SIDE for side in sides):
            return ()
        return turned(sides, is_last=self.is_last)

    def written(self, shape: Shape) -> Shape:
        """A shape in Keras's order, without the batch."""
        return (*shape[1:], *shape[:1]) if self.is_last else shape

    def axis(self, axis: Any, shape: Shape) -> int:
        """The index of an axis that Keras counts with the batch; -1 if there is no such axis."""
        sides = len(shape)
        if type(axis) is not int or not -sides <= axis <= sides or axis == 0:
            return -1
        place = axis % (sides + 1) - 1
        return (place + 1) % sides if self.is_last else place

    def number(self, word: str, default: int = 1, *, least: int = 1) -> int:
        """An option that is a whole number."""
        value = self.part.config.get(word)
        if value is None:
            return default
        if type(value) is not int or not least <= value <= MAX_SIDE:
            self.refuse(f"{word} is {quoted(str(value))}; use a whole number from {least}")
            return default
        return value

    def flag(self, word: str, *, default: bool) -> bool:
        """An option that is true or false."""
        value = self.part.config.get(word)
        return default if value is None else bool(value)


Make = Callable[[Reading, "list[int]"], "int | list[int]"]
TYPES: Registry[Make] = Registry("class of layer of Keras")
OPERATIONS: Registry[Make] = Registry("function of Keras")


def layer_class(*names: str) -> Callable[[Make], Make]:
    """Register the function that converts some classes of layers."""
    return TYPES.under(*names)


def operation(*names: str) -> Callable[[Make], Make]:
    """Register the function that converts some functions of ``keras.ops``."""
    return OPERATIONS.under(*names)
