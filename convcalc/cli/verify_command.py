"""``convcalc verify``: the NumPy witness against the formulas."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from convcalc.cli.arch_command import loaded
from convcalc.cli.group import Command
from convcalc.cli.output import column, output_options, remark, show
from convcalc.errors import ConvcalcError, UsageError, did_you_mean, printable, shortened
from convcalc.verify.plan import Plan

if TYPE_CHECKING:
    from convcalc.network.network import Network
    from convcalc.report import Report
    from convcalc.verify.run import Check

EXAMPLES = """
    convcalc verify vgg16
    convcalc verify conv:k5c6s3 --input 3x32x32
    convcalc verify mynet.yaml --only shape,params,macs
    convcalc verify lenet5 --each
    convcalc verify --all
"""


@click.command(cls=Command, examples=EXAMPLES)
@click.argument("targets", nargs=-1, metavar="[TARGET]...")
@click.option("--all", "every", is_flag=True, help="Verify every bundled network.")
@click.option(
    "--input", "shape", metavar="CxHxW", help="Another input shape; what a chain starts from."
)
@click.option(
    "--set", "parameters", multiple=True, metavar="NAME=NUMBER", help="Change a parameter."
)
@click.option("--only", metavar="A,B,...", help="Subjects to check; an unknown one lists all.")
@click.option("--each", is_flag=True, help="List every check.")
@click.option("--seed", default=0, type=click.IntRange(0, 2**32 - 1), help="Of the random arrays.")
@click.option(
    "--dtype", default="float32", type=click.Choice(["float32", "float64"]), help="Of the full run."
)
@click.option(
    "--limit",
    default=6.0,
    type=float,
    help="GB of memory to use at most: 0.001 to 10,000, 6 by default.",
)
@output_options
@click.pass_context
def command(
    ctx: click.Context,
    /,
    targets: tuple[str, ...],
    format_name: str | None,
    output: str | None,
    *,
    every: bool,
    shape: str | None,
    parameters: tuple[str, ...],
    each: bool,
    only: str | None,
    **options: Any,
) -> None:
    """Run real arrays through a network and hold every number against them.

    TARGET is a network (a YAML file or a bundled name), or with --input a chain of layers such as
    conv:k5c6. Checked are shapes, parameters and buffers (sizes of the arrays), macs (products that
    were made) and those on real cells, receptive fields (by perturbing pixels), the fast path against
    the textbook loops and the elementary operations that these do (on shrunken copies), and what the
    file expects. Exit code 1 if
    anything disagrees, 2 if nothing was checked.
    """
    if bool(targets) == every:
        message = (
            "name a network, or all of them with --all"
            if not every
            else "--all takes no names; leave one out"
        )
        raise UsageError(message)
    if every and (shape or parameters):
        message = f"--all takes each network's own input and parameters; leave out {given(shape, parameters)}"
        raise UsageError(message)
    settings = {**options, "limit": bytes_allowed(options["limit"])}
    subjects = chosen_subjects(only)
    notes: list[str] = []
    # All of them are loaded and their sizes known before the first is run.
    planned = {
        name: Plan.of(network, subjects, notes, settings, shrink=every)
        for name, network in networks_of(targets, shape, parameters, every=every).items()
    }
    found: dict[str, list[Check]] = {}
    with following(len(planned)) as follow:
        for name, plan in planned.items():
            follow(name, "")
            found[name] = plan.checked(subjects, settings, partial(follow, name))
    named = subjects if only else ()
    left = [
        f"{printable(name)}: {reason}"
        for name, plan in planned.items()
        for reason in plan.left_out(found[name], subjects, named, given(shape, parameters))
    ]
    if not any(found.values()):
        message = f"nothing was checked: {'; '.join(left)}"
        raise UsageError(message)
    show(verdict(found, [*notes, *left], each=each), format_name, output)
    if any(not check.agrees for checks in found.values() for check in checks):
        ctx.exit(1)


def given(shape: str | None, parameters: tuple[str, ...]) -> str:
    """The options that change a network, as they were typed."""
    words = [f"--set {shortened(pair)}" for pair in parameters]
    return " ".join([*words, f"--input {shortened(shape)}"] if shape else words)


def bytes_allowed(limit: float) -> int:
    """``--limit`` in bytes."""
    if not 0.001 <= limit <= 10_000:  # nan is neither
        message = f"--limit: {limit:g} GB is no amount of memory to use; give 0.001 to 10,000"
        raise UsageError(message)
    return int(limit * 1e9)


def networks_of(
    targets: tuple[str, ...], shape: str | None, parameters: tuple[str, ...], *, every: bool
) -> dict[str, Network]:
    """The networks by name, each once; layers are a chain."""
    from convcalc.network.load import bundled_names

    if every or not is_chain(list(targets)):
        names = bundled_names() if every else dict.fromkeys(targets)
        return {name: loaded(name, shape, parameters) for name in names}
    layer = shortened(targets[0])
    if not shape:
        message = f"{layer} is a layer; give what goes in with --input 3x32x32"
        raise UsageError(message)
    if parameters:
        message = (
            f"{given(None, parameters)}: sets a parameter of a file, but {layer} is a layer; "
            "write its options behind it, such as conv:k3c8"
        )
        raise UsageError(message)
    return {"chain": chain(list(targets), shape)}


def is_chain(words: list[str]) -> bool:
    """Whether the words are layers rather than networks: the first names a kind and no network."""
    from convcalc.layers import find as find_kind
    from convcalc.network.load import find as find_file

    word = words[0].rpartition("*")[2].partition(":")[0]
    try:
        find_file(words[0])
    except ConvcalcError:
        return ":" in words[0] or find_kind(word) is not None
    return False


def chain(words: list[str], shape: str) -> Network:
    """A chain of layers as a network."""
    from convcalc.layers.values import shape_of
    from convcalc.network.chain import parse_chain

    return parse_chain(words, shape_of(shape))


def chosen_subjects(text: str | None) -> tuple[str, ...]:
    """``--only shape,macs`` as subjects."""
    from convcalc.verify.run import SUBJECTS

    if text is None:
        return SUBJECTS
    names = tuple(name.strip() for name in text.split(",") if name.strip())
    unknown = [name for name in names if name not in SUBJECTS]
    if unknown or not names:
        near = did_you_mean(unknown[0], SUBJECTS) if unknown else f"; known: {', '.join(SUBJECTS)}"
        message = f"--only: no subject {shortened(unknown[0] if unknown else '')!r}{near}"
        raise UsageError(message)
    return names


@contextmanager
def following(total: int) -> Iterator[Callable[[str, str], None]]:
    """Tell on stderr what is being run: a bar on a terminal, a line per network where there are several."""
    if not sys.stderr.isatty():
        told: set[str] = set()

        def tell(name: str, node: str) -> None:
            if total > 1 and name not in told:
                told.add(name)
                remark(f"[{len(told)}/{total}] {printable(name)}")

        yield tell
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=total)
        seen: list[str] = []

        def draw(name: str, node: str) -> None:
            if name not in seen:
                seen.append(name)
                bar.update(task, completed=len(seen) - 1)
            bar.update(task, description=escape(printable(f"{name}: {node[:60]:60}")))

        yield draw


def verdict(found: dict[str, list[Check]], notes: list[str], *, each: bool) -> Report:
    """The report: every check, or sums by subject for one network, or a line per network."""
    from convcalc.report import Report
    from convcalc.verify.run import sentence

    wrong = [check for checks in found.values() for check in checks if not check.agrees]
    total = sum(map(len, found.values()))
    lines = [f"disagrees: {sentence(check)}" for check in wrong[:10]]
    if len(wrong) > len(lines):
        lines.append(f"and {len(wrong) - len(lines)} more; --each lists them")
    if each:
        rows, columns = each_row(found), each_columns(found)
    elif len(found) == 1:
        rows, columns = subject_rows(next(iter(found.values()))), subject_columns()
    else:
        rows, columns = network_rows(found), network_columns()
    agree = f"{total - len(wrong):,} of {total:,} numbers agree"
    return Report(
        title="",
        columns=columns,
        rows=rows,
        key="checks" if each else "subjects" if len(found) == 1 else "networks",
        facts={"agree": total - len(wrong), "checked": total},
        notes=[*notes, *lines],
        footer=[f"{agree}; witnessed = from arrays that were really made and multiplied"],
        row_dict=dict,
    )


def each_row(found: dict[str, list[Check]]) -> list[dict[str, Any]]:
    """A row per check, with the values as they are."""
    return [
        {
            "network": name,
            "layer": check.node,
            "subject": check.subject,
            "claimed": check.claimed,
            "witnessed": check.witnessed,
            "agree": check.agrees,
        }
        for name, checks in found.items()
        for check in checks
    ]


def yes_no(agrees: bool) -> str:
    """Whether a row agrees, to be seen at a glance."""
    return "yes" if agrees else "NO"


def each_columns(found: dict[str, list[Check]]) -> list[Any]:
    """The columns of a row per check; fields may be cut where it is narrow, numbers not."""
    from convcalc.verify.run import value_text

    checks = [check for part in found.values() for check in part]
    counts = [value for each in checks for value in (each.claimed, each.witnessed)]
    least = max((len(value_text(value)) for value in counts if type(value) is int), default=0)
    columns = [
        column("network", "network", str, right=False, keep=1),
        column("layer", "layer", str, right=False, keep=7),
        column("subject", "subject", str, right=False, keep=8),
        *(
            replace(
                column(name, name, value_text, right=False, keep=9),
                plain=cell,
                least=max(least, 10),
            )
            for name in ("claimed", "witnessed")
        ),
        column("agree", "agree", yes_no, right=False, keep=10),
    ]
    return columns if len(found) > 1 else columns[1:]


def cell(value: Any) -> Any:
    """A value in a CSV file: a number, a shape, or text."""
    from convcalc.verify.run import value_text

    if isinstance(value, tuple):
        return list(value)
    return value_text(value) if isinstance(value, dict | list) else value


def subject_rows(checks: list[Check]) -> list[dict[str, Any]]:
    """A row per subject: sums where the claims are counts."""
    rows = []
    for subject in dict.fromkeys(check.subject for check in checks):
        part = [check for check in checks if check.subject == subject]
        counts = subject != "expect" and all(type(check.claimed) is int for check in part)
        rows.append(
            {
                "subject": subject,
                "checks": len(part),
                "claimed": sum(check.claimed for check in part) if counts else None,
                "witnessed": sum(check.witnessed for check in part) if counts else None,
                "agree": sum(check.agrees for check in part),
                "about": ABOUT[subject],
            }
        )
    return rows


ABOUT = {
    "shape": "shape of the array each layer made",
    "params": "sizes of the trained arrays",
    "buffers": "sizes of the arrays that are not trained",
    "macs": "products that were made",
    "valid_macs": "those of them on real cells, not on padding zeros",
    "field": "pixels a unit depends on, axis by axis: border, middle, last, every unit inside",
    "paths": "matrix products against textbook loops, shrunken copies, float64",
    "counts": "elementary operations that the textbook loops did, one by one, on those copies",
    "expect": "what the file promises",
}


def sum_text(number: int | None) -> str:
    """A sum, or nothing where the checks are no counts."""
    return "" if number is None else f"{number:,}"


def subject_columns() -> list[Any]:
    """The columns of a row per subject."""
    return [
        column("subject", "subject", str, right=False, keep=9),
        column("checks", "checks", sum_text, keep=5),
        column("claimed", "claimed", sum_text, keep=7),
        column("witnessed", "witnessed", sum_text, keep=7),
        column("agree", "agree", sum_text, keep=8),
        column("about", "witnessed by", str, right=False, keep=1),
    ]


def network_rows(found: dict[str, list[Check]]) -> list[dict[str, Any]]:
    """A row per network."""
    rows = []
    for name, checks in found.items():
        sums = {row["subject"]: row["witnessed"] for row in subject_rows(checks)}
        agree = sum(check.agrees for check in checks)
        rows.append(
            {
                "network": name,
                "checks": len(checks),
                "agree": agree,
                "params": sums.get("params"),
                "macs": sums.get("macs"),
                "valid_macs": sums.get("valid_macs"),
                "all": agree == len(checks),
            }
        )
    return rows


def network_columns() -> list[Any]:
    """The columns of a row per network."""
    return [
        column("network", "network", str, right=False, keep=9),
        column("checks", "checks", sum_text, keep=7),
        column("agree", "agree", sum_text, keep=8),
        column("params", "params witnessed", sum_text, keep=3),
        column("macs", "macs witnessed", sum_text, keep=2),
        column("valid_macs", "on real cells", sum_text, keep=1),
        column("all", "all", yes_no, right=False, keep=9),
    ]
