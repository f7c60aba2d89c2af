"""``convcalc completion``: completion of commands in a shell."""

from __future__ import annotations

import os

import click

from convcalc.cli.group import Command
from convcalc.cli.output import remark, write
from convcalc.errors import UsageError
from convcalc.text import printable

EXAMPLES = """
    convcalc completion --install
    convcalc completion zsh --install
    convcalc completion --uninstall
    convcalc completion bash > convcalc.bash
"""


@click.command(cls=Command, examples=EXAMPLES)
@click.argument(
    "shell", metavar="bash|zsh|fish", type=click.Choice(["bash", "zsh", "fish"]), required=False
)
@click.option("--install", "installs", is_flag=True, help="Put it where the shell finds it.")
@click.option("--uninstall", "uninstalls", is_flag=True, help="Remove what --install wrote.")
@click.pass_context
def command(ctx: click.Context, /, shell: str | None, *, installs: bool, uninstalls: bool) -> None:
    """Complete commands, options, networks, layers and files in your shell with the TAB key.

    With --install it works in every new terminal; without a name it is for the shell that you use.
    Without --install the script is printed.
    """
    from convcalc.cli.shells import install

    if installs and uninstalls:
        message = "--install writes it and --uninstall removes it; give one of them"
        raise UsageError(message)
    if installs or uninstalls:
        name = install.shell_in_use(shell or "")
        _tell_changes(name, uninstalls=uninstalls)
        return
    if not shell:
        raise click.MissingParameter(ctx=ctx, param=ctx.command.params[0])
    from convcalc.cli.shells.speak import script

    write(script(shell))


def _tell_changes(shell: str, *, uninstalls: bool) -> None:
    """Install or uninstall; report the result and what to do next."""
    from convcalc.cli.shells import install

    done = install.uninstall(shell) if uninstalls else install.install(shell)
    for path in done:
        word = "wrote" if os.path.lexists(path) else "removed"
        remark(f"{word} {printable(path)}")
    if uninstalls:
        remark(f"completion for {shell} is removed from new terminals" if done else f"completion for {shell} is not installed")  # fmt: skip
        return
    remark("next: open a new terminal, and try convcalc arch vg, then the TAB key" if done else f"completion for {shell} is installed already")  # fmt: skip
