"""Parameters and buffers of a program: which layer counts each one, only once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from convcalc import formulas
from convcalc.errors import UsageError
from convcalc.interop.readers.aten import Unknown, Value
from convcalc.network.network import INPUT
from convcalc.text import plural, printable, times

if TYPE_CHECKING:
    from convcalc.interop.graph import Graph
    from convcalc.interop.readers.pt2_archive import Parts, Source


class Weights:
    """Which layer counts which parameters.

    Attributes:
        graph: the graph to which layers are added.
        parts: the file.
        sources: parameters and buffers by their names.
        read: the parameters and buffers that an operation reads.
        loose: whether there are layers that lead to no output.
        is_changed: whether the user gave an input other than the file's.
    """

    def __init__(self, graph: Graph, parts: Parts) -> None:
        self.graph, self.parts = graph, parts
        self.sources: dict[str, Source] = {}
        self.read: set[str] = set()
        self.loose = False
        self.is_changed = False
        self._standing: dict[str, int] = {}  # layers for parameters
        self._owners: dict[str, tuple[int, tuple[str, ...]]] = {}

    def place(self, value: Value) -> int:
        """The place of a tensor; a parameter gets its own layer."""
        if value.place is not None:
            return value.place
        if not value.source:
            raise Unknown
        source = self.sources[value.source]
        key = self.parts.stored.get(value.source, value.source)
        shape, wanted = source.sides or (1,), value.sides or (1,)
        if formulas.product(wanted) != formulas.product(shape):
            raise Unknown  # it is repeated
        if key not in self._standing:
            if key in self._owners:
                raise Unknown  # a layer already counts it as its weights
            shape = shape if value.turned else wanted
            kept: dict[str, Any] = {} if source.is_trained else {"trainable": False}
            place = self.graph.add("parameter", [INPUT], name=source.name, shape=shape, **kept)
            self.graph.tell()
            self._standing[key] = place
        place = self._standing[key]
        if value.turned:
            if len(wanted) != 2 or self.graph.shape(place) != wanted[::-1]:
                raise Unknown
            place = self.graph.add("permute", [place], name=f"{source.name}.t", order=(1, 0))
        if self.graph.shape(place) != wanted:
            place = self.graph.add("reshape", [place], name=f"{source.name}.view", shape=wanted)
        self.graph.tell()
        return place

    def alone(self, value: Value | None) -> None:
        """Add a layer for a parameter or buffer that no layer counts or reads."""
        if value is None or not value.source:
            return
        key = self.parts.stored.get(value.source, value.source)
        is_counted = (
            key in self._owners
            or key in self._standing
            or value.source.endswith("num_batches_tracked")
        )
        if not is_counted:
            self.place(value)
            self.loose = True

    def is_counted(self, value: Value) -> bool:
        """Whether a layer counts a parameter or buffer already."""
        key = self.parts.stored.get(value.source, value.source)
        return key in self._owners or key in self._standing

    def count(self, value: Value, made: Value) -> None:
        """Note that a layer counts a buffer."""
        assert made.place is not None
        self._owners.setdefault(self.parts.stored.get(value.source, value.source), (made.place, ()))

    # ------------------------------------------------------------------------------- weights

    def claim(self, kind: str, *weights: Value | None) -> tuple[str, int]:
        """Which layer counts these weights: the next one, an earlier one, or both in part.

        Args:
            kind: the kind of the next layer.
            weights: its trained weights.

        Returns:
            ``own``, ``shared`` or ``mixed``, and how many parameters are not counted yet.
        """
        given = [weight for weight in weights if weight is not None]
        keys = tuple(self.parts.stored.get(weight.source, weight.source) for weight in given)
        known = [self._owners[key] for key in keys if key in self._owners]
        new = [
            source.sides or (1,)
            for key, weight in zip(keys, given)
            if key
            and key not in self._owners
            and key not in self._standing
            and (source := self.sources[weight.source]).is_trained
        ]
        fresh = sum(map(formulas.product, new))
        if len(new) == len(keys):
            return "own", fresh
        is_plain = all(keys) and self._standing.keys().isdisjoint(keys)
        is_alike = bool(known) and all(owner == (known[0][0], keys) for owner in known)
        if is_plain and is_alike and len(known) == len(keys):
            owner = self.graph.nodes[known[0][0]].layer
            return ("shared", 0) if owner.kind == kind else ("mixed", 0)
        return "mixed", fresh

    def owned(self, made: Value, how: str, *weights: Value | None) -> Value:
        """Record which layer counts weights, or whose weights it shares."""
        assert made.place is not None
        given = [weight for weight in weights if weight is not None and weight.source]
        if self.is_changed and how != "mixed":
            self._check_fits(made.place, given)
        keys = tuple(self.parts.stored.get(weight.source, weight.source) for weight in given)
        if how == "shared":
            self.graph.shared[made.place] = self._owners[keys[0]][0]
            return made
        for key in keys:
            if key not in self._standing:
                self._owners.setdefault(key, (made.place, keys))
        return made

    def _check_fits(self, place: int, weights: Sequence[Value]) -> None:
        """Refuse another input that does not fit the weights of a layer.

        Raises:
            UsageError: it does not fit; the message has the numbers.
        """
        node = self.graph.nodes[place]
        shape = self.graph.shape(node.inputs[0])
        needed = node.layer.params(shape, self.graph.shape(place))
        stored = sum(formulas.product(weight.sides or (1,)) for weight in weights)
        if needed != stored:
            what = (
                f"{node.name} ({node.layer.kind}): {times(shape)} comes in, for which it needs "
                f"{plural(needed, 'parameter')}, but the file has {stored:,}; give another --input, or leave it out"
            )
            raise UsageError(f"{printable(self.graph.file.path)}: {printable(what)}")
