"""Networks of other tools' files that a YAML file holds; whoever loads it brings the readers along."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

if TYPE_CHECKING:
    from convcalc.network.network import Network, Node


class Opener(Protocol):
    """What opens files of other tools."""

    def about(self, path: str) -> str:
        """What wrote a file; empty for YAML, and for what nobody knows."""

    def network(self, path: str) -> Network:
        """The network in a file.

        Raises:
            UsageError: it cannot be read, or is wrong.
        """


class HeldInput(NamedTuple):
    """An input of such a network, with the channels that its weights are made for."""

    name: str
    channels: int


class Held:
    """A network that is held whole, in the place of what a YAML file says.

    Attributes:
        nodes: its layers.
        end: the place of the layer at which those behind it go on: the first output.
        shared: as a network has it.
        inputs, files: its inputs, and the file that it comes from.
        parameters: none.
    """

    def __init__(self, network: Network, path: str) -> None:
        self.nodes: list[Node] = network.nodes
        self.shared = network.shared
        self.end = next(iter(network.outputs.values()), len(network.nodes) - 1)
        self.inputs = [HeldInput(name, shape[0]) for name, shape in network.inputs.items()]
        self.files = [path]
        self.parameters: dict[str, Any] = {}
