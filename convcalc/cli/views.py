"""Which views of a network can be combined on a command line."""

from __future__ import annotations

from convcalc.cli.together import Rule

# Each view, with the options of other views that it accepts.
_ALONE = {
    "--sizes": (),
    "--explain": ("--batch", "--rf-through"),
    "--sees": ("--rf-through",),
}
_ALL = (
    "--batch", "--columns", "--sort", "--depth", "--all", "--rf", "--rf-through", "--rate", "--memory",
    "--explain", "--sees", "--sizes",
)  # fmt: skip
VIEW_RULES = (
    *(
        Rule(
            view,
            "{option} makes its own report, without {others}; use one of them at a time",
            apart=tuple(name for name in _ALL if name not in (view, *also)),
        )
        for view, also in _ALONE.items()
    ),
    Rule(
        "--sort",
        "{option} shows every row in its order, so {others} would do nothing; leave one out",
        apart=("--depth", "--all"),
    ),
    Rule(
        "--all",
        "{option} shows every row and {others} folds them; leave one out",
        apart=("--depth",),
    ),
    Rule(
        "--depth",
        "{option} folds the rows of blocks, but {format} has every layer; leave one of them out",
        where=lambda chosen: chosen.folds,
    ),
)
