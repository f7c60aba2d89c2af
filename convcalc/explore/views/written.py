"""A network as text: from the editor, or from a file dropped on the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from convcalc.errors import UsageError
from convcalc.explore.parts import (
    EDITOR,
    Answer,
    Asked,
    Field,
    Found,
    Given,
    area_field,
    lines_part,
)
from convcalc.explore.views.base import VIEWS
from convcalc.explore.views.walked import (
    MAX_LAYERS,
    change_fields,
    changes,
    check_words,
    found_in,
    given_of,
    view_fields,
)
from convcalc.files import check_size, decode
from convcalc.interop.load import loads as load_bytes
from convcalc.interop.signs import HEAD, format_of
from convcalc.network.find import bundled_folder
from convcalc.network.load import loads
from convcalc.network.yaml_writer.write import network_yaml
from convcalc.text import printable

if TYPE_CHECKING:
    from convcalc.network.network import Network

MAX_FILE = 256 * 2**20  # bytes of a file dropped on the page
_WORDS = ("text", "input", "set", "picture", "rows", "layer")
_START = """\
name: My network
input: [3, 32, 32]
layers:
  - conv: {out_channels: 16, kernel_size: 5}
  - relu
  - maxpool: {kernel_size: 2}
  - repeat: 2
    layers:
      - conv: {out_channels: 32, kernel_size: 3, padding: 1, bias: false}
      - batchnorm
      - relu
  - flatten
  - linear: {out_features: 10}
"""


@VIEWS.under("yaml")
def yaml_view(asked: Asked) -> Answer:
    """The view of the editor."""
    given = given_of(asked, _WORDS)
    if not given.get("text") and (asked.carried or not given):
        given = {"text": _START, **given}
    return Answer(asked.view, given, _fields(given), lambda: _found(given))


def _fields(given: Given) -> list[Field]:
    """The form of the editor."""
    editor = area_field("text", "network in YAML", given.get("text", ""), lines=16)
    return [editor, *change_fields(given), *view_fields(given)]


def _found(given: Given) -> Found:
    """The results of walking the network in the editor."""
    check_words("yaml", given, _WORDS)
    # Only bundled files can be used, because the page has no other files.
    network = loads(given.get("text", ""), path=EDITOR, within=bundled_folder(), **changes(given))
    return found_in(network, "yaml", given)


@VIEWS.under("file")
def file_view(asked: Asked) -> Answer:
    """A file dropped on the page: its network as YAML in the editor.

    Raises:
        ConvcalcError: it cannot be read, or contains something that YAML cannot express.
    """
    name = asked.given.get("name", "") or "the file"
    check_size(asked.data, MAX_FILE, name, "open it with convcalc arch on a command line")
    if not asked.data.strip():
        message = f"{printable(name)}: is empty; choose a file that holds a network"
        raise UsageError(message)
    kind = format_of(asked.data[:HEAD])
    if kind == "onnx":
        message = (
            f"{printable(name)}: files of ONNX are read on a command line only; write the network as YAML with "
            f"convcalc import {printable(name)} -o network.yaml, and drop that file here"
        )
        raise UsageError(message)
    if not kind and _is_text(asked.data):
        return yaml_view(Asked("yaml", {"text": decode(asked.data, name)}))
    network = load_bytes(asked.data, path=name, max_layers=MAX_LAYERS, within=bundled_folder())
    given = {"text": network_yaml(network, origin=name)}
    return Answer("yaml", given, _fields(given), lambda: _told(network, given))


def _is_text(data: bytes) -> bool:
    """Whether a file's bytes can be YAML."""
    return b"\0" not in data[:HEAD]


def _told(network: Network, given: Given) -> Found:
    """A description of the file's network, and the assumptions made while reading it."""
    found = _found(given)
    notes = [note for note in network.notes if note]
    return found._replace(parts=[lines_part(notes, "note"), *found.parts]) if notes else found
