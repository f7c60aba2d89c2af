"""Gradescope: results.json, and an autograder to upload, which contains this package."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from convcalc.homework.classroom.gradescope_results import results
from convcalc.homework.exports.base import Export, Out, export, zip_files
from convcalc.homework.exports.packed import NEEDS, package
from convcalc.text import listing, printable

if TYPE_CHECKING:
    from convcalc.homework.classroom.grader import Grader

_METADATA = "submission_metadata.json"
_MAX_METADATA, _MAX_MEMBERS = 2**24, 20  # bytes; most people of a group

_SETUP = """#!/usr/bin/env bash
# Runs once, when Gradescope builds the image. convcalc itself is in this archive.
set -e
apt-get update
for version in 3.13 3.12 3.11; do
  if apt-get install -y "python$version" "python$version-venv"; then
    "python$version" -m venv /autograder/venv
    break
  fi
done
/autograder/venv/bin/pip install {needs}
""".format(needs=" ".join(f'"{need}"' for need in NEEDS))
_RUN = """#!/usr/bin/env bash
# Runs for every submission; results are written even where something goes wrong.
cd /autograder/source
export PYTHONPATH=/autograder/source PYTHONDONTWRITEBYTECODE=1
mkdir -p /autograder/results
/autograder/venv/bin/python -m convcalc.homework.exports.gradescope /autograder
if [ ! -s /autograder/results/results.json ]; then
  echo '{"score": 0, "output": "The grader did not start; tell the course staff."}' \\
    > /autograder/results/results.json
fi
"""


@export(
    "gradescope",
    suffix=".zip",
    about="an autograder for Gradescope, ready to upload",
    text=False,
)
class Autograder(Export):
    """setup.sh, run_autograder, the sheet, and this package."""

    has_convcalc: ClassVar[bool] = True

    def files(self) -> Iterator[Out]:
        files = [
            Out("setup.sh", _SETUP.encode(), 0o755),
            Out("run_autograder", _RUN.encode(), 0o755),
            *self.sheet_files("sheet.yaml"),
        ]
        if any(question.vary for question in self.sheet.questions):
            self.notes.append(
                "the numbers vary per student: put the secret and the roster next to sheet.yaml in the archive, "
                "as secret.txt and roster.csv"
            )
        files += package()
        self.notes.append(
            "hints go up to the level that the sheet allows; the archive contains the sheet"
        )
        yield Out("", zip_files(files))


# ------------------------------------------------------------------- inside the autograder


def run(base: str) -> dict[str, Any]:
    """Mark the submission under ``base`` and write its results, even if marking fails."""
    try:
        found = _results(base)
    except Exception as error:  # noqa: BLE001 - a result must be written
        from convcalc.errors import ConvcalcError

        feedback = (
            str(error)
            if isinstance(error, ConvcalcError)
            else f"The grader stopped ({type(error).__name__})."
        )
        found = {"score": 0, "output": feedback, "output_format": "text"}
    folder = os.path.join(base, "results")
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "results.json"), "w", encoding="utf-8") as file:
        json.dump(found, file, indent=1)
    return found


def _results(base: str) -> dict[str, Any]:
    """The results of the submission."""
    from convcalc.homework.classroom.grader import Grader
    from convcalc.homework.sheets.read import load
    from convcalc.homework.variants.secret import read_secret

    source = os.path.join(base, "source")
    sheet = load(os.path.join(source, "sheet.yaml"))
    secret = os.path.join(source, "secret.txt")
    grader = Grader(sheet, read_secret(secret) if os.path.exists(secret) else None)
    members = _members(base, source) if grader.varies else {"": ""}
    answers = _answers(base, grader)
    notes = [
        f"{mail} is not on the roster." for mail, student in members.items() if student is None
    ]
    known = {mail: student for mail, student in members.items() if student is not None}
    named = {mail: s for mail, s in known.items() if grader.has_code(s, answers.variant)}
    found = {}
    for mail, student in (named or known).items():
        own = grader.sheet_of(student, grader.code(student))
        found[mail] = own, [entry.result for entry in grader.mark(own, answers.values)]
    best = max(found, key=lambda mail: sum(result.points for result in found[mail][1]))
    if len(members) > 1:
        why = (
            "the one with the variant in the answers"
            if named
            else "the one that fits the answers best"
        )
        notes.append(f"Submitted by a group of {len(members)}: marked with the numbers of {best}, {why}.")  # fmt: skip
    own, marked = found[best]
    return results(own, marked, own.variant, [*notes, *answers.notes])


class _Answers(NamedTuple):
    """What was submitted.

    Attributes:
        values: the answers by question.
        notes: anything unusual about them.
        variant: the code named in them.
    """

    values: dict[str, Any]
    notes: list[str]
    variant: str


def _answers(base: str, grader: Grader) -> _Answers:
    """The answers in the submission: those of the file with most answers.

    Raises:
        UsageError: there are none.
    """
    from convcalc.errors import ConvcalcError, UsageError, first_line
    from convcalc.homework.classroom.answer_store import parse_submitted
    from convcalc.homework.classroom.collect import submitted_files
    from convcalc.homework.sheets.handed_in import with_files

    best = _Answers({}, [], "")
    why: list[str] = []
    for submitted in submitted_files([os.path.join(base, "submission")]):
        if submitted.data is None:
            name = submitted.names[-1] if submitted.names else submitted.path
            why += [] if submitted.left_out else [f"{name}: {submitted.problem}"]
            continue
        try:
            for given in parse_submitted(submitted, grader.sheet, None):
                odd: list[str] = list(given.notes)
                values = with_files(grader.sheet, grader.merge(given.values, odd), submitted.place)
                if len(values) > len(best.values):
                    best = _Answers(values, odd, given.variant)
        except ConvcalcError as error:
            why.append(first_line(error).replace(f"{base}/submission/", ""))
        except Exception as error:  # noqa: BLE001 - one broken file must not hide another
            why.append(f"{submitted.names[-1]}: cannot be read ({type(error).__name__})")
    if not best.values:
        message = "No answers were found. " + " ".join(why[:5])
        raise UsageError(message)
    return best


def _members(base: str, source: str) -> dict[str, str | None]:
    """Who submitted, by e-mail address: the student on the roster, or without one the part before the @.

    None for somebody who is not on the roster; at least one person is on it.

    Raises:
        UsageError: Gradescope does not say who submitted, or none of them is on the roster.
    """
    from convcalc.errors import UsageError
    from convcalc.homework.classroom import roster

    mails = _mails(base)
    path = os.path.join(source, "roster.csv")
    if not os.path.exists(path):
        return {mail: mail.partition("@")[0] for mail in mails}
    students = roster.load(path)
    found = {mail: students.find(mail) or None for mail in mails}
    if not any(found.values()):
        are = "is" if len(mails) == 1 else "are"
        message = f"{listing(mails)} {are} not on the roster, so nothing is marked; tell your teacher, who can add {'it' if len(mails) == 1 else 'them'} and mark again"
        raise UsageError(message)
    return found


def _mails(base: str) -> list[str]:
    """The e-mail addresses of the submitters, according to Gradescope.

    Raises:
        UsageError: it does not say so.
    """
    from convcalc.errors import UsageError
    from convcalc.files import read_file

    try:
        data = read_file(os.path.join(base, _METADATA), _MAX_METADATA)
        users = json.loads(data)["users"][:_MAX_MEMBERS]
        mails = [mail for user in users if (mail := printable(user["email"]).strip())]
    except (UsageError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        mails = []
    if not mails:
        message = f"{_METADATA} does not say who submitted this, so nothing is marked: everybody has different numbers; tell your teacher, who can mark again"
        raise UsageError(message)
    return list(dict.fromkeys(mails))


if __name__ == "__main__":
    import sys

    run(sys.argv[1])
