"""What a file is, by its first bytes: a network, a sheet, answers …, or a file mistaken for a network."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from contextlib import suppress
from typing import NamedTuple

from convcalc.files import STDIN, YAML_SUFFIXES, file_name, head_of, shell_word, start_as_utf_8
from convcalc.interop.signs import HEAD, SUFFIXES, format_of
from convcalc.text import printable, shortened


def _key(*names: str) -> re.Pattern[bytes]:
    """A pattern for text in YAML or JSON with one of these keys at its top level."""
    words = "|".join(names).encode()
    return re.compile(rb"(?m)(?:^|\A\s*\{\s*)[\"']?(?:" + words + rb")[\"']?[ \t]*:")


_BY_START: dict[str, re.Pattern[bytes]] = {
    "picture": re.compile(rb"\A(?:\x89PNG|\xff\xd8\xff|GIF8|P[2356]\s)"),
    "roster": re.compile(rb'\A"?(student_?id|id)"?[,;\t]', re.IGNORECASE),
}
_BY_KEY: dict[str, re.Pattern[bytes]] = {
    "sheet": _key("convcalc_sheet", "questions"),
    "answers": _key("convcalc_answers", "answers"),
    "network": _key("layers", "extends"),
}
_HEADING = re.compile(rb"\s*[^:{#\s][^:{#\n]*[,;\t]")  # a table's cells may have such keys


def sort_of_text(start: bytes) -> str:
    r"""The type of a file of convcalc, by its beginning: picture, sheet, answers, network, roster; or empty.

    >>> sort_of_text(b"convcalc_sheet: 1"), sort_of_text(b"layers: [relu]"), sort_of_text(b"x: 1")
    ('sheet', 'network', '')
    >>> sort_of_text(b'student_id,q1\ns1,"it has\nlayers: 3"')
    'roster'
    """
    head = start_as_utf_8(start)
    signs = _BY_START if _HEADING.match(head) else {**_BY_START, **_BY_KEY}
    return next((sort for sort, sign in signs.items() if sign.search(head)), "")


def sort_of(start: bytes) -> str:
    """The same, but a readable file of another tool is also a network."""
    return sort_of_text(start) or ("network" if format_of(start[:HEAD]) else "")


class _Other(NamedTuple):
    """A file that people mistake for a network.

    Attributes:
        name: what it is.
        way_out: how to get a network from it; ``{file}`` is the file on a command line.
        sign: its beginning.
        suffixes: its suffixes, used if its beginning does not decide.
        is_text: whether it must be text.
    """

    name: str
    way_out: str
    sign: str = ""
    suffixes: str = ""
    is_text: bool = False

    def fits(self, head: bytes) -> bool:
        """Whether a file begins so."""
        if not self.sign or (self.is_text and b"\0" in head):
            return False
        return bool(re.search(self.sign.encode("latin-1"), head))


_CHAIN = "convcalc chain --input 3x32x32 - < {file}"
_FROM_TORCH = "torch.export.save(torch.export.export(model.eval(), (torch.zeros(1, 3, 224, 224),)), 'net.pt2')"
_TO_ONNX = "python -m tf2onnx.convert"
_OTHERS = (
    _Other(
        "a Keras model or its weights in HDF5",
        "save the text of model.to_json(), or model.save('model.keras')",
        r"\A\x89HDF", ".h5 .hdf5",
    ),
    _Other(
        "a model of TensorFlow Lite", f"export to ONNX: {_TO_ONNX} --tflite {{file}} --output net.onnx",
        r"(?s)\A.{4}TFL3", ".tflite .lite",
    ),
    _Other(
        "a pickle of Python, such as torch.save writes",
        f"to open one runs code, so that is never done; in the program that has the model, write {_FROM_TORCH}",
        r"\A\x80[\x02-\x05]", ".pkl .pickle .joblib",
    ),
    _Other("a PDF", "write its layers down: convcalc init net.yaml writes a file to begin from", r"\A%PDF-", ".pdf"),
    _Other("compressed", "unpack it, then name the file in it", r"\A(?:\x1f\x8b|BZh|\xfd7zXZ|7z\xbc\xaf)", ".gz .bz2 .xz .7z"),
    _Other("an archive of tar", "unpack it, then name the file in it", r"(?s)\A.{257}ustar", ".tar"),
    _Other(
        "a pointer of Git LFS and not the file itself", "get the file with git lfs pull",
        r"\Aversion https://git-lfs", is_text=True,
    ),
    _Other(
        "a page of HTML and not the file itself", "download the raw file",
        r"(?i)\A\s*(?:<!doctype html|<html)", ".html .htm", is_text=True,
    ),
    _Other(
        "a model of OpenVINO", "export the network to ONNX from the tool that made it",
        r"\A\s*(?:<\?xml[^>]*>\s*)?<net\b", is_text=True,
    ),
    _Other("a text in XML", "export the network to ONNX from the tool that made it", r"\A\s*<\?xml", ".xml", is_text=True),
    _Other(
        "a notebook",
        "in it write convcalc.from_torch(model, example) or convcalc.from_keras(model); or copy the cell with "
        "the layers into net.py: convcalc chain --input 3x32x32 - < net.py",
        r"\A\s*\{\s*\"(?:cells|nbformat)\"\s*:", ".ipynb", is_text=True,
    ),
    _Other(
        "a printed model of PyTorch", f"its layers are read by {_CHAIN}",
        r"(?m)^[ \t]*\(\w[\w-]*\): (?:\d+ x )?[A-Z]\w*\(", is_text=True,
    ),
    _Other(
        "a summary, which does not say kernel sizes and strides",
        "save what model.to_json() of Keras says, or print(model) of PyTorch",
        r"(?mi)^[^\w\n]*layer \(type(?:[:)]|\.\.)", is_text=True,
    ),
    _Other(
        "code in Python",
        f"convcalc reads the layers of a class or a Sequential, and runs nothing: {_CHAIN}; or in Python "
        "convcalc.from_torch(model, example), convcalc.from_keras(model)",
        r"(?m)^(?:import [a-z]|from [\w.]+ import |class \w+.*:[ \t\r]*$|def \w+\(|@\w)|^[^#\n]*\b(?:nn|layers|model)\.\w+\(|\A\s*(?:nn\.)?[A-Z]\w+\(",
        ".py", is_text=True,
    ),
    _Other(
        "a list of layers", f"write {_CHAIN}",
        r"\A\s*[a-z]\w*:[a-z0-9]\S*(?:\s|\Z)", is_text=True,
    ),
    _Other("a text in Markdown", "write its layers down: convcalc init net.yaml writes a file to begin from",
           r"\A#+ \S.*\n\s*\n", ".md .rst", is_text=True),
    _Other("a file of Caffe's weights, without the layers", "name the .prototxt beside it", suffixes=".caffemodel"),
    _Other("a file of Darknet's weights, without the layers", "name the .cfg beside it", suffixes=".weights"),
    _Other(
        "a graph of TensorFlow", f"export to ONNX: {_TO_ONNX} --graphdef {{file}} --inputs NAME:0 --outputs NAME:0 --output net.onnx",
        suffixes=".pb .pbtxt",
    ),
    _Other("a model of Core ML", "export the network to ONNX from the tool that made it", suffixes=".mlmodel .mlpackage"),
    _Other(
        "compiled for one device, without the network", "name the ONNX file that it was made from",
        suffixes=".trt .engine .plan .rknn .om .hef",
    ),
    _Other("a file of weights, without the layers", "export the network to ONNX from the tool that made them",
           suffixes=".bin .params .pdparams .gguf .ggml .npy .mat .msgpack"),
    _Other("a model of Paddle", "export it to ONNX with paddle2onnx", suffixes=".pdmodel"),
)  # fmt: skip
_SURE = (".mlmodel",)  # files with these names begin like ONNX files
_ENDINGS = (*YAML_SUFFIXES, *SUFFIXES)
_MOST = 1000  # most entries of a folder that are checked


def other_file(path: str, head: bytes, name: str = "") -> str:
    """What a file is that is not a network, and how to get one from it; empty for networks and unknown files.

    Args:
        path: the file's path, or - for standard input.
        head: its first bytes.
        name: the name of its probable format, if another tool wrote it.
    """
    start, ending = start_as_utf_8(head), os.path.splitext(path)[1].lower()
    if name and ending not in _SURE:
        return ""
    found = None
    if not sort_of_text(head):
        found = next((each for each in _OTHERS if each.fits(start)), None)
    if not found and (b"\0" in start or not start.isascii() or ending in _SURE):
        found = next((each for each in _OTHERS if ending in each.suffixes.split() and ending), None)
    if found is None:
        return ""
    is_piped = path == STDIN
    way_out = found.way_out.replace("- < {file}", STDIN) if is_piped else found.way_out
    said = way_out.replace("{file}", shell_word(path))
    return f"{file_name(path)}: is {found.name}; {said}"


def other_folder(path: str) -> str:
    """What a folder given as a network is, and what to name instead."""
    names: list[str] = []
    with suppress(OSError), os.scandir(path) as found:
        names = sorted(each.name for each, _ in zip(found, range(_MOST)))
    shown, file = printable(path), shell_word(path)
    if "saved_model.pb" in names:
        return (
            f"{shown}: is a SavedModel of TensorFlow; export to ONNX: {_TO_ONNX} --saved-model {file} "
            "--output net.onnx"
        )
    inside = [name for name in names if name.endswith(_ENDINGS) and not name.startswith(".")]
    first = _first_network(path, inside)
    if not first:
        return f"{shown}: is a folder, and no network lies in it; name a file such as net.yaml"
    name = shell_word(os.path.join(path, first))
    return f"{shown}: is a folder; name a network in it, such as {shortened(name, 200)}"


def _first_network(folder: str, names: Iterable[str]) -> str:
    """The first file that looks like a network; empty if none does."""
    for name in names:
        with suppress(OSError):
            if sort_of(head_of(os.path.join(folder, name), HEAD)) == "network":
                return name
    return ""
