"""Questions of the page and convcalc's answers: JSON in, JSON out.

A question is ``{"view": "conv", "given": {"n": "32", "k": "5"}}``; the answer contains what to show, the form and
the address, as plain data. Nothing here depends on a browser.
"""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING, Any

from convcalc.errors import ConvcalcError
from convcalc.explore.address import MAX_ADDRESS, address
from convcalc.explore.parts import Asked, Part, error_part
from convcalc.explore.views import LAYER, VIEWS

if TYPE_CHECKING:
    from convcalc.explore.parts import Answer, Field, Found

START = Asked("conv", {"n": "32", "k": "5", "s": "2"})  # shown first


def answer(question: str, data: bytes = b"") -> str:
    """The answer to a question, as JSON.

    Args:
        question: JSON with ``view``, ``given``, and optionally ``carried`` and ``facts``.
        data: the bytes of a file, for the view ``file``.
    """
    asked: dict[str, Any] = json.loads(question)
    given = {str(name): str(text) for name, text in asked.get("given", {}).items()}
    found = reply(
        Asked(str(asked["view"]), given, bool(asked.get("carried")), data),
        facts=bool(asked.get("facts")),
    )
    return json.dumps(found, ensure_ascii=False)


def reply(asked: Asked, *, facts: bool = False) -> dict[str, Any]:
    """The answer to a question, as plain data.

    Args:
        asked: the question.
        facts: whether to add the command's JSON output.
    """
    tab = _tab(asked.view)
    try:
        made = VIEWS[tab](asked)
    except ConvcalcError as error:
        return _shown(asked, tab, [], None, [error_part(error, "")])
    try:
        found = made.found()
    except ConvcalcError as error:
        return _shown(
            made,
            _tab(made.view),
            made.fields,
            None,
            [error_part(error, made.given.get("text", ""))],
        )
    data = _shown(made, _tab(made.view), made.fields, found, found.parts)
    if made.command:
        data["command"] = shlex.join(made.command)
    if facts:
        data |= {"facts": found.facts(), "words": list(made.command)}
    return data


def _tab(view: str) -> str:
    """The view of an address."""
    return view if view in VIEWS.names() else LAYER


def _shown(
    said: Asked | Answer, tab: str, fields: list[Field], found: Found | None, parts: list[Part]
) -> dict[str, Any]:
    """The keys that every answer has."""
    whole = address(said.view, said.given)
    return {
        "view": said.view,
        "tab": tab,
        "given": said.given,
        "address": whole if len(whole) <= MAX_ADDRESS else "",
        "headline": found.headline if found else "",
        "fields": fields,
        "parts": parts,
    }
