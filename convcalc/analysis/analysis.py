"""The result of a walk: a step per layer, with its inputs, and everything derived from the steps."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from convcalc import formulas
from convcalc.analysis.shown import ShownAnalysis, ShownStep
from convcalc.layers import Layer, Shape
from convcalc.layers.base import Elementwise
from convcalc.layers.options import option_text
from convcalc.layers.rf import PIXEL, Fields, UnknownField
from convcalc.text import AtLeast

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from convcalc.analysis.trace import Ranges, Unit
    from convcalc.layers.rf import AnyField, Reads
    from convcalc.network.network import Block, Network

MOST_FIELDS = 500_000  # most receptive fields that are computed for a network with several inputs
SUMMED = ("params", "weights", "biases", "buffers", "macs", "flops", "activations")


class Image(Elementwise):
    """An input of a network, as a layer that only has an output."""

    kind: ClassVar[str] = "input"


class Work:
    """What one layer does to given shapes; repeated steps share it.

    Attributes:
        macs, activations: for the whole batch.
        reads: the inputs that one output reads; see `convcalc.layers.base.Layer.reads`.
    """

    __slots__ = (
        "_counts", "_notes", "_option_text", "activations", "batch", "biases", "buffers", "kind", "layer", "macs",
        "output", "reads", "shapes", "weights",
    )  # fmt: skip

    def __init__(self, layer: Layer, shapes: tuple[Shape, ...], batch: int) -> None:
        out = self.output = layer.checked_out_shape(*shapes)
        shape = shapes[0]
        self.layer, self.kind, self.shapes, self.batch = layer, layer.kind, shapes, batch
        self.activations = formulas.product(out) * batch
        self.weights, self.biases = layer.weights(shape, out), layer.biases(shape, out)
        self.buffers = layer.buffers(shape, out)
        self.macs = layer.macs(shape, out) * batch
        self.reads: tuple[Reads, ...] | UnknownField | None = layer.reads(shape, out)
        self._counts: dict[str, int] | None = None
        self._notes: Sequence[str] | None = None
        self._option_text: str | None = None

    def __repr__(self) -> str:
        return f"<Work {self.kind} {self.option_text}: {self.shapes} → {self.output}>"

    # Values that totals do not need are computed on demand.

    @property
    def counts(self) -> Mapping[str, int]:
        """Elementary operations besides the multiply-adds, for the whole batch."""
        if self._counts is None:
            counts = self.layer.all_counts(self.shapes, self.output)
            self._counts = {name: number * self.batch for name, number in counts.items() if number}
        return self._counts

    @property
    def option_text(self) -> str:
        """The layer's options in short form."""
        if self._option_text is None:
            self._option_text = option_text(self.layer)
        return self._option_text

    @property
    def notes(self) -> Sequence[str]:
        """Surprising facts, one line each."""
        if self._notes is None:
            self._notes = self.layer.notes(self.shapes[0], self.output)
        return self._notes


class SharedWork(Work):
    """The work of a layer that uses another's weights: it has no arrays of its own.

    Attributes:
        owner: the step whose weights it uses.
    """

    __slots__ = ("owner",)

    def __init__(self, work: Work, owner: Step) -> None:
        for name in Work.__slots__:
            setattr(self, name, getattr(work, name))
        self.weights = self.biases = self.buffers = 0
        self.owner = owner

    @property
    def option_text(self) -> str:
        return f"{super().option_text} shared".lstrip()


class Step(ShownStep):
    """One layer of a walked network; the image is a step too.

    Attributes:
        place: its number in the order of steps, from 1; 0 is the image, −1 a second input.
        name: unique in the network.
        work: what its layer does to its input shapes.
        before: the steps that it reads.
        rf: receptive field per image axis; () without an image, or an `UnknownField`.
    """

    __slots__ = ("_misalignment", "before", "name", "place", "rf", "work")

    def __init__(
        self,
        place: int,
        name: str,
        work: Work,
        before: tuple[Step, ...],
        rf: Fields,
        misalignment: Callable[[], str] = str,
    ) -> None:
        self.place, self.name, self.work, self.before = place, name, work, before
        self.rf, self._misalignment = rf, misalignment

    @property
    def layer(self) -> Layer:
        """The layer with its options."""
        return self.work.layer

    @property
    def kind(self) -> str:
        """The layer's kind."""
        return self.work.kind

    @property
    def is_costed(self) -> bool:
        """Whether its cost is known; if not, its numbers are 0 without a meaning."""
        return self.work.layer.is_costed

    @property
    def option_text(self) -> str:
        """The layer's options in short form: ``k3 c64 p1``."""
        return self.work.option_text

    @property
    def inputs(self) -> list[str]:
        """The names of the steps that it reads; the image is ``input``."""
        return [step.name for step in self.before]

    @property
    def owner(self) -> Step | None:
        """The step whose weights it uses; None if it has its own, or none."""
        return self.work.owner if isinstance(self.work, SharedWork) else None

    @property
    def shapes(self) -> tuple[Shape, ...]:
        """The input shapes, without the batch: one for each step that it reads."""
        return self.work.shapes

    @property
    def input(self) -> Shape:
        """The first of the input shapes."""
        return self.work.shapes[0]

    @property
    def output(self) -> Shape:
        """The output shape, without the batch."""
        return self.work.output

    @property
    def weights(self) -> int:
        """Trained numbers that multiply."""
        return self.work.weights

    @property
    def biases(self) -> int:
        """Trained numbers that are added."""
        return self.work.biases

    @property
    def params(self) -> int:
        """Trained numbers."""
        return self.work.weights + self.work.biases

    @property
    def buffers(self) -> int:
        """Stored numbers that are not trained."""
        return self.work.buffers

    @property
    def macs(self) -> int:
        """Multiply-adds, for the whole batch."""
        return self.work.macs

    @property
    def flops(self) -> int:
        """Twice the multiply-adds, for the whole batch."""
        return 2 * self.work.macs

    @property
    def fits(self) -> bool:
        """Whether the window fits the padded input exactly along every axis; true without a window."""
        return all(axis.fits for axis in self.layer.windows(self.input))

    @property
    def activations(self) -> int:
        """Output values, for the whole batch."""
        return self.work.activations

    @property
    def counts(self) -> Mapping[str, int]:
        """Elementary operations besides the multiply-adds, for the whole batch."""
        return self.work.counts

    @property
    def misalignment(self) -> str:
        """A note that its paths see different places; empty if they do not."""
        return self._misalignment()

    @property
    def notes(self) -> Sequence[str]:
        """Surprising facts, one line each."""
        misalignment = self.misalignment
        return [*self.work.notes, misalignment] if misalignment else self.work.notes

    @property
    def rf_axes(self) -> tuple[AnyField, ...]:
        """The receptive field along each axis; () if there is no image, or it is unknown."""
        return () if isinstance(self.rf, UnknownField) else self.rf

    @property
    def is_map(self) -> bool:
        """Whether its output is a map of more than one cell."""
        return any([side > 1 for side in self.output[1:]])


class Moment(NamedTuple):
    """A moment of a run, when one step computes.

    Attributes:
        step: the step.
        alive: the steps whose output must exist during it, including its own. The set changes with
            each moment; copy what you keep.
        freed: those whose output nobody reads later.
    """

    step: Step
    alive: Collection[Step]
    freed: tuple[Step, ...]

    def __repr__(self) -> str:
        return f"<Moment {self.step.name}: {len(self.alive)} alive, {len(self.freed)} freed>"


class Analysis(ShownAnalysis):
    """A walked network.

    Attributes:
        network: the network.
        batch: samples at once.
        image: the step of the (first) input; receptive fields are in its pixels
            (see `by_input`).
        steps: a step per layer, each after the steps that it reads.
        images: the steps of all inputs, in order.
        through: what the receptive fields leave out.
    """

    def __init__(
        self,
        network: Network,
        batch: int,
        images: Sequence[Step],
        steps: list[Step],
        walk_from: Callable[[int], Analysis] | None = None,
        through: Collection[str] = (),
    ) -> None:
        self.network, self.batch, self.steps, self.through = network, batch, steps, through
        self.images, self.image, self._walk_from = images, images[0], walk_from

    def __iter__(self) -> Iterator[Step]:
        return iter(self.steps)

    def __len__(self) -> int:
        return len(self.steps)

    def __getitem__(self, name: str) -> Step:
        """The step of a layer, by its name."""
        return self._by_name[name]

    def __contains__(self, name: object) -> bool:
        return name in self._by_name

    @cached_property
    def _by_name(self) -> dict[str, Step]:
        return {step.name: step for step in self.steps}

    @property
    def names(self) -> list[str]:
        """The names of all layers, in order."""
        return list(self._by_name)

    # ----------------------------------------------------------------------------- the graph

    @property
    def edges(self) -> list[tuple[Step, Step]]:
        """Connections: a step and a reader of it, in the order of the readers."""
        return [(source, step) for step in self.steps for source in step.before]

    @property
    def blocks(self) -> Sequence[Block]:
        """Runs of steps that belong together, outer ones first; a block has ``steps[start:stop]``."""
        return self.network.blocks

    @cached_property
    def block_names(self) -> list[str | None]:
        """For each step, the name of the innermost named block around it."""
        names: list[str | None] = [None] * len(self.steps)
        for block in self.blocks:  # outer ones first, so inner ones replace them
            if block.name:
                names[block.start : block.stop] = [block.name] * (block.stop - block.start)
        return names

    @cached_property
    def named_outputs(self) -> dict[str, Step]:
        """The outputs by their names in the file; otherwise by their layers' names."""
        if self.network.outputs:
            return {name: self.steps[place] for name, place in self.network.outputs.items()}
        read = {source.place for step in self.steps for source in step.before}
        return {step.name: step for step in self.steps if step.place not in read}

    @cached_property
    def outputs(self) -> tuple[Step, ...]:
        """The outputs of the network: those in the file, or the steps that nobody reads."""
        return tuple(dict.fromkeys(self.named_outputs.values()))

    @cached_property
    def by_input(self) -> dict[str, Analysis]:
        """For each input, the same walk with receptive fields in that input's pixels.

        If inputs × layers are more than `MOST_FIELDS`, only the first input has one.
        """
        if len(self.images) == 1 or len(self.images) * len(self.steps) > MOST_FIELDS:
            return {self.image.name: self}
        assert self._walk_from
        others = {image.name: self._walk_from(at) for at, image in enumerate(self.images) if at}
        return {self.image.name: self, **others}

    def schedule(self) -> Iterator[Moment]:
        """Every step in order, with the outputs that must exist during it.

        An output exists from its step to the last step that reads it; the network's outputs remain.
        """
        last_reader: dict[int, int] = {}
        for step in self.steps:
            for source in step.before:
                last_reader[source.place] = step.place
        named = bool(self.network.outputs)
        if named:
            last_reader.update(dict.fromkeys([step.place for step in self.outputs], 0))
        alive = {image.place: image for image in reversed(self.images)}
        for step in self.steps:
            alive[step.place] = step
            read = dict.fromkeys(step.before)
            if named and step.place not in last_reader:
                read[step] = last_reader[step.place] = step.place  # a dead end
            freed = tuple([each for each in read if last_reader[each.place] == step.place])
            yield Moment(step, alive.values(), freed)
            for each in freed:
                del alive[each.place]

    # ----------------------------------------------------------------------- receptive fields

    def trunk(self, output: Step) -> tuple[Step, ...]:
        """The last maps before an output, before a global pool or a flatten combines all positions.

        If a step combines the whole image directly, it is returned itself.
        """
        found: dict[int, Step] = {}
        waiting, seen = [output], {output.place}
        while waiting:
            step = waiting.pop()
            if step.is_map or not all(s.before for s in (step, *step.before)) or _reduces(step):
                found[step.place] = step
                continue
            for source in step.before:
                if source.place not in seen:
                    seen.add(source.place)
                    waiting.append(source)
        return tuple([found[place] for place in sorted(found)])

    def rf_of(self, output: Step) -> Fields:
        """The receptive field of an output, without layers that combine the whole map."""
        return widest([step.rf for step in self.trunk(output)])

    @cached_property
    def rf(self) -> dict[str, Fields]:
        """The receptive field of each output, by its name."""
        return {name: self.rf_of(output) for name, output in self.named_outputs.items()}

    def trace(self, step: Step, unit: Unit) -> dict[Step, Ranges]:
        """What one unit, or a range of units, reads in every step. See `convcalc.analysis.trace.trace`."""
        from convcalc.analysis.trace import trace  # noqa: PLC0415 - only on demand

        return trace(self, step, unit)

    # --------------------------------------------------------------------- sums and notes

    @cached_property
    def totals(self) -> dict[str, int]:
        """Sums over all steps, and numbers of layers; `AtLeast` if some cost is unavailable."""
        totals = {key: sum([getattr(step, key) for step in self.steps]) for key in SUMMED}
        if self.unavailable:
            totals |= {key: AtLeast(totals[key]) for key in SUMMED if key != "activations"}
        totals["layers"] = len(self.steps)
        totals["weight_layers"] = sum([bool(step.weights and step.macs) for step in self.steps])
        return totals

    @cached_property
    def unavailable(self) -> dict[str, int]:
        """The number of layers of each sort whose cost is unknown."""
        found: dict[str, int] = {}
        for step in self.steps:
            if not step.is_costed:
                name = step.layer.called()
                found[name] = found.get(name, 0) + 1
        return found

    @property
    def unproven(self) -> list[Step]:
        """The steps whose numbers come from their author."""
        return [step for step in self.steps if not step.layer.is_proven]

    @cached_property
    def notes(self) -> list[str]:
        """Surprising facts, one line each. See `convcalc.analysis.notes`."""
        from convcalc.analysis.notes import notes_of  # noqa: PLC0415 - only on demand

        return notes_of(self)


def _reduces(step: Step) -> bool:
    """Whether a step turns a map into one cell with its own weights; the result is still a map."""
    return bool(step.weights) and len(step.output) > 1 and any(s.is_map for s in step.before)


def image_steps(shapes: Mapping[str, Shape], batch: int, at: int = 0) -> list[Step]:
    """The steps for a network's inputs; receptive fields are in pixels of one of them.

    Args:
        shapes: by name.
        batch: samples at once.
        at: the input whose pixels are used.
    """
    return [
        Step(
            -place,
            name,
            Work(Image(), (shape,), batch),
            (),
            (PIXEL,) * (len(shape) - 1) if place == at else (),
        )
        for place, (name, shape) in enumerate(shapes.items())
    ]


def widest(fields: list[Fields]) -> Fields:
    """The largest of several receptive fields; an unknown one makes the result unknown."""

    def pixels(rf: Fields) -> tuple[int, int]:
        if isinstance(rf, UnknownField):
            return 1 + (not rf.whole), pixels(rf.local)[1]
        return 0, formulas.product([axis.size for axis in rf]) if rf else 0

    return max(fields, key=pixels)
