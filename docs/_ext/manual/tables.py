"""The registries of networks: columns, formats, tools, ways of counting, devices, kernels."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from convcalc.analysis.counting.report import terms_text
from convcalc.analysis.counting.ways import WAYS, Way
from convcalc.analysis.devices import DEVICES, amount_text
from convcalc.analysis.rows import COLUMNS, IN_JSON, SHOWN
from convcalc.draw import PICTURES
from convcalc.formats import FORMATS
from convcalc.images.kernels import KERNELS, Kernel
from convcalc.interop.readers import READERS
from convcalc.interop.writers import WRITERS
from convcalc.network.notations import NOTATIONS
from manual.writing import block, code, page, plain, prose, section, table, thing


def pages() -> Iterator[tuple[str, str]]:
    """The pages."""
    yield "reference/columns.md", _columns()
    yield "reference/formats.md", _formats()
    yield "reference/ways.md", _ways()
    yield "reference/devices.md", _devices()
    yield "reference/kernels.md", _kernels()


def _columns() -> str:
    """The columns of networks."""
    columns = []
    for name, column in COLUMNS.items():
        where = [
            "shown unless `--columns` says otherwise" if name in SHOWN else "",
            "in the JSON of every layer" if name in IN_JSON else "",
        ]
        told = "; ".join(filter(None, where))
        columns.append(
            thing("column", name, f"{plain(column.about)}.{f' It is {told}.' if told else ''}")
        )
    return page(
        "Columns",
        "What `--columns` and `--sort` take: `convcalc arch vgg16 --columns name,output,macs --sort macs`.",
        *columns,
    )


def _formats() -> str:
    """Files that are written and read."""
    outputs = (
        thing(
            "format",
            name,
            f"`--format {name}`, or a file of `-o` that ends in {code(each.suffix)}.",
        )
        for name, each in FORMATS.items()
    )
    readers = (
        thing("reader", name, f"{prose(each.about)}. Usual suffix: {code(each.suffix)}.")
        for name, each in READERS.items()
    )
    writers = (
        thing(
            "writer",
            name,
            f"{prose(each.about)}. `convcalc export NETWORK --to {name} -o FILE`; FILE ends in "
            f"{' or '.join(map(code, each.suffixes))}.",
        )
        for name, each in WRITERS.items()
    )
    notations = (
        thing("notation", name, f"{plain(each.about)}:\n\n{block(each.example)}")
        for name, each in NOTATIONS.items()
    )
    pictures = (
        thing(
            "picture",
            name,
            f"{plain(each.about)}. `convcalc draw {name}`; see [Pictures](../pictures.md).",
        )
        for name, each in PICTURES.items()
    )
    return page(
        "Files that are read and written",
        "Everything that convcalc prints, opens and writes, by name.",
        section(
            "Formats of answers",
            "Every command that prints results has them; see [For programs](../programs.md).",
            *outputs,
        ),
        section(
            "Network files of other tools",
            "These are read without changes, and never run; see [Bring your network](../bring-your-network.md).",
            *readers,
        ),
        section("Files of other tools that convcalc writes", *writers),
        section(
            "Notations",
            "How you can write a network in a chain, in a sheet or in an answer.",
            *notations,
        ),
        section("Pictures", *pictures),
    )


def _ways() -> str:
    """Ways of counting."""
    return page(
        "Rules of the ways of counting",
        "What `--like` takes. Each has a [page with examples](../ways/index.md).",
        *(thing("way", name, _way(name, way)) for name, way in WAYS.items()),
    )


def _way(name: str, way: Way) -> str:
    """One way of counting."""
    operations = way.operations or {}
    others = "all others" if len(operations) > 1 else "all kinds"
    rules = (
        (others if kind == "*" else code(kind), plain(terms_text(terms) or "nothing"))
        for kind, terms in operations.items()
    )
    facts = [
        f"{plain(way.about)}: {plain(way.leaves_out)}.",
        f"Its name for operations: {plain(way.called)}."
        if way.called
        else "It counts no operations.",
        f"Known bug: {plain(way.bug)}; `--with-bugs` imitates it." if way.bug else "",
        table(("operations of", "counts"), rules),
        f"More: [{plain(way.about)}](../ways/{name}.md).",
    ]
    return "\n\n".join(filter(None, facts))


def _devices() -> str:
    """The devices of rooflines and of batches that fit."""
    rows = []
    for name, device in DEVICES.items():
        peaks = ", ".join(
            f"{precision} {peak / 10**12:g}" for precision, peak in device.peaks.items()
        )
        sizes = " or ".join(amount_text(size) for size in device.memory)
        told = (
            f"{plain(device.about)}: {device.bandwidth / 10**9:g} GB per second"
            f"{f' from and to a memory of {sizes}' if sizes else ''}; 10¹² operations per second: {peaks}."
        )
        rows.append(thing("device", name, f"{told}\n\nSource: {plain(device.source)}."))
    lead = (
        "What `--device` of `convcalc roofline` and `convcalc draw cost` takes, with the peaks of the data sheets. "
        "`convcalc memory --device` takes those whose memory is known, and an amount of memory, such as 24GB."
    )
    return page("Devices", lead, *rows)


def _kernels() -> str:
    """The named image kernels."""
    return page(
        "Image kernels",
        "What `convcalc kernel NAME PICTURE` and `convcalc hand --w NAME` take.",
        *(thing("kernel", kernel.name, _kernel(kernel)) for kernel in KERNELS.values()),
    )


def _kernel(kernel: Kernel) -> str:
    """One kernel."""
    facts = [
        plain(kernel.about),
        block(_matrix(kernel.values)),
        f"Divided by {kernel.divisor}." if kernel.divisor != 1 else "",
        f"Also called: {', '.join(map(code, kernel.aliases))}." if kernel.aliases else "",
        f"Source: {plain(kernel.source)}.",
    ]
    return "\n\n".join(filter(None, facts))


def _matrix(values: Iterable[Iterable[int]]) -> str:
    """Numbers in columns."""
    rows = [[str(value) for value in row] for row in values]
    wide = max(len(text) for row in rows for text in row)
    return "\n".join(" ".join(text.rjust(wide) for text in row) for row in rows)
