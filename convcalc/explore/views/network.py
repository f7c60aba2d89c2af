"""One of the bundled networks."""

from __future__ import annotations

from convcalc.errors import UsageError, did_you_mean
from convcalc.explore.parts import Answer, Asked, Found, Given, choice_field
from convcalc.explore.views.base import VIEWS
from convcalc.explore.views.walked import (
    change_fields,
    changes,
    check_words,
    command_words,
    found_in,
    given_of,
    view_fields,
)
from convcalc.network.find import bundled_names
from convcalc.network.load import load
from convcalc.text import quoted

_WORDS = ("name", "input", "set", "picture", "rows", "layer")


@VIEWS.under("network")
def network_view(asked: Asked) -> Answer:
    """The view of a bundled network."""
    given = given_of(asked, () if asked.carried else _WORDS)
    given = {"name": "lenet5", **given}
    fields = [
        choice_field("name", "network", given["name"], bundled_names()),
        *change_fields(given),
        *view_fields(given),
    ]
    command = ["convcalc", "arch", given["name"], *command_words(given)]
    return Answer(asked.view, given, fields, lambda: _found(given), command)


def _found(given: Given) -> Found:
    """The results of walking the network."""
    check_words("network", given, _WORDS)
    name, known = given["name"], bundled_names()
    if name not in known:
        message = f"no bundled network {quoted(name)}{did_you_mean(name, known)}"
        raise UsageError(message)
    return found_in(load(name, **changes(given)), "network", given)
