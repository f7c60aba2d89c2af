"""``convcalc solve``: the inverse questions."""

from __future__ import annotations

from importlib import import_module

import click
from click.shell_completion import CompletionItem

from convcalc.cli.group import Group

# Each command with its description, so that --help imports none of them.
COMMANDS = {
    "size": "which kernel, stride, padding and dilation give a size (also without the word size)",
    "field": "how many layers, or how large a kernel, reach a receptive field",
    "input": "the smallest input of a network or chain, and the sizes that divide evenly",
    "mirror": "the decoder for an encoder, with its output padding for every size",
}
EXAMPLES = """
    convcalc solve --n 32 --o 10
    convcalc solve --n 28 --o 28 --k 5
    convcalc solve --n 16 --o 33 --kind conv_transpose
    convcalc solve field --rf 101 --k 3
    convcalc solve input unet
    convcalc solve mirror --input 1x28x28 conv:k3s2p1c16 relu conv:k3s2p1c32
"""


class _Group(Group):
    """A group in which options alone mean its first command."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0].startswith("--") and args[0] != "--help":
            args = [next(iter(COMMANDS)), *args]
        return super().parse_args(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem[str]]:
        found = super().shell_complete(ctx, incomplete)
        if incomplete.startswith("-"):
            first = self.load(next(iter(COMMANDS)))
            found = first.shell_complete(click.Context(first, parent=ctx), incomplete)
        return found


def load(name: str) -> click.Command:
    """The command with this name."""
    return import_module(f"convcalc.cli.solve_{name}_command").command  # type: ignore[no-any-return]


command = _Group(
    "solve",
    commands=COMMANDS,
    load=load,
    examples=EXAMPLES,
    prefix="solve ",
    help="Inverse questions: which layers give this size, reach this field, or mirror this encoder.",
)
