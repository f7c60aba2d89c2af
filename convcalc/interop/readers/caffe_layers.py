"""Caffe's layers: the facts on one, and the functions that convert each type."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from convcalc.errors import did_you_mean
from convcalc.formulas import product
from convcalc.interop.graph import BROKEN, Graph
from convcalc.interop.readers.caffe_text import Block
from convcalc.registry import Registry
from convcalc.text import plural, quoted, times

if TYPE_CHECKING:
    from convcalc.errors import SpecError
    from convcalc.interop.base import ForeignFile
    from convcalc.layers import Shape

_WHOLE = re.compile(r"[+-]?[0-9]{1,18}")
_MAX_SIDE = 10**9
_MEASURES = frozenset(("Accuracy", "Silence", "HDF5Output", "DetectionEvaluate", "MultiBoxLoss"))
# For files of 2013, whose options are in the layer itself.
_FIRST_WORDS = {
    "kernelsize": "kernel_size", "biasterm": "bias_term", "poolmethod": "pool", "cropsize": "crop_size"
}  # fmt: skip


class Part(NamedTuple):
    """A layer as written in the file.

    Attributes:
        name, kind: its name, and today's name of its type.
        bottoms, tops: its input and output blobs.
        block: its whole content.
        line: its first line.
        is_first: whether its options are in the layer itself, as in 2013.
    """

    name: str
    kind: str
    bottoms: list[str]
    tops: list[str]
    block: Block
    line: int
    is_first: bool = False

    @property
    def is_measure(self) -> bool:
        """Whether it only measures an error, or discards a blob."""
        return self.kind in _MEASURES or self.kind.endswith("Loss")

    def param(self, name: str) -> Block:
        """The block with the options of its type."""
        if not self.is_first:
            return self.block.block(name)
        block = Block(self.line)
        block.values = {
            _FIRST_WORDS.get(word, word): all_ for word, all_ in self.block.values.items()
        }
        return block


class Numbers:
    """Numbers of a file; wrong ones are added to the errors and replaced, so that reading can go on."""

    def __init__(self, file: ForeignFile, refuse: Callable[[str, int], int] | None = None) -> None:
        self.file = file
        self._problems: list[SpecError] = []
        self._refuse = refuse

    def refuse(self, what: str, line: int) -> None:
        """Add an error."""
        if self._refuse is None:
            self._problems.append(self.file.error(what, line))
        else:
            self._refuse(what, line)

    def tell(self) -> None:
        """Refuse the file at its first error.

        Raises:
            SpecError: there was an error.
        """
        if self._problems:
            raise self._problems[0]

    def wholes(self, block: Block, name: str, *, least: int = 1) -> list[int]:
        """All values of a name, as whole numbers."""
        found = []
        for text, _, line in block.all(name):
            if not _WHOLE.fullmatch(text):
                self.refuse(
                    f"{name} must be a whole number, but is {quoted(text)}; correct it", line
                )
            elif not least <= int(text) <= _MAX_SIDE:
                self.refuse(f"{name} is {int(text):,}; use {least:,} to {_MAX_SIDE:,}", line)
            else:
                found.append(int(text))
        return found

    def whole(self, block: Block, name: str, default: int, *, least: int = 1) -> int:
        """The last of these; the default if there is none."""
        found = self.wholes(block, name, least=least)
        return found[-1] if found else default

    def decimal(self, block: Block, name: str, default: float) -> float:
        """A number."""
        text = block.text(name, str(default))
        try:
            return float(text.rstrip("f"))
        except ValueError:
            line = block.all(name)[-1].line
            self.refuse(f"{name} must be a number, but is {quoted(text)}; correct it", line)
            return default

    def flag(self, block: Block, name: str, *, default: bool) -> bool:
        """True or false."""
        text = block.text(name, "true" if default else "false")
        if text.lower() in ("true", "1", "t"):
            return True
        if text.lower() not in ("false", "0", "f"):
            line = block.all(name)[-1].line
            self.refuse(f"{name} must be true or false, but is {quoted(text)}; correct it", line)
        return False

    def word(self, block: Block, name: str, words: Iterable[str], default: str) -> str:
        """One of some words, also written as its number, from 0."""
        known = list(words)
        text = block.text(name, default)
        if text.isdigit() and int(text[:3]) < len(known):
            return known[int(text[:3])]
        if text not in known:
            line = block.all(name)[-1].line
            self.refuse(f"no {name} {quoted(text)}{did_you_mean(text, known)}", line)
            return default
        return text


class Reading:
    """Reads the layers one after the other.

    Attributes:
        graph: the graph to which layers are added.
        places: the place of each blob at this point of the file; None for measures.
        measures: the skipped layers.
        numbers: the numbers of the file.
    """

    def __init__(self, graph: Graph, places: Mapping[str, int | None]) -> None:
        self.graph = graph
        self.places: dict[str, int | None] = dict(places)
        self.measures: list[Part] = []
        self.numbers = Numbers(graph.file, graph.refuse)
        self.part = Part("", "", [], [], Block(0), 0)
        self._trained: dict[tuple[str, ...], int] = {}

    def add(self, part: Part) -> None:
        """Add a layer."""
        self.part = part
        if not part.bottoms and part.kind != "Parameter":
            for top in part.tops:  # labels are only measured
                self.places.setdefault(top, None)
            return
        places = [self._place(name) for name in part.bottoms]
        if part.is_measure or (places and places[0] is None):
            if part.is_measure and part.kind != "Silence":
                self.measures.append(part)
            self.places.update({top: None for top in part.tops if self.places.get(top) is None})
            return
        given = self._given(part, [place for place in places if place is not None])
        if len(given) < len(part.tops):
            given += [given[0]] * (len(part.tops) - len(given))
        self.places.update(zip(part.tops, given))

    def _place(self, name: str) -> int | None:
        """The place of a blob; None if it is only measured."""
        if name in self.places:
            return self.places[name]
        near = did_you_mean(name, self.places)
        what = f"{self.part.name} ({self.part.kind}): no layer before it gives {quoted(name)}{near}"
        return self.graph.refuse(what, self.part.line)

    def _given(self, part: Part, places: list[int]) -> list[int]:
        """The places of a layer's outputs."""
        make = TYPES.get(part.kind)
        if BROKEN in places:
            return [BROKEN]
        if make is None and part.tops == part.bottoms:  # in place, so it keeps the shape
            return [self.unknown([places[0]], self.graph.shape(places[0]))]
        if make is None:
            near = did_you_mean(part.kind, TYPES)
            way_out = near or "; remove it and what reads it to see the rest"
            what = f"{part.name}: the type {quoted(part.kind)} is not known, and its output size is not known{way_out}"
            return [self.graph.refuse(what, part.line)]
        start = len(self.graph.nodes)
        found = make(self, places)
        self._share(part, start)
        return [found] if isinstance(found, int) else found

    def _share(self, part: Part, start: int) -> None:
        """Let a layer use the weights of an earlier one, if both give them the same name."""
        names = [param.text("name") for param in part.block.blocks("param")]
        names = names or part.block.texts("param")  # the form of 2014
        graph = self.graph
        trained = [at for at in range(start, len(graph.nodes)) if names and _params(graph, at)]
        if not trained or not all(names):
            return
        owner = self._trained.setdefault(tuple(names), trained[-1])
        if owner != trained[-1] and _params(graph, owner) == _params(graph, trained[-1]):
            graph.shared[trained[-1]] = owner

    # ------------------------------------------------------------------- for the types of layers

    def layer(self, kind: str, reads: Sequence[int], called: str = "", **options: Any) -> int:
        """Add a layer for the current one, named after it with a further word."""
        name = f"{self.part.name}_{called}" if called else self.part.name
        return self.graph.add(kind, reads, name=name, line=self.part.line, **options)

    def refuse(self, what: str) -> int:
        """Add an error about the current layer."""
        return self.graph.refuse(f"{self.part.name} ({self.part.kind}): {what}", self.part.line)

    def stated(
        self, reads: list[int], shape: Iterable[int], *, counts: Mapping[str, int] | None = None,
        params: int = 0, rf: str = "unknown", called: str = "",
    ) -> int:  # fmt: skip
        """Add a layer with known costs that is not a kind, without multiply-adds."""
        return self.layer(
            "custom", reads[:1], called=called, output=list(shape), type=self.part.kind, rf=rf,
            params=params, macs=0, counts=dict(counts or {}),
        )  # fmt: skip

    def unit(self, reads: list[int], called: str = "", **each: int) -> int:
        """Add an elementwise layer with a number of operations per value."""
        if BROKEN in reads:
            return BROKEN
        shape = self.graph.shape(reads[0])
        counts = {name: number * product(shape) for name, number in each.items()}
        return self.stated(reads, shape, counts=counts, rf="unit", called=called)

    def unknown(self, reads: list[int], shape: Iterable[int], rf: str = "unknown") -> int:
        """Add a layer with only a known shape."""
        sides = tuple(shape)
        if not 1 <= len(sides) <= 4:
            return self.refuse(f"gives {plural(len(sides), 'side')}; 1 to 4 are known here")
        part = self.part
        return self.graph.opaque(
            part.kind[:60] or "?", reads, sides, name=part.name, line=part.line, rf=rf
        )

    def axis(self, block: Block, name: str, default: int, shape: Shape) -> int:
        """An axis, counted from 0 without the batch; -1 for the batch, and for a missing axis."""
        text = block.text(name, str(default))
        if not _WHOLE.fullmatch(text):
            self.refuse(f"{name} must be a whole number, but is {quoted(text)}")
            return -1
        sides, number = len(shape) + 1, int(text)
        place = number + sides if number < 0 else number
        if not 1 <= place < sides:
            if place == 0:
                self.refuse(
                    f"{name} 0 is the batch, and one sample is counted here; use another axis"
                )
            else:
                self.refuse(f"{name} is {number}, but {times(shape)} has axes 1 to {sides - 1}")
            return -1
        return place - 1


def _params(graph: Graph, at: int) -> int:
    """The trained numbers of a layer."""
    layer, reads = graph.nodes[at].layer, graph.nodes[at].inputs
    return layer.params(graph.shape(reads[0]), graph.shape(at)) if layer.is_costed else 0


Make = Callable[[Reading, list[int]], "int | list[int]"]
TYPES: Registry[Make] = Registry("type of layer of Caffe")


def layer_type(*names: str) -> Callable[[Make], Make]:
    """Register the function that converts some types of layers."""
    return TYPES.under(*names)
