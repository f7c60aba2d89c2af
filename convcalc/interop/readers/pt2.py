"""PyTorch's exported programs (.pt2, torch.export.save): an archive with the graph as JSON; no weight is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from convcalc.interop.base import Asked, ForeignFile, Reader, reader
from convcalc.interop.readers import aten_attention, aten_copies  # noqa: F401 - their operations, and those below them
from convcalc.interop.readers.aten_program import Program
from convcalc.interop.readers.pt2_archive import Parts, parts_of
from convcalc.interop.readers.pt2_inputs import enter, entering, leave

if TYPE_CHECKING:
    from convcalc.network.network import Network


@reader("pt2")
class Pt2(Reader):
    """The graph of an exported program; the size of every tensor stands in the file.

    Source:
        PyTorch's torch/_export/serde/schema.py, and torch/export/pt2_archive for the archive.
    """

    about = "PyTorch (.pt2 of torch.export.save)"
    suffix = ".pt2"

    @staticmethod
    def read(file: ForeignFile, asked: Asked) -> Network:
        parts = parts_of(file)
        program = _program(file, asked, parts)
        program.run(parts.graph["nodes"])
        leave(program, parts)
        return program.graph.network(file.name, _source(parts))


def _program(file: ForeignFile, asked: Asked, parts: Parts) -> Program:
    """A program at its begin: with its inputs, its parameters and buffers."""
    found = entering(file, parts)
    inputs = asked.inputs(file, found.shapes)
    program = Program(file, inputs, parts, found.batch, asked.max_layers)
    program.is_changed = inputs != found.shapes
    enter(program, found)
    return program


def _source(parts: Parts) -> str:
    """What wrote the file."""
    version = parts.model.get("torch_version")
    is_known = isinstance(version, str) and len(version) < 50
    return f"exported by PyTorch {version}" if is_known else "exported by PyTorch"
