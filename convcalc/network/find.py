"""Where networks are: the bundled ones, and the files that other files name."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, NamedTuple

from convcalc.errors import UsageError, did_you_mean
from convcalc.files import decode, read_file, suffix_of_file
from convcalc.network.schema_words import SCHEMA_LINE
from convcalc.text import printable, quoted

if TYPE_CHECKING:
    from yaml.nodes import Node

    from convcalc.network.yaml_source import Source

_CALLED = re.compile(r"(?P<path>(?:\w+\.)*)(?P<name>\w+)(?P<call>\(.*\))?")
_MAX_TEXT = 2**20  # bytes of a bundled file
MAX_EXTENDS = 10  # files that extend or contain one another


def bundled_folder() -> str:
    """The folder of the bundled networks: in the package if installed, next to it in a checkout."""
    here = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    inside = os.path.join(here, "architectures")
    return inside if os.path.isdir(inside) else os.path.join(os.path.dirname(here), "architectures")


def name_of(path: str) -> str:
    """The name of a network's file in messages: of a bundled one its name, of others the path."""
    folder, file = os.path.split(path)
    return file.removesuffix(".yaml") if folder and folder == bundled_folder() else path


def bundled_names() -> list[str]:
    """The names of the bundled networks."""
    return sorted(name[:-5] for name in os.listdir(bundled_folder()) if name.endswith(".yaml"))


# Suffixes of bundled networks that are another layout of the same network.
_LAYOUTS = {
    "_torchvision": "torchvision's layout",
    "_aux": "auxiliary heads",
    "_bn": "batch norms",
    "_ungrouped": "no groups",
    "_single": "torchvision's single column",
    "_lrn": "local response norms",
}


def siblings(target: str) -> dict[str, str]:
    """Other layouts of a bundled network, by name; none for a file.

    >>> siblings("resnet50"), siblings("resnet50_torchvision.yaml"), siblings("unet")
    ({'resnet50_torchvision': "torchvision's layout"}, {'resnet50': "the paper's layout"}, {})
    """
    name, names = target.removesuffix(".yaml"), bundled_names()
    stem = next((name.removesuffix(end) for end in _LAYOUTS if name.endswith(end)), name)
    if name not in names or os.path.exists(target):
        return {}
    found = {stem: "the paper's layout", **{stem + end: what for end, what in _LAYOUTS.items()}}
    return {each: what for each, what in found.items() if each != name and each in names}


def find(target: str, beside: str = "") -> str:
    """The path of a network: a file, or the name of a bundled one with or without ``.yaml``.

    Args:
        target: what the user wrote.
        beside: the folder of the file that contains the name.

    Raises:
        UsageError: there is no file and no bundled network with this name.
    """
    if "\0" in target:
        message = f"{quoted(target)} is not a file name; check it"
        raise UsageError(message)
    path = os.path.join(beside, target)
    folder = os.path.isdir(path)
    if os.path.exists(path) and not folder:
        return path
    name = target.removesuffix(".yaml")
    if is_bundled(target):
        return os.path.join(bundled_folder(), f"{name}.yaml")
    if folder:
        message = f"{printable(path)}: is a folder; name a .yaml file in it"
        raise UsageError(message)
    if "://" in target:
        message = f"{quoted(target)} is a web address, and convcalc downloads nothing; download the file, then name it"
        raise UsageError(message)
    near = _bundled_near(name) if name else ""
    if suffix := suffix_of_file(path):
        near = f"; did you mean {quoted(target + suffix)}?"
    message = f"no file {quoted(target)} and no bundled network of that name{near or '; convcalc list shows them'}"
    raise UsageError(message)


def _bundled_near(name: str) -> str:
    """The end of a message with the bundled network that a name may mean, including torchvision's names."""
    called = _CALLED.fullmatch(name)
    names = bundled_names()
    folder, last = os.path.split(name)
    if folder:
        return did_you_mean(last, names) or "; check the folder and the name"
    if called and (called["path"] or called["call"]):
        found = [
            each for each in (f"{called['name']}_torchvision", called["name"]) if each in names
        ]
        if found:
            return f"; did you mean {quoted(found[0])}?"
    return did_you_mean(called["name"] if called else name, names)


def is_bundled(target: str) -> bool:
    """Whether a word is the name of a bundled network, with or without ``.yaml``."""
    name = target.removesuffix(".yaml")
    path = os.path.join(bundled_folder(), f"{name}.yaml")
    return name == os.path.basename(name) and "\0" not in name and os.path.exists(path)


def is_inside(path: str, folder: str) -> bool:
    """Whether a path leads into a folder, after following links."""
    real, home = os.path.realpath(path), os.path.realpath(folder)
    return real.startswith(home.rstrip(os.sep) + os.sep)


class Way(NamedTuple):
    """How a file uses another one, in words for messages.

    Attributes:
        key: the key in the file.
        word: what the file does with the other.
        itself, in_turn, too_deep: the messages about a circle, or too many files in a row.
    """

    key: str
    word: str
    itself: str
    in_turn: str
    too_deep: str


EXTENDS = Way(
    "extends",
    "extends",
    "a file cannot extend itself",
    "which extends this file in turn",
    "extends files",
)
HOLDS = Way(
    "network",
    "holds",
    "a network cannot contain itself",
    "which contains or extends this file in turn",
    "networks contain networks",
)


def find_beside(
    source: Source, node: Node, target: str, way: Way, opened: list[str], within: str
) -> tuple[str, list[str]]:
    """The path of a network that a file names, and the files on the way to it.

    Args:
        source, node: the file, and the place of the name.
        target: the name.
        way: how it uses the other file.
        opened: the files that led to this one.
        within: a folder that must contain the other file, unless it is bundled.

    Raises:
        SpecError: the file does not exist, is not allowed, or leads back to an open one.
    """
    try:
        path = find(target, os.path.dirname(source.path))
    except UsageError as error:
        raise source.error(node, f"{way.key}: {error}") from None
    real = os.path.realpath(path)
    if within and not is_inside(real, within) and not is_inside(real, bundled_folder()):
        source.refuse(
            node, f"{way.word} {quoted(target)}, which is outside of the folder; copy it there"
        )
    own = os.path.realpath(source.path)
    chain = [*opened, own]
    if real == own:
        source.refuse(node, f"{way.itself}; name another")
    if real in chain:
        source.refuse(node, f"{way.word} {quoted(target)}, {way.in_turn}; remove one of the two")
    if len(chain) > MAX_EXTENDS:
        source.refuse(node, f"{way.too_deep} more than {MAX_EXTENDS} deep; copy the layers instead")
    return path, chain


def is_found(target: str) -> bool:
    """Whether a file or bundled network has this name."""
    try:
        find(target)
    except UsageError:
        return False
    return True


def network_to_begin_from(name: str = "") -> str:
    """The text of a bundled network's file; without a name, of the commented template."""
    here = os.path.dirname(os.path.abspath(__file__))
    path = (
        os.path.join(bundled_folder(), f"{name}.yaml") if name else os.path.join(here, "start.yaml")
    )
    text = decode(read_file(path, _MAX_TEXT, "network"), path)
    return f"{SCHEMA_LINE}\n{text}" if name else text
