"""Lines of PyTorch: ``nn.Sequential(…)``, one ``nn.Conv2d(…)`` per line, a class, or a printed model."""

from __future__ import annotations

import re
from typing import ClassVar

from convcalc.network.notations.base import Notation, Reading, notation
from convcalc.network.notations.code import looks_like_python
from convcalc.network.notations.code_result import network_in
from convcalc.network.notations.pytorch_printed import is_printed, read_printed
from convcalc.network.notations.pytorch_run import Torch

_SURE = re.compile(
    r"\bnn\.[A-Z]|^\s*\(\w+(?:-\d+)?\): (?:\d+ x )?\w+\(|\b(?:Lazy)?[A-Z]\w*[123]d\(|\bimport torch|\bfrom torch\b",
    re.MULTILINE,
)
_PERHAPS = re.compile(r"\b(?:Linear|ReLU|Flatten|Dropout)\(")


@notation("pytorch")
class PyTorch(Notation):
    """PyTorch's modules."""

    about: ClassVar = "lines of PyTorch, a class with a forward(), or a printed model"
    example: ClassVar = (
        "nn.Conv2d(3, 6, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.LazyLinear(10)"
    )

    @staticmethod
    def fits(text: str) -> bool:
        return bool(_SURE.search(text) or (_PERHAPS.search(text) and looks_like_python(text)))

    @staticmethod
    def read(text: str, axes: int) -> Reading:
        del axes  # the names of modules contain them
        if is_printed(text):
            found = Reading()
            read_printed(text, found)
            return found
        return network_in(text, Torch)
