"""Surplus words on a command line, and missing ones: what to type instead."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from itertools import takewhile

import click

from convcalc.cli.meant.equation import of_parameters
from convcalc.cli.meant.line import PAIR, as_line, with_option
from convcalc.cli.meant.nameless import input_in
from convcalc.cli.meant.short_layers import line_of_chain
from convcalc.cli.meant.sorts import sort_of_word
from convcalc.cli.option_words import line_called
from convcalc.cli.typed_options import option_meant, values_behind
from convcalc.errors import UsageError
from convcalc.text import quoted

_SHAPE = re.compile(r"[0-9]+([x×][0-9]+)+")
_UNIT = re.compile(r"(?:[kKMGT]?(?:FLOPs?|FLOPS|MACs?|Macs?|params?)|[kKMGT]|million|billion)")
_OUTPUT = (".svg", ".png", ".html", ".csv", ".json", ".md", ".tex", ".txt", ".onnx", ".py", ".mmd", ".dot", ".xml", ".zip")  # fmt: skip
_OF_SHAPES = re.compile(r"x[A-Z]")  # in the metavar of an option
_FROM_TO = 2  # the two sizes of a question
_OPS = ("conv", "tconv", "maxpool", "avgpool")
FILLERS = ("vs", "vs.", "versus", "and", "with", "question")


def lead_on(error: click.UsageError) -> str:
    """The error in a command line and what to type; empty if click's message is enough."""
    if error.ctx is None:
        return ""
    if isinstance(error, click.MissingParameter):
        return _missing(error.ctx, error.param)
    extra = error.format_message().startswith("Got unexpected extra argument")
    return _extra(error.ctx) if extra else ""


# ------------------------------------------------------------------------------------- missing


def _missing(ctx: click.Context, param: click.Parameter | None) -> str:
    """What is missing: with a word that may be meant, the choices, or an example."""
    called, args = line_called(ctx)
    if called is None or param is None:
        return ""
    if isinstance(param, click.Option):
        name = param.opts[0]
        if name == "--x" and any(map(_SHAPE.fullmatch, args)):
            return f"{name} is missing: it is a matrix with its numbers, as in {_example(called)}"
        if name == "--input" and (line := line_of_chain(args)):
            return f"{name} is missing; type {called.command_path} {as_line(line)}"
        if name == "--x" and (by_hand := _by_hand(args)):
            return f"--x is missing; type {called.command_path} {by_hand}"
        if name == "--o" and param.metavar == "O[xO]":
            return "--o is missing: write the size that you want, as in --o 16, or --o same to keep that of the input"
        if meant := _meant(called, param, args):
            return f"{name} is missing: write {name} {meant}"
    else:
        name = param.make_metavar(ctx).removesuffix("...").replace(" | ", " or ")
    if isinstance(param.type, click.Choice):
        *first, last = map(str, param.type.choices)
        what = f"{name} is missing; choose" if name.startswith("-") else "say which:"
        return f"{what} {', '.join(first)} or {last}"
    example = _example(called, f"{name} " if name.startswith("-") else "")
    return f"{name} is missing" + f"; for example: {example}" * bool(example)


def _by_hand(args: Sequence[str]) -> str:
    """The options for two matrices, and for an operation, given without options; empty if there are not two."""
    words = [word for word in args if not word.startswith("-")]
    ops = [
        op
        for word in words
        if (op := {"pool": "maxpool", "transposed": "tconv"}.get(word, word)) in _OPS
    ]
    matrices = [word for word in words if re.search(r"\d[\s,;|]+-?\d", word)]
    if len(matrices) != 2 or len(matrices) + len(ops) != len(args):
        return ""
    return as_line(
        [
            "--x",
            matrices[0],
            "--k",
            matrices[1],
            *(["--op", ops[0]] if ops and ops[0] != "conv" else []),
        ]
    )


def _meant(called: click.Context, option: click.Option, args: Sequence[str]) -> str:
    """A word of the line that may be meant as the missing option's value."""
    has_words = any(isinstance(param, click.Argument) for param in called.command.params)
    sizes = [word for word in args if word.isdecimal()]
    if not has_words and option.opts[0] == "--n" and len(sizes) == len(args) == _FROM_TO:
        return f"{sizes[0]} --o {sizes[1]}"
    if not has_words and option.opts[0] == "--rf" and len(sizes) == len(args) == _FROM_TO:
        return f"{sizes[0]} --k {sizes[1]}"
    if not has_words and args and _may_be(option, args[0], called):
        return as_line(args[:1])
    if "CxHxW" not in (option.metavar or ""):
        return ""
    shapes = (word for word in args if _SHAPE.fullmatch(word) and word.count("x") > 1)
    return input_in(" ".join(args)) or next(shapes, "")


def _may_be(option: click.Option, word: str, called: click.Context) -> bool:
    """Whether an option for numbers accepts a word."""
    if word.startswith("-") or not (any(map(str.isdecimal, word)) or os.path.isfile(word)):
        return False
    try:
        option.type.convert(word, option, called)
    except (UsageError, click.UsageError):
        return False
    return True


def _example(called: click.Context, having: str = "") -> str:
    """The first example of a command that contains a text; empty if there is none."""
    lines = getattr(called.command, "examples", "").strip().splitlines()
    return next((line.strip() for line in lines if having in line), "")


# ------------------------------------------------------------------------------ too many words


def _extra(ctx: click.Context) -> str:
    """Surplus words: the rest of a name, layers, or the value of an option."""
    called, args = line_called(ctx)
    if called is None or not args:
        return ""
    words = nameless(called.command, args)
    known = {name for param in called.command.params for name in param.opts}
    for word in words:
        if f"--{word}" in known:
            return f"{quoted(word)} needs dashes; write --{word}"
    for line in _lines(called, words, args, known):
        return line
    if words and (example := _example(called)):
        return f"{quoted(words[-1])} is one word too many; write it as in {example}"
    return ""


def nameless(command: click.Command, args: Sequence[str]) -> list[str]:
    """The words of a line that belong to no option."""
    return [word for word, is_nameless in apart(command, args) if is_nameless]


def apart(command: click.Command, args: Sequence[str]) -> Iterator[tuple[str, bool]]:
    """Each word of a command line, and whether it is neither an option nor a value of one."""
    ctx, values = click.Context(command), 0
    for word in args:
        if values:
            values -= 1
            yield word, False
        else:
            values = values_behind(ctx, word)
            yield word, not word.startswith("-") or word == "-"


def _lines(
    called: click.Context, words: Sequence[str], args: Sequence[str], known: set[str]
) -> Iterator[str]:
    """Messages with what to type, the most likely first."""
    from convcalc.cli.meant.nameless import code_line, is_code
    from convcalc.network.find import bundled_names

    path, last = called.command_path, words[-1] if words else ""
    takes = [param.name for param in called.command.params if isinstance(param, click.Argument)]
    if "network" in takes and len(words) == 2:
        joined = "".join(words).lower()
        if joined in bundled_names():
            yield f"{quoted(' '.join(words))} is one word: {path} {joined}"
    if "network" in takes and len(words) > 1 and ":" in words[1]:
        yield f"layers are a chain: convcalc {as_line(['chain', '--input', '3x32x32', *args])}"
    if spread := _spread(called, args):
        yield f"the sides of a shape are one word; type {path} {as_line(spread)}"
    if "number" in takes and len(words) == 2 and sort_of_word(last) == "network":
        yield f"to compare a number with a network, type convcalc reconcile {as_line([last, words[0]])}"
    filler = next((word for word in words if word.lower() in FILLERS), "")
    if filler and len(words) == len(takes) + 1:
        yield _type(
            f"{quoted(filler)} is not needed", path, [each for each in args if each != filler]
        )
    if (pairs := [word for word in words if PAIR.fullmatch(word)]) and "--set" in known:
        yield _type(
            f"{quoted(pairs[0])} has no option before it", path, with_option(args, pairs, "--set")
        )
    if "value" in takes and len(words) > 2 and _UNIT.fullmatch(last):
        at = list(args).index(last)
        whole = [*args[: at - 1], args[at - 1] + last, *args[at + 1 :]]
        yield _type(f"{quoted(last)} belongs to the number", path, whole)
    if takes == ["kind"]:
        yield f"one kind has a page; type {path} {as_line(words[:1])}"
    if "number" in takes and len(words) == 2 and (options := of_parameters(last)):
        yield f"the numbers of a formula are options; type {path} {as_line(words[:1])} {options}"
    if "--layers" in known and words and (line := _with_layers(words, args)):
        yield _type("layers are one word", path, line)
    if any(map(is_code, words)):
        code = [word for word in words if is_code(word)]
        yield f"code is read by a chain: convcalc {code_line(code)}"
    if {"value", "number"} & {*takes} and sort_of_word(words[0]) == "network":
        line = ["arch", words[0], "--explain", layer_called(words[0], last) or last]
        yield f"{quoted(words[0])} is a network; to explain one of its layers, type convcalc {as_line(line)}"
    if option := _taker(called, last):
        yield _type(
            f"{quoted(last)} has no option before it", path, with_option(args, [last], option)
        )
    if len(words) > 1 and all(sort_of_word(word) == "network" for word in words):
        yield f"to compare several networks, type convcalc compare {as_line(words)}"
    output = next((name for name in ("-o", "--out") if name in known), "")
    if output and last.lower().endswith(_OUTPUT) and not os.path.exists(last):
        yield _type(
            f"{quoted(last)} has no option before it", path, with_option(args, [last], output)
        )


def _with_layers(words: Sequence[str], args: Sequence[str]) -> list[str]:
    """The line with separate layers joined as the value of ``--layers``; empty if they are not layers."""
    from convcalc.cli.meant.windows import are_windows

    layers = list(words[1:])
    line = [word for word in args if word not in layers]
    if "--layers" in line:
        at = line.index("--layers")
        layers = line[at + 1 : at + 2] + layers
        del line[at : at + 2]
    is_sure = "--layers" in args or not all(map(str.isdecimal, layers))
    return [*line, "--layers", " ".join(layers)] if is_sure and are_windows(layers) else []


def _spread(called: click.Context, args: Sequence[str]) -> list[str]:
    """The line with each shape in one word; empty if they already are."""
    line: list[str] = []
    rest = list(args)
    while rest:
        word = rest.pop(0)
        line.append(word)
        option = option_meant(called, word)
        if option is None or not _OF_SHAPES.search(option.metavar or "") or "=" in word:
            continue
        sides = [*takewhile(str.isdecimal, rest)]
        if len(sides) > 1:
            line.append("x".join(sides))
            del rest[: len(sides)]
    return line if line != [*args] else []


def layer_called(network: str, word: str) -> str:
    """The name of a network's layer, from its name, the beginning of it, or a kind; empty if there is none."""
    from convcalc.errors import ConvcalcError
    from convcalc.interop.load import load
    from convcalc.layers import find

    try:
        nodes = load(network, max_layers=20_000).nodes
    except ConvcalcError:
        return ""
    kind, names = find(word), [node.name for node in nodes]
    begun = [name for name in names if name == word] or [
        name for name in names if name.startswith(word)
    ]
    alike = [node.name for node in nodes if kind is not None and isinstance(node.layer, kind)]
    return next(iter(begun or alike), "")


def _taker(called: click.Context, word: str) -> str:
    """The option that has a word among its values; empty if there is none."""
    for param in called.command.params:
        values = getattr(param.type, "choices", ())
        if not values and isinstance(param, click.Option) and hasattr(param.type, "offers"):
            values = param.type.offers(called)
        if isinstance(param, click.Option) and word in values:
            return param.opts[0]
    return ""


def _type(what: str, path: str, words: Sequence[str]) -> str:
    return f"{what}; type {path} {as_line(words)}"
