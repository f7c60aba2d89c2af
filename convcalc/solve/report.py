"""The reports of ``convcalc solve``."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby, pairwise
from typing import TYPE_CHECKING

from convcalc.errors import ShapeError
from convcalc.report import Column, Report
from convcalc.solve.fields import Stack, stacks
from convcalc.solve.mirror import Mirrored, Row, layers_to_mirror, mirror, mirrored_words
from convcalc.solve.windows import Found, Question, Window, solve
from convcalc.text import grouped, plural, times

if TYPE_CHECKING:
    from convcalc.analysis.analysis import Analysis

_SHOWN = 12  # windows shown unless all are requested
_MOST_LISTED = 16  # sizes in a line


# ------------------------------------------------------------------------------ windows of a size


def windows_report(question: Question, *, every: bool = False) -> Report:
    """The windows that take one size to another, the best first.

    Args:
        question: the question.
        every: whether to show all windows.

    Raises:
        UsageError: as `convcalc.solve.windows.solve`.
        ShapeError: there are none.
    """
    found = solve(question)
    if not found.windows:
        raise ShapeError(_why_none(question, found))
    rows = found.windows if every else found.windows[:_SHOWN]
    fitting = sum([window.fits for window in found.windows])
    asked = f"{times(question.n)} to {times(question.o)}"
    many = plural(len(found.windows), "answer")
    return Report(
        title=f"{asked} by {question.kind}: {many}, {_fitting_text(fitting, len(found.windows))}",
        columns=_window_columns(question, found),
        rows=rows,
        key="windows",
        notes=_notes(question, found),
        footer=_footer(question, found, len(rows)),
        facts={
            "n": list(question.n),
            "o": list(question.o),
            "kind": question.kind,
            "answers": len(found.windows),
            "fitting": fitting,
            "bounds": found.bounds._asdict(),
            "thinned": found.thinned,
        },
        row_dict=lambda window: window._asdict(),
        hint="" if len(rows) == len(found.windows) else "--all shows every answer",
    )


def _fitting_text(fitting: int, of: int) -> str:
    """How many of some windows fit exactly.

    >>> _fitting_text(0, 3), _fitting_text(1, 3), _fitting_text(2, 3), _fitting_text(1, 1)
    ('none of them fits exactly', '1 of them fits exactly', '2 of them fit exactly', 'which fits exactly')
    """
    if of == 1:
        return "which fits exactly" if fitting else "which does not fit exactly"
    return f"{fitting or 'none'} of them {'fit' if fitting > 1 else 'fits'} exactly"


def _window_columns(question: Question, found: Found) -> list[Column]:
    """The columns, with dilation and output padding if the kind has them."""

    def padding(window: Window) -> str:
        even = window.before == window.after
        return f"{window.before}" if even else f"{window.before},{window.after}"

    columns = [
        Column("k", "k", lambda window: window.k, keep=9),
        Column("s", "s", lambda window: window.s, keep=9),
        Column("p", "p", padding, keep=9),
        Column("d", "d", lambda window: window.d, keep=8),
        Column("a", "a", lambda window: window.a, keep=8),
        Column(
            "fits", "fits", lambda window: window.fits, text=lambda fits: "exactly" if fits else "rounded",
            right=False, keep=7,
        ),
        Column("command", "as options", lambda window: _options(window, question), right=False, keep=3),
    ]  # fmt: skip
    is_transposed = any(window.a for window in found.windows)
    dilated = any(window.d > 1 for window in found.windows)
    hidden = {"a"} - ({"a"} if is_transposed else set()) | ({"d"} - ({"d"} if dilated else set()))
    return [column for column in columns if column.key not in hidden]


def _options(window: Window, question: Question) -> str:
    """The options of ``convcalc layer`` for the window."""
    pair = f"{window.before},{window.after}"
    # convcalc layer takes one size for both axes of an image.
    axes = max(len(question.n), 2)
    padding = f"{window.before}" if window.before == window.after else "x".join([pair] * axes)
    given = {
        "k": f"{window.k}",
        "s": f"{window.s}",
        "p": padding,
        "d": f"{window.d}",
        "a": f"{window.a}",
    }
    usual = {"s": "1", "p": "0", "d": "1", "a": "0"}
    return " ".join(
        [f"--{name} {value}" for name, value in given.items() if value != usual.get(name)]
    )


def _bounds_text(question: Question, found: Found) -> str:
    """The largest values tried of the numbers that are not given; empty if all are given."""
    asked = [
        (name, most)
        for name, most in found.bounds._asdict().items()
        if getattr(question, name) is None
    ]
    return ", ".join(f"{name} up to {most:,}" for name, most in asked if name != "d" or most > 1)


def _notes(question: Question, found: Found) -> list[str]:
    """Notes on the search: wider bounds, strides that are left out, and that no window fits exactly."""
    notes = []
    if found.widened:
        notes.append(
            f"no usual window gives this size, so larger ones were tried: {_bounds_text(question, found)}"
        )
    if found.thinned:
        notes.append(
            "very many strides give this size: for each kernel and padding only the exact and the smallest are listed"
        )
    if not any(window.fits for window in found.windows):
        notes.append("none fits exactly: some cells at the end are never read")
    return notes


def _footer(question: Question, found: Found, shown: int) -> list[str]:
    """How the search was done, and what is not shown."""
    bounds = _bounds_text(question, found)
    order = "the best first: exact, odd kernel, little padding"
    lines = [f"looked for {bounds}; {order}" if bounds else order]
    if shown < len(found.windows):
        lines.insert(0, f"and {len(found.windows) - shown:,} more")
    if question.fit != "floor":
        lines.append(f"sizes rounded by the rule {question.fit}")
    return lines


def _why_none(question: Question, found: Found) -> str:
    """The message that nothing gives the size."""
    fixed = {"k": question.k, "s": question.s, "d": question.d, "a": question.a}
    given = [f"--{name} {value}" for name, value in fixed.items() if value is not None]
    if question.p is not None:
        given.append(
            f"--p {question.p[0]}"
            if question.p[0] == question.p[1]
            else f"--p {question.p[0]},{question.p[1]}"
        )
    wanted = f"{question.kind} takes {times(question.n)} to {times(question.o)}"
    if given:
        bounds = _bounds_text(question, found)
        looked = f" ({bounds})" if bounds else ""
        return f"no {wanted} with {' '.join(given)}{looked}; fix fewer numbers"
    larger = max(question.o) > max(question.n)
    way_out = "--kind conv_transpose makes maps larger" if larger else "choose another size"
    return f"no {wanted} ({_bounds_text(question, found)}); {way_out}"


# ------------------------------------------------------------------------------ receptive fields


def fields_report(field: int, k: int | None, layers: int | None) -> Report:
    """Stacks of layers that reach a receptive field.

    Raises:
        UsageError: as `convcalc.solve.fields.stacks`.
    """
    column = Column
    return Report(
        title=f"to see {plural(field, 'pixel')} along an axis",
        columns=[
            column("way", "layers of stride 1 and dilation 1, but", lambda row: row.way, right=False, keep=9, whole=True),
            column("layers", "layers", lambda row: row.layers, text=grouped, keep=8),
            column("k", "k", lambda row: row.k, text=grouped, keep=8),
            column("field", "sees", lambda row: row.field, text=grouped, keep=7),
            column("command", "as a chain", _chain_words, right=False, keep=3, least=20, wraps=True),
        ],
        rows=stacks(field, k, layers),
        key="stacks",
        legend=["sees = 1 + Σ d·(k − 1)·(product of the strides before); one axis, the other in the same way"],
        facts={"field": field},
        row_dict=lambda row: row._asdict(),
    )  # fmt: skip


def _chain_words(stack: Stack) -> str:
    """The stack as words of a chain, if it is short enough to type."""
    words = [
        f"conv:k{stack.k}{f's{s}' if s > 1 else ''}{f'd{d}' if d > 1 else ''}"
        for s, d in zip(stack.strides, stack.dilations)
    ]
    if len(words) > 1 and len(set(words)) == 1:
        return f"{len(words)}*{words[0]}"
    return " ".join(words) if len(words) <= _SHOWN else ""


# ------------------------------------------------------------------------------------- decoders


def mirror_report(analysis: Analysis, sizes: range, axis: int = 0) -> Report:
    """The decoder for an encoder, with the output paddings for every size in a range.

    Args:
        analysis: the walk of the encoder.
        sizes: the sizes of its input along the axis.
        axis: the spatial axis, from 0.

    Raises:
        UsageError: as `convcalc.solve.mirror.layers_to_mirror` and `mirror`.
    """
    layers = layers_to_mirror(analysis, axis)
    rows = mirror(layers, sizes)
    free = [row.n for row in rows if row.needs_none]
    never = [row for row in rows if row.why_not]
    own = analysis.network.input[1 + axis]
    example = mirror(layers, range(own, own + 1))[0]
    words = " ".join(mirrored_words(layers, example.paddings)) if example.paddings else ""
    return Report(
        title=f"a decoder for {analysis.network.name}",
        subtitle=f"{plural(len(layers), 'layer')} to mirror: {_encoder_text(layers)}",
        columns=[
            Column("n", "input", lambda row: row.n, text=grouped, keep=9),
            Column("sizes", "after each layer", _sizes_text, right=False, keep=5),
            Column("paddings", "output padding", _paddings_text, right=False, keep=8),
        ],
        rows=rows,
        key="sizes",
        footer=[
            f"need no output padding: {_numbers(free)}",
            *([f"cannot be restored: {_numbers([row.n for row in never])}"] if never else []),
            *([f"for {own}, from the end: {words}"] if words else []),
        ],
        legend=[
            "output padding of each transposed convolution, beginning with the one for the encoder's first layer"
        ],
        hint="convcalc solve input shows the sizes that every layer of a network divides evenly",
        facts={
            "network": analysis.network.name,
            "layers": [layer.step.name for layer in layers],
            "needing_none": free,
            "impossible": {row.n: row.why_not for row in never},
            "decoder": words.split(),
        },
        row_dict=lambda row: row._asdict(),
    )


def _encoder_text(layers: Sequence[Mirrored]) -> str:
    """The layers by name; only some if there are very many."""
    names = [layer.step.name for layer in layers]
    return ", ".join(names if len(names) <= _SHOWN else [*names[:_SHOWN], "…"])


def _sizes_text(row: Row) -> str:
    """The sizes on the way, without repeats if layers keep the size."""
    return " → ".join(map(str, [size for size, _ in groupby((row.n, *row.sizes))]))


def _paddings_text(row: Row) -> str:
    """The output paddings, or why there are none."""
    return row.why_not or " ".join(map(str, row.paddings))


def _numbers(found: Sequence[int]) -> str:
    """Sizes in a line; an even series in short."""
    if not found:
        return "none of these sizes"
    steps = {b - a for a, b in pairwise(found)}
    if len(found) > 2 and len(steps) == 1:
        return f"{found[0]}, {found[1]}, {found[2]} … {found[-1]} (every {steps.pop()})"
    listed = ", ".join(map(str, found[:_MOST_LISTED]))
    return (
        listed if len(found) <= _MOST_LISTED else f"{listed} and {len(found) - _MOST_LISTED} more"
    )
