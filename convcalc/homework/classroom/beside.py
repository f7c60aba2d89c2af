"""The files that were submitted with some answers, in a folder or an archive, also as platforms rename them."""

from __future__ import annotations

import os
import re
import zipfile
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from convcalc.errors import UsageError
from convcalc.files import start_as_utf_8
from convcalc.homework.classroom.answer_lines import Names, named_at_margin
from convcalc.homework.classroom.platforms.names import claim_of
from convcalc.homework.sheets.handed_in import Folder, check_size
from convcalc.interop.signs import SUFFIXES, WEIGHTS
from convcalc.interop.sorts import sort_of
from convcalc.text import shortened

if TYPE_CHECKING:
    from collections.abc import Callable

    from convcalc.homework.sheets.sheet import Sheet
    from convcalc.network.network import Network

IN_ARCHIVE = 64 * 2**20  # bytes of a network in an archive, which is unpacked in memory
_MAX_ENTRIES = 10_000  # of a folder that is searched for a renamed file
_SUFFIXES = (
    *SUFFIXES, *WEIGHTS,
    ".pt", ".pth", ".h5", ".hdf5", ".tflite",  # refused, with what to do instead
)  # fmt: skip
_MAX_FLOW = 2**18  # characters of a text in braces in which keys are searched
# A quote without an end goes to the end of the text, so that no character is read twice.
_FLOW = re.compile(
    r"\"(?:\\.|[^\"\\])*\"?|'[^']*'?|[{}\[\],:]|\s+|[^\s{}\[\],:\"'][^{}\[\],:]*", re.DOTALL
)
_ATTEMPT = re.compile(r"-\d{1,3}$")
NETWORK = "a network; it is read where answers name it"
NOT_ANSWERS = "a network, not answers"


def is_network(name: str) -> bool:
    """Whether a file is a network, by its name."""
    return name.lower().endswith(_SUFFIXES)


def holds_network(data: bytes, sheet: Sheet) -> bool:
    """Whether a file is a network, and not a text that answers a question of the sheet.

    A question may have the name of a network's key, such as input. Such a line alone does not make
    the file answers, unless no network remains without it.
    """
    start = start_as_utf_8(data)
    if sort_of(start) != "network" or b"\0" in start:
        return sort_of(start) == "network"
    from convcalc.network.load import TOP_KEYS

    text = start.decode("utf-8", "replace").replace("\r", "\n").lstrip()
    if text.startswith("{"):
        return _keys_of_network(_flow_keys(text), Names(sheet))
    named = {name.lower() for name in named_at_margin(text, sheet)}
    if named.difference(TOP_KEYS):
        return False
    ids = "|".join(re.escape(question.id) for question in sheet.questions)
    answers = rf"(?mi)^[ \t\"']*(?:{ids})[\"']?[ \t]*[:=].*"
    return sort_of(re.sub(answers, "", text).encode()) == "network"


def _keys_of_network(keys: Sequence[str], names: Names) -> bool:
    """Whether a text in braces, such as JSON, is a network, by its keys."""
    from convcalc.network.load import TOP_KEYS

    named = {key for key in keys if names.of(key)}
    if {key.lower() for key in named}.difference(TOP_KEYS):
        return False
    rest = "".join(f"{key}:\n" for key in keys if key not in named)
    return not named or sort_of(rest.encode()) == "network"


def _flow_keys(text: str) -> list[str]:
    r"""The keys of the outermost braces of a text.

    >>> _flow_keys('{"layers": [{"conv": 3}], q1: it\'s 28x28, \'a b\' : "c: d"}')
    ['layers', 'q1', 'a b']
    """
    found, depth, last = [], 0, ""
    for token in _FLOW.finditer(text, 0, _MAX_FLOW):
        word = token[0].strip()
        depth += (word in ("{", "[")) - (word in ("}", "]"))
        if word == ":" and depth == 1:
            found.append(last)
        last = word.strip("\"'") if word else last
    return found


class BesideAnswers(Folder):
    """The folder of a file of answers.

    Args:
        path: the file of answers.
    """

    def __init__(self, path: str) -> None:
        super().__init__(os.path.dirname(path))
        self._stem = os.path.splitext(os.path.basename(path))[0]

    def network(self, name: str, **how: Any) -> Network:
        if not os.path.lexists(os.path.join(self.path, name)) and claim_of(self._stem):
            with os.scandir(self.path) as found:
                entries = [entry.name for entry, _ in zip(found, range(_MAX_ENTRIES))]
            name = renamed(name, self._stem, entries) or name
        return super().network(name, **how)


class InArchive:
    """The folder of a file of answers in an archive.

    Args:
        archive: the archive, open.
        folder: the folder of the answers in it, as a list of its parts.
        stem: the name of the answers' file without its suffix.
        parts_of: gives the folders of a member and its name.
        refusal_of: gives the reason why a member is not read; empty if it is read.
    """

    path = ""

    def __init__(
        self,
        archive: zipfile.ZipFile,
        folder: tuple[str, ...],
        stem: str,
        parts_of: Callable[[zipfile.ZipInfo], tuple[str, ...]],
        refusal_of: Callable[[zipfile.ZipInfo, tuple[str, ...]], str],
    ) -> None:
        self.archive, self.folder, self._stem = archive, folder, stem
        self._parts_of, self._refusal_of = parts_of, refusal_of

    def network(self, name: str, **how: Any) -> Network:
        from convcalc.interop.load import loads

        members = {
            parts[len(self.folder) :]: each
            for each in self.archive.infolist()
            if (parts := self._parts_of(each))[: len(self.folder)] == self.folder
        }
        wanted = tuple(name.split("/"))
        if wanted not in members:
            names = [parts[0] for parts in members if len(parts) == 1]
            wanted = (renamed(name, self._stem, names),)
        if wanted not in members:
            raise UsageError(f"there is no file {shortened(name)!r} next to the answers")
        member = members[wanted]
        if why := self._refusal_of(member, wanted):
            raise UsageError(why)
        check_size(member.file_size, IN_ARCHIVE)
        try:
            data = self.archive.read(member)
        except (zipfile.BadZipFile, OSError, EOFError, ValueError, RuntimeError) as error:
            raise UsageError(f"damaged in the archive: {shortened(str(error))}") from None
        return loads(data, path=name, within=os.devnull, **how)  # other files cannot be stored


def renamed(name: str, own: str, names: Iterable[str]) -> str:
    """The platform's name for a file that was submitted with some answers; empty if there is none.

    Args:
        name: the student's name for it.
        own: the platform's name of the answers' file, without suffix.
        names: the names of the files in the same folder.

    >>> renamed("net.onnx", "leeann_871_99_ps1", ["leeann_871_98_net.onnx", "wubo_5_97_net.onnx"])
    'leeann_871_98_net.onnx'
    """
    whose = claim_of(own)
    stem, suffix = os.path.splitext(name)
    found: list[tuple[int, str]] = []
    for each in names if whose else ():
        other, ending = os.path.splitext(each)
        claim = claim_of(other)
        if claim is None or ending != suffix or not _ATTEMPT.sub("", other).endswith(f"_{stem}"):
            continue
        if whose and (claim.name, claim.canvas, claim.number) == (whose.name, whose.canvas, whose.number):  # fmt: skip
            found.append((claim.upload, each))
    return max(found, default=(0, ""))[1]
