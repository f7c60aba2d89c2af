"""Times as platforms write them, in seconds; times without a zone are all read in the same way."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

_ZONE = re.compile(r"\s*(?:GMT|UTC)?([+-])(\d{1,2})(?::?(\d{2}))?$|\s*(?:UTC|GMT|Z)$")
_FORMATS = (
    "%Y-%m-%d %H:%M:%S.%f", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S.%f", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M",
    "%Y/%m/%d %I:%M:%S %p", "%Y/%m/%d %H:%M:%S", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %I:%M:%S %p", "%m/%d/%y %H:%M:%S",
    "%m/%d/%Y %H:%M", "%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M",
    "%d %B %Y %I:%M %p", "%d %B %Y %H:%M", "%d %b %Y %I:%M %p", "%A, %d %B %Y, %I:%M %p", "%A, %d %B %Y, %H:%M",
)  # fmt: skip


def time_of(text: str) -> float | None:
    """A time in seconds; None if it cannot be read.

    >>> time_of("2026-01-05 10:00:00 UTC") == time_of("2026/01/05 11:00:00 AM GMT+1")
    True
    >>> time_of("soon") is None
    True
    """
    if not text or text.isspace():
        return None  # first, because many rows of a table have no time
    text = re.sub(r"(\.\d{6})\d+", r"\1", " ".join(text.split())[:60])  # Ruby writes nanoseconds
    zone = UTC
    found = _ZONE.search(text)
    if found and (found[1] or text[found.start() :].strip()):
        if found[1]:
            minutes = int(found[2]) * 60 + int(found[3] or 0)
            if minutes >= 24 * 60:
                return None
            zone = timezone(timedelta(minutes=minutes if found[1] == "+" else -minutes))
        text = text[: found.start()].strip()
    text = re.sub(r" [A-Z][A-Za-z]+/[A-Za-z_]+$", "", text)  # nbgrader's America/Los_Angeles
    for form in _FORMATS:
        try:
            return datetime.strptime(text, form).replace(tzinfo=zone).timestamp()
        except (ValueError, OverflowError):
            continue
    return None
