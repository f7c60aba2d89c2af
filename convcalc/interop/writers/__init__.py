"""One writer for each tool: a class under ``@writer("name")``, imported when needed."""

from __future__ import annotations

import os
from collections.abc import Sequence

from convcalc.errors import UsageError, did_you_mean
from convcalc.interop.signs import SUFFIXES, WEIGHTS
from convcalc.interop.writers.base import WRITERS, Writer, Written
from convcalc.text import printable, quoted

WRITERS.modules(
    "convcalc.interop.writers",
    {
        "pytorch": "pytorch",
        "keras": "keras",
        "onnx": "onnx",
        "yaml": "yaml",
        "mermaid": "graphs",
        "dot": "graphs",
    },
)


# Suffixes of model files that no writer makes.
_OF_MODELS = (
    *SUFFIXES, *WEIGHTS, ".h5", ".hdf5", ".pb", ".tflite", ".pt", ".pth", ".ckpt", ".mlmodel", ".engine", ".trt",
    ".caffemodel", ".weights", ".png", ".svg", ".pdf",
)  # fmt: skip


def find_writer(tool: str | None, path: str) -> type[Writer]:
    """The writer with a name, or for a file's suffix.

    Args:
        tool: its name; None if the suffix decides.
        path: the file's path; empty if no file is written.

    Raises:
        UsageError: the suffix belongs to no writer, to several, or to another than the named one.
    """
    suffix = os.path.splitext(path)[1].lower()
    meant = [name for name, each in WRITERS.items() if suffix in each.suffixes]
    shown = f"-o {printable(path)}"
    if tool:
        chosen = WRITERS[tool]
        if meant and tool not in meant:
            message = (
                f"{shown}: its suffix means {_either(meant)}, but --to is {tool}; "
                f"leave --to out, or end the name in {chosen.suffixes[0]}"
            )
            raise UsageError(message)
        if suffix in _OF_MODELS and suffix not in chosen.suffixes:
            message = f"{shown}: --to {tool} does not write {suffix}; end the name in {chosen.suffixes[0]}"
            raise UsageError(message)
        return chosen
    if len(meant) == 1:
        return WRITERS[meant[0]]
    names = _either(meant or WRITERS.names())
    if not path:
        message = f"choose what to write with --to: {names}"
    elif meant:
        message = f"{shown}: {suffix} means several tools; choose one with --to: {names}"
    else:
        what = f"the suffix {suffix}" if suffix else "a name without a suffix"
        message = f"{shown}: {what} does not show what to write; choose it with --to: {names}"
    raise UsageError(message)


def no_writer(name: str) -> str:
    """The error about an unknown writer.

    >>> no_writer("torch"), no_writer("png")
    ("no tool 'torch'; did you mean 'pytorch'?", "no tool 'png'; pictures: convcalc draw net NETWORK -o net.png")
    """
    near = did_you_mean(name, WRITERS.names())
    if name in ("png", "svg", "pdf"):
        near = "; pictures: convcalc draw net NETWORK -o net.png"
    return f"no tool {quoted(name)}{near}"


def _either(names: Sequence[str]) -> str:
    """The names joined with "or".

    >>> _either(["onnx"]), _either(["dot", "mermaid", "onnx"])
    ('onnx', 'dot, mermaid or onnx')
    """
    *first, last = names
    return f"{', '.join(first)} or {last}" if first else last


__all__ = ["WRITERS", "Writer", "Written", "find_writer"]
