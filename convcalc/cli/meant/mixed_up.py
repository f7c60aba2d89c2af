"""Arguments in the wrong order, or for another command: what to type instead."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import click

from convcalc.cli.meant.line import NUMERAL, PAIR, as_line, with_option
from convcalc.cli.meant.sorts import sort_of_word
from convcalc.cli.network_words import CHAIN_LAYERS, NETWORK_OR_LAYERS
from convcalc.files import STDIN
from convcalc.text import printable, shortened

_LAYER = re.compile(r"[a-z]\w*:(?!//)[a-z0-9/]|(?:\w+\.)*[A-Z]\w*\(")
_MOST_SAID = 200  # characters of a word in a message
_OF_LAYERS = ("--sees", "--explain")  # options whose value is a layer
_GLUED = re.compile(r",[a-z]\w*:")
_ANSWER = re.compile(r"(?:(?P<name>[A-Za-z]\w{0,30})[=:]\s*)?(?P<value>[0-9][0-9.,x×]{0,30})")
# The sort of thing that each command parameter takes.
_WANTED = {
    "network": "network", "networks": "network", "first": "network", "second": "network", "targets": "network",
    "sheet": "sheet", "answers": "answers", "submissions": "answers", "folder": "grades", "roster": "roster",
    "value": "number", "x": "matrix", "question": "question",
    "layers": "layer", "files": "network",
}  # fmt: skip
# The name of each sort, and the command that takes it.
_SORTS = {
    "network": ("a network", "convcalc arch {}"),
    "sheet": ("a sheet", "convcalc hw show {}"),
    "answers": ("a file of answers", "convcalc hw check SHEET {}"),
    "grades": ("a folder of grades", "convcalc hw stats {}"),
    "roster": ("a roster", "convcalc hw make SHEET --roster {} --secret-file FILE --out DIR"),
    "number": ("a number", "convcalc reconcile NETWORK {}"),
    "picture": ("a picture", "convcalc kernel sharpen {}"),
    "matrix": ("a matrix", ""),
    "question": ("the name of a question", ""),
    "layer": ("a layer", ""),
}
# Sorts without a distinctive sign: a test whether a word may be one.
_MAY_BE: dict[str, Callable[[str], bool]] = {
    "answers": os.path.exists,
    "question": lambda text: not os.path.exists(text),
}


class _Word(NamedTuple):
    """A word of a command line.

    Attributes:
        text: the word as typed.
        wanted: the sort that is expected in its place.
        sort: the sort that it is; empty if unknown.
    """

    text: str
    wanted: str
    sort: str

    @property
    def is_wrong(self) -> bool:
        """Whether it is of another sort than expected."""
        return bool(self.sort) and self.sort != self.wanted


def other_way(ctx: click.Context, args: Sequence[str]) -> str:
    """What to type instead of a command line with mixed-up arguments; empty for others.

    Args:
        ctx: the context of the command.
        args: its words as typed.
    """
    words = list(_words(ctx))
    for word in words:
        if word.wanted == "layer" and not word.sort and os.path.isfile(word.text):
            rest = [each if each != word.text else STDIN for each in args]
            line = f"{as_line(rest)} < {as_line([word.text])}"
            return f"{printable(word.text)} is a file; type {ctx.command_path} {line}"
    if line := _with_layer(ctx, words):
        return line
    if line := _without_fillers([word for word in words if word.wanted == "network"], args):
        return f"networks are named one after the other; type {ctx.command_path} {line}"
    if (
        line := _with_option(ctx, words, args)
        or _on_stdin(ctx, words)
        or _in_full(ctx, words, args)
    ):
        return line
    wrong = next((word for word in words if word.is_wrong), None)
    if wrong is None:
        return _of_homework(ctx, words)
    called, way = _SORTS[wrong.sort]
    said = shortened(wrong.text, _MOST_SAID)
    for other in words:
        may_be = _MAY_BE.get(wrong.wanted)
        free = not other.sort and may_be is not None and may_be(other.text)
        if other.wanted == wrong.sort and (other.sort == wrong.wanted or free):
            line = as_line([_swapped(word, wrong.text, other.text) for word in args])
            return (
                f"{said} is {called}, so the arguments are swapped; type {ctx.command_path} {line}"
            )
    wanted = _SORTS[wrong.wanted][0]
    return f"{said} is {called}, but {wanted} belongs here; for {called} type {way.format(as_line([wrong.text]))}"


def _with_layer(ctx: click.Context, words: Sequence[_Word]) -> str:
    """What to type if a layer of a network is given without its option."""
    from convcalc.cli.meant.stray_words import layer_called

    options = [name for param in ctx.command.params for name in param.opts if name in _OF_LAYERS]
    networks = [word for word in words if word.wanted == "network"]
    if len(networks) != 2 or not options or networks[0].sort != "network" or networks[1].sort:
        return ""
    layer = layer_called(networks[0].text, networks[1].text)
    if not layer or os.path.exists(networks[1].text):
        return ""
    unit = f"{layer}:0,0" if options[0] == "--sees" else layer
    line = [ctx.command_path, as_line([networks[0].text, options[0], unit])]
    return f"{shortened(networks[1].text)} has no option before it; type {' '.join(line)}"


def _with_option(ctx: click.Context, words: Sequence[_Word], args: Sequence[str]) -> str:
    """What to type if a parameter is given without ``--set``, or layers instead of a network."""
    from convcalc.cli.meant.short_layers import is_layer, line_of_chain

    known = {name for param in ctx.command.params for name in param.opts}
    others = [
        word.text
        for word in words
        if word.wanted == "network" and not word.sort and not os.path.exists(word.text)
    ]
    pairs = [text for text in others if PAIR.fullmatch(text)]
    if pairs and "--set" in known:
        line = with_option(args, pairs, "--set")
        return f"{shortened(pairs[0])} has no option before it; type {ctx.command_path} {as_line(line)}"
    glued = [word.text for word in words if word.wanted == "layer" and _GLUED.search(word.text)]
    if glued:
        line = [
            part
            for arg in args
            for part in (re.split(r",(?=[a-z]\w*:)", arg) if arg in glued else [arg])
        ]
        return f"layers are words with spaces between them; type {ctx.command_path} {as_line(line)}"
    layers = [text for text in others if _LAYER.match(text) or is_layer(text)]
    takes_layers = _takes(ctx, NETWORK_OR_LAYERS)
    takes_several = any(param.name in ("second", "networks") for param in ctx.command.params)
    if layers and layers == others and not takes_layers and not takes_several:
        said, shape = as_line(layers), ctx.params.get("shape")
        sides = "x".join(map(str, shape)) if isinstance(shape, tuple) and shape else ""
        sides = sides or (line_of_chain(layers) or ["", "3x32x32"])[1]
        return (
            f"{said}: layers are a chain, and {ctx.command_path} takes a network; type convcalc chain --input {sides} "
            f"{said} -o net.yaml, then {ctx.command_path} net.yaml"
        )
    return ""


def _takes(ctx: click.Context, *types: object) -> bool:
    """Whether a command has an argument or an option of one of these types."""
    return any(param.type in types for param in ctx.command.params)


def _of_homework(ctx: click.Context, words: Sequence[_Word]) -> str:
    """What to type if a number is given instead of a network."""
    from convcalc.cli.meant.windows import are_windows, line_of_windows

    takes_layers = _takes(ctx, NETWORK_OR_LAYERS)
    if any(word.wanted != "network" or word.sort or os.path.exists(word.text) for word in words):
        return ""
    windows = [word.text for word in words]
    sized = all(text[:1].isdigit() and not text.isdecimal() for text in windows)  # 3x3, 5/1
    if takes_layers and sized and are_windows(windows) and (line := line_of_windows(windows)):
        return f"a layer is a kind with options; type {ctx.command_path} {line.partition(' ')[2]}"
    number = next((word.text for word in words if NUMERAL.fullmatch(word.text)), "")
    return number and (
        f"{shortened(number)} is a number, but a network belongs here; for an answer to homework type "
        f"convcalc why {shortened(number)} --size --n 32 --k 5; use the sizes of the question"
    )


def _in_full(ctx: click.Context, words: Sequence[_Word], args: Sequence[str]) -> str:
    """What to type if layers are shortened in a way that convcalc cannot read."""
    from convcalc.cli.meant.short_layers import chain_meant, channels_first
    from convcalc.cli.meant.stray_words import apart

    takes = _takes(ctx, NETWORK_OR_LAYERS, CHAIN_LAYERS)
    layers = [word.text for word in words if word.wanted in ("layer", "network")]
    only_numbers = all(map(str.isdecimal, layers)) and {word.wanted for word in words} != {"layer"}
    others = any(word.sort or os.path.exists(word.text) for word in words)
    if not takes or not layers or others or only_numbers:
        return ""
    given = ctx.params.get("shape")
    shape = given if isinstance(given, tuple) else ()
    what, line = chain_meant(layers, apart(ctx.command, args), shape)
    if shape and "--order" not in args:
        sides = [*map(str, shape)]
        line = [
            channels_first(sides) if re.split("[x×,]", each) == sides else each for each in line
        ]
    return f"{what}; type {ctx.command_path} {as_line(line)}" if line else ""


def _on_stdin(ctx: click.Context, words: Sequence[_Word]) -> str:
    """What to type if an answer is given instead of a file of answers."""
    sheet = next((word.text for word in words if word.wanted == "sheet"), "")
    for word in words:
        pair = _ANSWER.fullmatch(word.text)
        if sheet and word.wanted == "answers" and pair and not os.path.lexists(word.text):
            name, value = pair["name"] or "q1", pair["value"]
            line = f"echo {as_line([f'{name}: {value}'])} | {ctx.command_path} {as_line([sheet])} -"
            return f"{printable(word.text)} is an answer and no file; type {line}"
    return ""


def _without_fillers(networks: Sequence[_Word], args: Sequence[str]) -> str:
    """The line without words such as vs, and without commas between networks; empty if there are none."""
    from convcalc.cli.meant.stray_words import FILLERS

    others = [word.text for word in networks if not word.sort]
    if not others:
        return ""
    new: list[str] = []
    for arg in args:
        parts = re.split(r"[,\s]+", arg.strip(" ,"))
        if arg not in others or os.path.exists(arg):
            new.append(arg)
        elif len(parts) > 1 and all(sort_of_word(part) == "network" for part in parts):
            new += parts
        elif arg.rstrip(",").lower() not in FILLERS:
            new.append(arg.rstrip(","))
    return as_line(new) if new != [*args] else ""


def _swapped(word: str, one: str, other: str) -> str:
    return {one: other, other: one}.get(word, word)


def _words(ctx: click.Context) -> Iterator[_Word]:
    """The words of a command line whose parameter takes a known sort."""
    for param in ctx.command.params:
        wanted = _WANTED.get(param.name or "", "")
        given = ctx.params.get(param.name or "") if wanted else None
        for text in given if isinstance(given, tuple) else (given,):
            if isinstance(text, str) and text not in ("", STDIN):
                yield _Word(text, wanted, sort_of_word(text))
