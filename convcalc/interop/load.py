"""A network from any file: YAML, or what another tool wrote."""

from __future__ import annotations

import io
import os
from typing import TYPE_CHECKING, Any

from convcalc.errors import UsageError
from convcalc.files import STDIN, read_file, refusing_to_read
from convcalc.interop.signs import HEAD, format_of
from convcalc.network.find import find
from convcalc.text import printable

if TYPE_CHECKING:
    from convcalc.network.network import Network

MAX_BYTES = 32 * 2**20  # of a file that comes through a pipe


def load(target: str, **options: Any) -> Network:
    """Load a network from a file of any format, told by its content, or a bundled one by name.

    Args:
        target: a path, ``-`` for standard input, or a bundled name such as ``vgg16``.
        options: as for `convcalc.network.load.load`: ``parameters`` (a YAML file's only), ``input``,
            ``max_layers``, ``within``, ``order``.

    Raises:
        UsageError: the file cannot be read.
        SpecError: the file is wrong, at the place the error names.
    """
    path = target if target == STDIN else find(target)
    if not os.path.isfile(path):  # a pipe, which can be read only once
        return loads(read_file(path, MAX_BYTES, "network"), path=path, **options)
    with refusing_to_read(path, "network"), open(path, "rb") as file:
        head = file.read(HEAD)
        name = format_of(head, file)
    if name:
        return _foreign(name, path, head, None, **options)
    _check_text(head, path)
    from convcalc.network.load import load as from_yaml  # noqa: PLC0415 - other files need no YAML

    return from_yaml(path, opener=_Opener(), **options)


def loads(data: bytes, *, path: str, **options: Any) -> Network:
    """Like `load`, from the bytes of a file. ``path`` is how messages call it."""
    shown = "<stdin>" if path == STDIN else path
    name = format_of(data[:HEAD], io.BytesIO(data))
    if name:
        return _foreign(name, shown, data[:HEAD], data, **options)
    _check_text(data[:HEAD], shown)
    from convcalc.network.load import loads as from_yaml  # noqa: PLC0415 - other files need no YAML

    return from_yaml(data, path=shown, opener=_Opener(), **options)


class _Opener:
    """Opens the files of other tools that a YAML file holds."""

    def about(self, path: str) -> str:
        """What wrote a file; empty for YAML, and for what nobody knows."""
        from convcalc.interop.readers import READERS  # noqa: PLC0415 - few files hold others

        with refusing_to_read(path, "network"), open(path, "rb") as file:
            name = format_of(file.read(HEAD), file)
        return READERS[name].about if name else ""

    def network(self, path: str) -> Network:
        """The network in a file."""
        return load(path)


def _check_text(head: bytes, path: str) -> None:
    """Refuse a file that is neither text nor of another tool that is known.

    Raises:
        UsageError: as said, with what is read.
    """
    if b"\0" not in head or path.endswith((".yaml", ".yml")):
        return  # what is wrong with it as YAML is said then
    from convcalc.interop.readers import READERS  # noqa: PLC0415 - only where something is wrong

    known = ", ".join(["YAML", *(each.about for each in READERS.values())])
    found = next((way_out for sign, way_out in _OTHERS.items() if sign in head[:16]), "")
    message = f"{printable(path)}: is no network file that is read; {found or f'known are {known}'}"
    raise UsageError(message)


# Files that people have of networks, which are not read, by what they begin with.
_OTHERS = {
    b"HDF": "of a Keras model in HDF5, save the text of model.to_json(), or model.save('model.keras')",
    b"TFL3": "it is TensorFlow Lite; export the network to ONNX",
}


def _foreign(
    name: str, path: str, head: bytes, data: bytes | None, *, parameters: Any = None, **asked: Any
) -> Network:
    """The network in a file of another tool.

    Raises:
        UsageError: parameters are set, which only YAML has.
    """
    from convcalc.interop.readers import READERS, read_with  # noqa: PLC0415 - YAML needs none of them

    reader = READERS[name]
    if parameters:
        message = (
            f"{printable(path)}: --set changes the parameters of a YAML file, but this is a file of "
            f"{reader.about}, which has none; change the file, or give another --input"
        )
        raise UsageError(message)
    asked.pop("within", None)  # these files name no others
    return read_with(reader, path, head, data, **asked)
