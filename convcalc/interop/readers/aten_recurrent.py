"""Recurrent layers: whole ones, and their cells."""

from __future__ import annotations

from convcalc import formulas
from convcalc.interop.readers.aten import Call, Unknown, Value, operation
from convcalc.interop.readers.aten_program import Program
from convcalc.interop.rules import along

_STEP_COUNTS: dict[str, dict[str, int]] = {
    "lstm": {"exponentials": 7, "adds": 12, "divisions": 5, "multiplications": 3},
    "gru": {"exponentials": 4, "adds": 10, "divisions": 3, "multiplications": 3},
    "rnn_tanh": {"exponentials": 2, "adds": 3, "divisions": 1},
    "rnn_relu": {"comparisons": 1, "adds": 1},
}
"""Operations of one unit in one step, besides the multiply-adds and biases: its gates, sums and products."""
_GATES = {"lstm": 4, "gru": 3}
_BATCHED = 3  # sides of a batch of sequences


@operation(*_STEP_COUNTS)
def _recurrent(program: Program, call: Call) -> list[Value | None]:
    value, weights = call.tensor("input"), call.tensors("params")
    axis = 1 if call.flag("batch_first") and len(value.sides) == _BATCHED else 0
    samples = 1 - axis if len(value.sides) == _BATCHED else None
    if value.batch is not None and value.batch != (samples, 1, 1):
        raise Unknown  # here a step of all sequences counts as a sample
    per = len(weights) // (call.whole("num_layers", 1) * (2 if call.flag("bidirectional") else 1))
    _, fresh = program.claim("", *weights)
    if program.is_changed or value.place is None or per < 2:
        raise Unknown
    steps = value.sides[axis]
    units = sum(one.sides[0] for one in weights[::per]) // _GATES.get(call.op, 1)
    made = _steps(
        program, call, value, Value(program.stated(call.outputs[0]), value.batch, None), weights,
        fresh, steps, units,
    )  # fmt: skip
    found: list[Value | None] = [made]
    for name in call.outputs[1:]:
        if not name or not program.is_read(name):
            found.append(None)
            continue
        sides = program.stated(name)
        batch = None if value.batch is None else (len(sides) - 2, 1, 1)
        found.append(
            program.custom(
                made, Value(sides, batch, None), part="state", called=f"{call.op} state", rf="all"
            )
        )
    return found


@operation(*[f"{op}_cell" for op in _STEP_COUNTS])
def _cell(program: Program, call: Call) -> list[Value | None]:
    value = program.fixed(call.tensor("input"))
    weights = [call.tensor("w_ih"), call.tensor("w_hh")]
    weights += [one for name in ("b_ih", "b_hh") if (one := call.maybe(name)) is not None]
    if value.batch not in (None, (0, 1, 1)):
        raise Unknown
    _, fresh = program.claim("", *weights)
    units = weights[1].sides[1]
    reads = [value]
    for one in [call.maybe("hx"), *(call.values["hx"] if call.op == "lstm_cell" else [])]:
        reads += [program.fixed(one)] if isinstance(one, Value) else []
    sides = program.stated(call.outputs[0])
    states = Value((*value.sides[:-1], sum(one.sides[-1] for one in reads)), value.batch, None)
    axis = len(states.shape) - 1
    joined = program.layer("concat", reads, states, part="state", **along(axis))
    made = _steps(program, call, joined, Value(sides, value.batch, None), weights, fresh, 1, units)
    if call.op != "lstm_cell":
        return [made]
    more = program.custom(joined, Value(sides, value.batch, None), part="cell", called="lstm cell")
    return [made, more]


def _steps(
    program: Program, call: Call, value: Value, like: Value, weights: list[Value],
    fresh: int, steps: int, units: int,
) -> Value:  # fmt: skip
    """A number of steps of some units with these weights; some weights are not counted yet."""
    counts = {
        key: number * units * steps
        for key, number in _STEP_COUNTS[call.op.removesuffix("_cell")].items()
    }
    counts["bias_adds"] = steps * sum(one.sides[0] for one in weights if len(one.sides) == 1)
    macs = steps * sum(formulas.product(one.sides) for one in weights if len(one.sides) == 2)
    made = program.custom(value, like, params=fresh, macs=macs, counts=counts, rf="all")
    return program.owned(made, "mixed", *weights)
