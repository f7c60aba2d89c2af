"""What a writer of network files for another tool is, and how it refuses what that tool cannot say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, TypeVar

from convcalc.errors import MAX_TOLD, UsageError
from convcalc.registry import Registry
from convcalc.text import plural, printable, shortened

if TYPE_CHECKING:
    from convcalc.analysis.analysis import Analysis


@dataclass(frozen=True, slots=True)
class Written:
    """A network as another tool reads it.

    Attributes:
        data: the file.
        notes: what it does not say, or says in another way, a sentence each.
    """

    data: bytes
    notes: tuple[str, ...] = ()


class Writer:
    """A tool, or a language, that a network is written for.

    Attributes:
        name: in the registry.
        about: what it is, for messages and documents.
        suffixes: what names of its files end in, the usual one first.
        is_text: whether a terminal can show it.
        folds: whether it can show blocks as one thing each.
    """

    name: ClassVar[str] = ""
    about: ClassVar[str] = ""
    suffixes: ClassVar[tuple[str, ...]] = ()
    is_text: ClassVar[bool] = True
    folds: ClassVar[bool] = False

    @staticmethod
    def write(analysis: Analysis) -> Written:
        """A network, written.

        Raises:
            UsageError: the tool cannot say some of its layers; the message names each.
        """
        raise NotImplementedError

    @staticmethod
    def write_folded(analysis: Analysis, depth: int) -> Written:
        """A network with blocks as one thing each, if the writer folds them.

        Args:
            analysis: of the network.
            depth: of the blocks that are folded: 1 for the outermost; 0 folds none.
        """
        raise NotImplementedError


WRITERS: Registry[type[Writer]] = Registry("tool to export to")
T = TypeVar("T", bound=type[Writer])


def writer(name: str) -> Callable[[T], T]:
    """Register a writer; a second one of the same name is refused."""
    return WRITERS.named(name)


def check_all_said(analysis: Analysis, about: str, reasons: Mapping[str, str]) -> None:
    """Refuse a network of which a tool cannot say some layers.

    Args:
        analysis: of the network.
        about: the tool.
        reasons: for each layer that it cannot say, by name, why not.

    Raises:
        UsageError: there are some; the message names them all, or the first of very many.
    """
    if not reasons:
        return
    name = shortened(printable(analysis.network.name))
    told = [f"  {shortened(printable(layer))}: {why}" for layer, why in reasons.items()]
    if len(told) > MAX_TOLD:
        told[MAX_TOLD:] = [f"  … and {plural(len(told) - MAX_TOLD, 'more layer')}"]
    message = (
        f"{name}: {about} cannot express {plural(len(reasons), 'layer')}; change "
        f"{'it' if len(reasons) == 1 else 'them'}, or choose another --to:\n" + "\n".join(told)
    )
    raise UsageError(message)
