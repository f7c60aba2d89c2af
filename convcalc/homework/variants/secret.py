"""The secret of a class, and what is derived from it: an HMAC, never `random`."""

from __future__ import annotations

import hmac
import os
import unicodedata
from collections.abc import Iterable, Mapping

from convcalc.errors import UsageError
from convcalc.files import STDIN, file_name, note_made, read_file
from convcalc.text import shortened

_OPTION = "--secret-file"
_MIN_SECRET = 8  # bytes
_MAX_SECRET = 64 * 1024
_SHORTEST = 4  # digits of a code


def read_secret(path: str) -> bytes:
    """The secret in a file, without the white space around it.

    Raises:
        UsageError: it cannot be read, or is too short.
    """
    if path != STDIN and not os.path.lexists(path):
        message = (
            f"{file_name(path, _OPTION)}: does not exist; check the name, or let hw make write one"
        )
        raise UsageError(message)
    secret = read_file(path, 2**20, "secret", option=_OPTION).strip()
    if not _MIN_SECRET <= len(secret) <= _MAX_SECRET:
        message = (
            f"{file_name(path, _OPTION)}: has {len(secret):,} bytes; a secret has at least "
            f"{_MIN_SECRET} and at most {_MAX_SECRET:,}, such as one line of random letters"
        )
        raise UsageError(message)
    return secret


def new_secret(path: str) -> bytes:
    """Write a new random secret, readable only by the owner, and return it.

    The file is complete or does not exist; an existing one is never replaced.
    """
    import secrets

    text = secrets.token_hex(32)
    part = f"{path}.{secrets.token_hex(4)}.part"
    try:
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with open(handle, "w", encoding="ascii") as file:
                file.write(f"{text}\n")
                file.flush()
                os.fsync(file.fileno())
            os.link(part, path)  # fails if the file exists, unlike a rename
            note_made([path])
        finally:
            os.unlink(part)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        message = f"{file_name(path, _OPTION)}: cannot be written: {reason}; choose another place"
        raise UsageError(message) from None
    return text.encode()


def same_student(student: str) -> str:
    """A student's id in the form that is hashed: S042 and s042 are the same student.

    >>> same_student("  S042 ")
    's042'
    """
    return unicodedata.normalize("NFKC", student).strip().casefold()


def digest(secret: bytes, *words: str) -> bytes:
    """HMAC-SHA256 of some words, each after its length, so that different lists differ."""
    message = b"".join(b"%d:%b" % (len(data), data) for data in (w.encode() for w in words))
    return hmac.digest(secret, message, "sha256")


def fingerprint(secret: bytes) -> str:
    """Hexadecimal digits that distinguish this secret from others, and reveal nothing else.

    >>> fingerprint(b"an old and well kept secret")
    '618b66733ea1b4fd'
    """
    return digest(secret, "fingerprint").hex()[:16]


def refuse_other_secret(where: str, made_with: str, secret: bytes) -> None:
    """Refuse a secret that did not make the existing files.

    Args:
        where: what was made, such as a sheet.
        made_with: the fingerprint in it; empty if there is none.
        secret: the secret that was given.

    Raises:
        UsageError: it is another secret.
    """
    given = fingerprint(secret)
    if made_with and made_with != given:
        message = (
            f"{_OPTION}: the secret has the fingerprint {given}, but {where} was made with {shortened(made_with, 20)}; "
            "give that secret"
        )
        raise UsageError(message)


def code(secret: bytes, purpose: str, sheet: str, student: str, length: int = _SHORTEST) -> str:
    """A short code for a student's variant, or in place of the name."""
    return digest(secret, purpose, sheet, same_student(student)).hex()[:length]


class Codes:
    """The students by their codes of any length.

    Args:
        whole: the code of each student, with all its digits.
    """

    def __init__(self, whole: Mapping[str, str]) -> None:
        self._whole: dict[str, list[tuple[str, str]]] = {}
        for student, text in whole.items():
            self._whole.setdefault(text[:_SHORTEST], []).append((text, student))

    def of(self, text: str) -> set[str]:
        """The students whose code begins with some digits; nobody if the digits are too few."""
        known = self._whole.get(text[:_SHORTEST], ()) if text else ()
        return {student for whole, student in known if whole.startswith(text)}


def whole_codes(secret: bytes, purpose: str, sheet: str, students: Iterable[str]) -> dict[str, str]:
    """The code of every student with all its digits; shown codes are its first digits."""
    return {student: code(secret, purpose, sheet, student, 64) for student in students}


def codes(
    secret: bytes, purpose: str, sheet: str, students: Iterable[str], given: Iterable[str] = ()
) -> dict[str, str]:
    """A code for every student, as short as possible without repeats.

    Args:
        given: existing codes of others.
    """
    used = set(given)
    whole = whole_codes(secret, purpose, sheet, students)
    found: dict[str, str] = {}
    for length in (_SHORTEST, 5, 6, 8, 12, 64):
        taken: dict[str, int] = {}
        for text in whole.values():
            taken[text[:length]] = taken.get(text[:length], 0) + 1
        for student, text in whole.items():
            if student not in found and taken[text[:length]] == 1 and text[:length] not in used:
                found[student] = text[:length]
    return {student: found.get(student, whole[student]) for student in whole}
