"""ONNX files without their weights: large arrays are skipped and never read.

An ONNX file is a message of protocol buffers: fields, each with its number and length. Only the
way from the model to its arrays is followed here; what the fields mean is the library's business.
"""

from __future__ import annotations

from typing import IO

from convcalc.errors import UsageError
from convcalc.files import size_text

KEPT = 1024  # largest array that is kept, in bytes: shapes and factors of a graph are shorter
MAX_BYTES = 256 * 2**20  # of a model without its arrays

_GRAPH, _NODE, _INITIALIZER, _ATTRIBUTE, _TENSOR, _SUBGRAPH = 7, 1, 5, 5, 5, 6
# The fields of an array with its numbers.
_NUMBERS = frozenset((4, 5, 6, 7, 9, 10, 11))
# For each message, the fields with messages that may contain arrays: field -> message.
_INSIDE = {
    "model": {_GRAPH: "graph", 25: "function"},
    "graph": {_NODE: "node", _INITIALIZER: "array", 15: "sparse"},
    "function": {7: "node"},
    "node": {_ATTRIBUTE: "attribute"},
    "attribute": {_TENSOR: "array", _SUBGRAPH: "graph", 10: "array", 11: "graph"},
    "sparse": {1: "array", 2: "array"},
}
_MAX_DEPTH = 60


def without_weights(file: IO[bytes], size: int, name: str) -> bytes:
    """The bytes of a model, without arrays of more than `KEPT` bytes.

    Args:
        file: the file, at its beginning.
        size: its length in bytes.
        name: its name in messages.

    Raises:
        UsageError: it is cut off or damaged, or too large without its arrays.
    """
    return bytes(_Copy(file, name).message("model", 0, size, 0))


class _Copy:
    """Copies messages without their large arrays."""

    def __init__(self, file: IO[bytes], name: str) -> None:
        self.file, self.name = file, name
        self.left = MAX_BYTES

    def message(self, what: str, start: int, stop: int, depth: int) -> bytearray:
        """Copy the message between two positions of the file."""
        if depth > _MAX_DEPTH:
            raise UsageError(
                f"{self.name}: graphs nest deeper than {_MAX_DEPTH} levels; write them flatter"
            )
        inside = _INSIDE.get(what, {})
        found = bytearray()
        at = start
        while at < stop:
            tag, at = self._number(at, stop)
            field, wire = tag >> 3, tag & 7
            if wire == 2:
                length, at = self._number(at, stop)
                end = at + length
                if end > stop:
                    raise self._damaged()
                if field in inside and length > KEPT:  # shorter messages have no large array
                    data: bytes | bytearray = self.message(inside[field], at, end, depth + 1)
                elif what == "array" and field in _NUMBERS and length > KEPT:
                    at = end
                    continue
                else:
                    data = self._bytes(at, length)
                found += _number_bytes(tag) + _number_bytes(len(data)) + data
                at = end
            elif wire == 0:
                value, at = self._number(at, stop)
                found += _number_bytes(tag) + _number_bytes(value)
            elif wire in (1, 5):
                length = 8 if wire == 1 else 4
                found += _number_bytes(tag) + self._bytes(at, length)
                at += length
            else:
                raise self._damaged()
        if at != stop:
            raise self._damaged()
        return found

    def _bytes(self, at: int, length: int) -> bytes:
        """Some bytes of the file."""
        self.left -= length
        if self.left < 0:
            raise UsageError(
                f"{self.name}: larger than {size_text(MAX_BYTES)} without its weights; use a smaller network"
            )
        self.file.seek(at)
        data = self.file.read(length)
        if len(data) != length:
            raise self._damaged()
        return data

    def _number(self, at: int, stop: int) -> tuple[int, int]:
        """A number with seven bits per byte, and the position after it."""
        self.file.seek(at)
        data = self.file.read(min(10, max(stop - at, 0)))
        value = shift = 0
        for count, byte in enumerate(data, 1):
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value, at + count
        raise self._damaged()

    def _damaged(self) -> UsageError:
        return UsageError(
            f"{self.name}: is cut off, damaged or not an ONNX model; export or download it again"
        )


def _number_bytes(value: int) -> bytes:
    """A number as bytes of seven bits."""
    found = bytearray()
    while value > 127:
        found.append(value & 127 | 128)
        value >>= 7
    found.append(value)
    return bytes(found)
