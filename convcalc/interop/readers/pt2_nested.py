"""Inserts the inner graphs of an exported program, such as those of ``torch.no_grad()``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from convcalc.interop.readers.aten import args_of
from convcalc.interop.readers.pt2_archive import Name

if TYPE_CHECKING:
    from convcalc.interop.base import ForeignFile

_MOST_NESTED = 20  # deepest graphs within graphs
_HIGHER = "torch.ops.higher_order."
# Operations that run a graph once: without gradients, in another precision, or again for the backward pass.
_RUNS_ONCE = ("wrap", "checkpoint", "invoke_subgraph")


def inlined(file: ForeignFile, graph: dict[str, Any]) -> dict[str, Any]:
    """The graph with inner graphs that run once inserted; others stay operations.

    Raises:
        SpecError: graphs are nested too deeply.
    """
    if not any(_inner(node) for node in graph["nodes"]):
        return graph
    found = _Inlining(file, graph)
    found.add(graph["nodes"], {}, 0)
    outputs = [_renamed(output, found.names) for output in graph["outputs"]]
    return {**graph, "nodes": found.nodes, "outputs": outputs, **found.tables}


class _Inlining:
    """Nodes in order, those of inner graphs with their own names.

    Attributes:
        nodes: the nodes so far.
        names: the replacement of each changed name of the graph.
        count: the number of inner graphs.
        tables: the data on values by name, from all graphs.
    """

    def __init__(self, file: ForeignFile, graph: Mapping[str, Any]) -> None:
        self.file = file
        self.nodes: list[Any] = []
        self.names: dict[str, Any] = {}
        self.count = 0
        self.tables = {key: _table(graph, key) for key in ("tensor_values", "sym_int_values")}

    def add(self, nodes: list[Any], names: dict[str, Any], depth: int) -> None:
        """Add the nodes of a graph.

        Args:
            nodes: the graph's nodes.
            names: the replacements of its names; outputs of its inner graphs are added.
            depth: how many graphs contain it.
        """
        if depth > _MOST_NESTED:
            message = (
                f"graphs are nested more than {_MOST_NESTED} deep; export the module without them"
            )
            raise self.file.error(message)
        names = names if depth else self.names
        for node in nodes:
            inner = _inner(node)
            if inner is None:
                self.nodes.append(_node(node, names) if names else node)
                continue
            graph, given = inner
            own: dict[str, Any] = {
                name: _renamed(arg, names)
                for name, arg in zip(_flat(graph["inputs"]), given)
                if isinstance(name, Name)
            }
            self.count += 1
            for key, table in self.tables.items():
                for name, value in _table(graph, key).items():
                    fresh = own.setdefault(name, Name(f"{name}.{self.count}"))
                    if isinstance(fresh, Name):
                        table.setdefault(str(fresh), value)
            self.add(graph["nodes"], own, depth + 1)
            for name, output in zip(_flat(node.get("outputs")), _flat(graph["outputs"])):
                if isinstance(name, Name):
                    names[name] = _renamed(output, own)


def _inner(node: Any) -> tuple[dict[str, Any], list[Any]] | None:
    """The graph that a node runs once, and its inputs; None for other nodes."""
    target = node.get("target") if isinstance(node, dict) else None
    if not isinstance(target, str) or not target.startswith(_HIGHER):
        return None
    args = args_of(node)
    at = [place for place, arg in enumerate(args) if _is_graph(arg)]
    if len(at) != 1 or not any(word in target for word in _RUNS_ONCE):
        return None
    graph, given = args[at[0]]["as_graph"]["graph"], _flat(args[at[0] + 1 :])
    names = _flat(graph["inputs"])
    if "invoke_subgraph" in target:  # the name of the graph comes before the input
        given = given[len(given) - len(names) :]
    return (graph, given) if len(given) == len(names) else None


def _is_graph(arg: Any) -> bool:
    """Whether an argument is a graph that can be read."""
    held = arg.get("as_graph") if isinstance(arg, dict) else None
    graph = held.get("graph") if isinstance(held, dict) else None
    return isinstance(graph, dict) and all(
        isinstance(graph.get(key), list) for key in ("nodes", "inputs", "outputs")
    )


def _table(graph: Mapping[str, Any], key: str) -> dict[str, Any]:
    """A graph's data on values by name."""
    found = graph.get(key)
    return dict(found) if isinstance(found, dict) else {}


def _flat(args: Any) -> list[Any]:
    """Arguments, and those in lists, in one list."""
    found: list[Any] = []
    for arg in args if isinstance(args, list) else []:
        found += arg if isinstance(arg, list) else [arg]
    return found


def _renamed(arg: Any, names: Mapping[str, Any]) -> Any:
    """An argument with replaced names."""
    if isinstance(arg, Name):
        return names.get(arg, arg)
    return [_renamed(one, names) for one in arg] if isinstance(arg, list) else arg


def _node(node: Any, names: Mapping[str, Any]) -> Any:
    """A node with replaced names."""
    if not isinstance(node, dict):
        return node
    inputs = node.get("inputs")
    given = [
        {**one, "arg": _renamed(one.get("arg"), names)} if isinstance(one, dict) else one
        for one in (inputs if isinstance(inputs, list) else [])
    ]
    return {**node, "inputs": given, "outputs": _renamed(node.get("outputs"), names)}
