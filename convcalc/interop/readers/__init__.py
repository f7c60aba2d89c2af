"""One reader for each format: a class under ``@reader("name")``, imported once a file of it is met."""

from __future__ import annotations

from convcalc.interop.base import READERS

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

__all__ = ["READERS"]
