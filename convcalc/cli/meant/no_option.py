"""What to type instead of an unknown option."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

import click

from convcalc.cli.context import BEHIND_GROUP
from convcalc.cli.format_names import FormatName
from convcalc.cli.meant.line import NUMERAL, as_line
from convcalc.cli.meant.needless import is_needless, without_needless
from convcalc.cli.meant.size_options import way_to_write
from convcalc.cli.network_words import CHAIN_LAYERS, NETWORK_OR_LAYERS
from convcalc.cli.option_names import OURS
from convcalc.cli.option_words import line_called
from convcalc.cli.typed_options import option_meant
from convcalc.cli.types import NETWORK
from convcalc.errors import nearest
from convcalc.homework.question_types import TYPES
from convcalc.text import listing, quoted

_SHORTEST = 4  # characters of an abbreviated option, with its dashes
_SHORTEST_NAME = 3  # characters of an abbreviated argument name
_CUT = 2  # characters that are missing at the end of an option
_LEAST_ALIKE = 0.6  # similarity of names, without their dashes
_LINE = "type convcalc "
_NEEDLESS = "; no size depends on it, leave it out"
_NEEDLESS_ALL = "; no size depends on them, leave them out"
_OF_LAYERS = ("--n", "--k", "--s", "--p", "--cin", "--cout")
_OF_SEVERAL = ("--kernels", "--kernel-sizes", "--strides", "--paddings", "--pads", "--dilations")
_LAYERS_ARE = "; layers are written conv:k3s2p1c8, and the input is --input 1x8x8"
_HELP = ("--help", "--h")
_OUTPUTS = (
    "-o",
    "--out",
    "--output",
    "--outdir",
    "--output-dir",
    "--out-dir",
    "--outfile",
    "--save",
)
# Options of other tools that are arguments here, and values that some people write as options.
_BARE = {
    "m": "network",
    "model": "network",
    "models": "network",
    "net": "network",
    "nets": "network",
    "file": "network",
}
_VALUES = {
    "fp16": "float16",
    "half": "float16",
    "bf16": "bfloat16",
    "fp32": "float32",
    "float": "float32",
    "double": "float64",
    "fp64": "float64",
    "amp": "mixed",
}
_TALK = (
    "-v",
    "--verbose",
    "--debug",
    "--quiet",
    "-q",
    "--summary",
    "--all",
    "--list",
    "--names",
    "--print",
    "--show",
)


def all_said(error: click.NoSuchOption) -> str:
    """The message about an unknown option and all others on its line: what to write instead of them."""
    ctx, first = error.ctx, error.option_name
    if ctx is None:
        return f"no option {quoted(first)}"
    if isinstance(ctx.command, click.Group):
        from convcalc.cli.meant.no_command import options_first

        line = options_first(ctx, ctx.meta.get(BEHIND_GROUP, ()))
        way = f"; type convcalc {line}" if line else _near(first, error.possibilities, ())
        return f"no option {quoted(first)}{way}"
    ways = {first: _instead(ctx, first, error.possibilities)}
    if _LINE not in ways[first]:
        for typed in _unknown(ctx):
            ways.setdefault(typed, _instead(ctx, typed, None))
    alike: dict[str, list[str]] = {}
    for typed, way in ways.items():
        if _LINE not in way or typed == first:
            alike.setdefault(way, []).append(typed)
    end = (
        f": type {ctx.command_path} {as_line(without_needless(line_called(ctx)[1]))}"
        if [*alike] == [_NEEDLESS]
        else ""
    )
    return _in_a_row([_of_several(names, way) for way, names in alike.items()]) + end


def _in_a_row(said: Sequence[str]) -> str:
    """Several messages as one; behind a question the next is a sentence of its own.

    >>> _in_a_row(["no option '--a'", "no option '--b'; did you mean '--c'?", "no option '--d'"])
    "no option '--a'; no option '--b'; did you mean '--c'? No option '--d'"
    """
    whole = said[0]
    for each in said[1:]:
        whole += f" {each[0].upper()}{each[1:]}" if whole.endswith("?") else f"; {each}"
    return whole


def _of_several(names: Sequence[str], way: str) -> str:
    """The message about options that all have the same replacement."""
    what = listing([*map(quoted, names)])
    if len(names) == 1:
        return f"no option {what}{way}"
    return f"no options {what}{_NEEDLESS_ALL if way == _NEEDLESS else way}"


def _unknown(ctx: click.Context) -> Iterator[str]:
    """The options on a line that its command does not have."""
    from convcalc.cli.meant.stray_words import apart

    for word, is_free in apart(ctx.command, line_called(ctx)[1]):
        is_option = word.startswith("--") and word != "--" and option_meant(ctx, word) is None
        if is_option and word not in _HELP and not is_free:
            yield word.partition("=")[0]


def _instead(ctx: click.Context, typed: str, near: Sequence[str] | None) -> str:
    """What to write instead of one option; empty if unknown."""
    params = [param for param in ctx.command.params if isinstance(param, click.Option)]
    options = {name: param for param in params for name in param.opts}
    way = (
        _of_outputs(ctx, typed, [*options])
        or way_to_write(typed, options, line_called(ctx)[1])
        or _elsewhere(ctx, typed)
        or _set(ctx, typed, options)
        or (_NEEDLESS if is_needless(typed) and _has_sizes(ctx) else _command(ctx, typed))
    )
    begins = [name for name in options if name.startswith(typed)]
    if len(begins) != 1 or len(typed) <= _SHORTEST:
        begins = [*(near if near is not None else get_close_matches(typed, options))]
    return way or _near(typed, begins, options)


def _has_sizes(ctx: click.Context) -> bool:
    """Whether a command works out sizes: of a network or of layers, or of one layer."""
    params = ctx.command.params
    return any(
        {"--n", "--input", "--x"} & {*param.opts} or param.type is NETWORK for param in params
    )


def _of_outputs(context: click.Context, typed: str, known: list[str]) -> str:
    """How a command without the given option chooses its output."""
    if typed not in _OUTPUTS:
        return ""
    if ours := [name for name in known if name in _OUTPUTS]:
        return f"; it is called {' or '.join(ours)} here"
    if any(param.name == "file" for param in context.command.params):
        return f"; write only the file, as in {context.command_path} FILE"
    return "; it prints its lines: send them to a file with > FILE"


def _elsewhere(ctx: click.Context, typed: str) -> str:
    """Where to write something that is not an option: options of layers, and expectations in a file."""
    if said := _one_layer(ctx, typed):
        return said
    words = typed.lstrip("-").partition("=")[0]
    value = next(_values(line_called(ctx)[1], typed), "")
    if _is_argument(ctx, words) and not value.isdecimal():
        line = _without_names(ctx, line_called(ctx)[1])
        return f"; write its value without an option: type {ctx.command_path} {as_line(line)}"
    value = called_elsewhere(words)
    formats = (param.type for param in ctx.command.params if isinstance(param.type, FormatName))
    if any(value in each.names() for each in formats):
        return f"; write --format {value}"
    for param in ctx.command.params:
        if isinstance(param, click.Option) and value in getattr(param.type, "choices", ()):
            return f"; write {param.opts[0]} {value}"
    if ctx.info_name == "check" and typed in (
        "--params",
        "--macs",
        "--flops",
        "--memory",
        "--layers",
    ):
        return f"; write it into the file: expect: {{{typed[2:]}: 1000}}"
    return ""


def _one_layer(ctx: click.Context, typed: str) -> str:
    """What to type if a command for networks or layers is given the sizes of one layer."""
    from convcalc.cli.meant.named_layer import chain_line, is_of_layer, layer_line
    from convcalc.cli.meant.stray_words import nameless

    args, load = line_called(ctx)[1], getattr(ctx.find_root().command, "load", None)
    takes = [param for param in ctx.command.params if isinstance(param, click.Argument)]
    name = typed.partition("=")[0]
    if not takes or load is None or name not in (*_OF_LAYERS, *_OF_SEVERAL):
        return ""
    if name in _OF_SEVERAL:
        return _LAYERS_ARE if takes[0].type in (CHAIN_LAYERS, NETWORK_OR_LAYERS) else ""
    layer = load("layer")
    words = nameless(layer, args)
    if words == [*args[:1]] and NUMERAL.fullmatch(words[0]):
        kind = "--volume" if "x" in words[0] else "--size"
        return f"; type convcalc why {words[0]} {kind} {as_line([word for word in args if word not in words])}"
    if takes[0].type in (CHAIN_LAYERS, NETWORK_OR_LAYERS):
        line = chain_line(args, layer)
        return f"; type {ctx.command_path} {line}" if line else _LAYERS_ARE
    is_whole = is_of_layer(args, layer) and takes[0].name in ("network", "files")
    return f"; type convcalc layer {layer_line(args, layer)}" if is_whole and not words else ""


def called_elsewhere(value: str) -> str:
    """The name of a value in this project; unchanged if it is the same in other tools."""
    return _VALUES.get(value.lower(), value)


def _is_argument(ctx: click.Context, name: str) -> bool:
    """Whether an option, without its dashes, is the name of an argument here or in another tool."""
    meant = _BARE.get(name, name).rstrip("s")
    return len(meant) >= _SHORTEST_NAME and any(
        (param.name or "").startswith(meant)
        for param in ctx.command.params
        if isinstance(param, click.Argument)
    )


def _without_names(ctx: click.Context, args: Sequence[str]) -> list[str]:
    """The words of a line, without option names that are arguments here."""
    known = {name for param in ctx.command.params for name in param.opts}
    line: list[str] = []
    for word in args:
        name, equals, value = word.partition("=")
        if name.startswith("-") and name not in known and _is_argument(ctx, name.lstrip("-")):
            line += [value] * bool(equals)
        else:
            line.append(word)
    return line


def _set(ctx: click.Context, typed: str, options: Mapping[str, click.Option]) -> str:
    """How to set a network's parameter, or a layer kind's option, with this name."""
    option = options.get("--set")
    if option is None or not hasattr(option.type, "offers"):
        return ""
    name = typed.lstrip("-").partition("=")[0].replace("-", "_").lower()
    probe = click.Context(ctx.command)
    probe.params = _params(ctx, options)
    offered = option.type.offers(probe)
    likely = [name, name.removeprefix("num_"), f"{name}s"]
    if kind := probe.params.get("kind"):
        from convcalc.layers.aliases import own_option

        likely[1:1] = [own_option(kind, name)]
    ours = next((each for each in likely if each in offered), "")
    if not ours:
        return ""
    after = next(filter(None, _values(line_called(ctx)[1], typed)), "")
    return f"; write --set {ours}={as_line([after]) if after else 'VALUE'}"


def _values(args: Sequence[str], name: str) -> Iterator[str]:
    """The values of an option on a line: after it, or after its equals sign."""
    for word, after in zip(args, [*args[1:], ""], strict=True):
        if word.partition("=")[0] == name:
            yield word.partition("=")[2] or after


def _params(ctx: click.Context, options: Mapping[str, click.Option]) -> dict[str, Any]:
    """The network and layer kind on a line, even if the line cannot be parsed."""
    from convcalc.cli.meant.stray_words import nameless
    from convcalc.cli.types import KIND
    from convcalc.errors import UsageError

    args = line_called(ctx)[1]
    words = nameless(ctx.command, args)
    found: dict[str, Any] = {}
    for param in ctx.command.params:
        if isinstance(param, click.Argument) and words:
            found[param.name or ""] = words[0] if param.nargs == 1 else tuple(words[:1])
    if "--kind" in options:
        try:
            found["kind"] = KIND.read(next(_values(args, "--kind"), "conv"), "--kind")
        except UsageError:
            return found
    return found


def _command(ctx: click.Context, typed: str) -> str:
    """The command for a flag of another tool."""
    from convcalc.cli.meant.command_names import FLAGS, called_so
    from convcalc.cli.meant.stray_words import nameless

    args: Sequence[str] = line_called(ctx)[1]
    behind = args[args.index(typed) + 1 :] if typed in args else ()
    if behind and not behind[0].startswith("-"):
        return ""  # it has a value
    own = ctx.command_path.partition(" ")[2]
    word = typed.lstrip("-")
    name = FLAGS.get(own, {}).get(word) or called_so(word, "")
    if own == "why":
        known = [name for param in ctx.command.params for name in param.opts]
        is_cut = any(each.startswith(typed) and len(each) - len(typed) <= _CUT for each in known)
        return "" if is_cut else _of_why(typed)
    if own in ("layer", "chain") and name in ("arch", "count", "layer", "draw field"):
        return "; it is shown without, leave it out"
    if typed in _TALK or name == own:
        return "; leave it out"
    takes = any(isinstance(param, click.Argument) for param in ctx.command.params)
    if not name or name.startswith("-") or own.startswith("hw ") or not takes:
        return ""
    return f"; type convcalc {name} {as_line(nameless(ctx.command, args))}".rstrip()


def _of_why(typed: str) -> str:
    """What to write instead of an option that means a question type under another name."""
    if typed in ("--flops", "--ops", "--operations"):
        return "; write --macs, or --macs --convention flops=2macs where a multiply-add is two operations"
    named = [
        kind for kinds in TYPES.values() for kind in kinds if typed.lstrip("-") in kind.split("-")
    ]
    if len(named) == 1:
        return f"; write --type {named[0]}"
    return "; say what the number is: --params, --size, --volume, --macs or --rf"


def _near(typed: str, names: Sequence[str] | None, options: Collection[str]) -> str:
    """The options that the user may have meant, by their names here or in other tools."""
    alike = [name for name in names or () if _alike(typed, name)]
    if not alike:
        word = nearest(typed.lstrip("-").replace("_", "-"), OURS)
        alike = [name for name in OURS.get(word, ()) if name in options][:1]
    *first, last = [quoted(name) for name in alike] or [""]
    return f"; did you mean {', '.join(first)}{' or ' * bool(first)}{last}?" if last else ""


def _alike(typed: str, name: str) -> bool:
    """Whether one name may be meant by another; their dashes are not compared."""
    from difflib import SequenceMatcher

    one, other = typed.lstrip("-"), name.lstrip("-")
    return other.startswith(one) or SequenceMatcher(a=one, b=other).ratio() >= _LEAST_ALIKE
