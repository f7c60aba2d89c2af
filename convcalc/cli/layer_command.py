"""``convcalc layer``: one layer, from options."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

import click

from convcalc.cli.group import Command
from convcalc.cli.output import output_options, show

if TYPE_CHECKING:
    from convcalc.layers import Layer, Shape
    from convcalc.layers.base import Axis
    from convcalc.report import Report, Row

MOST_TRIED = 1000  # strides and paddings tried for a size that fits

EXAMPLES = """
    convcalc layer --n 32 --k 5 --s 3
    convcalc layer --n 32 --k 5 --s 3 --cin 3 --cout 5 --explain
    convcalc layer --n 224 --k 7 --s 2 --p 3 --cin 3 --cout 64
    convcalc layer --n 8x16 --k 3x5 --p 0,1x2 --format json
    convcalc layer --kind conv_transpose --n 16 --k 4 --s 2 --p 1
    convcalc layer --kind maxpool --n 112 --k 3 --s 2 --ceil
"""

# Command line to option names; what a kind does not have is refused with what it has.
OPTIONS = {
    "k": "kernel_size",
    "s": "stride",
    "p": "padding",
    "d": "dilation",
    "groups": "groups",
    "fit": "fit",
    "a": "output_padding",
}


@click.command(cls=Command, examples=EXAMPLES)
@click.option("--n", metavar="N[xN]", help="Input size: 32, or 24x32 (height x width).")
@click.option("--input", "shape", metavar="CxHxW", help="Input shape, instead of --n and --cin.")
@click.option("--k", "--kernel-size", "k", metavar="K", help="Kernel size: 3, or 3x5.")
@click.option("--s", "--stride", "s", metavar="S", help="Stride.")
@click.option(
    "--p",
    "--padding",
    "p",
    metavar="P",
    help="Padding per side: 1, 1x2, 0,1x0,1, or valid, same, full, causal.",
)
@click.option("--d", "--dilation", "d", metavar="D", help="Dilation; 1 is an ordinary kernel.")
@click.option("--cin", metavar="C", help="Input channels; 1 unless given.")
@click.option(
    "--cout", metavar="C", help="Output channels (or units); as many as go in unless given."
)
@click.option("--groups", metavar="G", help="Groups.")
@click.option("--a", "--output-padding", "a", metavar="A", help="Output padding, when transposed.")
@click.option("--bias/--no-bias", default=None, help="Whether there is a bias.")
@click.option("--fit", metavar="RULE", help="floor, strict (14.5 is an error), ceil or caffe.")
@click.option("--ceil", is_flag=True, help="Pools: round up (ceil_mode).")
@click.option(
    "--kind", "word", default="conv", metavar="KIND", help="Layer kind; convcalc kinds lists them."
)
@click.option(
    "--dims", type=click.IntRange(1, 3), help="Axes: 1, 2 or 3; 2 unless --n says otherwise."
)
@click.option(
    "--set", "more", multiple=True, metavar="NAME=VALUE", help="Any other option of the kind."
)
@click.option("--explain", is_flag=True, help="Show the working: formula, numbers, steps, answer.")
@output_options
def command(format_name: str | None, output: str | None, *, explain: bool, **options: Any) -> None:
    """One layer: what comes out, does it fit, parameters, multiply-adds, receptive field."""
    from convcalc.formulas import product
    from convcalc.layers import get_kind, shape_text

    cls = get_kind(options["word"])
    shape = input_shape(cls, options)
    layer = made_layer(cls, options, shape)
    notes = []
    if cls.needs_flat and len(shape) > 1:
        values = product(shape)
        notes.append(f"{shape_text(shape)} is flattened to {values:,} values")
        shape = (values,)
    report = layer_report(layer, shape, explain=explain, options=options)
    show(replace(report, notes=[*notes, *report.notes]), format_name, output)


def input_shape(cls: type[Layer], options: dict[str, Any]) -> Shape:
    """The shape that goes in, from ``--input`` or from ``--n``, ``--cin`` and ``--dims``."""
    from convcalc.errors import UsageError
    from convcalc.layers.values import shape_of, whole_number

    if options["shape"]:
        if options["n"] or options["cin"] or options["dims"]:
            message = "--input gives the whole shape; leave --n, --cin and --dims out"
            raise UsageError(message)
        return shape_of(options["shape"])
    if not options["n"]:
        message = "give the input size with --n 32, or the shape with --input 3x32x32"
        raise UsageError(message)
    sizes = shape_of(options["n"], "--n")
    if cls.needs_flat and not options["cin"] and not options["dims"]:
        return sizes
    dims = options["dims"]
    if len(sizes) > 3:
        message = (
            f"--n {options['n']} has {len(sizes)} sides; give 1 to 3, and the channels with --cin"
        )
        raise UsageError(message)
    if len(sizes) == 1:
        sizes = sizes * (dims or kernel_axes(options) or 2)
    elif dims and dims != len(sizes):
        message = f"--n {options['n']} has {len(sizes)} axes, but --dims is {dims}; leave one out"
        raise UsageError(message)
    channels = whole_number(options["cin"], "--cin") if options["cin"] else 1
    return (channels, *sizes)


def kernel_axes(options: dict[str, Any]) -> int:
    """How many axes ``--k 3x5`` and the like speak of; 0 where they do not say; causal means 1."""
    if options["p"] == "causal":
        return 1
    found = [
        len(options[name].split("x"))
        for name in ("k", "s", "d")
        if options[name] and "x" in options[name]
    ]
    return max(found, default=0)


def made_layer(cls: type[Layer], options: dict[str, Any], shape: Shape) -> Layer:
    """The layer that the options describe."""
    from convcalc.errors import UsageError
    from convcalc.layers import make

    names = {field.name for field in fields(cls)}
    texts: dict[str, str] = {}
    for short, name in OPTIONS.items():
        if options[short] is not None:
            texts[name] = options[short]
    if options["cout"] is not None:
        texts["out_features" if "out_features" in names else "out_channels"] = options["cout"]
    if options["bias"] is not None:
        texts["bias"] = str(options["bias"]).lower()
    if options["ceil"]:
        texts["ceil_mode"] = "true"
    for pair in options["more"]:
        name, equals, value = pair.partition("=")
        if not equals:
            message = f"--set {pair}: lacks a value; write --set name=value"
            raise UsageError(message)
        texts[name] = value
    if "kernel_size" in names and "kernel_size" not in texts:
        message = f"{cls.kind} needs a kernel; give it with --k 3"
        raise UsageError(message)
    if "out_channels" in names:
        texts.setdefault("out_channels", str(shape[0]))
    return make(cls, texts, text=True)


def layer_report(layer: Layer, shape: Shape, *, explain: bool, options: dict[str, Any]) -> Report:
    """The report on one layer."""
    from convcalc.analysis.walk import walk
    from convcalc.layers.base import Window
    from convcalc.network.network import Network, Node
    from convcalc.report import COLUMNS, SHOWN

    report = walk(Network("", "", shape, [Node(layer.kind, layer, (-1,))]))
    row = report.rows[0]
    axes = layer.axes(shape) if isinstance(layer, Window) else []
    misfits = [axis for axis in axes if not axis.fits]
    lines = answer(layer, row, axes)
    if misfits:
        lines = [*misfit_lines(axes, misfits[0], row), "", *lines]
    if explain:
        from convcalc.analysis.explain import explained

        lines += ["", *explained(layer, (shape,), row.output)]
    return replace(
        report,
        title="",
        columns=[COLUMNS[key] for key in SHOWN],
        key="",
        facts=layer_facts(layer, row, axes),
        lines=lines,
        totals={},
        hint="" if explain else next_command(options),
        notes=[]
        if misfits and len(report.notes) == 1
        else [n.split(": ", 1)[1] for n in report.notes],
    )


def next_command(options: dict[str, Any]) -> str:
    """The next useful command."""
    if options["cin"] or options["shape"]:
        return "the same with --explain shows the working"
    return "--cin and --cout give the channels, --explain shows the working"


def layer_facts(layer: Layer, row: Row, axes: list[Axis]) -> dict[str, Any]:
    """The JSON contract of ``layer``."""
    from convcalc.formulas import im2col_rows, product
    from convcalc.report import layer_dict

    data = layer_dict(row)
    facts: dict[str, Any] = {
        "kind": row.kind,
        "options": row.options,
        "input": data["input"],
        "output": data["output"],
        "params": {"total": row.params, "weight": row.weights, "bias": row.biases},
        "buffers": row.buffers,
        "macs": row.macs,
        "flops": row.flops,
        "activations": row.activations,
        "counts": data["counts"],
        "fit": [
            {
                "axis": name,
                "exact": axis.exact,
                "fits": axis.fits,
                "unused": axis.unread,
                "padding": [axis.before, axis.after],
            }
            for name, axis in zip(names_of(row.input), axes)
        ],
        "rf": data["rf"],
    }
    neuron = weights_per_neuron(layer, row)
    if neuron:
        facts["weights_per_neuron"] = neuron
    if row.macs and any(axis.before or axis.after for axis in axes):
        valid = valid_macs(layer, row)
        if valid is not None:
            facts["valid_macs"] = valid
    if axes and neuron == im2col_rows(product([axis.k for axis in axes]), row.input[0]):
        positions = product(row.output[1:])
        if row.macs == row.weights * positions:  # the filters are shared
            facts["im2col"] = {
                "filters": [row.output[0], neuron],
                "columns": [neuron, positions],
            }
    return facts


def weights_per_neuron(layer: Layer, row: Row) -> int:
    """Weights of one neuron; 0 where the layer has no neurons, or neurons that differ."""
    fan_in = getattr(layer, "fan_in", None)
    return fan_in(row.input) if fan_in else 0


def valid_macs(layer: Layer, row: Row) -> int | None:
    """Multiply-adds on real cells; None where they are too many to count."""
    from convcalc.errors import ShapeError

    try:
        return layer.valid_macs(row.input, row.output)
    except ShapeError:
        return None


def names_of(shape: Shape) -> tuple[str, ...]:
    """The axes' names."""
    from convcalc.layers.base import axis_names

    return axis_names(shape)


def answer(layer: Layer, row: Row, axes: list[Axis]) -> list[str]:
    """The numbers, a line each."""
    from convcalc.report import field_part, field_text, grouped, times

    lines = [
        f"output   {times(row.output)}   from {times(row.input)} by {row.kind} {row.options}".rstrip()
    ]
    if axes:
        exact = ", ".join(dict.fromkeys(axis.exact for axis in axes))
        fits = "fits exactly" if all(axis.fits for axis in axes) else "does not fit exactly"
        lines.append(f"fit      {fits}: {exact}")
    neuron = weights_per_neuron(layer, row)
    made_of = made(row) if row.params else ""
    if row.buffers:
        made_of += f", and {grouped(row.buffers)} buffers (not trained)"
    if neuron:
        made_of += f"; {grouped(neuron)} weights per neuron"
    lines.append(f"params   {grouped(row.params)}{made_of}")
    flops = f"   flops {grouped(row.flops)}" if row.macs else ""
    lines.append(f"macs     {grouped(row.macs)}{flops}")
    if row.macs and any(axis.before or axis.after for axis in axes):
        valid = valid_macs(layer, row)
        if valid is not None:
            share = 100 * (row.macs - valid) / row.macs
            lines.append(
                f"         {grouped(valid)} of them on real cells, {share:.2f} % on padding zeros"
            )
    counts = ", ".join(f"{grouped(n)} {name.replace('_', ' ')}" for name, n in row.counts.items())
    if counts:
        lines.append(f"besides  {counts}")
    if row.field:
        parts = [field_text(field_part(part)(row)) for part in ("size", "stride", "padding")]
        lines.append(f"field    {parts[0]} wide, stride {parts[1]}, padding {parts[2]}")
    return lines


def made(row: Row) -> str:
    """What the parameters are made of."""
    biases = f"{row.biases:,} bias{'' if row.biases == 1 else 'es'}" if row.biases else "no bias"
    return f"   {row.weights:,} weights + {biases}"


# What one cell along each axis is called.
SLICES = {"length": "cell", "depth": "slice", "height": "row", "width": "column"}


def misfit_lines(axes: list[Axis], axis: Axis, row: Row) -> list[str]:
    """That the window does not fit, what libraries do about it, and what would fit."""
    from convcalc.layers.base import as_decimal

    size = row.output[1 + axes.index(axis)]
    cells = axis.unread - axis.after
    along = [name for name, each in zip(names_of(row.input), axes) if each == axis]
    if cells > 0 and size == (axis.padded_size - axis.effective_kernel) // axis.s + 1:
        slices = [SLICES[name] + ("s" if cells > 1 else "") for name in along]
        listed = " and ".join(filter(None, (", ".join(slices[:-1]), slices[-1])))
        many = f"the last {listed}" if cells == 1 else f"the last {cells} {listed}"
        said = f"libraries floor to {size} and never read {many}"
    elif size == (axis.padded_size - axis.effective_kernel) // axis.s + 1:
        said = f"libraries floor to {size}; only padding is left unread"
    else:
        said = f"rounded up to {size}: the last window hangs over the end"
    where = "" if len(along) == len(axes) else f" along the {' and '.join(along)}"
    line = (
        f"{as_decimal(axis.exact)}: a {axis.effective_kernel}-wide window does not fit {axis.padded_sum}{where} "
        f"in steps of {axis.s}; {said}"
    )
    found = "   ".join(fitting(axis, axes))
    return [line, f"fits:  {found}"] if found else [line]


def fitting(axis: Axis, axes: list[Axis]) -> list[str]:
    """Small changes after which the window fits along its axis, each with the size it gives."""

    def option(letter: str, number: int, key: str) -> str:
        """``--n 31``, or one number per axis where only some change."""
        numbers = [number if each == axis else getattr(each, key) for each in axes]
        shown = [number] if len(set(numbers)) == 1 else numbers
        return f"{letter} {'x'.join(map(str, shown))}"

    symmetric = all(each.before == each.after for each in axes)
    changes: list[tuple[str, Axis]] = [
        *(
            (option("--s", s, "s"), axis._replace(s=s))
            for s in range(1, min(axis.s, MOST_TRIED) + 3)
            if s != axis.s
        ),
        *(
            (option("--n", n, "n"), axis._replace(n=n))
            for n in (axis.n - axis.unread, axis.n - axis.unread + axis.s)
        ),
        *((option("--k", k, "k"), axis._replace(k=k)) for k in (axis.k - 1, axis.k + 1) if k > 0),
    ]
    if symmetric:
        changes += [
            (option("--p", p, "before"), axis._replace(before=p, after=p))
            for p in range(min(axis.k, MOST_TRIED))
            if p != axis.before
        ]
    kept: dict[str, str] = {}
    for text, each in changes:
        letter = text.split()[0]
        limit = 2 if letter in ("--s", "--n") else 1
        if (
            each.padded_size >= each.effective_kernel
            and each.fits
            and sum(k.startswith(letter) for k in kept) < limit
        ):
            kept[text] = f"{text} ({(each.padded_size - each.effective_kernel) // each.s + 1})"
    return list(kept.values())
