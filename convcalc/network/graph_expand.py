"""Graph items become nodes: inserted networks under a prefix, and layers that share weights."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from convcalc.errors import did_you_mean
from convcalc.layers import Layer
from convcalc.network.expand import Expander, Scope
from convcalc.network.foreign import Held
from convcalc.network.graph_plan import NetworkItem, SharedItem
from convcalc.network.incoming import LOST, LostError
from convcalc.network.network import INPUT, Node
from convcalc.text import plural, printable, quoted

if TYPE_CHECKING:
    from convcalc.network.items import Item


class GraphExpander(Expander):
    """An expander that also handles inserted networks and shared weights.

    Attributes:
        shared: for each node that uses another's weights, the place of the owner.
        spans: for each named block, its first node and the one after its last.
    """

    expanders: ClassVar[dict[type[Item], Any]]

    def __init__(self, *given: Any, **limits: Any) -> None:
        super().__init__(*given, **limits)
        self.shared: dict[int, int] = {}
        self.spans: dict[str, tuple[int, int]] = {}

    def _block(self, mark: int, name: str, start: int, word: str = "") -> None:
        super()._block(mark, name, start, word)
        if name:
            self.spans[name] = start, len(self.nodes)

    # ------------------------------------------------------------------ shared weights

    def expand_shared(self, item: SharedItem, scope: Scope, at: int) -> int:
        """Layers with the weights of earlier ones, one by one."""
        first, stop = self._span(item, item.target, scope)
        start = len(self.nodes)
        at = self.expanders[type(item.item)](self, item.item, scope, at)
        if self.problems:  # some layers may be missing
            return at
        mine, theirs = self.nodes[start:], self.nodes[first:stop]
        if len(mine) != len(theirs):
            message = (
                f"has {plural(len(mine), 'layer')}, but {printable(item.target)}, which shares its weights, "
                f"has {len(theirs):,}; weights are shared layer by layer, so give both the same layers"
            )
            raise item.error(message)
        keeping = 0
        for place, (one, other) in enumerate(zip(mine, theirs)):
            keeping += self._share(item, (start + place, one), (first + place, other))
        if not keeping:
            message = (
                f"no layer of {printable(item.target)} has weights to share; leave weights out"
            )
            raise item.error(message)
        return at

    def _share(self, item: Item, mine: tuple[int, Node], theirs: tuple[int, Node]) -> bool:
        """Give one layer the weights of another; returns whether it has weights."""
        (place, one), (source, other) = mine, theirs
        if one.layer.kind != other.layer.kind:
            message = (
                f"{one.name} is a {one.layer.kind}, but {other.name}, which shares its weights, is a "
                f"{other.layer.kind}; give both the same layers"
            )
            raise item.error(message)
        if type(one.layer).arrays is Layer.arrays:
            return False
        owner = self.shared.get(source, source)
        before = self.shared.get(place, owner)
        if self.shared.get(before, before) != owner:
            message = f"{one.name} uses the weights of {self.nodes[before].name} already; leave one of the two out"
            raise item.error(message)
        self.shared[place] = owner
        return True

    def _span(self, item: Item, target: str, scope: Scope) -> tuple[int, int]:
        """The nodes under a name: a layer, a block, all copies of a repeat."""
        for name in (scope.prefix + target, self.root + target):
            if name in self.spans:
                return self.spans[name]
            if f"{name}.1" in self.spans and name in self.places:
                turn, (start, stop) = 1, self.spans[f"{name}.1"]
                while (after := self.spans.get(f"{name}.{turn}")) is not None:
                    turn, stop = turn + 1, after[1]
                return start, stop
            place = self.places.get(name, -1)
            if place >= 0 and self.nodes[place].name == name:
                return place, place + 1
        if self._place(item, target, scope) == LOST:  # probably no such name
            raise LostError
        message = f"{quoted(target)} has no weights to share; name a layer or block"
        raise item.error(message)

    # -------------------------------------------------------------- networks in place

    def expand_network(self, item: NetworkItem, scope: Scope, at: int) -> int:
        """The layers of another network, with its own blocks and parameters."""
        network = item.network
        given = self._name(item, self._names(item, scope, at))
        name = scope.prefix + given if given else scope.automatic(item.stem, self.places)
        if name in self.places:
            self._register(item, name, at)  # refuses a wrong name before the layers are added
        root, names = f"{name}.", dict(network.parameters)
        outer_names = self._names(item, scope, at)
        for parameter, value in item.given.items():
            names[parameter] = self._evaluate(item, value, outer_names, parameter)
        further = {key: self._place(item, to, scope) for key, to in item.inputs.items()}
        start, mark, known = len(self.nodes), len(self.found), len(self.places)
        first = network.inputs[0].name if network.inputs else "input"
        for key, place in {"input": at, first: at, **further}.items():
            self.places[root + key] = place
        if isinstance(network, Held):
            at = self._copy(item, network, root)
        else:
            at = self._run_inside(network, names, root, at)
        if item.until:
            at = self._stop(item, root, (start, mark, known))
        self._block(mark, name, start)
        self._register(item, name, at)
        return at

    def _run_inside(self, network: Any, names: dict[str, Any], root: str, at: int) -> int:
        """Expand the layers of another network, under names that begin with its own."""
        outer = self.blocks, self.names, self.root, self.open_blocks
        self.blocks, self.names, self.root, self.open_blocks = network.blocks, names, root, []
        self.depth += 1
        inner = Scope(root, names, network.layers.given, numbered=False)
        at = self.run(network.layers, inner, at)  # keeps errors and returns
        self.depth -= 1
        self.blocks, self.names, self.root, self.open_blocks = outer
        return at

    def _copy(self, item: NetworkItem, network: Held, root: str) -> int:
        """Copy the layers of another tool's file."""
        start = len(self.nodes)
        if start + len(network.nodes) > self.max_layers:
            message = (
                f"the network has more than {self.max_layers:,} layers; "
                "raise --max-layers if you mean it"
            )
            raise item.error(message)
        inputs = [self.places[root + each.name] for each in network.inputs]
        if LOST in inputs:
            raise LostError
        for each, at in zip(network.inputs, inputs):
            if (found := self.shapes.channels(at)) != each.channels:
                message = (
                    f"{printable(item.stem)} takes {plural(each.channels, 'channel')} at {printable(each.name)}, "
                    f"but gets {found:,}; give it as many"
                )
                raise item.error(message)
        for place, node in enumerate(network.nodes):
            reads = [inputs[INPUT - each] if each < 0 else start + each for each in node.inputs]
            self._register(item, root + node.name, start + place)
            self.nodes.append(Node(root + node.name, node.layer, tuple(reads), item))
        self.shared.update((start + one, start + other) for one, other in network.shared.items())
        return start + network.end

    def _stop(self, item: NetworkItem, root: str, marks: tuple[int, int, int]) -> int:
        """Remove the nodes after the layer or block where an inserted network stops."""
        start, mark, known = marks
        last = self.places.get(root + item.until, -1)
        if last < start and self.problems:
            raise LostError
        if last < start:
            inside = list(self.places.items())[known:]
            names = [name[len(root) :] for name, place in inside if place >= start]
            near = did_you_mean(item.until, names) or "; convcalc arch shows its layers"
            message = (
                f"until: no layer or block {quoted(item.until)} in {printable(item.stem)}{near}"
            )
            raise item.error(message)
        for place in range(last + 1, len(self.nodes)):
            self.shared.pop(place, None)
        del self.nodes[last + 1 :]
        blocks, self.found[mark:] = self.found[mark:], []
        for block in blocks:
            stop = min(block.stop, last + 1)
            self.spans.pop(block.name, None)
            if block.start < stop:
                self.found.append(block._replace(stop=stop))
                if block.name:
                    self.spans[block.name] = block.start, stop
        inside = [self.places.popitem() for _ in range(len(self.places) - known)]
        self.places.update((name, place) for name, place in reversed(inside) if place <= last)
        return last


GraphExpander.expanders = {
    **Expander.expanders,
    SharedItem: GraphExpander.expand_shared,
    NetworkItem: GraphExpander.expand_network,
}
