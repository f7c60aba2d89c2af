"""What to type instead of an unknown option."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import click

from convcalc.cli.context import BEHIND_GROUP
from convcalc.cli.meant.line import as_line
from convcalc.cli.option_names import OURS
from convcalc.cli.option_words import line_called
from convcalc.errors import nearest
from convcalc.text import quoted

_SHORTEST = 4  # characters of an abbreviated option, with its dashes
_SHORTEST_NAME = 3  # characters of an abbreviated argument name
_LEAST_ALIKE = 0.6  # similarity of names, without their dashes
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
_NO_MATTER = (
    "--padding-mode",
    "--activation",
    "--name",
    "--data-format",
    "--kernel-initializer",
    "--bias-initializer",
    "--inplace",
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
    "--print",
    "--show",
)


def instead(error: click.NoSuchOption) -> str:
    """The end of a message about an unknown option: what to write instead; empty if unknown."""
    ctx, typed = error.ctx, error.option_name
    if ctx is None:
        return ""
    if isinstance(ctx.command, click.Group):
        from convcalc.cli.meant.no_command import options_first

        line = options_first(ctx, ctx.meta.get(BEHIND_GROUP, ()))
        return f"; type convcalc {line}" if line else _near(typed, error.possibilities, ())
    params = [param for param in ctx.command.params if isinstance(param, click.Option)]
    options = {name: param for param in params for name in param.opts}
    said = (
        _of_outputs(ctx, typed, [*options]) or _of_sizes(typed, options) or _elsewhere(ctx, typed)
    )
    if said or (said := _set(ctx, typed, options) or _command(ctx, typed)):
        return said
    begins = [name for name in options if name.startswith(typed)]
    return _near(
        typed,
        begins if len(begins) == 1 and len(typed) > _SHORTEST else error.possibilities,
        options,
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


def _of_sizes(typed: str, options: Mapping[str, click.Option]) -> str:
    """What to write for letters and words of sizes that are ambiguous or belong to another command."""
    if typed == "--n" and "--x" in options and "--k" in options:
        return "; --x is the input, with its numbers: --x '1 2 3; 4 5 6; 7 8 9' --k '1 2; 3 4'; convcalc layer takes sizes"
    filters = next((name for name in ("--cout", "--filters") if name in options), "")
    if typed in ("--f", "-f", "-F") and "--k" in options and filters:
        return f"; write --k for the size of a filter, {filters} for how many there are"
    if typed.startswith("--pool") and "--op" in options:
        return "; write --op maxpool or --op avgpool"
    if typed == "--target" and "--rf" in options and not options["--rf"].is_flag:
        return "; write --rf"
    if typed == "--x" and "--k" in options:
        return "; numbers are worked out by convcalc hand --x '1 2 3; 4 5 6; 7 8 9' --k '1 2; 3 4'"
    if typed.partition("=")[0].replace("_", "-") in _NO_MATTER and "--k" in options:
        return "; no size depends on it, leave it out"
    if typed in ("--width", "--height", "--h") and "--n" in options:
        return "; write height and width in one: --n 24x32, or --n 32 for both"
    return ""


def _elsewhere(ctx: click.Context, typed: str) -> str:
    """Where to write something that is not an option: options of layers, and expectations in a file."""
    takes = {
        param.metavar or param.name or ""
        for param in ctx.command.params
        if isinstance(param, click.Argument)
    }
    if any("LAYER" in name or name == "[TARGET]..." for name in takes) and typed in (
        "--n",
        "--k",
        "--s",
        "--p",
        "--cout",
        "--cin",
    ):
        return "; layers are written conv:k3s2p1c8, and the input is --input 1x8x8"
    words = typed.lstrip("-").partition("=")[0]
    if _is_argument(ctx, words):
        line = _without_names(ctx, line_called(ctx)[1])
        return f"; write its value without an option: type {ctx.command_path} {as_line(line)}"
    value = called_elsewhere(words)
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
    if typed in _TALK or name == own:
        return "; leave it out"
    if not name or name.startswith("-") or own.startswith("hw "):
        return ""
    return f"; type convcalc {name} {as_line(nameless(ctx.command, args))}".rstrip()


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
