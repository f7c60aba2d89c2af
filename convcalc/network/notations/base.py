"""What a notation is, and how the layers that it reads become a network."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from math import prod
from typing import TYPE_CHECKING, ClassVar, TypeVar

from convcalc.errors import ShapeError, UsageError
from convcalc.layers import Shape, find
from convcalc.layers.options import required_options
from convcalc.network.chain import Chain, Written, read_words
from convcalc.network.chain_groups import has_groups, words_in
from convcalc.registry import Registry
from convcalc.text import plural, times

if TYPE_CHECKING:
    from convcalc.network.chain import Adapt
    from convcalc.network.network import Network

MAX_TEXT = 20_000  # characters of a network
MAX_LAYERS = 2_000
_MAX_PROBLEMS = 8  # that one message lists
_MANY_PROBLEMS = 300  # after so many nothing more is looked for


@dataclass(slots=True)
class Reading:
    """What a text says.

    Attributes:
        layers: in the order of their use.
        input: the input that it names, channels first; empty where it names none. A side of 0 may
            have any size.
        notes: what was assumed, a sentence each.
        problems: what cannot be read, each with its place and what to do.
    """

    layers: list[Written] = field(default_factory=list)
    input: Shape = ()
    notes: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def line(self) -> str:
        """The layers as they are written, on one line."""
        shown = [each.code or each.label for each in self.layers if each.called != each.cls.kind]
        names = [each.name for each in self.layers if each.called != each.cls.kind]
        return " → ".join(f"{name}: {text}" if name else text for name, text in zip(names, shown))

    @property
    def is_full(self) -> bool:
        """Whether there are so many problems that it is no use to look for more."""
        return len(self.problems) >= _MANY_PROBLEMS

    def refuse(self, problem: str) -> None:
        """Note a problem, once."""
        if not self.is_full and problem not in self.problems:
            self.problems.append(problem)


class Notation:
    """A way of writing a network.

    Attributes:
        name: in the registry.
        about, example: for documents: what it is, and a text.
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
        """The layers of a text; what cannot be read is among the problems.

        Args:
            text: at most `MAX_TEXT` characters.
            axes: of the input, such as 2 for an image; 0 where it is not known.
        """
        raise NotImplementedError


NOTATIONS: Registry[type[Notation]] = Registry("notation")
T = TypeVar("T", bound=type[Notation])


def notation(name: str) -> Callable[[T], T]:
    """Register a notation; a second one of the same name is refused."""
    return NOTATIONS.named(name)


def read(text: str, axes: int = 0) -> Reading:
    """The layers of a text, in the first notation that it looks like.

    Raises:
        UsageError: it is too long, or says something that cannot be read: all of it at once.
    """
    if len(text) > MAX_TEXT:
        message = f"the network has {len(text):,} characters; at most {MAX_TEXT:,} are read"
        raise UsageError(message)
    if _is_chain(text):  # most are, and need none of the notations
        return Reading([*read_words(text.split(), MAX_LAYERS)])
    names = [*NOTATIONS] if "(" in text else ["words"]  # all others are calls
    cls = next(cls for cls in map(NOTATIONS.__getitem__, names) if cls.fits(text))
    found = cls.read(text, axes)
    if not found.problems and not found.layers:
        found.refuse("no layers are named; write for example CONV5-64, POOL2, FC-10")
    _raise(found.problems)
    return found


def _is_chain(text: str) -> bool:
    """Whether each word is of the chain language for sure."""
    if has_groups(text):
        words = words_in(text)
        return all(map(_is_word_of_chain, words)) or any(":" in word for word in words)
    return bool(text) and all(map(_is_word_of_chain, text.split()))


def _is_word_of_chain(word: str) -> bool:
    """Whether a word has options behind a colon, or is the own name of a kind that needs none."""
    name, colon, _ = word.rpartition("*")[2].partition(":")
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
    """The network that a text writes, and how the text writes each of its layers.

    Args:
        text: in any notation.
        shape: the input, channels first; None where the text says it.
        adapt: what the options of a text in words stand for, as for `convcalc.network.chain.parse_chain`.
        max_layers: refuse a network of more layers.

    A layer that the text does not write, such as the flatten before a fully connected layer, has an
    empty label.

    Raises:
        ShapeError: a layer does not fit, and nothing else is wrong.
        UsageError: something cannot be read, or does not fit: as much of it as can be found at once.
    """
    return build(read(text, len(shape) - 1 if shape else 0), shape, adapt, max_layers=max_layers)


def build(
    found: Reading,
    shape: Shape | None = None,
    adapt: Adapt | None = None,
    *,
    max_layers: int = MAX_LAYERS,
) -> tuple[Network, list[str]]:
    """The network of a text that is read already, as `network_of` makes it.

    Raises:
        ShapeError: a layer does not fit, and nothing else is wrong.
        UsageError: what is wrong.
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
            break  # what comes out is not known
    _raise(problems)
    network = chain.network()
    network.notes = tuple(found.notes)
    return network, chain.labels


def _raise(problems: Iterable[str]) -> None:
    """Refuse what has problems.

    Raises:
        UsageError: all of them; the first ones where they are many.
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
    """The input: the given one, which that of the text must agree with.

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
    """Note where a layer says that it reads something other than the input."""
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
