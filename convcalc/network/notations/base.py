"""The base of notations, and how the layers that they read become a network."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from math import prod
from typing import TYPE_CHECKING, ClassVar, TypeVar

from convcalc.errors import ShapeError, UsageError
from convcalc.layers import Shape, find
from convcalc.layers.options import required_options
from convcalc.network.chain import Chain, Written, read_words, with_kind
from convcalc.network.chain_groups import has_groups, words_in
from convcalc.registry import Registry
from convcalc.text import plural, times

if TYPE_CHECKING:
    from convcalc.network.chain import Adapt
    from convcalc.network.network import Network

MAX_TEXT = 20_000  # characters of a network
MAX_LAYERS = 2_000
_MAX_PROBLEMS = 8  # in one message
_MANY_PROBLEMS = 300  # after so many, reading stops


@dataclass(slots=True)
class Reading:
    """What was read from a text.

    Attributes:
        layers: in the order of their use.
        input: the input in the text, channels first; empty if it has none. A side of 0 can have
            any size.
        notes: assumptions, a sentence each.
        problems: the errors, each with its place and what to do.
    """

    layers: list[Written] = field(default_factory=list)
    input: Shape = ()
    notes: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def line(self) -> str:
        """The layers as written, on one line."""
        shown = [each.code or each.label for each in self.layers if each.called != each.cls.kind]
        names = [each.name for each in self.layers if each.called != each.cls.kind]
        return " → ".join(f"{name}: {text}" if name else text for name, text in zip(names, shown))

    @property
    def is_full(self) -> bool:
        """Whether there are too many errors to continue."""
        return len(self.problems) >= _MANY_PROBLEMS

    def refuse(self, problem: str) -> None:
        """Add an error, once."""
        if not self.is_full and problem not in self.problems:
            self.problems.append(problem)


class Notation:
    """A way of writing a network.

    Attributes:
        name: its name in the registry.
        about, example: for documents: a description, and an example text.
    """

    name: ClassVar[str] = ""
    about: ClassVar[str] = ""
    example: ClassVar[str] = ""

    @staticmethod
    def fits(text: str) -> bool:
        """Whether a text looks like this notation."""
        raise NotImplementedError

    @staticmethod
    def read(text: str, axes: int) -> Reading:
        """The layers of a text; errors are among the problems.

        Args:
            text: at most `MAX_TEXT` characters.
            axes: the number of axes of the input, such as 2 for an image; 0 if unknown.
        """
        raise NotImplementedError


NOTATIONS: Registry[type[Notation]] = Registry("notation")
T = TypeVar("T", bound=type[Notation])


def notation(name: str) -> Callable[[T], T]:
    """Register a notation; a repeated name is refused."""
    return NOTATIONS.named(name)


def read(text: str, axes: int = 0) -> Reading:
    """Read the layers of a text in the first notation that fits.

    Raises:
        UsageError: the text is too long, or has errors; it lists them all.
    """
    if len(text) > MAX_TEXT:
        message = f"the network has {len(text):,} characters; at most {MAX_TEXT:,} are read"
        raise UsageError(message)
    if _is_chain(text):  # most texts are, and need no other notation
        return Reading([*read_words(text.split(), MAX_LAYERS)])
    names = [*NOTATIONS] if "(" in text else ["words"]  # all other notations have calls
    cls = next(cls for cls in map(NOTATIONS.__getitem__, names) if cls.fits(text))
    found = cls.read(text, axes)
    if not found.problems and not found.layers:
        found.refuse("no layers are named; write for example CONV5-64, POOL2, FC-10")
    _raise(found.problems)
    return found


def _is_chain(text: str) -> bool:
    """Whether each word certainly belongs to the chain language."""
    if has_groups(text):
        words = words_in(text)
        return all(map(_is_word_of_chain, words)) or any(":" in word for word in words)
    return bool(text) and all(map(_is_word_of_chain, text.split()))


def _is_word_of_chain(word: str) -> bool:
    """Whether a word has options after a colon, or is the exact name of a kind without required options."""
    name, colon, _ = with_kind(word).rpartition("*")[2].partition(":")
    cls = find(name)
    if cls is None or colon:
        return cls is not None
    return name in (cls.kind, *cls.aliases.get("short", ())) and not required_options(cls)


def network_of(
    text: str,
    shape: Shape | None = None,
    adapt: Adapt | None = None,
    *,
    max_layers: int = MAX_LAYERS,
) -> tuple[Network, list[str]]:
    """The network in a text, and the text of each layer.

    Args:
        text: in any notation.
        shape: the input, channels first; None if the text has it.
        adapt: changes the options of a text in words, as in `convcalc.network.chain.parse_chain`.
        max_layers: refuse larger networks.

    A layer that is not in the text, such as the flatten before a fully connected layer, has an
    empty label.

    Raises:
        ShapeError: a layer does not fit, and there are no other errors.
        UsageError: something cannot be read or does not fit; it lists all errors that can be found.
    """
    return build(read(text, len(shape) - 1 if shape else 0), shape, adapt, max_layers=max_layers)


def build(
    found: Reading,
    shape: Shape | None = None,
    adapt: Adapt | None = None,
    *,
    max_layers: int = MAX_LAYERS,
) -> tuple[Network, list[str]]:
    """The network of a text that is already read; see `network_of`.

    Raises:
        ShapeError: a layer does not fit, and there are no other errors.
        UsageError: the errors.
    """
    chain = Chain(_input_of(found, shape), max_layers)
    problems: list[str] = []
    for written in found.layers:
        try:
            _check_reads(chain, written, problems)
            chain.add(written, adapt)
        except ShapeError as error:
            if not problems:
                raise
            problems.append(str(error))
            break  # the output is unknown
    _raise(problems)
    network = chain.network()
    network.notes = tuple(found.notes)
    return network, chain.labels


def _raise(problems: Iterable[str]) -> None:
    """Raise the problems, if there are any.

    Raises:
        UsageError: all of them; only the first if there are many.
    """
    found = list(problems)
    if len(found) == 1:
        raise UsageError(found[0])
    if found:
        shown = "".join(f"\n  {problem}" for problem in found[:_MAX_PROBLEMS])
        hidden = len(found) - _MAX_PROBLEMS
        more = f"\n  … and {hidden} more" if hidden > 0 else ""
        many = "more than " if len(found) == _MANY_PROBLEMS else ""
        message = f"{many}{len(found)} things in the network are wrong:{shown}{more}"
        raise UsageError(message)


def _input_of(found: Reading, shape: Shape | None) -> Shape:
    """The input: the given one, which must agree with the text's.

    Raises:
        UsageError: there is none, or the two differ.
    """
    own = found.input
    if shape is None:
        if not own or 0 in own:
            message = "the network does not state its input shape; give the input"
            raise UsageError(message)
        return own
    if own and (len(own) != len(shape) or any(a and a != b for a, b in zip(own, shape))):
        message = (
            f"the network's own input is {_hwc(own)}, but the input given is {_hwc(shape)} "
            "(height × width × channels); make them the same"
        )
        raise UsageError(message)
    return shape


def _hwc(shape: Shape) -> str:
    """A shape, channels last; a side of any size is a question mark."""
    return times([side or "?" for side in (*shape[1:], shape[0])])  # type: ignore[misc]


def _check_reads(chain: Chain, written: Written, problems: list[str]) -> None:
    """Add an error for each layer whose text gives another input than the actual one."""
    shape, flat, sides = chain.shape, written.reads_values, written.reads_shape
    if sides and sides != shape:
        what = f"is over {times(sides)}, but {times(shape)} comes in"
        how = f"only a norm of all its values is read; write {list(shape)}"
        problems.append(f"{written.label}: {what}; {how}")
    if not written.reads or sides:
        return
    comes = prod(shape) if flat else shape[0]
    if written.reads == comes:
        return
    if flat and not written.is_text and written.reads == shape[-1]:
        what = f"works on the last axis, {shape[-1]} of {times(shape)}, which is not read"
        problems.append(f"{written.label}: {what}; flatten the map before it")
        return
    what = plural(written.reads, "value" if flat else "channel")
    shown = f"{times(shape)} = {comes:,}" if flat and len(shape) > 1 else f"{comes:,}"
    problems.append(f"{written.label}: is written for {what}, but {shown} come in; write {comes}")
