"""Names of files and folders that platforms give to what a student handed in.

Moodle (*Download all submissions*, mod/assign/locallib.php) writes ``First Last_99105_assignsubmission_file_``
as a folder or in front of the file's name; Canvas (*Download submissions*, content_zipper.rb) writes
``lastfirst_LATE_871_99_name-2``: the name without spaces, the user, the submission, and the file's own
name, with the attempt behind it.
"""

from __future__ import annotations

import re

from convcalc.homework.classroom.claims import Claim

_MOODLE = re.compile(
    r"(?P<name>[^_]+)_(?P<number>\d{1,12})_assignsubmission_(?:file|onlinetext)(?:_.*)?", re.DOTALL
)
_CANVAS = re.compile(
    r"(?P<name>[^\W_]{2,100})(?:_LATE|_late)?_(?P<user>\d{1,18})_(?P<number>\d{1,18})_.*?(?:-(?P<attempt>\d{1,3}))?",
    re.DOTALL,
)


def _moodle(name: str) -> Claim | None:
    """What Moodle says: the full name."""
    found = _MOODLE.fullmatch(name)
    return Claim(name=found["name"], source="Moodle") if found else None


def _canvas(name: str) -> Claim | None:
    """What Canvas says: the name without spaces, the number of the user, the attempt."""
    found = _CANVAS.fullmatch(name)
    if not found:
        return None
    attempt = int(found["attempt"]) if found["attempt"] else None
    return Claim(id=found["user"], name=found["name"], attempt=attempt, source="Canvas")


_PATTERNS = (_moodle, _canvas)


def claim_of(name: str) -> Claim | None:
    """What a platform says by the name of a folder or file.

    >>> claim_of("Ann Lee_99105_assignsubmission_file").name
    'Ann Lee'
    >>> found = claim_of("leeann_LATE_871_99_ps1-2")
    >>> found.id, found.name, found.attempt
    ('871', 'leeann', 2)
    """
    return next((claim for pattern in _PATTERNS if (claim := pattern(name))), None)
