"""Which views of a network go together on a command line."""

from __future__ import annotations

import click

from convcalc.errors import UsageError

# What each view shows by itself, with the options of others that it takes besides.
_VIEWS = {
    "--sizes": (),
    "--explain": ("--batch", "--rf-through"),
    "--sees": ("--batch", "--rf-through"),
}
_ROWS = ("--depth", "--all")  # which --sort does without


def check_views() -> None:
    """Refuse options that would be passed over.

    Raises:
        UsageError: two views are asked for, or one with what belongs to another.
    """
    given = _given()
    for view, also in _VIEWS.items():
        others = [name for name in given if name not in (view, *also)]
        if view in given and others:
            message = f"{view} has a report of its own, without {' and '.join(others)}; ask for one of them at a time"
            raise UsageError(message)
    folded = [name for name in given if name in _ROWS]
    if "--sort" in given and folded:
        message = f"--sort shows every row in its order, so {' and '.join(folded)} would do nothing; leave one out"
        raise UsageError(message)
    if len(folded) > 1:
        message = "--all shows every row and --depth folds them; leave one out"
        raise UsageError(message)


def _given() -> list[str]:
    """The view options that the command line gives."""
    ctx = click.get_current_context()
    names = {option.name: option.opts[0] for option in ctx.command.params if option.opts[0] in _OWN}
    return [
        opt
        for name, opt in names.items()
        if ctx.get_parameter_source(str(name)) is click.core.ParameterSource.COMMANDLINE
    ]


_OWN = frozenset(
    ("--batch", "--columns", "--sort", "--depth", "--all", "--rf", "--rf-through", "--rate", "--memory",
     "--explain", "--sees", "--sizes")
)  # fmt: skip
