"""What a command found out, as plain data: rows, totals, notes. Every format prints any report.

Columns are data too: key, heading, alignment, how to get the value and how people read it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Shape = tuple[int, ...]

SCHEMA = 1  # of the JSON; raised when a key changes its meaning or goes

CONVENTION = "macs = multiply-adds, bias not counted; flops = 2 · macs"


class Row:
    """One layer, walked.

    Attributes:
        name, kind, options: which layer, and its options in short (``k3 c64 p1``).
        inputs: places of the rows it reads; −1 is the network's input.
        input, output: shapes without the batch.
        weights, biases, buffers: stored numbers; the first two are trained.
        macs: multiply-adds, of the whole batch.
        activations: values that come out, of the whole batch.
        counts: elementary operations besides, of the whole batch.
        field: receptive field per image axis, () where there is no image, or why it is not known.
        notes: surprises, one line each.
        folded: for a row that stands for others, how many times (0 for an ordinary row).
    """

    __slots__ = (
        "activations",
        "biases",
        "buffers",
        "counts",
        "field",
        "folded",
        "input",
        "inputs",
        "kind",
        "macs",
        "name",
        "notes",
        "options",
        "output",
        "weights",
    )

    def __init__(
        self,
        name: str,
        kind: str,
        options: str,
        inputs: tuple[int, ...],
        input: Shape,  # noqa: A002 - the contract's word
        output: Shape,
        weights: int,
        biases: int,
        buffers: int,
        macs: int,
        activations: int,
        counts: Mapping[str, int],
        field: Any,
        notes: Sequence[str] = (),
        folded: int = 0,
    ) -> None:
        self.name, self.kind, self.options, self.inputs = name, kind, options, inputs
        self.input, self.output = input, output
        self.weights, self.biases, self.buffers = weights, biases, buffers
        self.macs, self.activations, self.counts = macs, activations, counts
        self.field, self.notes, self.folded = field, notes, folded

    @property
    def params(self) -> int:
        return self.weights + self.biases

    @property
    def flops(self) -> int:
        return 2 * self.macs


# ------------------------------------------------------------------------- how people read


def grouped(number: int) -> str:
    """A count with thousands separators.

    >>> grouped(138357544)
    '138,357,544'
    """
    return f"{number:,}"


def times(shape: Sequence[int]) -> str:
    """A shape.

    >>> times((64, 112, 112))
    '64×112×112'
    """
    return "×".join(map(str, shape))


def per_axis(values: Sequence[Any]) -> str:
    """One value where all axes agree, else one per axis."""
    texts = [str(value) for value in values]
    return texts[0] if len(set(texts)) == 1 else "×".join(texts)


def field_part(name: str) -> Callable[[Row], Any]:
    """The size, stride or padding of a row's receptive field, per axis; a reason; or nothing."""

    def part(row: Row) -> Any:
        if isinstance(row.field, str):
            return row.field
        return [getattr(axis, name) for axis in row.field]

    return part


def field_text(value: Any) -> str:
    """A receptive field's part for people: ``all`` where everything is seen."""
    if isinstance(value, str):
        return "all" if "all" in value.split() else "?"
    return per_axis(value) if value else "–"


def plain_field(value: Any) -> Any:
    """A receptive field's part for programs: numbers per axis; null where it is not known."""
    if isinstance(value, str):
        return None
    # After an upsampling the stride is a fraction; it stays exact as a string such as "1/2".
    return [number if isinstance(number, int) else str(number) for number in value]


def same(value: Any) -> Any:
    """The value as it is."""
    return value


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Attributes:
        key: its name in JSON, CSV and ``--columns``.
        heading: its name for people.
        right: whether it is a number, set to the right.
        value: the value of a row.
        text: the value for people.
        plain: the value for programs.
        keep: the larger, the later it is left out where the terminal is narrow.
        least: characters that a text may be cut to before any column is left out; 0 if it may not.
        wraps: whether such a text goes on in further lines instead.
        for_programs: whether only formats for programs show it, since people read it elsewhere.
        about: what it means, for ``--columns help``.
    """

    key: str
    heading: str
    value: Callable[[Any], Any]
    about: str = ""
    right: bool = True
    text: Callable[[Any], str] = str
    plain: Callable[[Any], Any] = same
    keep: int = 5
    least: int = 0
    wraps: bool = False
    for_programs: bool = False

    @classmethod
    def of_mapping(
        cls, key: str, heading: str, text: Callable[[Any], str] = str, **settings: Any
    ) -> Column:
        """A column of rows that are mappings."""
        return cls(key, heading, lambda row: row[key], text=text, **settings)


def attribute(key: str) -> Callable[[Any], Any]:
    """Get an attribute of a row."""
    return lambda row: getattr(row, key)


def counted(name: str) -> Callable[[Row], Any]:
    """Get an elementary count of a row."""
    return lambda row: row.counts.get(name, 0)


def connections(row: Row) -> int:
    """Inputs and biases that each unit is wired to, over all units, as LeCun et al. (1998) count.

    A trainable subsampling adds its window up before it multiplies, so those additions count.
    """
    if not (row.macs and row.biases):
        return row.macs
    return row.macs + row.counts.get("bias_adds", 0) + row.counts.get("adds", 0)


def _count(key: str, about: str, keep: int = 5, heading: str = "") -> Column:
    return Column(key, heading or key, attribute(key), about, text=grouped, keep=keep)


def _shape(key: str, about: str, keep: int) -> Column:
    return Column(key, key, attribute(key), about, text=times, plain=list, keep=keep)


def _operation(name: str, about: str) -> Column:
    return Column(name, name, counted(name), about, text=grouped, keep=1)


def _field(key: str, part: str, about: str, keep: int) -> Column:
    return Column(key, key, field_part(part), about, text=field_text, plain=plain_field, keep=keep)


COLUMNS: dict[str, Column] = {
    column.key: column
    for column in (
        Column("name", "layer", attribute("name"), "the layer's name", right=False, keep=9),
        Column("kind", "kind", attribute("kind"), "the layer kind", right=False, keep=7),
        Column(
            "options", "options", attribute("options"), "its options in short", right=False, keep=3
        ),
        _shape("input", "shape that goes in: channels first, no batch", 1),
        _shape("output", "shape that comes out: channels first, no batch", 8),
        _count("params", "trained numbers: weights + biases", 8),
        _count("weights", "trained numbers that multiply"),
        _count("biases", "trained numbers that are added"),
        _count("buffers", "stored numbers that are not trained (running means and variances)"),
        _count("macs", "multiply-adds, bias not counted", 8),
        _count("flops", "2 · macs"),
        _count("activations", "values that come out"),
        _field("rf", "size", "receptive field: pixels of the image a unit sees, per axis", 6),
        _field("rf_stride", "stride", "pixels between neighbouring units' fields", 4),
        _field(
            "rf_padding",
            "padding",
            "pixels by which the first unit's field starts before the image",
            4,
        ),
        Column(
            "connections",
            "connections",
            connections,
            "inputs and biases of each unit, over all units: k·k·cin + 1",
            text=grouped,
        ),
        _operation("adds", "additions besides the multiply-adds"),
        _operation("multiplications", "multiplications besides the multiply-adds"),
        _operation("comparisons", "comparisons (max pools, relu)"),
        _operation("divisions", "divisions (means, softmax)"),
        _operation("exponentials", "exponentials (softmax, sigmoid)"),
        _operation("roots", "square roots and powers"),
        _operation("bias_adds", "additions of biases: one per output value"),
    )
}
SHOWN = ("name", "kind", "options", "output", "params", "macs", "rf")
IN_JSON = (
    "name",
    "kind",
    "options",
    "input",
    "output",
    "params",
    "weights",
    "biases",
    "buffers",
    "macs",
    "flops",
    "activations",
)
SUMMED = ("params", "weights", "biases", "buffers", "macs", "flops", "activations")


@dataclass(slots=True)
class Report:
    """What a command found out.

    Attributes:
        title, subtitle: what it is about.
        columns: the columns to show, in order.
        rows: what they read.
        totals: sums under columns of the same key, and further numbers.
        notes: surprises, one line each.
        footer: how the numbers count.
        facts: the keys at the top of the JSON.
        key: what the rows are called in the JSON; empty for a report of facts alone.
        row_dict: a row as JSON.
        blocks: runs of rows that belong together, as (name, start, stop, depth), outer ones first.
        lines: text shown instead of a table.
        lines_repeat_rows: whether the lines say what the rows say, so that a document needs only the rows.
        layout: gives, for a terminal's width or for None, lines that say what the rows say; formats
            that keep spaces show these, the others the rows.
        appendix: lines that follow the rows where these are shown instead of a layout.
        math: lines of LaTeX's mathematics; other formats have no use for it.
        math_replaces: how many of the lines, from the first, say the same as ``math``.
        figures: pictures, each an object whose ``lines(view)`` draw it in a terminal.
        hint: the next useful command, for people at a terminal.
    """

    title: str
    columns: Sequence[Column]
    rows: Sequence[Any]
    subtitle: str = ""
    totals: dict[str, Any] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    footer: list[str] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)
    key: str = "layers"
    row_dict: Callable[[Any], dict[str, Any]] | None = None
    blocks: Sequence[tuple[str, int, int, int]] = ()
    lines: list[str] = field(default_factory=list)
    lines_repeat_rows: bool = False
    layout: Callable[[int | None], Iterable[str]] | None = None
    appendix: list[str] = field(default_factory=list)
    math: list[str] = field(default_factory=list)
    math_replaces: int = 0
    figures: tuple[Any, ...] = ()
    hint: str = ""

    def __iter__(self) -> Iterator[Any]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, name: str) -> Any:
        """The row of a layer, by its name."""
        for row in self.rows:
            if row.name == name:
                return row
        raise KeyError(name)

    @property
    def printed_columns(self) -> list[Column]:
        """The columns that people read; none where there are no rows."""
        return [column for column in self.columns if not column.for_programs] if self.rows else []

    def text(self, width: int | None = None) -> list[str]:
        """The lines, laid out for a terminal of so many columns if the report can do that."""
        return list(self.layout(width)) if self.layout else self.lines

    def document(self, format_name: str) -> Iterable[str] | None:  # noqa: ARG002 - for subclasses
        """The report in a layout of its own; None where the format's usual one is right."""
        return None

    def as_dict(self, row: Any) -> dict[str, Any]:
        """A row as plain JSON data."""
        if self.row_dict:
            return self.row_dict(row)
        return {column.key: column.plain(column.value(row)) for column in self.columns}

    def to_dict(self) -> dict[str, Any]:
        """The whole report as plain JSON data."""
        data: dict[str, Any] = {"schema": SCHEMA, **self.facts}
        if self.key:
            data[self.key] = [self.as_dict(row) for row in self.rows]
            if self.totals:
                data["totals"] = self.totals
        data["notes"] = list(self.notes)
        return data

    def _repr_html_(self) -> str:
        from convcalc.formats import FORMATS  # noqa: PLC0415 - notebooks only

        return "".join(FORMATS["html"].fragment(self))

    def __str__(self) -> str:
        from convcalc.formats import FORMATS  # noqa: PLC0415 - a report must not cost the formats

        return "\n".join(FORMATS["table"].lines(self))


# --------------------------------------------------------------------------------- folding


def layer_dict(row: Row) -> dict[str, Any]:
    """A walked layer as JSON: the contract's keys."""
    data = {key: COLUMNS[key].plain(COLUMNS[key].value(row)) for key in IN_JSON}
    data["counts"] = dict(row.counts)
    data["rf"] = (
        None
        if isinstance(row.field, str)
        else {
            "size": plain_field([axis.size for axis in row.field]),
            "stride": plain_field([axis.stride for axis in row.field]),
            "padding": plain_field([axis.padding for axis in row.field]),
        }
    )
    return data


def folded(report: Report, depth: int | None = None) -> list[Row]:
    """The rows with blocks that repeat shown once, or, with ``depth``, blocks that deep as one row.

    Blocks that are the same fold always; where that leaves many rows, so do blocks that are alike:
    the same kinds in the same order, with other numbers.

    Args:
        depth: show every block that lies in ``depth`` − 1 others as one row; None folds repeats only.
    """
    tree = nested(report.blocks)
    rows = Folder(report.rows, depth, signature, "the same").shown(0, len(report.rows), tree)
    if depth is None and len(rows) > STILL_MANY:
        return Folder(report.rows, depth, kinds, "alike").shown(0, len(report.rows), tree)
    return rows


STILL_MANY = 200


class Folder:
    """Shows runs of like blocks as the first of them and one row for the others."""

    def __init__(
        self,
        rows: Sequence[Row],
        depth: int | None,
        pattern: Callable[[Sequence[Row]], list[Any]],
        word: str,
    ) -> None:
        self.rows, self.depth, self.pattern, self.word = rows, depth, pattern, word

    def shown(self, start: int, stop: int, blocks: list[Any]) -> list[Row]:
        """The rows from start to stop, in which the blocks lie."""
        shown: list[Row] = []
        at, i = start, 0
        while i < len(blocks):
            (name, first, last, level), inner = blocks[i]
            shown += self.rows[at:first]
            if self.depth is not None and level >= self.depth - 1 and name:
                shown.append(summary(self.rows, name, first, last, f"{last - first} layers"))
                at, i = last, i + 1
                continue
            shown += self.shown(first, last, inner)
            end = self.run(blocks, i)
            at = blocks[end - 1][0][2]
            if end > i + 1:
                times = end - i - 1
                label = f"{span_name(self.rows, blocks[i + 1][0], blocks[end - 1][0])} (×{times})"
                shown.append(summary(self.rows, label, last, at, self.word, times))
            i = end
        shown += self.rows[at:stop]
        return shown

    def run(self, blocks: list[Any], i: int) -> int:
        """Where the run of blocks like block i, each right after the other, ends."""
        wanted = self.pattern(self.rows[blocks[i][0][1] : blocks[i][0][2]])
        end = i + 1
        while end < len(blocks) and blocks[end][0][1] == blocks[end - 1][0][2]:
            if self.pattern(self.rows[blocks[end][0][1] : blocks[end][0][2]]) != wanted:
                break
            end += 1
        return end


def nested(blocks: Sequence[tuple[str, int, int, int]]) -> list[Any]:
    """Blocks as a tree of (block, children)."""
    tree: list[Any] = []
    stack: list[tuple[int, list[Any]]] = []
    for block in blocks:
        while stack and stack[-1][0] <= block[1]:
            stack.pop()
        entry: tuple[Any, list[Any]] = (block, [])
        (stack[-1][1] if stack else tree).append(entry)
        stack.append((block[2], entry[1]))
    return tree


def signature(rows: Sequence[Row]) -> list[Any]:
    """What two blocks must share to be the same: their layers, shapes and costs."""
    return [(row.kind, row.options, row.output, row.weights, row.macs) for row in rows]


def kinds(rows: Sequence[Row]) -> list[Any]:
    """What two blocks must share to be alike: their kinds, in order."""
    return [row.kind for row in rows]


def span_name(
    rows: Sequence[Row], first: tuple[str, int, int, int], last: tuple[str, int, int, int]
) -> str:
    """A name for a run of blocks."""
    if first[0]:
        return first[0] if first[0] == last[0] else f"{first[0]} … {last[0].rsplit('.', 1)[-1]}"
    return f"{rows[first[1]].name} … {rows[last[2] - 1].name}"


def summary(
    rows: Sequence[Row], name: str, start: int, stop: int, kind: str, folded: int = 1
) -> Row:
    """One row that stands for several: their sums, and the last one's output."""
    part = rows[start:stop]
    counts: dict[str, int] = {}
    for row in part:
        for operation, number in row.counts.items():
            counts[operation] = counts.get(operation, 0) + number
    return Row(
        name,
        kind,
        "",
        part[0].inputs,
        part[0].input,
        part[-1].output,
        sum(row.weights for row in part),
        sum(row.biases for row in part),
        sum(row.buffers for row in part),
        sum(row.macs for row in part),
        sum(row.activations for row in part),
        counts,
        part[-1].field,
        folded=folded,
    )
