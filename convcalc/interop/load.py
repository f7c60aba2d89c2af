"""Loads a network from any file: YAML, or a file of another tool."""

from __future__ import annotations

import io
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

from convcalc.errors import UsageError
from convcalc.files import (
    STDIN,
    YAML_SUFFIXES,
    file_name,
    is_utf_16,
    read_file,
    refusing_to_read,
    stdin_name,
)
from convcalc.interop.signs import HEAD, format_of
from convcalc.interop.sorts import other_file, other_folder
from convcalc.network.find import find, is_bundled
from convcalc.text import printable

if TYPE_CHECKING:
    from convcalc.layers import Shape
    from convcalc.network.network import Network

MAX_BYTES = 32 * 2**20  # bytes of a file from a pipe


class File(Protocol):
    """A network's file, read once, from which many networks can be made.

    Attributes:
        parameters: the file's parameters with their own values; none for files of other tools.
        order: the order of input shapes from the user: hwc, else channels first.
    """

    @property
    def parameters(self) -> Mapping[str, Any]: ...

    @property
    def order(self) -> str: ...

    def inputs(self, parameters: Mapping[str, Any] | None = ...) -> dict[str, Shape]:
        """The file's inputs by name, with given parameters."""

    def with_values(
        self,
        parameters: Mapping[str, Any] | None = ...,
        inputs: Shape | Mapping[str, Shape] | None = ...,
    ) -> Network:
        """The network with some parameters changed, or with another input.

        Raises:
            UsageError: there is no such parameter or input.
            SpecError: the file has an error with these values, at the line in the message.
        """


def load(target: str, *, parameters: Mapping[str, Any] | None = None, **options: Any) -> Network:
    """Load a network from a file of any format (recognized by its content), or a bundled one by name.

    Args:
        target: a path, ``-`` for standard input, or a bundled name such as ``vgg16``.
        parameters: new values of the file's parameters; only for YAML files.
        options: as for `convcalc.network.load.load`: ``input``, ``max_layers``, ``within``, ``order``.

    Raises:
        UsageError: the file cannot be read.
        SpecError: the file has an error, at the line in the message.
    """
    shape = options.pop("input", None)
    return opened(target, **options).with_values(parameters, shape)


def opened(target: str, **options: Any) -> File:
    """Read a network's file once, to make many networks of it.

    Args:
        target: as for `load`.
        options: as for `load`, except ``input``.

    Raises:
        UsageError: the file cannot be read.
        SpecError: the file is wrong, at the place the error names.
    """
    path = target if target == STDIN else _found(target)
    if not os.path.isfile(path):  # a pipe can be read only once
        return opens(read_file(path, MAX_BYTES, "network"), path=path, **options)
    with refusing_to_read(path, "network"), open(path, "rb") as file:
        head = file.read(HEAD)
        name = format_of(head, file)
    _check_start(head, path, name)
    if name:
        return _Foreign(name, path, head, None, options)
    from convcalc.network.load import opened as from_yaml  # noqa: PLC0415 - other files need no YAML

    return from_yaml(path, opener=_Opener(), **options)


def loads(
    data: bytes, *, path: str, parameters: Mapping[str, Any] | None = None, **options: Any
) -> Network:
    """Like `load`, from the bytes of a file. ``path`` is its name in messages."""
    shape = options.pop("input", None)
    return opens(data, path=path, **options).with_values(parameters, shape)


def opens(data: bytes, *, path: str, **options: Any) -> File:
    """Like `opened`, from the bytes of a file. ``path`` is its name in messages."""
    shown = stdin_name() if path == STDIN else path
    name = format_of(data[:HEAD], io.BytesIO(data))
    _check_start(data[:HEAD], path, name)
    if name:
        return _Foreign(name, shown, data[:HEAD], data, options)
    from convcalc.network.load import opens as from_yaml  # noqa: PLC0415 - other files need no YAML

    return from_yaml(data, path=shown, opener=_Opener(), **options)


class _Opener:
    """Opens the files of other tools that a YAML file names."""

    def about(self, path: str) -> str:
        """The tool that wrote a file; empty for YAML and unknown files."""
        with refusing_to_read(path, "network"), open(path, "rb") as file:
            name = format_of(file.read(HEAD), file)
        return _abouts()[name] if name else ""

    def network(self, path: str) -> Network:
        """The network in a file."""
        return load(path)


def _found(target: str) -> str:
    """The path of a network.

    Raises:
        UsageError: it does not exist, or is a folder.
    """
    if os.path.isdir(target) and not is_bundled(target):
        raise UsageError(other_folder(target))
    return find(target)


def _check_start(head: bytes, path: str, name: str) -> None:
    """Refuse a file that is known not to be a network, or is neither text nor from a known tool.

    Args:
        head: its first bytes.
        path: its path.
        name: the name of its format, if another tool wrote it; else empty.

    Raises:
        UsageError: it is such a file; the message says what to do.
    """
    if other := other_file(path, head, name):
        raise UsageError(other)
    if name or b"\0" not in head or is_utf_16(head) or path.endswith(YAML_SUFFIXES):
        return  # then reading it as YAML gives the error
    known = ", ".join(["YAML", *_abouts().values()])
    message = f"{file_name(path)}: is not a network file that convcalc reads; known are {known}"
    raise UsageError(message)


def _abouts() -> dict[str, str]:
    """The tool that writes each format."""
    from convcalc.interop.readers import READERS  # noqa: PLC0415 - few files are of other tools

    return {name: each.about for name, each in READERS.items()}


class _Foreign:
    """A file of another tool; it has no parameters, and is read again for each input."""

    def __init__(
        self, name: str, path: str, head: bytes, data: bytes | None, options: dict[str, Any]
    ) -> None:
        self._name, self._path, self._head, self._data = name, path, head, data
        self._options = {key: value for key, value in options.items() if key != "within"}
        self.parameters: dict[str, Any] = {}
        self.order: str = options.get("order", "")

    def inputs(self, parameters: Mapping[str, Any] | None = None) -> dict[str, Shape]:
        return self.with_values(parameters).inputs

    def with_values(
        self,
        parameters: Mapping[str, Any] | None = None,
        inputs: Shape | Mapping[str, Shape] | None = None,
    ) -> Network:
        from convcalc.interop.readers import READERS, read_with  # noqa: PLC0415 - YAML needs none of them

        reader = READERS[self._name]
        if parameters:
            message = (
                f"{printable(self._path)}: --set changes the parameters of a YAML file, but this is a file of "
                f"{reader.about}, which has none; change the file, or give another --input"
            )
            raise UsageError(message)
        asked = self._options if inputs is None else {**self._options, "input": inputs}
        return read_with(reader, self._path, self._head, self._data, **asked)
