"""Gradescope: results.json, and an autograder to upload, which carries this package with it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from typing import Any, ClassVar

from convcalc.homework.classroom.gradescope_results import results
from convcalc.homework.exports.base import Export, Out, export, zip_files
from convcalc.homework.exports.packed import NEEDS, package

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
    about="an autograder for Gradescope, to upload as it is",
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
                "the numbers vary per student: put the secret and the roster beside sheet.yaml in the archive, "
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
    from convcalc.errors import UsageError
    from convcalc.homework.classroom.answer_store import parse_submitted
    from convcalc.homework.classroom.collect import submitted_files
    from convcalc.homework.classroom.grader import Grader
    from convcalc.homework.sheets.read import load
    from convcalc.homework.variants.secret import read_secret

    source = os.path.join(base, "source")
    sheet = load(os.path.join(source, "sheet.yaml"))
    secret = os.path.join(source, "secret.txt")
    grader = Grader(sheet, read_secret(secret) if os.path.exists(secret) else None)
    student = _student_of(base, source, varies=any(each.vary for each in sheet.questions))
    best: dict[str, Any] = {}
    notes: list[str] = []
    why: list[str] = []
    for submitted in submitted_files([os.path.join(base, "submission")]):
        if submitted.data is None:
            why += (
                []
                if submitted.left_out
                else [
                    f"{submitted.names[-1] if submitted.names else submitted.path}: {submitted.problem}"
                ]
            )
            continue
        try:
            for given in parse_submitted(submitted, sheet, None):
                odd: list[str] = list(given.notes)
                values = grader.merge(given.values, odd)
                if len(values) > len(best):
                    best, notes = values, odd
        except UsageError as error:
            why.append(str(error).replace(f"{base}/submission/", ""))
        except Exception as error:  # noqa: BLE001 - one broken file must not hide another
            why.append(f"{submitted.names[-1]}: cannot be read ({type(error).__name__})")
    if not best:
        message = "No answers were found. " + " ".join(why[:5])
        raise UsageError(message)
    own = grader.sheet_of(student, grader.code(student))
    entries = grader.mark(own, best)
    return results(own, [entry.result for entry in entries], own.variant, notes)


def _student_of(base: str, source: str, *, varies: bool) -> str:
    """The student: by the e-mail address on the roster, else the part before the @.

    Raises:
        UsageError: the roster does not have the address, and numbers are drawn for each student.
    """
    from convcalc.errors import UsageError
    from convcalc.homework.classroom import roster

    try:
        with open(os.path.join(base, "submission_metadata.json"), encoding="utf-8") as file:
            users = json.load(file)["users"]
        mail = str(users[0]["email"])
    except (OSError, ValueError, KeyError, IndexError, TypeError):
        return ""
    path = os.path.join(source, "roster.csv")
    if os.path.exists(path):
        student = roster.load(path).find(mail)
        if not student and varies:
            message = f"{mail} is not on the roster, so nothing is marked; tell your teacher, who can add it and mark again"
            raise UsageError(message)
        return student or mail
    return mail.partition("@")[0]


if __name__ == "__main__":
    import sys

    run(sys.argv[1])
