"""Answers in a page of HTML, as platforms save what a student typed into their form: its text, line by line."""

from __future__ import annotations

import html
import re

_IS_PAGE = re.compile(
    r"\s*<(?:!doctype html|html|head|body|p|div|h[1-6]|ul|ol|table|pre|span|br)\b", re.IGNORECASE
)
_TAG = re.compile(r"</?([a-z][a-z0-9]*)\b[^<>]*>", re.IGNORECASE)
_LINES = {
    "br", "dd", "div", "dl", "dt", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre", "section",
    "table", "tr", "ul",
}  # fmt: skip
_UNSEEN = ("head", "script", "style", "title")


def is_page(text: str) -> bool:
    """Whether a text is a page of HTML, or a piece of one.

    >>> is_page("<!DOCTYPE html><html>"), is_page("<p>q1: 28</p>"), is_page("q1: <p>")
    (True, True, False)
    """
    return bool(_IS_PAGE.match(text))


def page_text(page: str) -> str:
    r"""The text of a page: a line for each paragraph, row and line break. Nothing in it is run.

    >>> page_text("<p>q1: 28&times;28</p><!-- <p>no --><table><tr><td>q2</td><td>: 760</td></tr></table>a<b")
    'q1: 28×28\nq2 : 760\na<b'
    """
    found, at = [], 0
    while (start := page.find("<", at)) >= 0:
        found.append(page[at:start])
        tag = _TAG.match(page, start)
        name = tag[1].lower() if tag else ""
        if page.startswith("<!", start):
            at = _end_of(page, "-->" if page.startswith("<!--", start) else ">", start)
        elif tag is None:
            found.append("<")
            at = start + 1
        elif name in _UNSEEN and page[start + 1] != "/":
            at = _end_of(page, ">", _end_of(page, f"</{tag[1]}", start))
        else:
            found.append("\n" if name in _LINES else " " if name in ("td", "th") else "")
            at = tag.end()
    lines = html.unescape("".join([*found, page[at:]])).split("\n")
    return "\n".join(" ".join(line.split()) for line in lines if line.strip())


def _end_of(page: str, sign: str, start: int) -> int:
    """Where what begins at a place ends with a sign; the end of the page where it does not."""
    end = page.find(sign, start)
    return len(page) if end < 0 else end + len(sign)
