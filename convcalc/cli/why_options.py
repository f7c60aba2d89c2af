"""The options of ``convcalc why``: the meaning of a number, and the given values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import click

from convcalc.cli.hw_words import CONVENTION_PAIR, GIVEN, PRESET, QUESTION_TYPE
from convcalc.cli.types import NETWORK
from convcalc.errors import UsageError

F = TypeVar("F", bound=Callable[..., Any])

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
    "layers": ("--layers", "Layers as kernel/stride: '3/2 3/1', or 'conv:k3s2 conv:k3'."),
    "target": ("--target", "Size to reach."),
    "arch": ("--arch", "A network: 'CONV-5-6 POOL-2 FC-10', code, a file or a name."),
    "bias": ("--bias/--no-bias", "Whether biases count."),
}


def _pairs(_ctx: click.Context, option: click.Parameter, texts: tuple[str, ...]) -> dict[str, str]:
    """Each ``name=value`` of an option that may be repeated."""
    for text in texts:
        if "=" not in text:
            name = option.opts[0]
            message = f"{name} {text}: has no value; write {name} name=value"
            raise UsageError(message)
    return {(pair := text.partition("="))[0].strip(): pair[2].strip() for text in texts}


_PAIRS: dict[str, Any] = {"multiple": True, "callback": _pairs}
_OTHERS = (
    click.option(
        "--type", "kind", type=QUESTION_TYPE, help="A question type of convcalc hw types."
    ),
    click.option("--given", "more", type=GIVEN, help="Another value of the question.", **_PAIRS),
    click.option(
        "--preset", default="", type=PRESET, help="pytorch, cs231n, d2l, keras or deeplearning.ai."
    ),
    click.option(
        "--convention", "changes", type=CONVENTION_PAIR, help="A rule: flops=2macs.", **_PAIRS
    ),
)


def question_options(function: F) -> F:
    """Add an option for each common question type and each of its common words, and ``--given`` for the others."""
    for option in reversed(_OTHERS):
        function = option(function)
    for word, (*names, text) in reversed(_WORDS.items()):
        known = NETWORK if word == "arch" else None
        function = click.option(*names, word, default=None, type=known, help=text)(function)
    for name, kind in reversed(_KINDS.items()):
        about = f"The answer to: {kind}."
        function = click.option(f"--{name}", "kind", flag_value=kind, help=about)(function)
    return function


def given_words(options: Mapping[str, str | None], more: Mapping[str, str]) -> dict[str, str]:
    """The given values, by the words of the question types.

    Args:
        options: the options with their own names; None if not given.
        more: the pairs of ``--given``.

    Raises:
        UsageError: a word is in both.
    """
    given = {word: value for word, value in options.items() if value is not None}
    for word in given.keys() & more.keys():
        message = f"{spelt(word)} and --given {word} both set {word}; give one of them"
        raise UsageError(message)
    return given | dict(more)


def spelt(word: str) -> str:
    """How to write a word of the question types on the command line."""
    return _WORDS[word][0].partition("/")[0] if word in _WORDS else f"--given {word}"
