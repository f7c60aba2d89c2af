"""Networks as people write them: in words, as lines of PyTorch or Keras, or as a chain.

Each notation is one module; all give the same `Reading`, which `network_of` builds. A text is only
read, never run: code goes through Python's parser, and of the tree only names, numbers and calls of
known layers are looked at.

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
