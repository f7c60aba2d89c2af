"""Answers in a page of HTML, as platforms save the text of a student's form: its text, line by line."""

from __future__ import annotations

import html
import re

_IS_PAGE = re.compile(
    r"\s*(?:<\?xml[^<>]*>\s*)?<(?:!doctype html|html|head|body|p|div|h[1-6]|ul|ol|table|pre|span|br|b|strong|em|i)\b",
    re.IGNORECASE,
)
_FORM = re.compile(r"(?:onlinetext_?|_text)\.html?$", re.IGNORECASE)
_TAG = re.compile(  # a > inside quotes does not end it
    r"<(/?)([a-z][a-z0-9]*)\b((?:[^<>\"']|\"[^\"<]*\"|'[^'<]*')*+[^<>]*)>", re.IGNORECASE
)
_LINES = {
    "br", "dd", "div", "dl", "dt", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre", "section",
    "table", "tr", "ul",
}  # fmt: skip
_UNSEEN = {
    name: re.compile(rf"</{name}\b[^>]*>?", re.IGNORECASE) for name in ("script", "style", "title")
}
_STRUCK = ("s", "strike", "del")  # crossed out by the student
_SPACES = {"td": " ", "th": " ", "sup": "^"}  # 10<sup>6</sup> is 10^6
_FORMULA = re.compile(r"\bdata-equation-content=(?:\"([^\"]*)\"|'([^']*)')", re.IGNORECASE)
_NO_CHARACTER = re.compile("&#x?[0-9a-f]{20,};?", re.IGNORECASE)  # too long a number


def is_page(text: str) -> bool:
    """Whether a text is a page of HTML, or a part of one.

    >>> is_page("<!DOCTYPE html><html>"), is_page("<p>q1: 28</p>"), is_page("q1: <p>")
    (True, True, False)
    """
    return bool(_IS_PAGE.match(text))


def is_form(name: str) -> bool:
    """Whether a file is the page of a platform's form, by its name.

    >>> is_form("onlinetext.html"), is_form("leeann_872_99_text.html"), is_form("s1.html")
    (True, True, False)
    """
    return bool(_FORM.search(name))


def page_text(page: str) -> str:
    r"""The text of a page: a line for each paragraph, row and line break. Nothing in it is run.

    >>> page_text("<p>q1: 28&times;28</p><!-- <p>no --><table><tr><td>q2</td><td>: 760</td></tr></table>a<b")
    'q1: 28×28\nq2 : 760\na<b'
    >>> page_text("<p>q1: 2.3&times;10<sup>8</sup></p><p>q2: <s>750</s> 760")
    'q1: 2.3×10^8\nq2: 760'
    """
    found: list[str] = []
    at = struck = 0
    while (start := page.find("<", at)) >= 0:
        found.append("" if struck else page[at:start])
        tag = _TAG.match(page, start)
        closes, name, options = (tag[1], tag[2].lower(), tag[3]) if tag else ("", "", "")
        if page.startswith(("<!", "<?"), start):
            at = _end_of(page, "-->" if page.startswith("<!--", start) else ">", start)
        elif tag is None:
            found.append("" if struck else "<")
            at = start + 1
        elif name in _UNSEEN and not closes:
            end = _UNSEEN[name].search(page, tag.end())
            at = end.end() if end else len(page)
        else:
            found.append("\n" if name in _LINES else _in_line(name, closes, options, struck))
            struck = max(struck + (-1 if closes else 1), 0) if name in _STRUCK else struck
            at = tag.end()
    found.append("" if struck else page[at:])
    lines = html.unescape(_NO_CHARACTER.sub("\ufffd", "".join(found))).split("\n")
    return "\n".join(" ".join(line.split()) for line in lines if line.strip())


def _in_line(name: str, closes: str, options: str, struck: int) -> str:
    """What a tag adds to a line: space, a sign, or the formula of a picture of one, as Canvas has them."""
    if closes or struck:
        return ""
    formula = _FORMULA.search(options) if name == "img" else None
    return f" {formula[1] or formula[2] or ''} " if formula else _SPACES.get(name, "")


def _end_of(page: str, sign: str, start: int) -> int:
    """The place after the next sign; the end of the page if there is none."""
    end = page.find(sign, start)
    return len(page) if end < 0 else end + len(sign)
