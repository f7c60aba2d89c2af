"""``convcalc why``: which mistake leads to a number; no sheet needed."""

from __future__ import annotations

from typing import Any

import click

from convcalc.cli.group import Command
from convcalc.cli.output import answer_options, show
from convcalc.errors import UsageError

EXAMPLES = """
    convcalc why 2600 --params --k 5 --cin 3 --filters 100
    convcalc why 27 --size --n 28 --k 5 --p 2
    convcalc why 28x28x3 --volume --n 32 --k 5 --cin 3 --filters 6
    convcalc why 1176000 --macs --n 32 --k 5 --cin 3 --filters 10
    convcalc why 5 --rf --layers '3/2 3/1'
    convcalc why 44 --type layers-to-reach --n 224 --k 5 --target 4
"""

_KINDS = {
    "size": "output-size", "fit": "fit", "volume": "volume", "pool": "pool-volume", "pad": "pad-to-keep",
    "params": "params", "fc": "params-fc", "macs": "macs", "rf": "receptive-field", "neurons": "neurons",
}  # fmt: skip

# Words of the question types: the names of their options, then the help.
_WORDS = {
    "n": ("--n", "--input-size", "Input size."),
    "k": ("--k", "--kernel-size", "Kernel size."),
    "s": ("--s", "--stride", "Stride."),
    "p": ("--p", "--padding", "Padding."),
    "d": ("--d", "--dilation", "Dilation."),
    "c_in": ("--cin", "--in-channels", "Input channels."),
    "filters": ("--filters", "--cout", "--out-channels", "Filters (output channels)."),
    "groups": ("--groups", "Groups."),
    "units": ("--units", "Units of a fully connected layer."),
    "input": ("--input", "Input volume, such as 300x300x3."),
    "layers": ("--layers", "Layers as kernel/stride, such as '3/2 3/1'."),
    "target": ("--target", "Size to reach."),
    "arch": ("--arch", "A network: 'CONV-5-6 POOL-2 FC-10', code, a file or a name."),
    "bias": ("--bias/--no-bias", "Whether biases count."),
}
_PAIR: Any = {"multiple": True, "metavar": "NAME=VALUE"}


def _question_options(function: Any) -> Any:
    """An option for each common question type, and for each common word of them."""
    for word, (*names, text) in reversed(_WORDS.items()):
        function = click.option(*names, word, default=None, help=text)(function)
    for name, kind in reversed(_KINDS.items()):
        function = click.option(
            f"--{name}", "kind", flag_value=kind, help=f"The answer to: {kind}."
        )(function)
    return function


def _pairs(_ctx: click.Context, option: click.Parameter, texts: tuple[str, ...]) -> dict[str, str]:
    """Each ``name=value`` of an option that may stand several times."""
    for text in texts:
        if "=" not in text:
            name = option.opts[0]
            message = f"{name} {text}: lacks a value; write {name} name=value"
            raise UsageError(message)
    return {(pair := text.partition("="))[0].strip(): pair[2].strip() for text in texts}


@click.command(cls=Command, examples=EXAMPLES)
@click.argument("number")
@_question_options
@click.option("--type", "kind", metavar="TYPE", help="Another type; see convcalc hw types.")
@click.option("--given", "more", callback=_pairs, help="Another word of the type.", **_PAIR)
@click.option("--preset", default="", help="pytorch, cs231n, d2l, keras or deeplearning.ai.")
@click.option("--convention", "changes", callback=_pairs, help="Such as flops=2macs.", **_PAIR)
@click.option("--answer", "with_answer", is_flag=True, help="Also show the right answer.")
@answer_options
def command(
    number: str, kind: str | None, *, more: dict[str, str], preset: str,
    changes: dict[str, str], with_answer: bool, format_name: str | None,
    output: str | None, **options: Any,
) -> int:  # fmt: skip
    """Which mistake leads to NUMBER; exit status 0 if it is right, 1 if not.

    Say what the number is meant to be (--params, --size, --macs, …) and what is given.
    """
    from convcalc.homework.conventions import conventions
    from convcalc.homework.marking.why import report_of, why

    if not kind:
        message = "say what NUMBER is meant to be: --params, --size, --volume, --macs, --rf, or --type NAME"
        raise UsageError(message)
    names = {word: names[0].partition("/")[0] for word, names in _WORDS.items()}
    given = {word: value for word, value in options.items() if value is not None} | more
    course = conventions(preset, **changes)
    found = why(number, kind, given, course, lambda word: names.get(word, f"--given {word}"))
    show(report_of(found, with_answer=with_answer), format_name, output)
    if found.problem:
        raise UsageError(found.problem)
    return 0 if found.result.right else 1
