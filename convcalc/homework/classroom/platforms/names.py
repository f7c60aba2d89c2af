"""Names of files and folders that platforms give to what a student submitted.

Moodle (*Download all submissions*, mod/assign/locallib.php) writes ``First Last_99105_assignsubmission_file_``
as a folder or before the file's name; Canvas (*Download submissions*, content_zipper.rb) writes
``lastfirst_LATE_871_99_name-2``: the name without spaces, the user, the file, and the file's own
name, followed by the attempt.
"""

from __future__ import annotations

import re

from convcalc.homework.classroom.claims import Claim, says_nothing

MAX_SERIES = 100
_MOODLE = re.compile(
    r"(?P<name>[^_]+)_(?P<number>\d{1,12})_assignsubmission_(?:file|onlinetext)(?:_.*)?", re.DOTALL
)
_CANVAS = re.compile(
    r"(?P<name>[^\W\d_]{2,100})(?:_LATE|_late)?_(?P<user>\d{1,18})_(?P<upload>\d{1,18})_"
    r"(?P<own>.*?)(?:-(?P<attempt>\d{1,3}))?",
    re.DOTALL,
)


def _moodle(name: str) -> Claim | None:
    """The claim of Moodle: the full name, and the participant's number."""
    found = _MOODLE.fullmatch(name)
    return Claim(name=found["name"], number=found["number"], source="Moodle") if found else None


def _canvas(name: str) -> Claim | None:
    """The claim of Canvas: the name without spaces, the numbers of user and file, the attempt."""
    found = _CANVAS.fullmatch(name)
    if not found or says_nothing(found["name"]):
        return None
    return Claim(
        canvas=found["user"], name=found["name"], attempt=int(found["attempt"] or 0), source="Canvas",
        upload=int(found["upload"]), series=found["own"][:MAX_SERIES],
    )  # fmt: skip


_PATTERNS = (_moodle, _canvas)


def claim_of(name: str) -> Claim | None:
    """The claim in the name of a folder or file that a platform wrote.

    >>> claim_of("Ann Lee_99105_assignsubmission_file").name
    'Ann Lee'
    >>> found = claim_of("leeann_LATE_871_99_ps1-2")
    >>> found.canvas, found.name, found.upload, found.series, found.attempt
    ('871', 'leeann', 99, 'ps1', 2)
    >>> claim_of("hw_2026_11_ann") is None
    True
    """
    return next((claim for pattern in _PATTERNS if (claim := pattern(name))), None)
