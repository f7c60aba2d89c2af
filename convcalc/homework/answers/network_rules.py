"""Rules that a network must keep; each rule decides by the network's numbers and gives a reason."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from convcalc.homework.answers.limits import ALL, Limits
from convcalc.homework.answers.measured import Measured
from convcalc.homework.answers.notation import Unreadable
from convcalc.layers import every, find
from convcalc.text import plural, shortened, times

_MAX_NAMED = 4  # most things that a reason lists
_MORE_FAMILIES = {"pooling": "pool", "normalization": "norm", "normalisation": "norm"}


class Decision(NamedTuple):
    """Whether a network keeps a rule.

    Attributes:
        said: what the network is, as a sentence without a full stop.
        holds: None if unknown layers may decide it.
        found: the number or shape that decided.
    """

    said: str
    holds: bool | None
    found: Any = None


class Rule(NamedTuple):
    """A rule.

    Attributes:
        name: the word of ``given:``.
        wants: what it demands, as the end of a sentence with "it": ``has at most 10 layers``.
        decide: whether a network keeps it.
    """

    name: str
    wants: str
    decide: Callable[[Measured], Decision]


def shape_rule(name: str, shape: Sequence[int]) -> Rule:
    """A rule about the shape of an input or an output, one of several.

    Args:
        name: input or output.
        shape: channels last.
    """
    is_input = name == "input"
    verb = "takes" if is_input else "gives"

    def decide(found: Measured) -> Decision:
        shapes = found.inputs if is_input else found.outputs
        said = f"it {verb} {_listed([times(each) for each in shapes], 'and')}"
        if list(shape) not in shapes:
            return Decision(said, holds=False, found=shapes)
        is_sure = is_input or not found.unknown
        return Decision(said, True if is_sure else None, shapes)

    return Rule(name, f"{verb} {times(shape)}", decide)


_NUMBERS = {
    "params": ("has", "parameters"),
    "macs": ("does", "multiply-adds"),
    "flops": ("does", "operations"),
    "layers": ("has", "layers"),
    "depth": ("has", "layers with weights on its longest path"),
}
_KNOWN = ("layers",)  # numbers that layers of unknown cost do not change


def number_rule(name: str, allowed: Limits) -> Rule:
    """A rule about a number of the network as a whole."""
    verb, noun = _NUMBERS[name]

    def decide(found: Measured) -> Decision:
        number: int = getattr(found, name)
        is_all = name in _KNOWN or not found.unknown
        at_least = "" if is_all else "at least "
        said = f"it {verb} {at_least}{number:,} {noun}"
        return Decision(said, allowed.holds(number, is_all=is_all), number)

    return Rule(name, f"{verb} {allowed} {noun}", decide)


def field_rule(allowed: Limits) -> Rule:
    """A rule about the receptive field of an output along every axis."""

    def decide(found: Measured) -> Decision:
        if found.rf is None:
            return Decision(f"its receptive field is not known: {found.why}", None)
        holds = all(allowed.holds(side) for side in found.rf)
        return Decision(f"its receptive field is {times(found.rf)}", holds, found.rf)

    return Rule("rf", f"has a receptive field of {allowed} along every axis", decide)


# ------------------------------------------------------------------------------ kinds of layers


def kinds_called(word: str) -> frozenset[str]:
    """The kinds that a word means: a family's kinds, or the kind of this name.

    >>> sorted(kinds_called("linear"))[:1], kinds_called("Conv2DTranspose"), "lppool" in kinds_called("pool")
    (['linear'], frozenset({'conv_transpose'}), True)

    Raises:
        Unreadable: no kind or family has this name.
    """
    name = word.strip().lower()
    family = _MORE_FAMILIES.get(name, name)
    found = frozenset([kind for kind, cls in every().items() if cls.family == family])
    if found:
        return found
    cls = find(word.strip())
    if cls is None:
        message = (
            f"{shortened(word, 30)!r} is not a kind or family of layers; convcalc kinds lists them"
        )
        raise Unreadable(message)
    return frozenset([cls.kind])


def count_rule(allowed: Mapping[str, Limits]) -> Rule:
    """A rule about the number of layers of each of some kinds or families."""

    def decide(found: Measured) -> Decision:
        decisions = [_counted(found, word, each) for word, each in allowed.items()]
        return _together(decisions, {word: d.found for word, d in zip(allowed, decisions)})

    texts = [f"{each} {word} layers" for word, each in allowed.items() if word != ALL]
    total = [f"{each} layers" for word, each in allowed.items() if word == ALL]
    return Rule("layers", f"has {_listed([*texts, *total], 'and')}", decide)


def _counted(found: Measured, word: str, allowed: Limits) -> Decision:
    """Whether the number of layers of a kind or family is allowed."""
    if word == ALL:
        return number_rule("layers", allowed).decide(found)
    number = sum([found.kinds.get(kind, 0) for kind in kinds_called(word)])
    holds = allowed.holds(number, is_all=not found.unknown)
    counted = plural(number, f"{word} layer") if number else f"no {word} layer"
    at_least = "at least " if number and found.unknown else ""
    return Decision(f"it has {at_least}{counted}", holds, number)


def uses_rule(words: Sequence[str]) -> Rule:
    """A rule that a network has some kinds or families of layers."""
    return _presence("uses", words, Limits(1, None), f"uses {_listed(words, 'and')}")


def forbids_rule(words: Sequence[str]) -> Rule:
    """A rule that a network has no layers of some kinds or families."""
    return _presence("forbids", words, Limits(0, 0), f"uses no {_listed(words, 'and no')}")


def _presence(name: str, words: Sequence[str], allowed: Limits, wants: str) -> Rule:
    """A rule that a network has some layers, or has none of them."""

    def decide(found: Measured) -> Decision:
        return _together([_counted(found, word, allowed) for word in words])

    return Rule(name, wants, decide)


def _together(decisions: Sequence[Decision], found: Any = None) -> Decision:
    """Several decisions as one; its sentence is about those that do not hold, if there are any."""
    holds = [each.holds for each in decisions]
    together = False if False in holds else None if None in holds else True
    said = [each.said for each in decisions if each.holds is together]
    first, *more = said[:_MAX_NAMED]
    whole = " and ".join([first, *(each.removeprefix("it ") for each in more)])
    return Decision(whole, together, found)


def kernel_rule(sizes: Sequence[tuple[int, ...]]) -> Rule:
    """A rule that convolutions have only kernels of these sizes; one number is for all axes."""

    def decide(found: Measured) -> Decision:
        others = [text for text in found.kernels if not any(_is_size(text, each) for each in sizes)]
        if others:
            said = f"it has kernels of {_listed(others, 'and')}"
            return Decision(said, holds=False, found=found.kernels)
        has = _listed(list(found.kernels), "and") if found.kernels else ""
        said = f"its kernels are {has}" if has else "it has no kernels"
        return Decision(said, None if found.unknown else True, found.kernels)

    shown = [times(each if len(each) > 1 else each * 2) for each in sizes]
    return Rule("kernels", f"has only kernels of {_listed(shown, 'and')}", decide)


def _is_size(text: str, size: tuple[int, ...]) -> bool:
    """Whether a kernel such as ``3×3`` has a size."""
    sides = tuple(map(int, text.split("×")))
    return sides == size or (len(size) == 1 and set(sides) == set(size))


def _listed(texts: Sequence[str], joint: str) -> str:
    """Some texts as words."""
    shown = [*texts[:_MAX_NAMED], *(["…"] if len(texts) > _MAX_NAMED else [])]
    return f" {joint} ".join(filter(None, [", ".join(shown[:-1]), shown[-1]]))


# ------------------------------------------------------------- rules that no network can keep


def contradictions(
    counts: Mapping[str, Limits], uses: Sequence[str], forbids: Sequence[str], depth: Limits
) -> Iterator[tuple[str, str]]:
    """Rules that no network can keep together: the word of ``given:``, and why.

    Args:
        counts: how many layers of some kinds are allowed.
        uses, forbids: kinds and families.
        depth: the allowed depth of the longest path.
    """
    kinds = {word: kinds_called(word) for word in (*uses, *forbids, *counts) if word != ALL}
    forbidden = frozenset().union(*[kinds[word] for word in forbids])
    for word in uses:
        if kinds[word] <= forbidden:
            yield "uses", f"names {word}, but forbids: does not allow it; take one of them away"
    total = counts.get(ALL, Limits())
    for word, allowed in counts.items():
        least = allowed.least or 0
        if word != ALL and least and kinds[word] <= forbidden:
            yield "layers", f"wants {word}, but forbids: does not allow it; take one of them away"
        if allowed.most == 0 and any(kinds[each] <= kinds.get(word, kinds[each]) for each in uses):
            yield "layers", f"allows no {word} layers, but uses: names some; take one of them away"
        if total.most is not None and least > total.most:
            yield "layers", f"wants {allowed} {word} layers, but {total} of all; change one of them"
    if total.most is not None and (depth.least or 0) > total.most:
        yield "depth", f"wants {depth}, but layers: allows {total}; change one of them"
