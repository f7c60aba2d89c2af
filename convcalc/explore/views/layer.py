"""One layer: its kind, input and options, from the address."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from convcalc.analysis.one_layer import layer_report, what_fits
from convcalc.errors import UsageError, did_you_mean
from convcalc.explore.address import address
from convcalc.explore.parts import (
    Answer,
    Asked,
    Field,
    Found,
    Given,
    Part,
    choice_field,
    lines_part,
    links_part,
    number_field,
    refusing,
    rows_part,
    text_field,
    working_part,
)
from convcalc.explore.pictures import CHOICES, layer_pictures
from convcalc.explore.views.base import LAYER, VIEWS
from convcalc.layers import every, get_kind, make
from convcalc.layers.options import options_of
from convcalc.layers.values import shape_of
from convcalc.text import quoted, times

if TYPE_CHECKING:
    from convcalc.layers import Layer, Shape
    from convcalc.layers.options import Option

# Short names of options in the address; others use their full names.
_LETTERS = {
    "kernel_size": "k",
    "stride": "s",
    "padding": "p",
    "dilation": "d",
    "out_channels": "cout",
    "out_features": "cout",
    "output_padding": "a",
    "ceil_mode": "ceil",
}
_ON_COMMAND_LINE = ("k", "s", "p", "d", "cout", "a", "groups", "fit", "n", "cin", "dims", "input")
_LABELS = {
    "n": "input size",
    "cin": "input channels",
    "dims": "axes",
    "input": "input shape",
    "kernel_size": "kernel size",
    "out_channels": "output channels",
    "out_features": "units",
    "output_padding": "output padding",
    "ceil_mode": "round up",
}
# The ends of sliders; 1 and 64 for options that are not listed.
_ENDS = {
    "n": (1, 256),
    "cin": (1, 256),
    "out_channels": (1, 256),
    "out_features": (1, 4096),
    "kernel_size": (1, 15),
    "stride": (1, 8),
    "padding": (0, 8),
    "dilation": (1, 8),
    "output_padding": (0, 7),
    "groups": (1, 32),
}
_VECTOR = (1, 4096)
_DRAWN = ("picture", "step")  # only choose the picture; the numbers do not depend on them
_USUAL = "conv"  # the default kind, as on the command line
_NAMES = {
    "params": "parameters",
    "macs": "multiply-adds",
    "other": "other operations",
    "rf": "receptive field",
    "": "without padding",
}


@VIEWS.under(LAYER)
def layer_view(asked: Asked) -> Answer:
    """The view of a kind."""
    try:
        cls = get_kind(asked.view)
    except UsageError as error:
        return Answer(asked.view, asked.given, [_kind_field(asked.view)], refusing(error))
    called = {name: _LETTERS.get(name, name) for name in options_of(cls)}
    given = _started(cls, asked, called)

    def found() -> Found:
        _check_words(cls, given, called)
        shape = _shape(cls, given)
        texts = {name: given[word] for name, word in called.items() if given.get(word)}
        if "out_channels" in called:
            texts.setdefault("out_channels", str(shape[0]))
        layer = make(cls, texts, text=True, called=called, example=lambda name: f"{called[name]}=3")
        return _found(layer, shape, asked.view, given)

    return Answer(
        asked.view,
        given,
        _fields(cls, asked.view, given, called),
        found,
        _command(asked.view, given, called),
    )


def _started(cls: type[Layer], asked: Asked, called: dict[str, str]) -> Given:
    """The values of the address, or those of the kind's example if there are none."""
    known = list(called.values())
    given = {
        called.get(word, word): text.strip() for word, text in asked.given.items() if text.strip()
    }
    if asked.carried:
        given = _carried(cls, given, known)
    order = ("input", "n", "cin", *known, "dims", *_DRAWN)
    place = {word: place for place, word in enumerate(order)}
    shown = given or _example(cls)
    return dict(sorted(shown.items(), key=lambda pair: place.get(pair[0], len(order))))


def _carried(cls: type[Layer], given: Given, known: list[str]) -> Given:
    """The values that a kind takes over from another one, and missing ones from its example."""
    example = _example(cls)
    options = {word: text for word, text in given.items() if word in known}
    drawn = {word: text for word, text in given.items() if word == "picture"}
    if not options and example.keys() & {*known}:
        return example | drawn  # nothing in common
    sizes = ("input",) if "input" in given else ("n",) if cls.needs_flat else ("n", "cin", "dims")
    shape = {word: text for word, text in given.items() if word in sizes}
    shape = shape or {word: text for word, text in example.items() if word not in known}
    needed = [option.name for option in options_of(cls).values() if option.required]
    required = {_LETTERS.get(name, name): example[_LETTERS.get(name, name)] for name in needed}
    return shape | required | options | drawn


def _example(cls: type[Layer]) -> Given:
    """The kind's own example, as values of an address."""
    options, shape = cls.example
    known = options_of(cls)
    # make() returns all options; a text can be written differently than in the example.
    texts = {
        _LETTERS.get(name, name): known[name].type.text(known[name].check(value, name))
        for name, value in options.items()
    }
    if cls.needs_flat:
        return {"n": times(shape).replace("×", "x"), **texts}
    if len(shape) > 1 and len(set(shape[1:])) == 1 and len(shape) == 3:
        return {"n": str(shape[1]), "cin": str(shape[0]), **texts}
    return {"input": "x".join(map(str, shape)), **texts}


def _check_words(cls: type[Layer], given: Given, called: dict[str, str]) -> None:
    """Refuse words that are unknown to the kind.

    Raises:
        UsageError: there is one; or the kind joins several paths.
    """
    if cls.merges:
        message = f"{cls.kind}: joins several paths, so it cannot be a single layer; write a network with it"
        raise UsageError(message)
    known = [*called.values(), "n", "cin", "dims", "input", *_DRAWN]
    if given.get("picture", "") not in CHOICES:
        message = f"picture: no {quoted(given['picture'])}{did_you_mean(given['picture'], filter(None, CHOICES))}"
        raise UsageError(message)
    if not re.fullmatch(r"([0-9]{1,6}(,[0-9]{1,6}){0,2})?", given.get("step", ""), re.ASCII):
        message = f"step: must be a place of the output such as 0,3, but is {quoted(given['step'])}"
        raise UsageError(message)
    for word in given:
        if word not in known:
            message = (
                f"{cls.kind} has no option {quoted(word)}{did_you_mean(word, [*known, *called])}"
            )
            raise UsageError(message)


def _shape(cls: type[Layer], given: Given) -> Shape:
    """The input shape.

    Raises:
        UsageError: it is not given, or given twice.
    """
    if given.get("input"):
        if given.get("n"):
            message = "input is the whole shape; leave n out"
            raise UsageError(message)
        return shape_of(given["input"], "input shape")
    if not given.get("n"):
        message = "give the input size, such as n=32"
        raise UsageError(message)
    sizes = shape_of(given["n"], "input size")
    if cls.needs_flat and not given.get("cin"):
        return sizes
    (channels,) = shape_of(given.get("cin") or "1", "input channels")[:1]
    if len(sizes) > 3:
        message = f"input size: {given['n']} has {len(sizes)} sides; give 1 to 3"
        raise UsageError(message)
    if len(sizes) == 1:
        sizes *= int(given["dims"]) if given.get("dims") in ("1", "2", "3") else _axes(cls, given)
    return (channels, *sizes)


def _axes(cls: type[Layer], given: Given) -> int:
    """The number of axes of an input for which only one size is given, as on the command line."""
    said = [len(shape_of(given[word], word)) for word in "ksd" if "x" in given.get(word, "")]
    causal = 1 if given.get("p") == "causal" else 0
    return cls.dimensions or causal or max(said, default=2)


def _found(layer: Layer, shape: Shape, view: str, given: Given) -> Found:
    """The results for a layer."""
    report = layer_report(layer, shape, explain=True)
    *before, numbers, working = _blocks(report.lines)
    facts = {key: value for key, value in report.facts.items() if key != "working"}
    came, went = (times(facts[key]) for key in ("input", "output"))
    parts: list[Part] = [lines_part([block[0] for block in before])] if before else []
    fitting = [*_fitting(layer, shape, view, given)]
    if fitting:
        parts.append(links_part("The window fits with", fitting))
    parts += layer_pictures(
        layer, tuple(facts["input"]), given.get("picture", ""), given.get("step", "")
    )
    parts.append(rows_part("Numbers", _rows(numbers)))
    parts.append(working_part("Working: the formula, the numbers, each step", working))
    if report.all_notes:
        parts.append(lines_part(report.all_notes, "note"))
    parts.append(lines_part(report.all_lines, "small"))
    return Found(f"{came} → {went}", parts, lambda: facts)


def _blocks(lines: list[str]) -> list[list[str]]:
    """Lines in groups, separated by empty lines."""
    groups: list[list[str]] = [[]]
    for line in lines:
        if line:
            groups[-1].append(line)
        else:
            groups.append([])
    return groups


def _rows(lines: list[str]) -> list[tuple[str, ...]]:
    """Lines that begin with the name of a number: the name, the number, the explanation."""
    rows = [(line[:9].strip(), *line[9:].strip().split("   ", 1)) for line in lines]
    return [(_NAMES.get(name, name), *texts) for name, *texts in rows]


def _fitting(layer: Layer, shape: Shape, view: str, given: Given) -> Iterator[tuple[str, str]]:
    """Small changes that make the window fit, as links."""
    for change in what_fits(layer, shape):
        word = "n" if change.option == "input" else _LETTERS.get(change.option, change.option)
        same = len(set(change.values)) == 1 and (word != "n" or len(shape) == 3)
        value = "x".join(map(str, change.values[:1] if same else change.values))
        kept = {each: text for each, text in given.items() if each != "input" or word != "n"}
        if word == "n" and "input" in given:
            kept |= {"cin": str(shape[0]), "dims": str(len(shape) - 1)}
        yield f"{word}={value} (gives {change.size})", address(view, kept | {word: value})


# ------------------------------------------------------------------------------------------ the form


def _fields(cls: type[Layer], view: str, given: Given, called: dict[str, str]) -> list[Field]:
    """The form of a kind."""
    fields = [_kind_field(view)]
    if "input" in given:
        fields.append(text_field("input", _LABELS["input"], given["input"]))
    elif cls.needs_flat:
        fields.append(number_field("n", "values or shape", given.get("n", ""), _VECTOR))
    else:
        fields.append(number_field("n", _LABELS["n"], given.get("n", ""), _ENDS["n"]))
        fields.append(number_field("cin", _LABELS["cin"], given.get("cin", "1"), _ENDS["cin"]))
    options = options_of(cls).values()
    fields += [_field(option, called[option.name], given) for option in sorted(options, key=_rank)]
    if not (cls.needs_flat or cls.dimensions or "input" in given):
        axes = {"": "as the sizes say", "1": "1", "2": "2", "3": "3"}
        fields.append(choice_field("dims", _LABELS["dims"], given.get("dims", ""), axes))
    fields.append(choice_field("picture", "picture", given.get("picture", ""), CHOICES))
    if given.get("picture") == "window":
        fields.append(
            text_field("step", "step, as an output", given.get("step", ""), "all, such as 0,3")
        )
    return fields


def _kind_field(view: str) -> Field:
    """The choice of a kind."""
    kinds = [name for name, each in every().items() if not each.merges]
    return choice_field("", "kind", view, kinds if view in kinds else [view, *kinds])


def _rank(option: Option) -> int:
    """The place of an option in the form: sliders first, then words."""
    order = [
        "kernel_size",
        "stride",
        "padding",
        "dilation",
        "output_padding",
        "out_channels",
        "groups",
    ]
    return order.index(option.name) if option.name in order else len(order)


def _field(option: Option, word: str, given: Given) -> Field:
    """The field of an option."""
    label = _LABELS.get(option.name, option.name.replace("_", " "))
    usual = "" if option.required or option.default is None else option.type.text(option.default)
    value = given.get(word, "")
    schema = option.type.schema
    if schema.get("type") == "boolean":
        return choice_field(word, label, value or usual, {"true": "yes", "false": "no"})
    if schema.get("enum"):
        words = list(option.type.words)
        return choice_field(
            word,
            label,
            value,
            {"": f"as usual ({usual})" if usual else "as usual", **dict(zip(words, words))},
        )
    if option.name == "out_channels":
        return number_field(word, label, value or given.get("cin", "1"), _ENDS["out_channels"])
    if option.type.takes_number:
        shown = usual or ("as the kernel" if option.name == "stride" else "")
        return number_field(
            word, label, value or usual, _ENDS.get(option.name, (1, 64)), option.type.words, shown
        )
    return text_field(word, label, value, usual or "none")


def _command(kind: str, given: Given, called: dict[str, str]) -> list[str]:
    """The same on a command line."""
    words = ["convcalc", "layer"]
    if kind != _USUAL:
        words += ["--kind", kind]
    names = {word: name for name, word in called.items()}
    for word, text in given.items():
        if word in _DRAWN:
            continue
        if word in _ON_COMMAND_LINE:
            words += [f"--{word}", text]
        elif (word, text) == ("bias", "false"):
            words.append("--no-bias")
        elif (word, text) == ("ceil", "true"):
            words.append("--ceil")
        else:
            words += ["--set", f"{names.get(word, word)}={text}"]
    return words
