"""Networks in other tools' files that a YAML file contains; the caller supplies the readers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

if TYPE_CHECKING:
    from convcalc.network.network import Network, Node


class Opener(Protocol):
    """Opens files of other tools."""

    def about(self, path: str) -> str:
        """The tool that wrote a file; empty for YAML, and if unknown."""

    def network(self, path: str) -> Network:
        """The network in a file.

        Raises:
            UsageError: it cannot be read, or is wrong.
        """


class HeldInput(NamedTuple):
    """An input of such a network, with the channels that its weights need."""

    name: str
    channels: int


class Held:
    """A network that is already complete, in place of a draft from YAML.

    Attributes:
        nodes: its layers.
        end: the place of the layer after which the next ones continue: the first output.
        shared: as in `Network`.
        inputs, files: its inputs, and its file.
        parameters: always empty.
    """

    def __init__(self, network: Network, path: str) -> None:
        self.nodes: list[Node] = network.nodes
        self.shared = network.shared
        self.end = next(iter(network.outputs.values()), len(network.nodes) - 1)
        self.inputs = [HeldInput(name, shape[0]) for name, shape in network.inputs.items()]
        self.files = [path]
        self.parameters: dict[str, Any] = {}
