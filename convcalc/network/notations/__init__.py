"""Networks as people write them: in words, as lines of PyTorch or Keras, or as a chain.

Each notation is a module; all return the same `Reading`, from which `network_of` builds a network.
A text is only read, never run: Python's parser reads code, and only names, numbers and calls of
known layers are used.

>>> network, labels = network_of("3x3 conv, 8, pad 1 → POOL2 → FC-10", (3, 32, 32))
>>> [node.layer.kind for node in network.nodes], labels
(['conv', 'maxpool', 'flatten', 'linear'], ['3x3 conv, 8, pad 1', 'POOL2', '', 'FC-10'])
"""

from __future__ import annotations

from convcalc.network.notations.base import (
    MAX_LAYERS,
    MAX_TEXT,
    NOTATIONS,
    Notation,
    Reading,
    build,
    network_of,
    read,
)

NOTATIONS.modules(__name__, {"keras": "keras", "pytorch": "pytorch", "words": "words"})

__all__ = [
    "MAX_LAYERS",
    "MAX_TEXT",
    "NOTATIONS",
    "Notation",
    "Reading",
    "build",
    "network_of",
    "read",
]
