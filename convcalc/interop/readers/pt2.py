"""PyTorch's exported programs (.pt2, torch.export.save): an archive with the graph as JSON; no weight is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from convcalc.errors import ConvcalcError
from convcalc.interop.base import Asked, ForeignFile, Reader, reader
from convcalc.interop.readers.aten import OPERATIONS
from convcalc.interop.readers.aten_program import Program
from convcalc.interop.readers.pt2_archive import MAX_OPERATIONS, Parts, parts_of
from convcalc.interop.readers.pt2_inputs import Entering, Layout, enter, entering, layouts, leave
from convcalc.interop.readers.pt2_nested import inlined
from convcalc.text import times

if TYPE_CHECKING:
    from convcalc.network.network import Network

OPERATIONS.modules(
    "convcalc.interop.readers",
    (
        "aten_shapes",
        "aten_values",
        "aten_weights",
        "aten_copies",
        "aten_attention",
        "aten_recurrent",
    ),
)


@reader("pt2")
class Pt2(Reader):
    """The graph of an exported program; the file has the size of every tensor.

    Source:
        PyTorch's torch/_export/serde/schema.py, and torch/export/pt2_archive for the archive.
    """

    about = "PyTorch (.pt2 of torch.export.save)"
    suffix = ".pt2"

    @staticmethod
    def read(file: ForeignFile, asked: Asked) -> Network:
        parts = parts_of(file, max(MAX_OPERATIONS, asked.max_layers))
        parts = parts._replace(graph=inlined(file, parts.graph))
        own = Asked(max_layers=asked.max_layers)
        found = entering(file, parts, Layout.FIRST)
        possible = layouts(parts, found)
        if asked.input is None:
            program, layout = _likely(file, asked, parts, possible, found)
        else:
            layout = Layout.FIRST
            if len(possible) > 1:
                layout = _likely(file, own, parts, possible, found)[1]
            program = _run(file, asked, parts, entering(file, parts, layout))
        leave(program, parts)
        if layout is Layout.SECOND:
            program.graph.note(
                f"the second side of the input {times(found.sides[0])} is read as the samples: "
                "operations join cells of the first one"
            )
        elif layout is Layout.NONE:
            program.graph.note(
                f"the input {times(found.sides[0])} is read as one sample: operations join cells of its first side"
            )
        return program.graph.network(file.name, _source(parts))


def _likely(
    file: ForeignFile, asked: Asked, parts: Parts, possible: list[Layout], first: Entering
) -> tuple[Program, Layout]:
    """The program with the batch axis for which most operations are known, and that axis.

    Samples never mix in a network, so an operation that reads cells of several samples is unknown.
    """
    best = _run(file, asked, parts, first), possible[0]
    for layout in possible[1:]:
        if not best[0].unknown:
            break
        try:
            other = _run(file, asked, parts, entering(file, parts, layout))
        except ConvcalcError:
            continue
        if other.unknown < best[0].unknown:
            best = other, layout
    return best


def _run(file: ForeignFile, asked: Asked, parts: Parts, found: Entering) -> Program:
    """Read a whole program."""
    inputs = asked.inputs(file, found.shapes)
    program = Program(file, inputs, parts, found.batch, asked.max_layers)
    program.is_changed = inputs != found.shapes
    enter(program, found)
    program.run(parts.graph["nodes"])
    return program


def _source(parts: Parts) -> str:
    """The tool that wrote the file."""
    version = parts.model.get("torch_version")
    is_known = isinstance(version, str) and len(version) < 50
    return f"exported by PyTorch {version}" if is_known else "exported by PyTorch"
