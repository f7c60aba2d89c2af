"""The network files that a sheet names: only those in its own folder, and the bundled ones.

A sheet may come from anybody, so a name in it opens no other file. The same rule is true for the
networks that a network extends; they are copied with the sheet.
"""

from __future__ import annotations

import io
import os
import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from convcalc.errors import UsageError
from convcalc.files import YAML_SUFFIXES, decode, is_one_of, read_file, slashed
from convcalc.homework.questions.given import GivenError, NetworkFile
from convcalc.homework.questions.networks import is_name
from convcalc.interop.signs import SUFFIXES, WEIGHTS
from convcalc.text import printable, shortened

if TYPE_CHECKING:
    from convcalc.homework.sheets.sheet import Sheet

MAX_FILE = 2**20  # bytes
_WORDS = ("arch", "net")  # words of given:
_TEACHERS = ("expect", "source")  # keys of a network file
_SUFFIXES = (*YAML_SUFFIXES, *SUFFIXES, *WEIGHTS, ".json")


def find_beside(given: Mapping[str, Any], sheet: str) -> dict[str, Any]:
    """The numbers of a question, with the files that its networks are in.

    Args:
        given: the words of the question.
        sheet: the sheet's path.

    Raises:
        GivenError: a name leads out of the sheet's folder, or not to a network.
    """
    found = dict(given)
    for word in _WORDS:
        name = given.get(word)
        if isinstance(name, str) and (word == "net" or is_name(name.strip())):
            found[word] = _file(name.strip(), sheet, word)
    return found


def files_beside(sheet: Sheet) -> dict[str, bytes]:
    """The network files that a sheet needs, by their names in its folder; ``/`` separates folders.

    Students get them, so they are rewritten without a teacher's notes: comments, and the expected
    numbers with their source.

    Raises:
        UsageError: a file cannot be read.
    """
    return {
        name: _for_students(read_file(path, MAX_FILE, "network"))
        for name, path in sorted(_paths(sheet).items())
    }


def refuse_own_files(sheet: Sheet, place: str, names: Iterable[str], option: str) -> None:
    """Refuse to write over a sheet, or over a network that it needs.

    Args:
        sheet: the sheet.
        place: the folder or file to be written.
        names: the files in the folder; an empty name is the file itself.
        option: the option that says where to write.

    Raises:
        UsageError: a file to be written is one of these.
    """
    own = [sheet.path, *_paths(sheet).values()]
    for target in (os.path.join(place, name) if name else place for name in names):
        if is_one_of(target, own):
            message = f"{option}: would write over {printable(target)}, which the sheet is made of; choose another place"
            raise UsageError(message)


def _paths(sheet: Sheet) -> dict[str, str]:
    """The paths of the network files that a sheet needs, by their names in its folder."""
    from convcalc.interop.load import load
    from convcalc.network.find import is_inside

    folder = os.path.dirname(sheet.path) or "."
    found: dict[str, str] = {}
    for file in dict.fromkeys(_named(sheet)):
        for path in load(file.path, within=file.folder).files:
            if is_inside(path, folder):
                real, home = os.path.realpath(path), os.path.realpath(folder)
                name = file.name if path == file.path else os.path.relpath(real, home)
                found[slashed(name)] = path
    return found


def _for_students(data: bytes) -> bytes:
    """A network file that was already read, without comments and without data for teachers."""
    import yaml

    from convcalc.interop.signs import HEAD, format_of

    if format_of(data[:HEAD], io.BytesIO(data)):
        return data  # another tool's file, which has no data for teachers

    root = yaml.compose(decode(data, "network"), Loader=yaml.SafeLoader)
    assert isinstance(root, yaml.MappingNode)
    root.value = [(key, value) for key, value in root.value if key.value not in _TEACHERS]
    text: str = yaml.serialize(root, Dumper=yaml.SafeDumper, allow_unicode=True)
    return text.encode()


def _named(sheet: Sheet) -> Iterator[NetworkFile]:
    """The files that a sheet names in its folder, including varied names."""
    for question in sheet.questions:
        for word in _WORDS:
            varied = question.vary.get(word)
            names = [question.given.get(word), *(varied if isinstance(varied, list) else ())]
            for name in names:
                file = find_beside({word: name}, sheet.path)[word] if name else None
                if isinstance(file, NetworkFile) and file.folder:
                    yield file


def _file(name: str, sheet: str, word: str) -> NetworkFile:
    """The file of a name.

    Raises:
        GivenError: it is not in the sheet's folder, or is not a network file.
    """
    from convcalc.network.find import bundled_folder, find, is_inside

    folder = os.path.dirname(sheet) or "."
    shown, name = shortened(name), posixpath.normpath(name)  # ./net.yaml is net.yaml
    parts = re.split(r"[/\\]", name)
    if os.path.isabs(name) or ".." in parts or "\\" in name or not all(parts) or ":" in name:
        raise GivenError(word, f"{shown} {_OUTSIDE}")
    try:
        path = find(name, folder)
    except UsageError as error:
        raise GivenError(word, str(error)) from None
    if is_inside(path, bundled_folder()):
        return NetworkFile(name, path, "")
    if not is_inside(path, folder):
        raise GivenError(word, f"{shown} {_OUTSIDE}")
    if not name.endswith(_SUFFIXES) or not os.path.isfile(path):
        what = f"{shortened(name)} is not a network file; write the name of a file that convcalc reads, such as net.yaml or net.onnx"
        raise GivenError(word, what)
    if (size := os.path.getsize(path)) > MAX_FILE:
        what = f"{shortened(name)} has {size:,} bytes; at most {MAX_FILE:,} are read, so shorten it"
        raise GivenError(word, what)
    return NetworkFile(name, path, folder)


_OUTSIDE = "is outside of the sheet's folder; copy it there, and write its name"
