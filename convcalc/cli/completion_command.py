"""``convcalc completion``: a script that completes commands in a shell."""

from __future__ import annotations

import click

from convcalc.cli.group import Command

EXAMPLES = """
    convcalc completion bash >> ~/.bashrc
    convcalc completion zsh >> ~/.zshrc
    convcalc completion fish > ~/.config/fish/completions/convcalc.fish
"""

# What click's scripts lack: silence where convcalc is not on the path, and zsh's own completion.
REPAIRS = {
    "bash": ("bash_complete $1)", "bash_complete $1 2>/dev/null)"),
    "fish": ("(commandline -t) convcalc)", "(commandline -t) convcalc 2>/dev/null)"),
    "zsh": (
        "    compdef _convcalc",
        "    (( $+functions[compdef] )) || { autoload -Uz compinit && compinit }\n"
        "    compdef _convcalc",
    ),
}


@click.command(cls=Command, examples=EXAMPLES)
@click.argument("shell", metavar="bash|zsh|fish", type=click.Choice(["bash", "zsh", "fish"]))
def command(shell: str) -> None:
    """A script that completes convcalc's commands and options in your shell."""
    from click.shell_completion import get_completion_class

    completion = get_completion_class(shell)
    if completion is None:  # pragma: no cover - click has all three
        message = f"no completion for {shell}"
        raise click.UsageError(message)
    # Not .source() of a live shell: click would run bash only to ask for its version.
    template = completion.source_template % {
        "complete_func": "_convcalc_completion",
        "complete_var": "_CONVCALC_COMPLETE",
        "prog_name": "convcalc",
    }
    click.echo(template.replace(*REPAIRS[shell]))
