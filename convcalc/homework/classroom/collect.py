"""The submitted files of a class, from files, folders and zips, one at a time.

Nothing is extracted to disk, run, or trusted. Names that leave their folder, links, devices,
archives that unpack to too much, and files that change while they are read are returned as a
`SubmittedFile` with the reason why they were not read. Every file is returned once.
"""

from __future__ import annotations

import io
import os
import re
import stat
import time
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import IO

from convcalc.errors import UsageError
from convcalc.files import open_regular, shown_path, size_text
from convcalc.folders import PREFIX
from convcalc.homework.classroom.answer_files import MAX_BYTES
from convcalc.homework.classroom.beside import NETWORK, BesideAnswers, InArchive, is_network
from convcalc.homework.classroom.claims import Claim, version_of, without_backup
from convcalc.homework.classroom.platforms import gradescope
from convcalc.homework.classroom.platforms.kinds import other_kind
from convcalc.homework.classroom.platforms.times import time_of
from convcalc.homework.sheets.handed_in import Place
from convcalc.text import printable, shortened

MAX_DEPTH = 12  # deepest folders inside folders
MAX_FILES = 500_000
MAX_ZIP = 512 * 2**20  # bytes of an archive
MAX_MEMBERS = 100_000
MAX_TOTAL = 2**30  # bytes that an archive, and those in it, may unpack to
_MAX_RATIO = 200  # the largest compression ratio of a file
_FREE_BYTES = 2**20  # bytes that may be compressed by any ratio
MAX_NESTED = 2  # deepest archives in archives
_ENCRYPTED = 0x1
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")

_SUMMARY, _BESIDE = "summary.json", {"manifest.json", "names", "files.csv"}  # of a folder of marks
_SUMMARY_START = re.compile(rb'\{\s*"schema": \d+,\s*"sheet": "')
_KEY_HEADING = b"student_id,variant,question,part,given,expected"  # of the key of `hw make`

_DIGITS = re.compile(r"[0-9]{1,18}")
_TIMESTAMP = "timestamp.txt"  # of nbgrader, next to the submitted files
_SYSTEM_NAMES = frozenset(
    {
        _TIMESTAMP,
        gradescope.METADATA,
        "thumbs.db",
        "desktop.ini",
        "__macosx",
        ".ds_store",
        ".gitkeep",
    }
)
_SYSTEM_STARTS = ("._", "~$", ".~lock.", PREFIX)  # of macOS, Word, LibreOffice, and ours
_SWAP = re.compile(r"^\..*\.(?:sw[a-p]|un~)$")  # of vim


@dataclass(slots=True)
class SubmittedFile:
    """One submitted file.

    Attributes:
        path: its printable name; inside an archive after the archive's name.
        names: the parts of its path from the folder down, without suffixes.
        time: when it was last changed, in seconds; 0 if unknown.
        data: its bytes; None if it was not read.
        problem: why not.
        left_out: whether nothing is lost without it: a system file, not a student's.
        claim: what a platform says about it, or None.
        direct: whether it was named on the command line, not found in a folder or archive.
        version: the version at the end of its name; 0 without one.
        within: the folder or archive, named on the command line, that contains it; empty if
            it was named itself.
        packed: whether `within` is an archive.
        several: whether several folders or archives were named.
        place: where the files are that its answers name.
        network: its own name, if it is a network.
    """

    path: str
    names: tuple[str, ...]
    time: float = 0.0
    data: bytes | None = None
    problem: str = ""
    left_out: bool = False
    claim: Claim | None = None
    direct: bool = False
    version: int = 0
    within: str = ""
    packed: bool = False
    several: bool = False
    place: Place | None = None
    network: str = ""


class _Changed(Exception):  # noqa: N818 - not an error of the program
    """A file changed while it was read."""


def submitted_files(paths: Iterable[str]) -> Iterator[SubmittedFile]:
    """Every file under some paths, ordered by name.

    Raises:
        UsageError: a named path does not exist.
    """
    count = 0
    places = [(path, _sort_of(path)) for path in paths]
    several = sum(sort != "file" for _, sort in places) > 1
    for path, sort in places:
        within = _own_name(path, sort)
        found = _folder(path, (), 0) if sort == "folder" else _file(path, (), direct=True)
        for submitted in found:
            submitted.within, submitted.packed = within, sort == "archive"
            submitted.several = several
            count += 1
            if count > MAX_FILES:
                message = f"more than {MAX_FILES:,} files; grade them folder by folder"
                raise UsageError(message)
            yield submitted


def _sort_of(path: str) -> str:
    """Whether a path is a folder, an archive or a file.

    Raises:
        UsageError: it does not exist.
    """
    try:
        if stat.S_ISDIR(os.stat(path).st_mode):
            return "folder"
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        message = f"{shortened(path)}: cannot be read: {reason}; check the name"
        raise UsageError(message) from None
    return "archive" if _start_of(path, 4, follow=True) in _ZIP else "file"


def _own_name(path: str, sort: str) -> str:
    """The name of a folder or archive; empty for a file, and for the current folder."""
    name = os.path.basename(os.path.normpath(path))
    if sort == "file" or name in (os.curdir, os.pardir):
        return ""
    return _stem(name) if sort == "archive" else name


def _stem(name: str) -> str:
    """A file's name without its last suffix, and without that of a backup."""
    name = without_backup(name)
    root, suffix = os.path.splitext(name)
    return root if root and len(suffix) <= 6 else name


def natural_key(text: str) -> str:
    """A key that sorts s2 before s10.

    >>> sorted(["s10", "s2", "s1"], key=natural_key)
    ['s1', 's2', 's10']
    """
    return _DIGITS.sub(lambda found: found[0].zfill(20), text)


def _unread(path: str, names: tuple[str, ...], why: str, when: float = 0.0) -> SubmittedFile:
    """A file that was not read."""
    return SubmittedFile(shown_path(path), names, when, None, printable(why))


def _folder(
    path: str, names: tuple[str, ...], depth: int, claim: Claim | None = None
) -> Iterator[SubmittedFile]:
    """The files of a folder and of the folders in it.

    Args:
        path, names: the folder.
        depth: how many folders contain it.
        claim: what a platform says about everything in it.
    """
    if depth > MAX_DEPTH:
        yield _unread(path, names, f"more than {MAX_DEPTH} folders deep; not read")
        return
    try:
        with os.scandir(path) as found:
            entries = sorted(found, key=lambda entry: (natural_key(_stem(entry.name)), entry.name))
    except OSError as error:
        yield _unread(path, names, f"cannot be read: {error.strerror}")
        return
    inside = {entry.name for entry in entries}
    if _is_ours(path, inside):
        yield SubmittedFile(
            shown_path(path), names, left_out=True, problem="a folder that convcalc hw wrote"
        )
        return
    claims = _claims_in(path) if not depth and gradescope.METADATA in inside else {}
    if claim is None and _TIMESTAMP in inside:
        claim = Claim(
            time=time_of(_start_of(os.path.join(path, _TIMESTAMP)).decode("utf-8", "replace"))
        )
    for entry in entries:
        name = entry.name
        sort = _entry_kind(entry)
        if _is_system(name):
            yield SubmittedFile(
                shown_path(entry.path), (*names, name), left_out=True, problem="a system file"
            )
        elif sort == "link":
            yield _unread(entry.path, (*names, _stem(name)), "a link; links are not followed")
        elif sort == "folder":
            yield from _folder(entry.path, (*names, name), depth + 1, claims.get(name, claim))
        else:
            for submitted in _file(entry.path, names):
                submitted.claim = claims.get(name, claim)
                yield submitted


def _claims_in(path: str) -> dict[str, Claim]:
    """What Gradescope says about the folders next to its list."""
    return gradescope.claims_of(_start_of(os.path.join(path, gradescope.METADATA), MAX_BYTES))


def _start_of(path: str, count: int = 200, *, follow: bool = False) -> bytes:
    """The first bytes of a file; none if it cannot be read."""
    try:
        with open_regular(path, follow=follow) as file:
            return file.read(count)
    except (OSError, ValueError):
        return b""


def _is_ours(path: str, names: set[str]) -> bool:
    """Whether `hw grade` or `hw make` wrote a folder."""
    if _SUMMARY in names and names & _BESIDE:
        return bool(_SUMMARY_START.match(_start_of(os.path.join(path, _SUMMARY))))
    if "key.csv" not in names:
        return False
    return _start_of(os.path.join(path, "key.csv"), len(_KEY_HEADING)) == _KEY_HEADING


def _entry_kind(entry: os.DirEntry[str]) -> str:
    """The kind of a folder's entry; a file if it no longer exists, so that reading it gives the error."""
    try:
        if entry.is_symlink():
            return "link"
        return "folder" if entry.is_dir(follow_symlinks=False) else "file"
    except OSError:
        return "file"


def _is_system(name: str) -> bool:
    """Whether a file is one that systems and editors create, or that convcalc needs while it works."""
    return (
        name.lower() in _SYSTEM_NAMES or name.startswith(_SYSTEM_STARTS) or bool(_SWAP.search(name))
    )


def _file(path: str, names: tuple[str, ...], *, direct: bool = False) -> Iterator[SubmittedFile]:
    """One file, or the files in it if it is an archive."""
    here = (*names, _stem(os.path.basename(path)))
    for attempt in (1, 2):
        try:
            with open_regular(path, follow=direct) as handle:
                before = os.fstat(handle.fileno())
                if is_network(path):
                    yield _network(path, here, before.st_mtime, BesideAnswers(path))
                    return
                why = other_kind(path, handle.peek(64)[:64])
                if why:
                    yield _unread(path, here, why, before.st_mtime)
                    return
                if handle.peek(4)[:4] in _ZIP:
                    # Members of an archive that was found in a folder are not newer than the archive.
                    budget = _Budget(latest=time.time() if direct else before.st_mtime)
                    yield from _archive(path, here, handle, before.st_size, budget, of_class=direct)
                    after = os.fstat(handle.fileno())
                    if (after.st_size, after.st_mtime_ns) != (before.st_size, before.st_mtime_ns):
                        yield _unread(path, here, "changed while it was being read; grade it again")
                    return
                submitted = _read(path, here, handle, before)
                submitted.direct, submitted.place = direct, BesideAnswers(path)
                yield submitted
                return
        except _Changed:
            if attempt == 2:
                yield _unread(path, here, "changed while it was being read; grade it again")
            time.sleep(0.05)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or error
            yield _unread(path, here, f"cannot be read: {reason}")
            return


def _read(
    path: str, names: tuple[str, ...], handle: io.BufferedReader, before: os.stat_result
) -> SubmittedFile:
    """The bytes of a file that is not an archive."""
    when = min(before.st_mtime, time.time())
    if before.st_size > MAX_BYTES:
        return _unread(path, names, _too_large(before.st_size), when)
    data = handle.read(MAX_BYTES + 1)
    after = os.fstat(handle.fileno())
    if (after.st_size, after.st_mtime_ns) != (before.st_size, before.st_mtime_ns) or len(
        data
    ) != after.st_size:
        raise _Changed
    version = version_of(names[-1])
    return SubmittedFile(shown_path(path), names, when, data, version=version)


def _network(path: str, names: tuple[str, ...], when: float, place: Place) -> SubmittedFile:
    """A network, which is read if answers name it."""
    name = os.path.basename(path)
    return SubmittedFile(
        shown_path(path), names, when, left_out=True, problem=NETWORK, place=place, network=name
    )


def _too_large(size: int) -> str:
    """Why a file is not read."""
    return f"{size_text(size)}; a file of answers has at most {size_text(MAX_BYTES)}"


# ------------------------------------------------------------------------------------ archives


@dataclass(slots=True)
class _Budget:
    """How many bytes an archive and its inner archives may still unpack, and how new its files may be."""

    latest: float
    left: int = MAX_TOTAL
    nested: int = 0


def _archive(
    path: str,
    names: tuple[str, ...],
    handle: IO[bytes],
    size: int,
    budget: _Budget,
    *,
    of_class: bool = False,
) -> Iterator[SubmittedFile]:
    """The files in a zip, read in memory, each after its declared size was checked.

    If an archive was named on the command line, its name is not part of its files' names.
    """
    if size > MAX_ZIP:
        yield _unread(path, names, f"an archive of {size_text(size)}; unpack it first")
        return
    try:
        with zipfile.ZipFile(handle) as found:
            members = found.infolist()
            why = _refusal(members, budget)
            if why:
                yield _unread(path, names, why)
                return
            names = () if of_class else names
            top, claims = _claims_of_archive(found, members) if of_class else ((), {})
            count = 0
            for member in members:
                if not member.is_dir():
                    count += 1
                    for submitted in _unpack(path, names, found, member, budget):
                        inside = _parts(member)[len(top) :]
                        submitted.claim = claims.get(inside[0]) if len(inside) > 1 else None
                        yield submitted
            if not count:
                yield _unread(path, names, "an archive without files")
    except (zipfile.BadZipFile, OSError, EOFError, ValueError, NotImplementedError) as error:
        yield _unread(path, names, f"a broken archive: {shortened(str(error))}")


def _claims_of_archive(
    found: zipfile.ZipFile, members: list[zipfile.ZipInfo]
) -> tuple[tuple[str, ...], dict[str, Claim]]:
    """What Gradescope says about the folders in an archive of a class, and the folder around them.

    Its list is at the top or in the only folder; a list anywhere else is a student's file.
    """
    tops = {parts[0] for each in members if (parts := _parts(each)) and parts[0] != "__MACOSX"}
    for top in ((), tuple(tops)) if len(tops) == 1 else ((),):
        for each in members:
            if _parts(each) == (*top, gradescope.METADATA) and each.file_size <= MAX_BYTES:
                try:
                    return top, gradescope.claims_of(found.read(each))
                except (
                    zipfile.BadZipFile,
                    OSError,
                    EOFError,
                    RuntimeError,
                    ValueError,
                    zlib.error,
                ):
                    return top, {}
    return (), {}


def _parts(member: zipfile.ZipInfo) -> tuple[str, ...]:
    """The folders and the name of a file of an archive."""
    return tuple(part for part in member.filename.replace("\\", "/").split("/") if part)


def _refusal(members: list[zipfile.ZipInfo], budget: _Budget) -> str:
    """Why a whole archive is not read."""
    if len(members) > MAX_MEMBERS:
        return f"an archive of {len(members):,} files; unpack it first"
    total = sum(member.file_size for member in members)
    if total > budget.left:
        return f"an archive that unpacks to {size_text(total)}; not opened"
    budget.left -= total
    return ""


def _unpack(
    path: str,
    names: tuple[str, ...],
    found: zipfile.ZipFile,
    member: zipfile.ZipInfo,
    budget: _Budget,
) -> Iterator[SubmittedFile]:
    """One file of an archive."""
    name = member.filename
    where = f"{path}/{name}"
    parts = _parts(member)
    here = (*names, *parts[:-1], _stem(parts[-1])) if parts else names
    if parts and any(_is_system(part) for part in parts):
        yield SubmittedFile(shown_path(where), here, left_out=True, problem="a system file")
        return
    why = _member_refusal(member, parts)
    if why:
        yield _unread(where, here, why)
        return
    when = min(_modified(member), budget.latest)
    place = InArchive(found, parts[:-1], here[-1], _parts, _member_refusal)
    if is_network(name):
        yield _network(where, here, when, place)
        return
    nested = name.lower().endswith(".zip")
    limit = MAX_BYTES * (8 if nested else 1)
    if member.file_size > limit:
        yield _unread(where, here, _too_large(member.file_size), when)
        return
    try:
        with found.open(member) as stream:
            data = stream.read(limit + 1)
    except (zipfile.BadZipFile, OSError, EOFError, RuntimeError, ValueError, zlib.error) as error:
        yield _unread(where, here, f"cannot be unpacked: {shortened(str(error))}", when)
        return
    other = other_kind(name, data[:64])
    if len(data) > limit:
        yield _unread(where, here, _too_large(len(data)), when)
    elif other:
        yield _unread(where, here, other, when)
    elif data[:4] == b"PK\x03\x04" and nested:
        if budget.nested >= MAX_NESTED:
            yield _unread(where, here, "an archive three levels deep; unpack it first", when)
            return
        budget.nested, latest = budget.nested + 1, budget.latest
        budget.latest = when
        yield from _archive(where, here, io.BytesIO(data), len(data), budget)
        budget.nested, budget.latest = budget.nested - 1, latest
    else:
        version = version_of(here[-1])
        yield SubmittedFile(shown_path(where), here, when, data, version=version, place=place)


def _member_refusal(member: zipfile.ZipInfo, parts: tuple[str, ...]) -> str:
    """Why a file of an archive is not read."""
    name = member.filename
    if name.startswith(("/", "\\")) or ".." in parts or (parts and ":" in parts[0]) or "\0" in name:
        return "its name points outside the archive; not read"
    if stat.S_ISLNK(member.external_attr >> 16):
        return "a link; links are not followed"
    if member.flag_bits & _ENCRYPTED:
        return "protected by a password"
    if member.file_size > _FREE_BYTES and member.file_size > _MAX_RATIO * max(
        member.compress_size, 1
    ):
        return f"compressed {member.file_size // max(member.compress_size, 1):,} times, too much for text; not read"
    if len(parts) > MAX_DEPTH:
        return f"more than {MAX_DEPTH} folders deep; not read"
    return ""


def _modified(member: zipfile.ZipInfo) -> float:
    """When a file of an archive was changed, according to the archive."""
    try:
        return time.mktime((*member.date_time, 0, 0, -1))
    except (OverflowError, ValueError):
        return 0.0
