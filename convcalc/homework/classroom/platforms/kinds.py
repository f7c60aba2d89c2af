"""Kinds of files without readable answers, each with what to do instead."""

from __future__ import annotations

import os

_AS_TEXT = "ask for the answers as text or YAML"
_AS_CSV = "save the table as CSV"
_BY_SUFFIX = {
    ".docx": f"a Word document; {_AS_TEXT}", ".doc": f"a Word document; {_AS_TEXT}",
    ".odt": f"a text document; {_AS_TEXT}", ".pages": f"a text document; {_AS_TEXT}",
    ".pptx": f"a presentation; {_AS_TEXT}", ".xlsx": f"an Excel workbook; {_AS_CSV}",
    ".xls": f"an Excel workbook; {_AS_CSV}", ".ods": f"a spreadsheet; {_AS_CSV}",
    ".numbers": f"a spreadsheet; {_AS_CSV}",
}  # fmt: skip
_BY_START = (
    (b"%PDF", f"a PDF; {_AS_TEXT}"),
    (b"\x89PNG", f"a picture; {_AS_TEXT}"),
    (b"\xff\xd8\xff", f"a picture; {_AS_TEXT}"),
    (b"GIF8", f"a picture; {_AS_TEXT}"),
    (b"{\\rtf", f"a formatted text (RTF); {_AS_TEXT}"),
    (b"\xd0\xcf\x11\xe0", f"an old Office document; {_AS_TEXT}"),
    (b"7z\xbc\xaf", "an archive of another kind (7z); pack it as a zip"),
    (b"Rar!", "an archive of another kind (RAR); pack it as a zip"),
    (b"\x1f\x8b", "an archive of another kind (gzip); pack it as a zip"),
)


def other_kind(name: str, start: bytes) -> str:
    """Why a file is not read, by its name and its first bytes; empty if it may contain answers.

    >>> other_kind("s1.pdf", b"%PDF-1.7")
    'a PDF; ask for the answers as text or YAML'
    >>> other_kind("s1.yaml", b"q1: 28")
    ''
    """
    said = _BY_SUFFIX.get(os.path.splitext(name.lower())[1], "")
    return said or next((why for magic, why in _BY_START if start.startswith(magic)), "")
