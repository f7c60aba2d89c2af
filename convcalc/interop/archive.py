"""Zip archives of other tools: list their files, and unpack one file up to a limit.

Importing Python's zipfile takes longer than reading a whole archive here.

Source:
    PKWARE's .ZIP File Format Specification (APPNOTE.TXT), version 6.3.10, sections 4.3 and 4.5.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from struct import Struct, error
from typing import IO, TYPE_CHECKING, NamedTuple

from convcalc.errors import UsageError
from convcalc.files import size_text
from convcalc.text import printable, quoted

if TYPE_CHECKING:
    from convcalc.interop.base import ForeignFile

MAX_ENTRIES = 100_000  # files in an archive
MAX_RATIO = 200  # the largest compression ratio of a text
_SMALL = 2**20  # bytes of a text whose ratio is not limited
_MAX_DIRECTORY = 64 * 2**20  # bytes that list the files
_MAX_COMMENT = 2**16  # bytes at the end of an archive

_END, _IS_END = Struct("<4s8xLL2x"), b"PK\x05\x06"
_END_64, _IS_END_64 = Struct("<4s36xQQ"), b"PK\x06\x06"
_LOCATOR, _IS_LOCATOR = Struct("<4s16x"), b"PK\x06\x07"
_ENTRY, _IS_ENTRY = Struct("<4s4xHH4xLLLHHH8xL"), b"PK\x01\x02"
_HEAD, _IS_HEAD = Struct("<4s22xHH"), b"PK\x03\x04"
_MORE, _IS_LONG = Struct("<HH"), 1  # the extra field of an entry with its sizes as 64-bit numbers
_LONG = 0xFFFFFFFF  # the value in a field that is too small for its number
_ENCRYPTED, _UNICODE = 1, 0x800  # bits of an entry's flags
_STORED, _DEFLATED = 0, 8


class BrokenArchiveError(ValueError):
    """An archive is damaged, or cut off."""


class Entry(NamedTuple):
    """A file of an archive.

    Attributes:
        name: its name with its folders.
        flags: whether it is encrypted, and the encoding of its name.
        method: how it is compressed.
        checksum: the checksum of its content.
        packed: its bytes in the archive.
        size: its bytes after unpacking.
        at: where it begins in the archive.
    """

    name: str
    flags: int
    method: int
    checksum: int
    packed: int
    size: int
    at: int


def entries_of(data: IO[bytes]) -> list[Entry]:
    """The files of an archive; if there are too many, one more than the limit.

    Raises:
        BrokenArchiveError: it is damaged.
    """
    try:
        return _listed(*_directory(data))
    except (error, UnicodeDecodeError):
        raise BrokenArchiveError from None


@contextmanager
def unpacking(file: ForeignFile, way_out: str) -> Iterator[tuple[IO[bytes], list[Entry]]]:
    """A context with an archive's data and files; turns errors of a damaged archive into messages.

    Args:
        file: the archive.
        way_out: the advice if it is damaged.

    Raises:
        SpecError: it is damaged.
        UsageError: it has too many files.
    """
    try:
        with file.open() as data:
            entries = entries_of(data)
            if len(entries) > MAX_ENTRIES:
                what = f"an archive of more than {MAX_ENTRIES:,} files; pack only the network"
                raise UsageError(f"{printable(file.path)}: {what}")
            yield data, entries
    except (BrokenArchiveError, OSError):
        raise file.error(f"the archive is damaged or cut off; {way_out}") from None


def unpacked(file: ForeignFile, data: IO[bytes], entry: Entry, most: int) -> bytes:
    """The content of a file of an archive.

    Args:
        file: the archive, for messages.
        data: the open archive.
        entry: one of its files.
        most: how many bytes of the file are read at most.

    Raises:
        BrokenArchiveError: it is damaged.
        SpecError: the file is encrypted, or compressed by an unknown method.
        UsageError: the file is too large.
    """
    shown = f"{quoted(entry.name)} in the archive"
    if entry.flags & _ENCRYPTED:
        raise file.error(f"{shown} is encrypted; save it without a password")
    if entry.method not in (_STORED, _DEFLATED):
        what = f"is packed with the method {entry.method}, which is not read; pack it with deflate"
        raise file.error(f"{shown} {what}")
    size, where = size_text(entry.size), printable(file.path)
    if entry.size > most:
        message = f"{where}: {shown} is {size}; at most {size_text(most)} are read"
        raise UsageError(message)
    if entry.size > max(_SMALL, MAX_RATIO * entry.packed):
        packed = size_text(entry.packed)
        what = f"{size} packed into {packed}; a network cannot be compressed that much, so it is not read"
        raise UsageError(f"{where}: {shown} is {what}")
    return _content(data, entry)


def _directory(data: IO[bytes]) -> tuple[bytes, int, int]:
    """The list of files at the end of an archive, where it begins, and the bytes before the archive."""
    whole = data.seek(0, os.SEEK_END)
    begin = max(0, whole - _MAX_COMMENT - _END.size)
    data.seek(begin)
    tail = data.read()
    found = tail.rfind(_IS_END)
    if found < 0:
        raise BrokenArchiveError
    _, size, offset = _END.unpack_from(tail, found)
    end = begin + found
    before = end - _LOCATOR.size - _END_64.size
    if before >= 0:
        data.seek(before)
        is_end, long_size, long_offset = _END_64.unpack(data.read(_END_64.size))
        (is_locator,) = _LOCATOR.unpack(data.read(_LOCATOR.size))
        if (is_end, is_locator) == (_IS_END_64, _IS_LOCATOR):
            size, offset, end = long_size, long_offset, before
    shift = end - size - offset
    if shift < 0 or size > _MAX_DIRECTORY:
        raise BrokenArchiveError
    data.seek(end - size)
    return data.read(size), end - size, shift


def _listed(listed: bytes, end: int, shift: int) -> list[Entry]:
    """The files that a list names."""
    found: list[Entry] = []
    place = 0
    while place < len(listed) and len(found) <= MAX_ENTRIES:
        sign, flags, method, checksum, packed, size, name, extra, comment, at = _ENTRY.unpack_from(
            listed, place
        )
        begin = place + _ENTRY.size
        place = begin + name + extra + comment
        if sign != _IS_ENTRY or place > len(listed):
            raise BrokenArchiveError
        more = begin + name
        if _LONG in (size, packed, at):
            size, packed, at = _long(listed[more : more + extra], size, packed, at)
        if at + shift >= end:
            raise BrokenArchiveError
        text = listed[begin:more]
        letters = "utf-8" if flags & _UNICODE or text.isascii() else "cp437"
        called = text.decode(letters)
        found.append(Entry(called, flags, method, checksum, packed, size, at + shift))
    return found


def _long(extra: bytes, *numbers: int) -> list[int]:
    """Numbers of an entry; those too large for their fields come from its extra field."""
    place = 0
    while place < len(extra):
        sort, length = _MORE.unpack_from(extra, place)
        place += _MORE.size
        if sort == _IS_LONG:
            held = extra[place : place + length]
            waiting = [int.from_bytes(held[i : i + 8], "little") for i in range(0, len(held), 8)]
            try:
                return [waiting.pop(0) if number == _LONG else number for number in numbers]
            except IndexError:
                raise BrokenArchiveError from None
        place += length
    return list(numbers)


def _content(data: IO[bytes], entry: Entry) -> bytes:
    """A file, unpacked."""
    if entry.packed > entry.size + entry.size // 8 + _HEAD.size:  # no program compresses so badly
        raise BrokenArchiveError
    data.seek(entry.at)
    head = data.read(_HEAD.size)
    if len(head) < _HEAD.size or not head.startswith(_IS_HEAD):
        raise BrokenArchiveError
    _, name, extra = _HEAD.unpack(head)
    data.seek(entry.at + _HEAD.size + name + extra)
    found = data.read(entry.packed)
    try:
        if entry.method == _DEFLATED:
            found = zlib.decompressobj(-zlib.MAX_WBITS).decompress(found, entry.size + 1)
    except zlib.error:
        raise BrokenArchiveError from None
    if len(found) != entry.size or zlib.crc32(found) != entry.checksum:
        raise BrokenArchiveError
    return found
