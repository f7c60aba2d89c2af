"""Recognizes the formats of network files by their first bytes, not by their names."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import IO

from convcalc.files import start_as_utf_8

HEAD = 8192  # how many bytes at the start of a file are checked
SUFFIXES = (
    ".pt2",
    ".onnx",
    ".prototxt",
    ".cfg",
    ".keras",
)  # networks of other tools that are read
WEIGHTS = (".safetensors",)  # weights without layers

_DARKNET = rb"\A(?:\s|[#;][^\n]*(?:\n|\Z))*\[(?:net|network)\][ \t\r]*(?:[#;\n]|\Z)"
_CAFFE = rb"(?m)^[ \t]*(?:layers?|input_shape|input_param)[ \t]*:?[ \t]*\{"
_CAFFE_INPUT = rb"(?m)^[ \t]*input[ \t]*:[ \t]*[\"']"
_KERAS = rb"(?s)\A\s*\{.{0,6000}\"(?:class_name|keras_version)\"\s*:"
_ONNX = rb"\A\x08[\x01-\x20](?:\x10|\x12[\x00-\x7f]|\x1a|\x22|\x3a|\x42)"
_ZIP = b"PK\x03\x04"


def format_of(head: bytes, file: IO[bytes] | None = None) -> str:
    """The name of the format that a file is in; empty for YAML and all others.

    Args:
        head: its first bytes.
        file: the whole file, for archives.
    """
    head = start_as_utf_8(head)
    if head.startswith(_ZIP):
        return _archive(file) if file is not None else ""
    return next((name for name, fits in _SIGNS.items() if fits(head)), "")


def _is_darknet(head: bytes) -> bool:
    return bool(re.match(_DARKNET, head))


def _is_caffe(head: bytes) -> bool:
    if b"\0" in head:
        return False
    return bool(re.search(_CAFFE, head) or re.search(_CAFFE_INPUT, head))


def _is_keras(head: bytes) -> bool:
    return bool(re.match(_KERAS, head))


def _is_onnx(head: bytes) -> bool:
    """Whether it begins like an ONNX model: its version, then another field of ONNX."""
    return bool(re.match(_ONNX, head))


def _is_safetensors(head: bytes) -> bool:
    """Whether it begins with the length of a header in JSON."""
    return head[8:9] == b"{" and 2 <= int.from_bytes(head[:8], "little") <= 2**32


_SIGNS: dict[str, Callable[[bytes], bool]] = {
    "darknet": _is_darknet,
    "onnx": _is_onnx,
    "safetensors": _is_safetensors,
    "keras": _is_keras,
    "caffe": _is_caffe,
}


def _archive(file: IO[bytes]) -> str:
    """The format of a zip archive, by the names in it; empty for others, and for damaged ones."""
    from convcalc.interop.archive import BrokenArchiveError, entries_of  # noqa: PLC0415 - most files are not archives

    try:
        names = {entry.name for entry in entries_of(file)}
    except (BrokenArchiveError, OSError):
        return "pt2"  # whose reader says that the archive is damaged
    if "config.json" in names and "metadata.json" in names:
        return "keras"
    return "pt2"
