"""Operations that are several layers: attention and sums over indices."""

from __future__ import annotations

from convcalc import formulas
from convcalc.interop.readers.aten import Call, Unknown, Value, operation
from convcalc.interop.readers.aten_copies import copied
from convcalc.interop.readers.aten_program import Program
from convcalc.interop.readers.aten_shapes import inner_axis, permuted, reshaped
from convcalc.interop.readers.aten_values import combined
from convcalc.interop.readers.aten_weights import product_of


@operation(
    "scaled_dot_product_attention", "_scaled_dot_product_flash_attention_for_cpu", "_scaled_dot_product_flash_attention",
    "_scaled_dot_product_efficient_attention", "_scaled_dot_product_attention_math", "_scaled_dot_product_cudnn_attention",
)  # fmt: skip
def _attention(program: Program, call: Call) -> list[Value | None]:
    query, key, value = (call.tensor(name) for name in ("query", "key", "value"))
    mask = next(
        (call.values[name] for name in ("attn_mask", "attn_bias") if name in call.values), None
    )
    key, value = (_repeated(program, query, one) for one in (key, value))
    scores = product_of(program, query, key, "scores", turned=True)
    cells = formulas.product(scores.shape)
    scores = program.custom(
        scores, scores, part="scale", called="scale", counts={"multiplications": cells}
    )
    if isinstance(mask, Value):
        if mask.is_constant:
            scores = program.custom(
                scores, scores, part="mask", called="mask", counts={"adds": cells}
            )
        else:
            scores = combined(program, "add", scores, mask, "mask")
    scores = program.layer("softmax", [scores], scores, part="softmax", axis=inner_axis(scores, -1))
    return [product_of(program, scores, value, "sums")]


def _repeated(program: Program, query: Value, value: Value) -> Value:
    """Keys or values that several heads share, repeated for each head."""
    if len(query.sides) < 3 or query.sides[-3] == value.sides[-3]:
        return value
    if value.sides[-3] == 1:
        return value
    if query.sides[-3] % value.sides[-3]:
        raise Unknown
    sides = (*value.sides[:-3], query.sides[-3], *value.sides[-2:])
    return copied(program, value, Value(sides, value.batch, None))


@operation("einsum")
def _einsum(program: Program, call: Call) -> Value:
    equation, values = call.given.get("equation"), call.tensors("tensors")
    if not isinstance(equation, str) or len(values) != 2 or "." in equation or "->" not in equation:
        raise Unknown
    left, out = equation.replace(" ", "").split("->")
    letters = left.split(",")
    one, other = letters
    if any(len(set(word)) != len(word) for word in (one, other, out)):
        raise Unknown
    if any(len(word) != len(value.sides) for word, value in zip(letters, values)):
        raise Unknown
    side = {
        letter: n for word, value in zip(letters, values) for letter, n in zip(word, value.sides)
    }
    both = [letter for letter in out if letter in one and letter in other]
    summed = [letter for letter in one if letter in other and letter not in out]
    rows = [letter for letter in one if letter not in other]
    columns = [letter for letter in other if letter not in one]
    if not summed or not all(letter in out for letter in rows + columns):
        raise Unknown

    def matrix(place: int, first: list[str], last: list[str]) -> Value:
        order = [*both, *first, *last]
        turned = permuted(
            program,
            values[place],
            [letters[place].index(letter) for letter in order],
            f"axes{place}",
        )
        sizes = [
            formulas.product([1, *[side[letter] for letter in group]]) for group in (first, last)
        ]
        return reshaped(
            program, turned, (*[side[letter] for letter in both], *sizes), f"matrix{place}"
        )

    made = product_of(program, matrix(0, rows, summed), matrix(1, summed, columns))
    found = [*both, *rows, *columns]
    made = reshaped(program, made, tuple([side[letter] for letter in found]), "view")
    return permuted(program, made, [found.index(letter) for letter in out], "order")
