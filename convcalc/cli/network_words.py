"""The words of a network that completion knows: its layers, parameters and inputs, the columns of its table."""

from __future__ import annotations

import click
from click.shell_completion import CompletionItem

from convcalc.cli.known import Known, KnownList, KnownPair, Words
from convcalc.cli.shells.offers import OPEN, offered
from convcalc.cli.types import BUNDLED_NETWORK, kinds


def _on_the_line(what: str) -> Words:
    """A function of `on_the_line`, which is imported when it is called."""

    def find(ctx: click.Context) -> dict[str, str]:
        from convcalc.cli.shells import on_the_line

        return getattr(on_the_line, what)(ctx)  # type: ignore[no-any-return]

    return find


def _what_may_vary(ctx: click.Context) -> dict[str, str]:
    return {**_PARAMETERS(ctx), "input": "the sides of the input"}


def _columns(_ctx: click.Context) -> dict[str, str]:
    from convcalc.analysis import rows

    return {name: column.about for name, column in rows.COLUMNS.items()}


def _columns_and_help(ctx: click.Context) -> dict[str, str]:
    return {**_columns(ctx), "help": "list the columns"}


def _measures(_ctx: click.Context) -> dict[str, str]:
    from convcalc.solve import measures

    return {name: measure.about for name, measure in measures.MEASURES.items()}


def _goals(ctx: click.Context) -> dict[str, str]:
    known = _measures(ctx)
    return {**known, **{f"max:{name}": f"the most: {about}" for name, about in known.items()}}


def _causes(_ctx: click.Context) -> dict[str, str]:
    from convcalc.layers import rf

    return dict.fromkeys(rf.CAUSES, "")


def _subjects(_ctx: click.Context) -> dict[str, str]:
    from convcalc.verify import check

    return dict.fromkeys(check.SUBJECTS, "")


class _ChainLayers(Known):
    """A layer of a chain: a kind, a colon and options; or several equal layers: ``3*(conv``."""

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem[str]]:
        start = 1 + max(incomplete.rfind(sign) for sign in "*( ")
        found = offered(self.offers(ctx), incomplete[start:], before=incomplete[:start])
        for item in found:
            item.type = OPEN  # its options follow
        return found


class _NetworkOrLayers(_ChainLayers):
    """Networks, or the layers of a chain: after a first layer, only layers."""

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem[str]]:
        layers = super().shell_complete(ctx, param, incomplete)
        if any(":" in word for word in ctx.params.get(param.name or "") or ()):
            return layers
        networks = BUNDLED_NETWORK.shell_complete(ctx, param, incomplete)
        return [CompletionItem(incomplete, type="file"), *networks, *layers]


_PARAMETERS = _on_the_line("parameters_of")
INPUTS = _on_the_line("inputs_of")
LAYER = Known("layer", _on_the_line("layers_of"))
UNIT = Known("layer:y,x", _on_the_line("layers_of"), ending=":")
SETTING = KnownPair("name=value", _PARAMETERS)
VARIED = KnownPair("name[=values]", _what_may_vary)
COLUMNS, COLUMN = KnownList("a,b,...", _columns_and_help), Known("column", _columns)
MEASURES, GOALS, GOAL = KnownList("names", _measures), KnownList("names", _goals), Known("name", _goals)  # fmt: skip
SWEPT = KnownPair("name=values", _PARAMETERS)
CONDITION, INPUT = Known("condition", _measures), KnownPair("[name=]sizes", INPUTS)
CAUSES, SUBJECTS = KnownList("a,b", _causes), KnownList("a,b,...", _subjects)
CHAIN_LAYERS = _ChainLayers("layer", lambda _ctx: kinds())
NETWORK_OR_LAYERS = _NetworkOrLayers("network", lambda _ctx: kinds())
