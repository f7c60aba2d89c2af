"""How a folder of marks was made: written into it, and checked before anything is added."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from typing import Any

from convcalc.errors import UsageError
from convcalc.files import read_file, shell_word
from convcalc.homework.classroom.roster import Student
from convcalc.homework.sheets.beside import files_beside
from convcalc.homework.sheets.sheet import Sheet
from convcalc.text import plural, shortened

SCHEMA = 1
MANIFEST, SUMMARY, ANSWERS = "manifest.json", "summary.json", "answers.jsonl"
NAMES_FOLDER = "names"  # in an anonymous run, the folder for everything with names in it
MAX_BYTES = 16 * 2**20
WAY_OUT = "grade the files again into another folder"
_LENGTH = 16  # hexadecimal digits of a fingerprint


@dataclass(frozen=True, slots=True)
class Manifest:
    """How a folder of marks was made.

    Attributes:
        sheet: the id of the sheet.
        content: the fingerprint of what its marks depend on; empty if unknown.
        roster: the fingerprint of the students on the roster; empty if there is none.
        secret: the fingerprint of the secret; empty if there is none.
        anonymous: whether codes replace names.
        with_answers: whether pages show the right answers.
        column: the assignment's name in the gradebook.
        outputs: which files are written.
        columns: the headings of a form, each with its question.
        tool: the version that wrote it.
    """

    sheet: str
    content: str = ""
    roster: str = ""
    secret: str = ""
    anonymous: bool = False
    with_answers: bool = False
    column: str = ""
    outputs: tuple[str, ...] = ()
    columns: dict[str, str] = field(default_factory=dict)
    tool: str = ""

    def to_json(self) -> str:
        """The manifest as plain data for JSON."""
        data = {"schema": SCHEMA, **{each.name: getattr(self, each.name) for each in fields(self)}}
        return f"{json.dumps(data, indent=1)}\n"


def path_in(folder: str, name: str) -> str:
    """The path of a file of an earlier run; in an anonymous run it may be in the names folder.

    Raises:
        UsageError: it does not exist.
    """
    path = find_in(folder, name)
    if not path:
        message = f"{shortened(folder)}: has no {name}; give the folder that hw grade --out wrote"
        raise UsageError(message)
    return path


def find_in(folder: str, name: str) -> str:
    """Like `path_in`; empty if the file does not exist."""
    places = (os.path.join(folder, name), os.path.join(folder, NAMES_FOLDER, name))
    return next((path for path in places if os.path.isfile(path)), "")


# --------------------------------------------------------------------------------------- reading


def manifest_of(folder: str) -> Manifest:
    """How an earlier run was made; older versions recorded less.

    Raises:
        UsageError: the manifest is missing or broken.
    """
    path = find_in(folder, MANIFEST)
    if not path:
        return _older_manifest(folder)
    data = _json_of(path, "manifest")
    try:
        return _checked({each.name: data[each.name] for each in fields(Manifest)})
    except (KeyError, TypeError):
        raise _broken(path, "a manifest") from None


def kinds_of(folder: str) -> dict[str, str]:
    """The questions of an earlier run, each with its type.

    Raises:
        UsageError: its summary is missing or broken.
    """
    path = path_in(folder, SUMMARY)
    kinds: dict[str, str] = _json_of(path, "summary").get("questions", {})
    if not _is_texts(kinds):
        raise _broken(path, "a summary")
    return kinds


def _older_manifest(folder: str) -> Manifest:
    """How a run was made, according to the summary of an earlier version."""
    path = path_in(folder, SUMMARY)
    data = _json_of(path, "summary")
    try:
        settings = data["settings"]
        return _checked(
            {
                "sheet": data["sheet"], "anonymous": settings["anonymous"], "outputs": settings["formats"],
                "with_answers": settings["with_answers"], "column": settings["column"],
            }
        )  # fmt: skip
    except (KeyError, TypeError):
        raise _broken(path, "a summary") from None


def _json_of(path: str, what: str) -> dict[str, Any]:
    """The JSON of a file that an earlier run wrote."""
    data = read_file(path, MAX_BYTES, what, way_out=WAY_OUT)
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        raise _broken(path, f"a {what}") from None
    if not isinstance(found, dict) or found.get("schema") != SCHEMA:
        raise _broken(path, f"a {what}")
    return found


def _checked(found: dict[str, Any]) -> Manifest:
    """A manifest after its values were checked.

    Raises:
        TypeError: a value has a wrong type.
    """
    usual = Manifest("", outputs=())
    outputs = found["outputs"]
    if not isinstance(outputs, list) or not _is_texts(found.get("columns", {})):
        raise TypeError
    for name, value in found.items():
        if name != "outputs" and type(value) is not type(getattr(usual, name)):
            raise TypeError
    return Manifest(
        **{**found, "outputs": tuple(name for name in outputs if isinstance(name, str))}
    )


def _is_texts(value: Any) -> bool:
    """Whether a value is a mapping of texts to texts."""
    return isinstance(value, dict) and all(isinstance(each, str) for each in value.values())


def _broken(path: str, what: str) -> UsageError:
    """The error about a file that is not in the form that this version writes."""
    return UsageError(f"{shortened(path)}: not {what} of this version; {WAY_OUT}")


# ---------------------------------------------------------------------------------- fingerprints


def sheet_fingerprint(sheet: Sheet) -> str:
    """A fingerprint of everything that the marks of a sheet depend on; its wording may change."""
    questions = [
        (
            q.id, q.kind, q.points, q.credit, q.partial, q.tolerance, q.accept, q.void, q.given, q.vary,
            q.require, q.separate, q.conventions.to_dict(),
        )
        for q in sheet.questions
    ]  # fmt: skip
    rules = (sheet.id, sheet.other_convention, sheet.follow_through)
    return _fingerprint((rules, questions, files_beside(sheet)))


def roster_fingerprint(students: Iterable[Student]) -> str:
    """A fingerprint of the students on a roster; their order does not matter."""
    return _fingerprint(sorted(student.id for student in students))


def _fingerprint(value: Any) -> str:
    """Hexadecimal digits that differ for different values."""
    return hashlib.sha256(repr(value).encode("utf-8", "surrogatepass")).hexdigest()[:_LENGTH]


# -------------------------------------------------------------------------------- contradictions


def refuse_other_sheet(folder: str, manifest: Manifest, sheet: Sheet) -> None:
    """Refuse a sheet other than that of an earlier run.

    Raises:
        UsageError: it has another id.
    """
    if manifest.sheet != sheet.id:
        message = (
            f"{shortened(folder)} has marks of the sheet {shortened(manifest.sheet)!r}, and this sheet is "
            f"{shortened(sheet.id)!r}; give that sheet, or choose another --out"
        )
        raise UsageError(message)


def refuse_changed_sheet(folder: str, manifest: Manifest, sheet: Sheet) -> None:
    """Refuse a sheet that would silently change the marks of an earlier run.

    Raises:
        UsageError: it has other questions, rules or points.
    """
    now = sheet_fingerprint(sheet)
    if manifest.content and manifest.content != now:
        message = (
            f"{shortened(sheet.path or sheet.id)}: changed since {shortened(folder)} was made "
            f"(fingerprint {now}, then {shortened(manifest.content)}); see whose points change with "
            f"convcalc hw regrade {shell_word(folder)} --sheet {shell_word(sheet.path or sheet.id)}, "
            "then --write, then add the files"
        )
        raise UsageError(message)


def refuse_other_secret(folder: str, manifest: Manifest, secret: str) -> None:
    """Refuse a secret that would change the numbers or codes of an earlier run.

    Args:
        secret: its fingerprint; empty if none was given.

    Raises:
        UsageError: it is another secret.
    """
    if secret and manifest.secret and secret != manifest.secret:
        message = (
            f"--secret-file: the secret has the fingerprint {secret}, and {shortened(folder)} was made with "
            f"{shortened(manifest.secret)}; give that secret, or choose another --out"
        )
        raise UsageError(message)


def refuse_other_map(folder: str, manifest: Manifest, columns: dict[str, str]) -> None:
    """Refuse a map that gives a heading of an earlier run to another question.

    Raises:
        UsageError: it does.
    """
    for heading, question in columns.items():
        before = manifest.columns.get(heading, question)
        if before != question:
            message = (
                f"--map: the heading {shortened(heading)!r} is {shortened(question)}, and was "
                f"{shortened(before)} when {shortened(folder)} was made; grade all files again with --force"
            )
            raise UsageError(message)


def refuse_names_as_codes(folder: str, manifest: Manifest) -> None:
    """Refuse --anon for a folder that contains names.

    Raises:
        UsageError: the folder contains names.
    """
    if not manifest.anonymous:
        message = (
            f"--anon: {shortened(folder)} was made without it, so its files contain names; "
            "leave --anon out, or choose another --out"
        )
        raise UsageError(message)


def refuse_lost_students(folder: str, lost: list[str], why: str, way_out: str) -> None:
    """Refuse a run that would drop students of an earlier one.

    Raises:
        UsageError: it would.
    """
    if lost:
        shown = ", ".join(map(shortened, lost[:5])) + (", …" if len(lost) > 5 else "")
        message = f"{why} {plural(len(lost), 'student')} of {shortened(folder)}: {shown}; {way_out}"
        raise UsageError(message)
