"""Lines and JSON for networks with several inputs, named outputs or shared weights."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any

from convcalc.analysis.rows import field_text, rf_dict
from convcalc.layers.rf import UnknownField
from convcalc.text import listed, plural, times

if TYPE_CHECKING:
    from convcalc.analysis.analysis import Analysis, Step
    from convcalc.layers.rf import Fields


_MOST_LINES = 20  # on outputs under a table
_MOST_INPUTS = 5  # inputs whose field is in such a line


def output_facts(analysis: Analysis) -> dict[str, Any]:
    """The outputs as JSON: their names, and the layers that the file's names mean."""
    named = analysis.named_outputs
    facts: dict[str, Any] = {"outputs": list(named)}
    if analysis.network.outputs:
        facts["output_layers"] = {name: step.name for name, step in named.items()}
    return facts


def graph_keys(analysis: Analysis, step: Step) -> dict[str, Any]:
    """Keys in a layer's JSON that only such networks have."""
    found: dict[str, Any] = {}
    if step.owner:
        found["weights_of"] = step.owner.name
    if len(analysis.images) > 1:
        seen = {name: walked.steps[step.place - 1] for name, walked in analysis.by_input.items()}
        found["rf_of_inputs"] = {name: rf_dict(each) for name, each in seen.items() if each.rf}
    return found


def graph_lines(analysis: Analysis, *, fields: bool = True) -> list[str]:
    """A line for each output, if the file names them or there are several inputs.

    Args:
        analysis: the walked network.
        fields: whether the lines contain the receptive fields.
    """
    several = len(analysis.images) > 1
    if not several and not analysis.network.outputs:
        return []
    named = analysis.named_outputs
    lines = [
        f"output {name}{f' ({step.name})' * (name != step.name)}: {times(step.output)}"
        + (f", rf {' and '.join(_seen(analysis, name))}" if fields else "")
        for name, step in islice(named.items(), _MOST_LINES)
    ]
    if len(named) > _MOST_LINES:
        lines.append(f"and {len(named) - _MOST_LINES:,} more outputs; --format json has them")
    if several:
        lines.append(f"rf = receptive field in pixels of {analysis.image.name}")
    return lines


def _seen(analysis: Analysis, output: str) -> Iterator[str]:
    """The receptive field of an output, in pixels of each input that it depends on."""
    by_input = analysis.by_input
    fields = {name: walked.rf[output] for name, walked in by_input.items()}
    if len(analysis.images) == 1:
        yield _size(*fields.values())
        return
    seen = {name: rf for name, rf in fields.items() if rf}
    for name, rf in islice(seen.items(), _MOST_INPUTS):
        yield f"{_size(rf)} of {name}"
    if len(seen) > _MOST_INPUTS:
        yield f"more of {plural(len(seen) - _MOST_INPUTS, 'other')}"
    if not seen:
        yield "–"


def _size(rf: Fields) -> str:
    """The size of a receptive field for people."""
    return field_text(rf if isinstance(rf, UnknownField) else [axis.size for axis in rf])


def notes_on_graph(analysis: Analysis) -> Iterator[str]:
    """Notes on unused inputs, layers that lead to no output, and shared weights."""
    read = {source.place for step in analysis.steps for source in step.before}
    if len(analysis.images) > 1:
        unread = [image.name for image in analysis.images if image.place not in read]
        if unread:
            yield f"{listed(unread)}: no layer reads {'this input' if len(unread) == 1 else 'these inputs'}"
        if len(analysis.by_input) < len(analysis.images):
            yield (
                f"receptive fields are shown for {analysis.image.name} only: {len(analysis.images)} inputs and "
                f"{len(analysis):,} layers are too many to compute them for each input"
            )
    if analysis.network.outputs:
        yield from _dead_ends(analysis)
    if analysis.network.shared:
        yield from _shared(analysis)


def _dead_ends(analysis: Analysis) -> Iterator[str]:
    """The layers that lead to no named output."""
    wanted = {step.place for step in analysis.outputs}
    dead = []
    for step in reversed(analysis.steps):
        if step.place in wanted:
            wanted.update([source.place for source in step.before])
        else:
            dead.append(step.name)
    if dead:
        lead = "leads" if len(dead) == 1 else "lead"
        yield f"{listed(dead[::-1])}: {lead} to no output, but {'is' if len(dead) == 1 else 'are'} counted"


def _shared(analysis: Analysis) -> Iterator[str]:
    """Whose weights are shared, once for each shared block."""
    pairs: dict[tuple[str, str], list[Step]] = {}
    for step in analysis.steps:
        if step.owner:
            pairs.setdefault(_heads(step.name, step.owner.name), []).append(step)
    by_owner: dict[str, dict[str, list[Step]]] = {}
    for (user, owner), steps in pairs.items():
        by_owner.setdefault(owner, {})[user] = steps
    for owner, users in by_owner.items():
        steps = [step for each in users.values() for step in each]
        params = sum([_own_params(step) for step in steps])
        uses = "uses" if len(users) == 1 else "use"
        yield f"{listed([*users])}: {uses} the weights of {owner}, so {params:,} params are not counted again"


def _own_params(step: Step) -> int:
    """The parameters that a step would have without sharing."""
    return step.layer.params(step.input, step.output)


def _heads(one: str, other: str) -> tuple[str, str]:
    """Two names without their common ending; the beginnings are the names of the shared blocks."""
    first, second = one.split("."), other.split(".")
    while len(first) > 1 and len(second) > 1 and first[-1] == second[-1]:
        del first[-1], second[-1]
    return ".".join(first), ".".join(second)
