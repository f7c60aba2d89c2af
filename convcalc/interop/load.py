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

MAX_BYTES = 64 * 2**20  # of a file that comes through a pipe


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
    from convcalc.network.load import load as from_yaml  # noqa: PLC0415 - other files need no YAML

    return from_yaml(path, **options)


def loads(data: bytes, *, path: str, **options: Any) -> Network:
    """Like `load`, from the bytes of a file. ``path`` is how messages call it."""
    shown = "<stdin>" if path == STDIN else path
    name = format_of(data[:HEAD], io.BytesIO(data))
    if name:
        return _foreign(name, shown, data[:HEAD], data, **options)
    from convcalc.network.load import loads as from_yaml  # noqa: PLC0415 - other files need no YAML

    options.pop("within", None)
    return from_yaml(data, path=shown, **options)


def _foreign(
    name: str,
    path: str,
    head: bytes,
    data: bytes | None,
    *,
    parameters: Any = None,
    within: str = "",  # noqa: ARG001 - these files name no others
    **asked: Any,
) -> Network:
    """The network in a file of another tool.

    Raises:
        UsageError: parameters are set, which only YAML has.
    """
    from convcalc.interop.base import Asked, ForeignFile  # noqa: PLC0415 - nor of these
    from convcalc.interop.readers import READERS  # noqa: PLC0415 - YAML needs none of them
    from convcalc.network.network import without_collector  # noqa: PLC0415 - nor of these

    if parameters:
        message = (
            f"{printable(path)}: --set changes the parameters of a YAML file, but this is a file of "
            f"{READERS[name].about}; write it as YAML with convcalc import"
        )
        raise UsageError(message)
    with without_collector():
        return READERS[name].read(ForeignFile(path, head, data), Asked(**asked))
