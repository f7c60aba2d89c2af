"""The inputs and outputs of an exported program: inputs, parameters, buffers, notes."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any, NamedTuple

from convcalc import formulas
from convcalc.interop.readers.aten import Batch, Value, args_of, fqn_of, op_of, without_batch
from convcalc.interop.readers.aten_program import Program
from convcalc.interop.readers.pt2_archive import Meta, Name, Parts, Source, sides_of
from convcalc.network.network import FIRST_INPUT, INPUT
from convcalc.text import plural, printable, quoted, times

if TYPE_CHECKING:
    from convcalc.interop.base import ForeignFile
    from convcalc.layers import Shape

_MAX_INPUTS = 100
_MAX_SIDES = 4
_SEQUENCE = 3  # sides of a batch of sequences
_STEPS = "num_batches_tracked"  # a counter of batches, not a number of the network
# Operations that show that there is no batch if their input has one side less than here.
_SIDES_READ = {
    f"{op}{axes}d": axes + 2
    for axes in (1, 2, 3)
    for op in (
        "conv",
        "conv_transpose",
        "max_pool",
        "avg_pool",
        "adaptive_avg_pool",
        "adaptive_max_pool",
    )
} | {op: _SEQUENCE for op in ("lstm", "gru", "rnn_tanh", "rnn_relu")}


class Layout(Enum):
    """The batch axis of the inputs."""

    FIRST = "first"
    STATES = "states"  # the first, or the second of three sides, as in states of an LSTM
    SECOND = "second"
    NONE = "none"


class Entering(NamedTuple):
    """The input.

    Attributes:
        batch: how many samples the example has; 0 without a batch.
        batches: the batch axis of each input.
        shapes: the shapes of the inputs without the batch, by name.
        names: the name of each in the graph.
        sides: their sizes with the batch.
        sources: parameters and buffers by their names in the graph.
        constants: tensors with fixed values, by their names in the graph.
    """

    batch: int
    batches: list[Batch | None]
    shapes: dict[str, Shape]
    names: list[str]
    sides: list[Shape]
    sources: dict[str, Source]
    constants: dict[str, Shape]


def entering(file: ForeignFile, parts: Parts, layout: Layout) -> Entering:
    """The inputs of a program.

    Args:
        file, parts: the program.
        layout: the batch axis.

    Raises:
        SpecError: there is no input, or one is not a tensor with sides.
    """
    metas = parts.graph["tensor_values"]
    sources: dict[str, Source] = {}
    constants: dict[str, Shape] = {}
    names: list[str] = []
    for spec in parts.signature["input_specs"]:
        kind, what = next(iter(spec.items())) if isinstance(spec, dict) and spec else ("", None)
        arg = what.get("arg") if isinstance(what, dict) else what
        if not isinstance(arg, Name):
            continue  # a number or None, not a tensor
        name = str(arg)
        if kind == "user_input":
            names.append(name)
        elif kind in ("parameter", "buffer"):
            own = what.get(f"{kind}_name") if isinstance(what, dict) else None
            sources[name] = Source(str(own or name), sides_of(metas.get(name)), kind == "parameter")
        else:
            constants[name] = sides_of(metas.get(name))
    names = [name for name in names if isinstance(metas.get(name), Meta)]
    if not names:
        raise file.error("the program has no input tensor; export it with an example that has one")
    if len(names) > _MAX_INPUTS:
        raise file.error(
            f"{len(names):,} tensors are inputs of the program; at most {_MAX_INPUTS} are read"
        )
    sides = [sides_of(metas[name]) for name in names]
    batch = _batch(parts, names, sides, layout)
    batches = [_batch_of(each, batch, layout) for each in sides]
    shown = [FIRST_INPUT] if len(names) == 1 else [printable(name)[:100] for name in names]
    shapes = {
        name: without_batch(each, its) or (1,) for name, each, its in zip(shown, sides, batches)
    }
    for name, shape in shapes.items():
        if len(shape) > _MAX_SIDES:
            raise file.error(
                f"the input {quoted(name)} is {times(shape)} without its batch; convcalc takes channels and "
                "up to 3 axes"
            )
    return Entering(batch, batches, shapes, names, sides, sources, constants)


def layouts(parts: Parts, found: Entering) -> list[Layout]:
    """The possible batch axes, the likely one first.

    Args:
        parts: the program.
        found: the input, with the likely batch axis.
    """
    sides, possible = found.sides, [Layout.FIRST]
    batch = sides[0][:1]
    if any(len(each) == _SEQUENCE and each[0] != batch[0] == each[1] for each in sides if batch):
        possible.append(Layout.STATES)
    if len(sides[0]) == _SEQUENCE:
        possible.append(Layout.SECOND)
    if len(sides[0]) == _SEQUENCE - 1 and _is_widened(parts, found.names[0]):
        possible.append(Layout.NONE)
    return possible


def _is_widened(parts: Parts, name: str) -> bool:
    """Whether an input first gets the missing batch axis, as in a recurrent layer."""
    for node in parts.graph["nodes"]:
        if name in args_of(node):
            return op_of(node) == "unsqueeze"
    return False


def _batch_of(sides: Shape, batch: int, layout: Layout) -> Batch | None:
    """The batch axis of an input, if it is as large as that of the first input."""
    if not batch:
        return None
    if layout is Layout.SECOND and len(sides) == _SEQUENCE:
        return (1, 1, 1) if sides[1] == batch else None
    if sides and sides[0] == batch:
        return 0, 1, 1
    is_state = layout is Layout.STATES and len(sides) == _SEQUENCE and sides[1] == batch
    return (1, 1, 1) if is_state else None


def _batch(parts: Parts, names: list[str], sides: list[Shape], layout: Layout) -> int:
    """The number of samples in the first input, unless it has no batch."""
    first, rank = names[0], len(sides[0])
    if not rank or layout is Layout.NONE:
        return 0
    if layout is Layout.SECOND:
        return sides[0][1]
    unsqueezed: Any = None
    for node in parts.graph["nodes"]:
        args = args_of(node)
        if not args:
            continue
        if args[0] == first:
            op = op_of(node)
            if rank == 1 or _SIDES_READ.get(op) == rank + 1:
                return 0
            if op == "unsqueeze" and args[1:] == [0]:
                unsqueezed = node.get("outputs")  # PyTorch's form of a convolution without a batch
        elif [args[0]] == unsqueezed and op_of(node) == "convolution":
            return 0
    return sides[0][0]


def enter(program: Program, found: Entering) -> None:
    """Add the inputs of a program."""
    for place, (name, sides, batch, shape) in enumerate(
        zip(found.names, found.sides, found.batches, program.graph.inputs.values())
    ):
        whole = sides
        if program.is_changed:
            axis = batch[0] if batch else 0
            whole = (*shape[:axis], found.batch, *shape[axis:]) if batch else shape
        program.values[name] = Value(whole[: len(sides)], batch, INPUT - place)
    program.sources = {source.name: source for source in found.sources.values()}
    for name, source in found.sources.items():
        program.values[name] = Value(source.sides, None, None, source.name)
    for name, sides in found.constants.items():
        program.values[name] = Value(sides, None, None)


def leave(program: Program, parts: Parts) -> None:
    """Set the outputs of a program, and note what the exporter changed.

    Raises:
        SpecError: an output is not a value of the graph.
    """
    graph = program.graph
    graph.tell()
    for value in program.read_all(parts.graph["outputs"]):
        place = value.place
        if place is not None and place >= 0:
            graph.outputs.setdefault(graph.nodes[place].name, place)
    is_end = list(graph.outputs.values()) == [len(graph.nodes) - 1]
    if is_end and not program.loose:
        graph.outputs.clear()  # it is the only end of the network
    _note_unread(program, parts)
    _note_idle(program, parts)


def _note_unread(program: Program, parts: Parts) -> None:
    """Add notes on parameters and buffers that nothing reads."""
    read = {parts.stored.get(name, name) for name in program.read}
    for is_trained, word in ((True, "parameter"), (False, "buffer")):
        unread = [
            source
            for source in program.sources.values()
            if source.is_trained is is_trained
            and parts.stored.get(source.name, source.name) not in read
            and not source.name.endswith(_STEPS)
        ]
        if unread:
            numbers = sum(formulas.product(source.sides or (1,)) for source in unread)
            others = f" and {len(unread) - 1:,} more" if len(unread) > 1 else ""
            program.graph.note(
                f"no operation reads {word} {quoted(unread[0].name)}{others}: {plural(numbers, 'number')} that the "
                f"module has, and that {'is' if numbers == 1 else 'are'} not counted"
            )


def _note_idle(program: Program, parts: Parts) -> None:
    """Add notes on norms and dropouts whose modules have no operation any more."""
    calls = parts.model["graph_module"].get("module_call_graph")
    names = (
        [call.get("fqn") for call in calls if isinstance(call, dict)]
        if isinstance(calls, list)
        else []
    )
    busy = {fqn_of(node) for node in parts.graph["nodes"]}
    norms: list[str] = []
    scales, before = 0, 0
    dropouts: list[str] = []
    for name in names:
        if not isinstance(name, str):
            continue
        if name in program.convolutions:
            before = program.convolutions[name]
            continue
        word = name.rpartition(".")[2].lower().rstrip("0123456789").rstrip("_")
        if name in busy:
            before = 0
        elif before and (word.endswith(("bn", "norm")) or (not word and before)):
            norms.append(name)
            scales, before = scales + before, 0
        elif word.startswith(("drop", "dp")):
            dropouts.append(name)
    if norms:
        program.graph.note(
            f"{_listed(norms, 'norm')} folded into the convolution before: with {'it' if len(norms) == 1 else 'them'} "
            f"PyTorch's module has {plural(scales, 'parameter')} and {plural(2 * scales, 'buffer')} more"
        )
    if dropouts:
        program.graph.note(
            f"{_listed(dropouts, 'dropout')} left out by the exporter; at inference it does nothing"
        )


def _listed(names: list[str], word: str) -> str:
    """Some modules in a sentence, with the verb."""
    if len(names) == 1:
        return f"the {word} {quoted(names[0])} is"
    return f"{quoted(names[0])} and {plural(len(names) - 1, f'other {word}')} are"
