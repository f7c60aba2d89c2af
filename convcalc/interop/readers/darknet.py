"""Darknet's configuration files (.cfg), the format of YOLO networks: sections of options."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from convcalc.errors import did_you_mean
from convcalc.interop.base import Asked, ForeignFile, Reader, reader
from convcalc.interop.graph import Graph
from convcalc.interop.readers import darknet_recurrent  # noqa: F401 - its sections
from convcalc.interop.readers.darknet_sections import SECTIONS, Reading
from convcalc.text import quoted

if TYPE_CHECKING:
    from convcalc.network.network import Network

_HEADER = re.compile(r"\[\s*([\w-]+)\s*\]")
_COMMENT = re.compile(r"(?:^|\s)[#;].*|\0")
_NET = ("net", "network")


class Section(NamedTuple):
    """A part of the file: a layer, or the options of the whole network.

    Attributes:
        word: the word in brackets.
        line: its first line, from 1.
        options: the text of each option, and its line.
    """

    word: str
    line: int
    options: dict[str, tuple[str, int]]


@reader("darknet")
class Darknet(Reader):
    """Sections in order; each reads the output of the one before, unless it names others.

    Source:
        the published source of Darknet (src/parser.c) and of the fork by Alexey Bochkovskiy.
    """

    about = "Darknet (.cfg)"
    suffix = ".cfg"

    @staticmethod
    def read(file: ForeignFile, asked: Asked) -> Network:
        net, *layers = _sections(file)
        if net.word not in _NET:
            message = f"the file must begin with [net], but begins with [{net.word}]"
            raise file.error(message, net.line)
        own = Reading(Graph(file, {}))
        sides = tuple([own.whole(net, name, 0, least=0) for name in ("height", "width")])
        shape = (own.whole(net, "channels", 3 if any(sides) else 0, least=0), *sides)
        if not any(shape):
            shape = (own.whole(net, "inputs", 0, least=0),)
        own.graph.tell()
        graph = Graph(file, asked.inputs(file, {"input": shape}), asked.max_layers)
        reading = Reading(graph)
        for section in layers:
            cls = SECTIONS.get(section.word)
            if cls is None:
                near = did_you_mean(section.word, SECTIONS)
                near = (
                    near
                    or ", and its size is not known; remove it and what follows to see the rest"
                )
                what = f"[{section.word}] is not a known layer of Darknet"
                graph.refuse(f"{what}{near}", section.line)
                break  # the next section reads it
            reading.add(section)
        return graph.network(file.name, "")


def _sections(file: ForeignFile) -> list[Section]:
    """The sections of a file in order.

    Raises:
        SpecError: a line is not allowed in a .cfg file.
    """
    found: list[Section] = []
    for number, raw in enumerate(file.text().splitlines(), 1):
        text = _COMMENT.sub("", raw).strip()
        if not text:
            continue
        header = _HEADER.fullmatch(text)
        name, equals, value = text.partition("=")
        if header:
            found.append(Section(header[1], number, {}))
        elif equals and found:
            found[-1].options[name.strip()] = value.strip(), number
        else:
            message = f"{quoted(text)} is neither a [section] nor an option=value; correct or delete the line"
            raise file.error(message, number, raw)
    return found
