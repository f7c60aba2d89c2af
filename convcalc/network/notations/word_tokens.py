"""The words for networks on slides and in exams, split into tokens: layers and their properties."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

# Names of layers, in small letters; the first match counts.
_GAP = r"[ _-]?"
_POOL = rf"{_GAP}pool(?:ing)?"
_CONV = r"conv(?:olution(?:al)?|olve[sd]?)?"
_LAYERS = {
    rf"(?:depth{_GAP}wise{_GAP})?separable{_GAP}{_CONV}": "separable_conv",
    rf"depth{_GAP}wise{_GAP}{_CONV}": "depthwise_conv",
    rf"(?:transposed?|up|de){_GAP}{_CONV}": "conv_transpose",
    rf"global{_GAP}(?:avg|average|mean){_POOL}": "global_avgpool",
    rf"global{_GAP}max{_POOL}": "global_maxpool",
    rf"(?:avg|average|mean){_POOL}": "avgpool",
    rf"(?:max(?:imum)?{_GAP})?pool(?:ing)?|max{_POOL}": "maxpool",
    _CONV: "conv",
    rf"(?:fully|densely){_GAP}connected|fc|dense|linear": "linear",
    rf"batch{_GAP}norm(?:ali[sz]ation)?|bn": "batchnorm",
    rf"layer{_GAP}norm(?:ali[sz]ation)?": "layernorm",
    rf"group{_GAP}norm(?:ali[sz]ation)?": "groupnorm",
    rf"instance{_GAP}norm(?:ali[sz]ation)?": "instancenorm",
    rf"up{_GAP}sampl(?:e|ing)": "upsample",
    rf"local{_GAP}response{_GAP}norm(?:ali[sz]ation)?|lrn": "lrn",
    r"flatten(?:ed|ing)?": "flatten",
    rf"leaky{_GAP}relu": "leaky_relu",
    r"relu6(?![\w.:-])": "relu6",
    r"relu": "relu",
    rf"soft{_GAP}max": "softmax",
    rf"drop{_GAP}out": "dropout",
    r"input": "input",
}
LAYER_NAMES = "|".join(_LAYERS)
_SEVERAL = r"(?:e?s)(?![\w-])"  # after a name: more than one layer
_SIZES = r"\d{1,9}(?:x\d{1,9}){0,3}"
_IS = r"(?![ :=]{1,3}-\d)[ :=-]{0,3}(?:(?:of|is|to)[ :=]{1,3})?"
_COUNTED = (
    r"(?:output |hidden )?(?:filters?|kernels?|channels?|feature maps?|maps?|units?|neurons?|nodes?|"
    r"outputs?|classes)"
)
_MANY = r"(?:filters|channels|feature maps|maps|units|neurons|nodes|outputs|classes)"
_SAID = (  # before a colon, these are not the label of a layer
    r"stride|pad(?:ding)?|dilation|group|kernel|filter|window|channel|map|unit|neuron|node|output|size|rate|bias"
)
COUNTS = {
    "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11,
    "twelve": 12, "sixteen": 16, "twenty": 20, "pair": 2, "couple": 2, "twice": 2, "thrice": 3,
}  # fmt: skip
_COUNT = (  # not counts of a layer's parts: "two filters", "two 3x3 filters"
    rf"(?P<count>{'|'.join(COUNTS)})(?: more| times| (?:layers )?of(?: them)?)?(?![\w.:-])"
    rf"(?! ?(?:\d[\dx]* |output |hidden )?(?:{_SAID}|filters?|kernels?|classes|feature|pixel|side|axes))"
)
_ACROSS = r"(?:kernel|filter|pool|window)s?[ _-]?size|size"

# Each with its meaning; the first match counts. A dash can come before it, as in CONV-5-64-s2.
_ATTRIBUTES = {
    "stride": rf"(?:strides?(?: of)?(?: s)?{_IS}|s ?=? ?(?=\d)|/ ?)(?P<stride>{_SIZES})",
    "pad": rf"(?:(?:zero[ -]?)?pad(?:ding|ded)?(?: of)?(?: p)?{_IS}|p ?=? ?(?=\d+(?![.\d])))"
    rf"(?P<pad>{_SIZES}(?![.\d])|same|valid|full)",
    "padding": r"(?P<padding>same|valid|full|no|zero)(?:[ -]?(?:zero[ -]?)?pad(?:ding)?)|(?P<same>same|valid)",
    "rate": r"(?:(?:p|rate|probability|prob) ?[=:]? ?)?(?P<rate>0?\.\d{1,6})",
    "dilation": rf"(?:dilat(?:ion|ed)(?: rate| factor)?{_IS}|d ?= ?)(?P<dilation>{_SIZES})",
    "groups": rf"(?:groups?{_IS}|g ?= ?)(?P<groups>\d{{1,9}})",
    "bias": r"(?P<bias>(?:no|without)(?: a)? bias(?:es)?)",
    "filters": rf"(?:(?:number|num|no\.?|n\.|#)(?: of)? ?{_COUNTED}{_IS}|(?!kernel ?[=:]){_COUNTED} ?[=:] ?|{_MANY} )"
    rf"(?P<filters>\d{{1,9}})(?!x\d)|(?P<counted>\d{{1,9}}) {_COUNTED}",
    "kernel": rf"(?:(?:{_ACROSS}){_IS}|(?:kernel|window|filter)(?: ?[=:] ?| (?=\d))|[kf] ?=? ?(?=\d))(?P<kernel>{_SIZES})",
    "times": r"x ?(?P<times>\d{1,6})(?= |,|$)",
    "sizes": r"(?P<sizes>\d{1,9}(?:x\d{1,9}){1,3})",
    "number": r"(?P<number>\d{1,9})",
}
_NAMES = {"padding": "pad", "same": "pad", "counted": "filters", "sizes": "kernel"}
_NOISE = (
    r"(?:on|at|around|per|for) (?:each|every|all|both|either|the)? ?(?:sides?|edges?|borders?|ends?)|"
    r"that|at|are|is|it|which|we|one|apply|applies|over|regions?|pixels?|dimensions?|"
    r"layers?|with|of|the|size|and|an?|using|use[sd]?|applied|by|in|has|each|for|its|"
    r"filters?|kernels?|maps?|units?|neurons?|nodes?|outputs?|channels?|windows?|classes|"
    r"more|further|additional|identical|consecutive|successive|"
    r"activations?|functions?|non-?linear(?:ity)?|[123]-?d|hidden|bias(?:es)?|first|next|last|finally|output"
)
_TOKEN = re.compile(
    r"(?P<comma>,)"
    r"|(?P<chain>(?:\d{1,9}\*)?[a-z_][a-z_0-9]*:[\w./=]+(?:,\d[\w./=]*)*|\d{1,9}\*[a-z_]\w*)"
    rf"|{_COUNT}"
    r"|(?P<layers>\d{1,9}) (?=layers of )"
    r"|(?P<vague>(?:several|many|multiple|(?:a )?few|(?:a )?(?:stack|series|sequence) of)(?= ))"
    rf"|(?!(?:{LAYER_NAMES})(?:e?s)?(?![\w-]))(?P<letter>(?:{LAYER_NAMES})-?(?:\d{{1,9}}[-x])*[a-z](?:[-x][a-z])*(?![\w=-]))"
    rf"|(?!relu6(?![\w.:-]))(?P<compact>{LAYER_NAMES})-?(?P<numbers>\d{{1,9}}(?:[-x]\d{{1,9}}){{0,3}})(?![\w:.]| :)"
    rf"|(?P<label>(?!(?:{_SAID})s? ?:)(?:(?P<labelled>{LAYER_NAMES})(?P<more>e?s|(?: layers)(?= ?:))?|[a-z]{{1,12}})(?: layer)?[ _-]?\d{{0,3}} ?:(?= |$))"
    rf"|(?P<layer>{LAYER_NAMES})(?P<several>{_SEVERAL})?(?:[ -]?[123]d)?(?![\w:])"
    r"|(?P<before>\d{1,6})(?: ?[x*] ?(?=[a-z])| ?[x*] (?=(?P<side>\d{1,9})x(?P=side)(?!\w)))"
    r"|(?P<reads>\d{1,9}) to (?=\d)"
    rf"|(?P<gives>outputs?(?: (?:volume|feature ?maps?|maps?|size|shape|dimensions?)){{0,3}}{_IS}\d{{1,9}}(?:x\d{{1,9}}){{1,3}})"
    rf"|-?(?:{'|'.join(_ATTRIBUTES.values())})(?![\w.])"
    rf"|(?P<noise>(?:{_NOISE})(?![\w:]))"
    r"|(?P<dash>-+(?= |$))"
    r"|(?P<word>[^\s,]+)"
)

_ARROWS = re.compile(
    r"-{0,3}[>→⇒➔➜]|={1,3}>|[|;\n]| ?\b(?:then|followed by)\b ?| \+ | -{1,2} (?=[A-Za-z([])"
    r"|(?<!no)(?<!num)(?<!avg)\. (?=[A-Z])"
)
_BULLET = re.compile(
    r"^(?:[-*•] |\d{1,3}[.)] |(?:layer|step)[ _-]?\d{0,3} ?(?:: ?|-(?=[a-z]{2})))+", re.IGNORECASE
)
_PAIR = re.compile(r"\( ?(\d+) ?, ?(\d+)(?: ?, ?(\d+))? ?\)")
# Not "8 x2", which means twice, nor "2 x 3x3" and "2x 3x3", which mean twice 3x3.
_CROSS = re.compile(
    r"(?<![\w-])(\d+)(?: ?[x*] (?=\d)(?!(\d+) ?[x*] ?\2(?!\w))|[x*](?=\d))", re.IGNORECASE
)
_TIMES = re.compile(r"[(\[] ?(?:x ?(\d{1,6})|(\d{1,6}) ?(?:x|times)) ?[)\]]", re.IGNORECASE)
_BELOW_0 = re.compile(r"(?<=[ =:,(\[])-(\d[\d.]*|\.\d+)")
_FROM_TO = re.compile(r"\( ?(\d{1,9}) ?(?:→|-{1,2}>) ?(\d{1,9})(?= ?[,)])")
_IN_OUT = re.compile(r"\b(linear|fc|dense) ?\( ?(\d{1,9}) ?, ?(\d{1,9}) ?\)", re.IGNORECASE)
_JOINED = re.compile(rf"(?<![a-z])({LAYER_NAMES})-(?=(?:{LAYER_NAMES})(?![a-z]))", re.IGNORECASE)
_BY = re.compile(r"(?<=\d)[ -]by[ -](?=\d)", re.IGNORECASE)
_IS_SAID = re.compile(
    rf"(?:(?:number|num|no\.?|n\.|#)(?: of)? |zero[ -]?)?(?:{_SAID}|pool\w*[ -](?:size|window))\w*\b[^:=\d]*[:=]",
    re.IGNORECASE,
)
_LAYERS_BEHIND = re.compile(r"(?: hidden| activation| 2-?d)* layers\b", re.IGNORECASE)
_QUOTES = re.compile(r"[\"“”]|(?<!\w)'|'(?!\w)|(?<=[a-z]) ?\([a-z]\)(?= ?[:=])", re.IGNORECASE)
_RELU = re.compile(r"rectified linear units?(?: ?\(relu\))?", re.IGNORECASE)
_BRACKETS = dict.fromkeys(map(ord, "()[]"), " ")
_DASHES = str.maketrans("–—−‐‑×✕·", "-----xxx")

_STACK = re.compile(r"\d{1,9}(?:-\d{1,9})+")


class Token(NamedTuple):
    """A piece of a text.

    Attributes:
        what: comma, layer, chain, letter, word, vague, noise, or a property of a layer, such as stride.
        value: the kind of a layer, or the value of a property.
        text: the text as written.
        numbers: the numbers directly after the name of a layer, as in CONV5-64.
        start: where it begins.
        is_label: whether it is a layer's name before a colon, as in Conv1:, which may be repeated.
        is_plural: whether it is the name of several layers, as in convolutions.
    """

    what: str
    value: str
    text: str
    numbers: str = ""
    start: int = 0
    is_label: bool = False
    is_plural: bool = False


def plain_signs(text: str) -> str:
    """A text without bullets, with plain signs and single spaces.

    >>> plain_signs("1. CONV 3 × 3,  64 – ReLU")
    'CONV 3 x 3, 64 - ReLU'
    """
    text = _RELU.sub("relu", _QUOTES.sub("", text.translate(_DASHES)))
    text = _IN_OUT.sub(r"\1 (\2 to \3)", _FROM_TO.sub(r"(\1 to \2", text))
    text = _JOINED.sub(r"\1, ", _BY.sub("x", text))
    return "\n".join(_joined(_BULLET.sub("", " ".join(line.split())) for line in text.splitlines()))


def _joined(lines: Iterable[str]) -> Iterator[str]:
    """Lines, with the properties below a layer's heading joined to the heading.

    >>> list(_joined(["Conv Layer 1:", "Input Size: 9x9x3", "Kernel Size: 3x3", "Stride: 2", "ReLU"]))
    ['Input Size: 9x9x3', 'Conv Layer 1: Kernel Size: 3x3, Stride: 2', 'ReLU']
    """
    heading, said = "", []
    for line in lines:
        if heading and _IS_SAID.match(line):
            said.append(line.strip(" ,;."))
        elif heading and line[:5].lower() == "input":
            yield line
        else:
            yield from filter(None, [f"{heading} {', '.join(said)}".strip()])
            heading, said = (line, []) if line.endswith(":") else ("", [])
            if not heading:
                yield line
    yield from filter(None, [f"{heading} {', '.join(said)}".strip()])


def segments(text: str) -> Iterator[str]:
    """The parts between arrows, semicolons and lines, in a text with plain signs.

    >>> list(segments("CONV 3 x 3, 64 → POOL (2, 2)"))
    ['CONV 3x3, 64', 'POOL 2x2']
    """
    for part in filter(None, _ARROWS.split(text)):
        plain = _TIMES.sub(r" x\1\2 ", _BULLET.sub("", part.strip()))
        plain = _PAIR.sub(_in_brackets, plain)
        plain = _CROSS.sub(r"\1x", _CROSS.sub(r"\1x", plain))  # twice: 3 x 3 x 64 matches overlap
        plain = " ".join(plain.translate(_BRACKETS).split()).replace(" ,", ",").strip(" ,.")
        if plain:
            yield plain


def is_plural(segment: str, end: int) -> bool:
    """Whether a name that ends there means several layers, as in ``conv layers``."""
    return bool(_LAYERS_BEHIND.match(segment, end))


def below_0(segment: str) -> str:
    """The first negative number of a segment; empty if there is none.

    >>> below_0("conv 3x3, pad -1"), below_0("CONV-3-64 stride-2"), below_0("FC - 10")
    ('-1', '', '')
    """
    match = _BELOW_0.search(segment)
    return match[0] if match else ""


def _in_brackets(match: re.Match[str]) -> str:
    """Numbers in brackets: one per axis, unless they differ and follow a name, as in pool(3, 2)."""
    numbers = [number for number in match.groups() if number]
    called = match.string[: match.start()][-1:].isalpha()
    return (
        f" {', '.join(numbers)} " if called and len(set(numbers)) > 1 else f" {'x'.join(numbers)} "
    )


def tokens(segment: str) -> Iterator[Token]:
    """The tokens of a segment."""
    at, lowered = 0, segment.lower()
    while at < len(segment):
        match = _TOKEN.match(lowered, at)
        if not match:  # a space
            at += 1
            continue
        yield _token(match, segment)
        at = match.end()


def stack_sizes(text: str) -> list[int]:
    """The sizes of fully connected layers, with the input's size first; empty for other texts.

    >>> stack_sizes("784-128-10"), stack_sizes("CONV-5-64")
    ([784, 128, 10], [])
    """
    return [int(size) for size in text.split("-")] if _STACK.fullmatch(text) else []


def names_layer(word: str) -> bool:
    """Whether a word begins with the name of a layer, like CONV5-64, or a text contains one, or sizes of layers.

    >>> names_layer("CONV5-64"), names_layer("3x3 conv, 64, pad 1"), names_layer("lenet5")
    (True, True, False)
    """
    for part in segments(plain_signs(word[:200])):
        if stack_sizes(part):
            return True
        found = list(tokens(part))
        named = any(token.what == "layer" for token in found)
        if found[0].what in ("layer", "letter") or (" " in part and named):
            return True
    return False


def _token(match: re.Match[str], segment: str) -> Token:
    """A token; the names of the matched groups tell its type."""
    text, start = segment[match.start() : match.end()].strip(), match.start()
    groups = {name: value for name, value in match.groupdict().items() if value is not None}
    if "count" in groups:
        return Token("count", str(COUNTS[groups["count"]]), text, "", start)
    if "layers" in groups:
        return Token("count", groups["layers"], text, "", start)
    if "chain" in groups:
        return Token("chain", text, text, "", start)
    for name in ("compact", "labelled", "layer"):
        if name in groups:
            numbers = groups.get("numbers", "")
            many = bool({"several", "more"} & groups.keys()) or is_plural(segment, match.end())
            return Token(
                "layer", _kind(groups[name]), text, numbers, start, name == "labelled", many
            )
    name, value = next(iter(groups.items()))
    if name in ("label", "dash"):
        return Token("noise", "", text, "", start)
    return Token(_NAMES.get(name, name), value, text, "", start)


def _kind(name: str) -> str:
    """The kind of layer for a name."""
    return next(kind for pattern, kind in _LAYERS.items() if re.fullmatch(pattern, name))
