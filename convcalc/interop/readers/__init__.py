"""One reader for each format: a class under ``@reader("name")``, imported when a file needs it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from convcalc.interop.base import READERS, Asked, ForeignFile, Reader
from convcalc.network.network import without_collector

if TYPE_CHECKING:
    from convcalc.network.network import Network

READERS.modules(
    "convcalc.interop.readers",
    {
        "pt2": "pt2",
        "onnx": "onnx",
        "caffe": "caffe",
        "darknet": "darknet",
        "keras": "keras",
        "safetensors": "safetensors",
    },
)


def read_with(
    reader: type[Reader], path: str, head: bytes, data: bytes | None, **asked: Any
) -> Network:
    """Read the network in a file.

    Args:
        reader: the reader of its format.
        path, head, data: as for `ForeignFile`.
        asked: as for `Asked`.
    """
    with without_collector():
        return reader.read(ForeignFile(path, head, data), Asked(**asked))


__all__ = ["READERS", "read_with"]
