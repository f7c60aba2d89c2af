"""Lines of Keras: ``keras.Sequential([…])``, ``model.add(…)``, or ``x = layers.Conv2D(…)(x)``.

Keras has the channels last; shapes are turned, so that the result is channels first as everywhere.
"""

from __future__ import annotations

import re
from typing import ClassVar

from convcalc.network.notations.base import Notation, Reading, notation
from convcalc.network.notations.code import looks_like_python
from convcalc.network.notations.code_result import network_in
from convcalc.network.notations.keras_run import KerasRun

_SURE = re.compile(
    r"\bkeras\.\w|\blayers\.[A-Z]|\bInput\((?:shape\b|\()|\bSequential\(\[|\b(?:import|from) (?:keras|tensorflow)\b|\b(?<!nn\.)[A-Z]\w*[123]D(?:Transpose)?\(|\.add\("
)
_PERHAPS = re.compile(r"\b(?:Dense|BatchNormalization|Activation)\(")
_OTHER = re.compile(r"\bnn\.(?:[A-Z]|functional)|\bimport torch|\bfrom torch\b")
_OWN = re.compile(r"\bkeras\b")


@notation("keras")
class Keras(Notation):
    """Keras's layers."""

    about: ClassVar = "lines of Keras: a Sequential, model.add, or one layer called on the other"
    example: ClassVar = "layers.Conv2D(6, 5, activation='relu'), layers.MaxPooling2D(2), layers.Flatten(), layers.Dense(10)"

    @staticmethod
    def fits(text: str) -> bool:
        if _OTHER.search(text) and not _OWN.search(text):
            return False
        return bool(_SURE.search(text) or (_PERHAPS.search(text) and looks_like_python(text)))

    @staticmethod
    def read(text: str, axes: int) -> Reading:
        del axes  # the names of layers contain them
        return network_in(text, KerasRun)
