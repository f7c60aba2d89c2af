"""The base class of writers for other tools, and how they refuse layers that a tool does not have."""

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
    """A network in another tool's format.

    Attributes:
        data: the file.
        notes: what it leaves out or expresses in another way, a sentence each.
    """

    data: bytes
    notes: tuple[str, ...] = ()


class Writer:
    """A tool or language for which a network is written.

    Attributes:
        name: its name in the registry.
        about: what it is, for messages and documents.
        suffixes: the suffixes of its files, the usual one first.
        is_text: whether a terminal can show it.
        folds: whether it can show a block as one box.
    """

    name: ClassVar[str] = ""
    about: ClassVar[str] = ""
    suffixes: ClassVar[tuple[str, ...]] = ()
    is_text: ClassVar[bool] = True
    folds: ClassVar[bool] = False

    @staticmethod
    def write(analysis: Analysis) -> Written:
        """The network as a file.

        Raises:
            UsageError: the tool does not have some of its layers; the message names each.
        """
        raise NotImplementedError

    @staticmethod
    def write_folded(analysis: Analysis, depth: int) -> Written:
        """A network with each block as one box, if the writer supports that.

        Args:
            analysis: the walk of the network.
            depth: the depth of the folded blocks: 1 for the outermost; 0 folds none.
        """
        raise NotImplementedError


WRITERS: Registry[type[Writer]] = Registry("tool to export to")
T = TypeVar("T", bound=type[Writer])


def writer(name: str) -> Callable[[T], T]:
    """Register a writer; a second one of the same name is refused."""
    return WRITERS.named(name)


def check_all_said(analysis: Analysis, about: str, reasons: Mapping[str, str]) -> None:
    """Refuse a network with layers that a tool does not have.

    Args:
        analysis: the walk of the network.
        about: the tool.
        reasons: for each such layer, by name, the reason.

    Raises:
        UsageError: there are such layers; the message names all, or the first of very many.
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
