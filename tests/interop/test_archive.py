"""Zip archives, read like by Python's zipfile; archives that it would not read are called damaged."""

from __future__ import annotations

import io
import random
import struct
import zipfile
import zlib
from collections.abc import Iterator

import pytest

from convcalc.errors import ConvcalcError
from convcalc.interop.archive import BrokenArchiveError, entries_of, unpacked, unpacking
from convcalc.interop.base import ForeignFile

FILES = {
    "a/models/model.json": b'{"a": 1}' * 90,
    "a/data/weights/weight_0": bytes(range(256)) * 3,
    "a/grüße/層.txt": b"x",
    "empty": b"",
}
MOST = 10**6


def packed(
    files: dict[str, bytes] | None = None, method: int = zipfile.ZIP_DEFLATED, comment: bytes = b""
) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", method) as archive:
        for name, text in (FILES if files is None else files).items():
            archive.writestr(name, text)
        archive.comment = comment
    return data.getvalue()


def long(name: str, text: bytes) -> bytes:
    """An archive with one file, whose sizes and position are written as 64-bit numbers."""
    head = struct.pack("<4s5H3L2H", b"PK\x03\x04", 45, 0, 0, 0, 33, zlib.crc32(text), len(text), len(text), len(name), 0)  # fmt: skip
    body = head + name.encode() + text
    extra = struct.pack("<2H3Q", 1, 24, len(text), len(text), 0)
    entry = struct.pack(
        "<4s6H3L5H2L", b"PK\x01\x02", 45, 45, 0, 0, 0, 33, zlib.crc32(text), 2**32 - 1, 2**32 - 1,
        len(name), len(extra) + 4, 0, 0, 0, 0, 2**32 - 1,
    )  # fmt: skip
    listed = entry + name.encode() + struct.pack("<2H", 9, 0) + extra
    end = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, 1, 1, len(listed), len(body))
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, len(body) + len(listed), 1)
    last = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, 2**32 - 1, 2**32 - 1, 0)
    return body + listed + end + locator + last


ARCHIVES = {
    "deflated": packed(),
    "stored": packed(method=zipfile.ZIP_STORED),
    "with a comment": packed(comment=b"PK" * 20_000),
    "with bytes in front": b"#!/bin/sh\n" + packed(),
    "of old letters": packed({"abcd": b"12"}).replace(b"abcd", b"ab\x82d"),
    "of no files": packed({}),
    "of long numbers": long("a/b", b"text"),
    "of long numbers, with bytes in front": b"front" + long("a/b", b"text"),
}


def contents(data: bytes) -> Iterator[tuple[str, bytes]]:
    """The content read from an archive."""
    file = ForeignFile("net.zip", data[:10], data)
    with unpacking(file, "copy it again") as (opened, entries):
        for entry in entries:
            yield entry.name, unpacked(file, opened, entry, MOST)


@pytest.mark.parametrize("name", ARCHIVES)
def test_archives_are_read_as_zipfile_reads_them(name: str) -> None:
    with zipfile.ZipFile(io.BytesIO(ARCHIVES[name])) as archive:
        expected = [(info.filename, archive.read(info)) for info in archive.infolist()]
    assert list(contents(ARCHIVES[name])) == expected


def test_damage_is_found_or_does_not_matter() -> None:
    """With wrong bytes anywhere, the content is right, or nothing is read."""
    draw = random.Random(12)
    refused = 0
    for whole in ARCHIVES.values():
        texts = {text for _, text in contents(whole)}
        for _ in range(150):
            data = bytearray(whole[draw.randrange(3) :])
            for _ in range(draw.randrange(1, 4)):
                data[draw.randrange(len(data))] = draw.choice(b"\x00\x01\x7f\xffPK\x05")
            try:
                assert {text for _, text in contents(bytes(data))} <= texts
            except ConvcalcError:
                refused += 1
    assert refused > 400


@pytest.mark.parametrize("name", ARCHIVES)
def test_archives_that_are_cut_off(name: str) -> None:
    whole = ARCHIVES[name]
    for end in {*range(0, len(whole), max(1, len(whole) // 40)), len(whole) - 1}:
        if whole[:end].count(b"PK\x05\x06"):
            continue  # the comment alone is cut
        with pytest.raises(BrokenArchiveError):
            entries_of(io.BytesIO(whole[:end]))


def message(data: bytes) -> str:
    with pytest.raises(ConvcalcError) as caught:
        list(contents(data))
    return str(caught.value)


def changed(data: bytes, place: int, form: str, number: int) -> bytes:
    """An archive with another number in its first listed file."""
    at = data.index(b"PK\x01\x02") + place
    size = struct.calcsize(form)
    return data[:at] + struct.pack(form, number) + data[at + size :]


def test_what_is_not_read_says_why() -> None:
    one = packed({"a": b"0123456789" * 50})
    damaged = "net.zip: the archive is damaged or cut off; copy it again"
    assert message(packed({"a": b"b" * 500}, zipfile.ZIP_BZIP2)) == (
        "net.zip: 'a' in the archive is packed with the method 12, which is not read; pack it with deflate"
    )
    assert message(changed(one, 8, "<H", 1)) == (
        "net.zip: 'a' in the archive is encrypted; save it without a password"
    )
    assert message(changed(one, 24, "<L", 2**31)) == (
        "net.zip: 'a' in the archive is 2,048 MiB; at most 1,000,000 bytes are read"
    )
    for place, form, number in (
        (16, "<L", 7),  # the checksum
        (20, "<L", 2**31),  # more bytes than it unpacks to
        (20, "<L", 3),
        (24, "<L", 499),
        (24, "<L", 501),
        (42, "<L", 2**31),  # after the list
        (42, "<L", 2**32 - 1),  # a missing 64-bit number
        (42, "<L", 1),
        (28, "<H", 60_000),  # a name longer than the list
    ):
        assert message(changed(one, place, form, number)) == damaged, (place, number)


def test_very_many_files_are_not_read() -> None:
    one = packed({"a": b""}, zipfile.ZIP_STORED)
    begin, end = one.index(b"PK\x01\x02"), one.index(b"PK\x05\x06")
    listed = one[begin:end] * 100_001
    size = struct.pack("<2L", len(listed), begin)
    data = one[:begin] + listed + one[end : end + 12] + size + bytes(2)
    assert message(data) == (
        "net.zip: an archive of more than 100,000 files; pack only the network"
    )
