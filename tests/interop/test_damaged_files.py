"""Files of other tools, cut short and with wrong bytes: read, or refused with a message."""

from __future__ import annotations

import json
import random
from contextlib import suppress

import pytest

from convcalc.errors import ConvcalcError
from convcalc.interop.base import Asked, ForeignFile
from convcalc.interop.readers import READERS
from interop import test_caffe, test_keras, test_safetensors

_INNER = test_keras.row(
    [8, 8, 3], test_keras.one("Conv2D", filters=4, kernel_size=[3, 3], padding="same")
)
_MODEL = test_keras.graph(
    {"a": [8, 8, 3]}, test_keras.node(_INNER, "m", test_keras.tensor("a")),
    test_keras.node(test_keras.one("LSTM", units=3), "l", test_keras.tensor("m")),
    test_keras.node(test_keras.one("Add"), "s", [[test_keras.tensor("m"), test_keras.tensor("a")]]),
)  # fmt: skip
_JSON = json.dumps(_MODEL).encode()
FILES = {
    "caffe": (test_caffe.HEAD + test_caffe.TWO + test_caffe.TODAY).encode(),
    "keras": _JSON,
    "keras archive": test_keras.packed(_JSON),
    "safetensors": test_safetensors.packed({"a.b": test_safetensors.array(3, 4), "c": test_safetensors.array(5)}),
}  # fmt: skip
_BYTES = b"{}[]<>:,\"'0-9.\\e\n#x\x00\xff"


@pytest.mark.parametrize("name", FILES)
def test_damage_is_never_a_traceback(name: str) -> None:
    draw = random.Random(7)
    whole = FILES[name]
    for number in range(400):
        data = bytearray(whole[: draw.randrange(len(whole))] if number % 4 == 0 else whole)
        for _ in range(draw.randrange(1, 4)):
            if data:
                data[draw.randrange(len(data))] = draw.choice(_BYTES)
        file = ForeignFile("net", bytes(data[:100]), bytes(data))
        with suppress(ConvcalcError):
            READERS[name.partition(" ")[0]].read(file, Asked()).walk()


def test_values_of_another_sort_are_refused_in_words() -> None:
    draw = random.Random(8)
    odd = [None, -1, 0, 10**30, 1.5, "x", [], {}, [[1]], True, {"class_name": "x"}, [None, 3]]
    for called, config, shape, _, _ in test_keras.CLASSES:
        for word in config:
            for value in draw.sample(odd, 4):
                model = test_keras.row(shape, test_keras.one(called, **{**config, word: value}))
                with suppress(ConvcalcError):
                    test_keras.walked(model)
