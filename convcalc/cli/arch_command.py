"""``convcalc arch``: a network from YAML, layer by layer."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

import click

from convcalc.cli.group import Command
from convcalc.cli.output import MANY_ROWS, chosen_columns, column, output_options, settings, show

if TYPE_CHECKING:
    from convcalc.network.network import Network
    from convcalc.report import Report, Row

F = TypeVar("F", bound=Callable[..., Any])

EXAMPLES = """
    convcalc arch vgg16.yaml
    convcalc arch resnet50 --depth 1
    convcalc arch vgg16 --input 3x256x256 --batch 32 --set classes=10
    convcalc arch alexnet --sort params --columns name,output,params,macs
    convcalc arch vgg16 --rf
    convcalc arch vgg16 --memory
    convcalc arch vgg16 --explain conv1_1
    convcalc arch vgg16 --sees conv5_3:6,6
    convcalc arch mynet.yaml -o mynet.csv
"""

FIELD_COLUMNS = ("name", "kind", "options", "output", "rf", "rf_stride", "rf_padding")


def walk_options(function: F) -> F:
    """The options of every command that walks a network."""
    for option in reversed(
        [
            click.option(
                "--batch", default=1, type=click.IntRange(1, 10**9), help="Samples at once."
            ),
            click.option("--columns", metavar="A,B,...", help="Columns to show; help lists them."),
            click.option(
                "--sort", metavar="COLUMN", help="Sort the rows, largest first; shows every row."
            ),
            click.option(
                "--depth",
                type=click.IntRange(1, 100),
                help="Show blocks this deep as one row each.",
            ),
            click.option("--all", "every", is_flag=True, help="Show every row of repeated blocks."),
            click.option(
                "--rf", is_flag=True, help="Show the receptive field: size, stride, padding."
            ),
            click.option(
                "--memory", is_flag=True, help="Add the memory it needs, under each meaning."
            ),
            click.option("--explain", metavar="LAYER", help="Show the working of one layer."),
            click.option("--sees", metavar="LAYER:Y,X", help="Show which pixels one unit sees."),
        ]
    ):
        function = option(function)
    return function


@click.command(cls=Command, examples=EXAMPLES)
@click.argument("network")
@click.option("--input", "shape", metavar="CxHxW", help="Another input shape than the file's.")
@click.option(
    "--set", "parameters", multiple=True, metavar="NAME=NUMBER", help="Change a parameter."
)
@click.option(
    "--max-layers", default=100_000, type=click.IntRange(1, 10**8), help="Refuse to expand more."
)
@walk_options
@output_options
def command(
    network: str, shape: str | None, parameters: tuple[str, ...], max_layers: int, **options: Any
) -> None:
    """A network, layer by layer: shapes, parameters, work, receptive field.

    NETWORK is a YAML file, - for standard input, or the name of a bundled network (convcalc list).
    """
    render(loaded(network, shape, parameters, max_layers), **options)


def loaded(
    target: str, shape: str | None, parameters: tuple[str, ...], max_layers: int = 100_000
) -> Network:
    """The network a command names."""
    from convcalc.network.load import load, loads

    given: dict[str, Any] = {"parameters": settings(parameters), "max_layers": max_layers}
    if shape:
        from convcalc.layers.values import shape_of

        given["input"] = shape_of(shape)
    if target == "-":
        return loads(from_stdin(), path="<stdin>", **given)
    return load(target, **given)


def from_stdin() -> bytes:
    """Standard input, up to what a file may hold."""
    from convcalc.errors import UsageError
    from convcalc.network.yaml_source import MAX_BYTES

    try:
        return sys.stdin.buffer.read(MAX_BYTES + 1)
    except (OSError, ValueError, AttributeError):  # closed, or not there
        message = "<stdin>: cannot be read; give a file, or pipe a network in"
        raise UsageError(message) from None


def render(
    network: Network,
    *,
    batch: int,
    columns: str | None,
    sort: str | None,
    depth: int | None,
    every: bool,
    rf: bool,
    memory: bool,
    explain: str | None,
    sees: str | None,
    format_name: str | None,
    output: str | None,
) -> None:
    """Walk a network and show what was asked for."""
    from convcalc.analysis.walk import walk

    if columns == "help":
        show(columns_help(), format_name, output)
        return
    report = walk(network, batch=batch)
    if explain:
        report = explaining(network, report, explain)
    elif sees:
        report = seeing(network, report, sees)
    else:
        if columns or rf:
            report = replace(
                report, columns=chosen_columns(columns) if columns else field_columns()
            )
        if memory:
            report = remembering(report, batch)
        if sort:
            report = sorted_by(report, sort)
    if not (explain or sees):
        report = replace(report, hint=next_command(report, depth))
    show(report, format_name, output, fold=folding(depth, every=every or bool(sort)))


def columns_help() -> Report:
    """What ``--columns`` can name."""
    from convcalc.report import COLUMNS, Report

    rows = [{"column": each.key, "about": each.about} for each in COLUMNS.values()]
    columns = [
        column("column", "column", str, right=False, keep=9),
        column("about", "what it means", str, right=False, keep=8),
    ]
    return Report(title="", columns=columns, rows=rows, key="columns", row_dict=dict)


def field_columns() -> list[Any]:
    """The columns of ``--rf``; where the terminal is narrow, those it is about go last."""
    columns = chosen_columns(",".join(FIELD_COLUMNS))
    return [replace(each, keep=8) if each.key.startswith("rf") else each for each in columns]


def next_command(report: Report, depth: int | None) -> str:
    """The next useful command."""
    costly = max(report.rows, key=lambda row: row.macs).name
    stages = "; --depth 1 for stages" if report.blocks and depth is None else ""
    return f"--explain {costly} shows a working; --rf, --memory, --sort macs{stages}"


def folding(depth: int | None, *, every: bool) -> Callable[[Report], list[Row]] | None:
    """How repeated blocks are shown: once where there are many rows, or as ``--depth`` says."""
    from convcalc.report import folded

    if depth is None and every:
        return None

    def fold(report: Report) -> list[Any]:
        if depth is None and len(report.rows) <= MANY_ROWS:
            return list(report.rows)
        return folded(report, depth)

    return fold


def sorted_by(report: Report, name: str) -> Report:
    """The rows in the order of one column; the same rows, so the totals stay."""
    (column,) = chosen_columns(name.replace(",", " "), "--sort")

    def key(row: Any) -> Any:
        value = column.value(row)
        if isinstance(value, tuple | list):
            size = 1
            for side in value:
                size *= side
            return size
        return value

    rows = list(report.rows)
    texts = any(isinstance(key(row), str) for row in rows)
    if texts:
        rows.sort(key=lambda row: str(key(row)))
    else:
        rows.sort(key=key, reverse=True)
    shown = list(report.columns)
    if column not in shown:
        shown.append(column)
    return replace(report, rows=rows, columns=shown, blocks=())


def remembering(report: Report, batch: int) -> Report:
    """The report with the memory it needs in its footer and facts."""
    from convcalc.analysis import memory

    said = memory.lines(report, dtype="float32", batch=batch)
    facts = {**report.facts, "memory": memory.facts(report, dtype="float32", batch=batch)}
    columns = [*report.columns]
    activations = chosen_columns("activations")[0]
    if activations not in columns:
        columns.append(activations)
    return replace(report, footer=[*said, *report.footer], facts=facts, columns=columns)


def explaining(network: Network, report: Report, name: str) -> Report:
    """The working of one layer."""
    from convcalc.analysis.explain import explained
    from convcalc.analysis.walk import shapes_into
    from convcalc.errors import UsageError, did_you_mean, shortened
    from convcalc.text import times

    places = {node.name: place for place, node in enumerate(network.nodes)}
    if name not in places:
        near = did_you_mean(name, places) or "; --all lists them"
        message = f"--explain: no layer {shortened(name)!r}{near}"
        raise UsageError(message)
    place = places[name]
    node, row = network.nodes[place], report.rows[place]
    shapes = tuple(shapes_into(network, report, node))
    source = node.inputs[0]
    before = report.rows[source].field if source >= 0 else None
    lines = [
        f"{name}: {' '.join(filter(None, (row.kind, row.options)))} on {' and '.join(map(times, shapes))}",
        "",
        *explained(node.layer, shapes, row.output, None if isinstance(before, str) else before),
    ]
    facts = {"network": network.name, "layer": name, "working": lines[2:]}
    return replace(
        report, rows=[row], lines=lines, facts=facts, key="", totals={}, notes=list(row.notes)
    )


def seeing(network: Network, report: Report, text: str) -> Report:
    """The pixels one unit sees, as they are and inside the image."""
    seen: list[dict[str, Any]] = []
    from convcalc.analysis.walk import pixels
    from convcalc.layers.values import whole_number
    from convcalc.layers.window import axis_names

    name, _, place = text.rpartition(":") if ":" in text else (text, "", "")
    unit = tuple(whole_number(part.strip(), "--sees") for part in place.split(",")) if place else ()
    ranges = pixels(network, report, name, unit)
    lines = [
        f"{name}{list(unit) if unit else ''} sees, of {'×'.join(map(str, network.input[1:]))} pixels:"
    ]
    for axis, ends, n in zip(axis_names(network.input), ranges, network.input[1:]):
        if ends is None:
            lines.append(f"  {axis:<7} nothing")
            seen.append({"axis": axis, "first": None, "last": None, "inside": None})
            continue
        low, high = ends
        inside = (max(low, 0), min(high, n - 1))
        lines.append(
            f"  {axis:<7} {low} to {high} ({high - low + 1}); "
            f"inside the image {inside[0]} to {inside[1]} ({inside[1] - inside[0] + 1})"
        )
        seen.append({"axis": axis, "first": low, "last": high, "inside": list(inside)})
    facts = {"network": network.name, "layer": name, "unit": list(unit), "sees": seen}
    return replace(
        report, rows=[report[name]], lines=lines, facts=facts, key="", totals={}, notes=[]
    )
