"""Files that people mistake for networks, in the tools' formats."""

from __future__ import annotations

import io
import pickle
import zipfile
from collections import OrderedDict
from collections.abc import Mapping


def _zipped(names: Mapping[str, bytes]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, content in names.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return data.getvalue()


_PICKLE = pickle.dumps(OrderedDict({"conv1.weight": [1, 2]}), protocol=2)
_SAVED = _zipped({"archive/data.pkl": _PICKLE, "archive/data/0": bytes(16), "archive/version": b"3\n"})  # fmt: skip
_XML = '<?xml version="1.0"?>\n'

OTHER_FILES: dict[str, bytes] = {
    "my.pt": _SAVED,
    "checkpoint.pth.tar": _SAVED,
    "last.ckpt": _SAVED,
    "cut.pt": _SAVED[:80],
    "script.pt": _zipped(
        {"net/data.pkl": _PICKLE, "net/code/__torch__.py": b"class Net(Module):\n", "net/constants.pkl": _PICKLE}
    ),
    "old.pth": b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M\xe9\x03." + _PICKLE,
    "empty.pth": b"",
    "model.pkl": _PICKLE,
    "model.h5": b"\x89HDF\r\n\x1a\n" + bytes(100),
    "frozen.pb": b"\n\x1d\n\x05input\x12\x0bPlaceholder*\x0b\n\x05dtype\x12\x020\x01\x00" + bytes(50),
    "saved_model/saved_model.pb": b"\x08\x01\x12\x94\x01" + bytes(40),
    "model.tflite": b"\x1c\0\0\0TFL3" + bytes(40),
    "model.mlmodel": b"\x08\x05\x12\x3c\x0a\x20\x0a\x05image\x1a\x17" + bytes(40),
    "weights.npz": _zipped({"conv1_w.npy": b"\x93NUMPY\x01\0v\0{'descr': '<f4', }"}),
    "report.docx": _zipped({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w/>"}),
    "bvlc.caffemodel": b"\n\x07AlexNet\xa2\x06\x0b" + bytes(40),
    "yolov3.weights": b"\0\0\0\0\x02\0\0\0" + bytes(40),
    "engine.trt": b"ptrt\0\0\0\x01" + bytes(60),
    "weights.bin": bytes(range(256)),
    "binary.dat": bytes(range(256)),
    "backup.tar": b"net.yaml" + bytes(249) + b"ustar\x0000" + bytes(247),
    "net.yaml.gz": b"\x1f\x8b\x08\0\0\0\0\0",
    "paper.pdf": b"%PDF-1.5\n%\xd0\xd4\xc5\xd8\n1 0 obj\n\0\1\2",
    "notebook.ipynb": b'{\n "cells": [\n  {"cell_type": "code", "source": ["import torch"]}\n ],\n "metadata": {}}\n',
    "notes.md": b"# My network\n\nA conv layer: 3x3, then a pool.\n",
    "page.yaml": b'<!DOCTYPE html>\n<html lang="en">\n<title>net.yaml at main</title>\n',
    "pointer.onnx": b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a21\nsize 12345\n",
    "openvino.xml": f'{_XML}<net name="resnet" version="11">\n<layers>\n</layers>\n</net>\n'.encode(),
    "printed.txt": (
        b"Sequential(\n  (0): Conv2d(3, 6, kernel_size=(5, 5), stride=(1, 1))\n  (1): ReLU()\n"
        b"  (2): MaxPool2d(kernel_size=2, stride=2, padding=0, dilation=1, ceil_mode=False)\n)\n"
    ),
    "summary.txt": (
        b'Model: "sequential"\n_______________________________________________________\n'
        b" Layer (type)                Output Shape              Param #\n"
        b"=======================================================\n"
        b" conv2d (Conv2D)             (None, 26, 26, 32)        320\n"
    ),
    "torch_summary.txt": (
        b"==========================================================================\n"
        b"Layer (type:depth-idx)                   Output Shape              Param #\n"
        b"==========================================================================\n"
    ),
    "model.py": b"import torch\n\n\nclass Net(torch.nn.Module):\n    pass\n",
    "keras_net.py": (
        b"from tensorflow.keras import layers, models\n\nmodel = models.Sequential()\n"
        b"model.add(layers.Conv2D(32, (3, 3), activation='relu', input_shape=(28, 28, 1)))\n"
    ),
    "layers.txt": b"conv:k3c32 relu\npool:k2\nfc:10\n",
    "empty.yaml": b"",
}  # fmt: skip
