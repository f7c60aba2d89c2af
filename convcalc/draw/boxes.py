"""The boxes of a network's picture: a layer with the norms and activations after it, or a block.

Repeated blocks are drawn once, with a bracket that shows how often.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from convcalc.analysis.folding import nest
from convcalc.text import plural, printable, times

if TYPE_CHECKING:
    from convcalc.analysis.analysis import Analysis, Step
    from convcalc.analysis.folding import Tree
    from convcalc.layers import Shape
    from convcalc.network.network import Block

_ON_TOP = (
    "norm",
    "activation",
    "regularization",
)  # families that are drawn in the box of the layer before
_LEFT_OUT = " no bias"  # of a layer's options: a picture only shows those that change shapes
INPUT, BLOCK = "input", "block"
_DEEPEST = 6  # nested blocks that are tried as boxes


class Detail(NamedTuple):
    """How much detail of a network is shown.

    Attributes:
        pattern: returns a key; of blocks with equal keys only one is drawn. None draws every block.
        depth: blocks inside ``depth`` − 1 others become a box each; 0 for none.
        about: a description for people.
        once: whether only the first block made from the same definition is drawn with its content.
    """

    pattern: Callable[[Sequence[Step]], list[Any]] | None
    depth: int
    about: str
    once: bool = False


@dataclass(eq=False, slots=True)
class Box:
    """A layer with its norms and activations, a block, or an input.

    Attributes:
        look: the family of the layer, or `INPUT`, `BLOCK`.
        heading: its main text.
        shown: the steps of the first copy, in order.
        steps: all steps in the box.
        name: the full name of its layer or block.
        more: phrases after the heading.
        over: text before the heading.
        count: the number of blocks in this box alone.
    """

    look: str
    heading: str
    shown: list[Step]
    steps: list[Step]
    name: str
    more: list[str] = field(default_factory=list)
    over: list[str] = field(default_factory=list)
    count: int = 1

    @property
    def sizes(self) -> str:
        """The output size; for blocks that are only similar, the range."""
        return sizes_text([step.output for step in self.ends])

    @property
    def ends(self) -> list[Step]:
        """The last step of each copy."""
        return self.steps[len(self.shown) - 1 :: len(self.shown)]


class Bracket(NamedTuple):
    """Boxes from ``first`` to ``last`` that are one block, or several equal ones."""

    first: int
    last: int
    name: str
    times: int


@dataclass(slots=True)
class Parts:
    """Everything in a picture.

    Attributes:
        boxes, brackets: what is drawn.
        edges: pairs of box numbers: a box and its reader.
        hints: those edges that only pass on a size.
    """

    boxes: list[Box] = field(default_factory=list)
    edges: list[tuple[int, int]] = field(default_factory=list)
    hints: set[tuple[int, int]] = field(default_factory=set)
    brackets: list[Bracket] = field(default_factory=list)


def same(steps: Sequence[Step]) -> list[Any]:
    """A key for equal blocks: their layers, shapes and costs."""
    return [(step.kind, step.option_text, step.output, step.weights, step.macs) for step in steps]


def alike(steps: Sequence[Step]) -> list[Any]:
    """A key for similar blocks: their kinds, in order."""
    return [step.kind for step in steps]


EVERYTHING = Detail(None, 0, "every layer")
_ALIKE = "equal blocks are drawn once"


def details(depth: int) -> list[Detail]:
    """The levels of detail except every layer, from most to least.

    Args:
        depth: the depth of nested blocks.
    """
    return [
        Detail(same, 0, "blocks that repeat are drawn once"),
        Detail(alike, 0, _ALIKE),
        Detail(alike, 0, f"{_ALIKE}, and opened where they come first", once=True),
        *[closed(each) for each in range(min(depth, _DEEPEST), 0, -1)],
    ]


def closed(depth: int) -> Detail:
    """The detail with a box for each block at this depth."""
    return Detail(alike, depth, f"each block is one box; {_ALIKE}")


def parts_of(analysis: Analysis, detail: Detail) -> Parts:
    """The boxes, edges and brackets of a network.

    Args:
        analysis: the walked network.
        detail: how much detail is shown.
    """
    return _Maker(analysis, detail).parts()


class _Maker:
    """Makes boxes from steps, block by block."""

    def __init__(self, analysis: Analysis, detail: Detail) -> None:
        self.analysis, self.detail = analysis, detail
        self.steps = analysis.steps
        self.made = Parts()
        self.box_of: dict[int, int] = {}  # by the place of a step
        self.opened: dict[str, int] = {}  # boxes of each sort of block, at its first place
        self.readers: dict[int, list[int]] = {}  # of each place; outputs are read by the end
        for source, step in analysis.edges:
            self.readers.setdefault(source.place, []).append(step.place)
        for step in analysis.outputs if analysis.network.outputs else ():
            self.readers.setdefault(step.place, []).append(len(self.steps) + 1)

    def parts(self) -> Parts:
        """The whole picture."""
        made, box_of = self.made, self.box_of
        for image in self.analysis.images:
            box_of[image.place] = len(made.boxes)
            name = printable(image.name)
            made.boxes.append(Box(INPUT, name, [image], [image], name))
        self._span(0, len(self.steps), nest(self.analysis.blocks), 0)
        pairs = [(box_of[source.place], box_of[step.place]) for source, step in self.analysis.edges]
        made.edges += dict.fromkeys([pair for pair in pairs if pair[0] < pair[1]])
        real = {
            (box_of[source.place], box_of[step.place])
            for step in self.steps
            for source in (step.before[:1] if step.layer.references else step.before)
        }
        made.hints = set(made.edges) - real
        for name, place in self.analysis.network.outputs.items():
            box = made.boxes[box_of[self.steps[place].place]]
            box.more.append(f"→ {printable(name)}")
        return made

    def _span(self, start: int, stop: int, tree: Tree, level: int) -> None:
        """Boxes for the steps from start to stop; the blocks are inside this range."""
        at, i = start, 0
        while i < len(tree):
            block, inner = tree[i]
            self._layers(at, block.start)
            end = self._run_end(tree, i)
            count, at = end - i, tree[end - 1][0].stop
            first = len(self.made.boxes)
            if self._is_closed(block, level):
                self._whole(block)
            else:
                self._span(block.start, block.stop, inner, level + 1)
                self.opened.setdefault(block.word, len(self.made.boxes) - first)
            self._stand_for_others(block, count)
            self._name(block, first, count, outer=not level)
            i = end
        self._layers(at, stop)

    def _is_closed(self, block: Block, level: int) -> bool:
        """Whether a block becomes one box."""
        if self.detail.once and block.word and self.opened.get(block.word, 1) > 1:
            return True
        return bool(self.detail.depth) and level >= self.detail.depth - 1

    def _run_end(self, tree: Tree, i: int) -> int:
        """The end of the run of blocks like block i, directly one after the other."""
        end, pattern = i + 1, self.detail.pattern
        if pattern is None:
            return end
        wanted = pattern(self._of(tree[i][0]))
        while end < len(tree) and tree[end][0].start == tree[end - 1][0].stop:
            block, last = tree[end][0], tree[end - 1][0]
            if pattern(self._of(block)) != wanted or not self._continues(block, last):
                break
            end += 1
        return end

    def _continues(self, block: Block, last: Block) -> bool:
        """Whether a block begins where the previous one ends, and nothing else reads that place."""
        outside = {
            source.place
            for step in self._of(block)
            for source in step.before
            if source.place <= block.start
        }
        read_later = any(
            reader > block.stop
            for step in self._of(last)
            for reader in self.readers.get(step.place, ())
        )
        follows = bool(outside) and all(last.start < place <= last.stop for place in outside)
        return follows and not read_later

    def _of(self, block: Block) -> Sequence[Step]:
        return self.steps[block.start : block.stop]

    def _stand_for_others(self, block: Block, count: int) -> None:
        """Let the boxes of a block also represent the next blocks."""
        length = block.stop - block.start
        for time in range(1, count):
            for step in self._of(block):
                other = self.steps[step.place - 1 + time * length]
                box = self.box_of[other.place] = self.box_of[step.place]
                self.made.boxes[box].steps.append(other)
        for box in {self.box_of[step.place] for step in self._of(block)} if count > 1 else ():
            _generalize(self.made.boxes[box])

    def _name(self, block: Block, first: int, count: int, *, outer: bool) -> None:
        """Name the boxes of a block, by a bracket or in the only box."""
        boxes = self.made.boxes
        name = block.word or block.name.rpartition(".")[0] if count > 1 else block.name
        if len(boxes) - first == 1:
            box = boxes[first]
            box.count *= count
            if outer or box.look != BLOCK:
                _name_by_block(box, block, count)
        elif len(boxes) > first and (count > 1 or (outer and name)):
            name = name or (f"{block.name} …" if count > 1 and block.name else block.name)
            self.made.brackets.append(Bracket(first, len(boxes) - 1, printable(name), count))

    def _whole(self, block: Block) -> None:
        """A block as one box."""
        steps = list(self._of(block))
        if len(steps) == 1:
            self._layers(block.start, block.stop)
            return
        for step in steps:
            self.box_of[step.place] = len(self.made.boxes)
        name = printable(block.name or block.word or f"{steps[0].name} … {steps[-1].name}")
        word, more = printable(block.word), [plural(len(steps), "layer")]
        heading = word if "." in name and word else name
        if word and heading != word:
            more.insert(0, word)
        self.made.boxes.append(Box(BLOCK, heading, steps, list(steps), name, more))

    def _layers(self, start: int, stop: int) -> None:
        """Boxes for single layers; small layers join the box before them."""
        box: Box | None = None
        for step in self.steps[start:stop]:
            if box and self._belongs(step, box):
                box.shown.append(step)
                box.steps.append(step)
                _name_box(box)
            else:
                box = Box(step.layer.family, "", [step], [step], "")
                _name_box(box)
                self.made.boxes.append(box)
            self.box_of[step.place] = len(self.made.boxes) - 1

    def _belongs(self, step: Step, box: Box) -> bool:
        """Whether a step belongs into a box: nothing else reads the values between them."""
        last = box.shown[-1]
        if step.before != (last,) or len(self.readers[last.place]) > 1:
            return False
        if _is_small(step):
            return True
        return bool(step.weights) and all(map(_is_small, box.shown))


def _name_box(box: Box) -> None:
    """Name a box after its first layer that is not a norm or an activation."""
    kinds = [step.kind for step in box.shown]
    main = next((n for n, step in enumerate(box.shown) if not _is_small(step)), 0)
    step = box.shown[main]
    box.look, box.heading, box.name = step.layer.family, _layer_text(step), printable(step.name)
    box.over, box.more = kinds[:main], kinds[main + 1 :]


def _name_by_block(box: Box, block: Block, count: int) -> None:
    """Give the only box of a block the block's name, unless that is only its sort and a number."""
    around, _, last = printable(block.name).rpartition(".")
    if last.isdecimal():
        last = around if count > 1 else printable(block.name)
    if not last or len(box.shown) == 1 or last.rstrip("0123456789") == block.word:
        return
    if box.heading not in (last, block.word):
        box.more.insert(0, box.heading)
    box.heading = last
    if count == 1:
        box.name = printable(block.name)


def _generalize(box: Box) -> None:
    """Put the options of all layers of a box into its heading."""
    if box.look == BLOCK:
        return
    at = next((n for n, step in enumerate(box.shown) if not _is_small(step)), 0)
    texts = [_options(step) for step in box.steps[at :: len(box.shown)]]
    box.heading = box.heading.replace(texts[0], _options_of_all(texts)) if texts[0] else box.heading


def _options_of_all(texts: Sequence[str]) -> str:
    """The options of several layers: different numbers as a range, other differences as ….

    >>> _options_of_all(["k3 c64 p1", "k3 c128 p1"]), _options_of_all(["k1 c64", "k1x7 c64 p0x3"])
    ('k3 c64–128 p1', 'c64 …')
    """
    if len(set(texts)) == 1:
        return texts[0]
    rows = [text.split() for text in texts]
    if len({tuple(word.rstrip("0123456789") for word in row) for row in rows}) > 1:
        shared = [word for word in rows[0] if all(word in row for row in rows)]
        return " ".join([*shared, "…"])
    return " ".join(map(_word_of_all, zip(*rows)))


def _word_of_all(words: Sequence[str]) -> str:
    """One word for several that begin alike and end in a number."""
    if len(set(words)) == 1:
        return words[0]
    head = words[0].rstrip("0123456789")
    numbers = [int(word[len(head) :]) for word in words]
    return f"{head}{min(numbers)}–{max(numbers)}"


def _is_small(step: Step) -> bool:
    return step.layer.family in _ON_TOP


def _layer_text(step: Step) -> str:
    """A layer in short form: its last name if that adds to its kind, its kind, its options."""
    block, _, name = step.name.rpartition(".")
    words = [step.kind]
    if name.rstrip("0123456789") != step.kind or (step.weights and not block):
        words = [name] if name.startswith(step.kind) else [name, step.kind]
    return printable(" ".join([*words, _options(step)]).strip())


def _options(step: Step) -> str:
    """A layer's options in short form."""
    return printable(step.option_text.replace(_LEFT_OUT, "").replace(_LEFT_OUT.strip(), ""))


def sizes_text(shapes: Sequence[Shape]) -> str:
    """A size; a range if several differ in one side; otherwise the first.

    >>> sizes_text([(64, 8, 8)]), sizes_text([(96, 8, 8), (128, 8, 8), (256, 8, 8)])
    ('64×8×8', '96–256×8×8')
    >>> sizes_text([(64, 8, 8), (128, 4, 4)])
    '64×8×8 …'
    """
    first = shapes[0]
    others = [shape for shape in shapes if shape != first]
    if not others:
        return times(first)
    sides = list(zip(*shapes))
    differ = [number for number, side in enumerate(sides) if len(set(side)) > 1]
    if len(differ) > 1 or any(len(shape) != len(first) for shape in shapes):
        return f"{times(first)} …"
    low, high = min(sides[differ[0]]), max(sides[differ[0]])
    words = [str(side) for side in first]
    words[differ[0]] = f"{low}–{high}"
    return "×".join(words)
