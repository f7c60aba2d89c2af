"""Every question type on lines, images and volumes, compared with windows and arrays that really exist."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import pytest

from convcalc.homework import check, loads
from convcalc.homework.conventions import PRESETS, conventions
from convcalc.homework.mistakes.search import double, single, ways_of_part
from convcalc.homework.questions import create_question
from convcalc.homework.questions.given import GivenError

# ------------------------------------------------------------------------------ the witnesses


def starts(n: int, k: int, s: int = 1, p: int = 0, d: int = 1) -> list[int]:
    """The positions of a window of k cells, with dilation d, on n cells with p zeros on both sides."""
    padded = np.zeros(n + 2 * p)
    return [i for i in range(0, len(padded), s) if i + d * (k - 1) < len(padded)]


def along(value: Any, axes: int) -> list[int]:
    return list(value) if isinstance(value, list) else [value] * axes


def map_of(g: dict[str, Any], axes: int) -> tuple[int, ...]:
    """The positions of the windows along each axis."""
    columns = [along(g.get(key, 0 if key == "p" else 1), axes) for key in ("n", "k", "s", "p", "d")]
    return tuple(len(starts(*each)) for each in zip(*columns))


def convolution(g: dict[str, Any], axes: int) -> dict[str, Any]:
    """The arrays of a convolution, and the products that its loops make."""
    kernel = np.zeros((g["filters"], g["c_in"], *along(g["k"], axes)))
    bias = np.zeros(g["filters"])
    places = list(product(*map(range, map_of(g, axes)))) if "n" in g else []
    products = sum(kernel[f].size for f in range(g["filters"]) for _ in places)
    return {"kernel": kernel, "bias": bias, "places": len(places), "products": products}


def params(g: dict[str, Any], axes: int) -> Any:
    arrays = convolution(g, axes)
    return arrays["kernel"].size + arrays["bias"].size


def without_sharing(g: dict[str, Any], axes: int) -> Any:
    arrays = convolution(g, axes)
    per_place = np.zeros((arrays["places"], *arrays["kernel"].shape))
    return per_place.size + arrays["places"] * arrays["bias"].size


def connections(g: dict[str, Any], axes: int) -> Any:
    arrays = convolution(g, axes)
    return arrays["products"] + arrays["places"] * g["filters"]


def im2col(g: dict[str, Any], axes: int) -> Any:
    arrays = convolution(g, axes)
    kernel = arrays["kernel"].reshape(g["filters"], -1)
    columns = np.zeros((kernel.shape[1], arrays["places"]))
    return {"filters": kernel.shape, "columns": columns.shape}


def transposed(g: dict[str, Any], axes: int) -> Any:
    """The last written cell, after the padding is cut off."""
    found = []
    for n, k, s, p in zip(*(along(g[key], axes) for key in "nksp")):
        written = {i * s + j for i in range(n) for j in range(k)}
        found.append(max(written) + 1 - 2 * p)
    return tuple(found)


def transposed_macs(g: dict[str, Any], axes: int) -> Any:
    x = np.zeros((g["c_in"], *along(g["n"], axes)))
    w = np.zeros((g["c_in"], g["filters"], *along(g["k"], axes)))
    return sum(w[c].size for c in range(g["c_in"]) for _ in range(x[c].size))


def keep(g: dict[str, Any], axes: int) -> Any:
    """The padding with which 50 cells stay 50."""
    return tuple(
        next(p for p in range(99) if len(starts(50, k, p=p)) == 50) for k in along(g["k"], axes)
    )


def same(g: dict[str, Any], axes: int) -> Any:
    return tuple(len(range(0, n, s)) for n, s in zip(along(g["n"], axes), along(g["s"], axes)))


def same_zeros(g: dict[str, Any], axes: int) -> Any:
    """The fewest zeros that give the size of "same" padding."""
    totals = []
    for n, k, s in zip(*(along(g[key], axes) for key in "nks")):
        size = len(range(0, n, s))
        totals.append(next(z for z in range(99) if len(starts(n + z, k, s)) >= size))
    return {
        "total": tuple(totals),
        "before": tuple(z // 2 for z in totals),
        "after": tuple(z - z // 2 for z in totals),
    }


def separable(g: dict[str, Any], axes: int) -> Any:
    kernel = np.zeros((g["c_in"], *along(g["k"], axes)))
    pointwise = np.zeros((g["filters"], g["c_in"]))
    full = np.zeros((g["filters"], g["c_in"], *along(g["k"], axes)))
    weights = kernel.size + pointwise.size
    places = np.zeros(along(g["n"], axes)).size
    return {"macs": weights * places, "weights": weights, "ratio": Fraction(full.size, weights)}


def bottleneck(g: dict[str, Any], axes: int) -> Any:
    places = np.zeros(along(g["n"], axes)).size
    full = np.zeros((g["filters"], g["c_in"], *along(g["k"], axes))).size
    squeeze = np.zeros((g["squeeze"], g["c_in"])).size
    rest = np.zeros((g["filters"], g["squeeze"], *along(g["k"], axes))).size
    both = squeeze + rest
    return {
        "direct": full * places, "squeezed": both * places, "weights": both, "ratio": Fraction(full, both),
    }  # fmt: skip


def shrink(g: dict[str, Any], axes: int) -> Any:
    sides = along(g["n"], axes)
    for _ in range(g["layers"]):
        sides = [len(starts(n, k)) for n, k in zip(sides, along(g["k"], axes))]
    lost = 1 - Fraction(np.zeros(sides).size, np.zeros(along(g["n"], axes)).size)
    return {"size": tuple(sides), "lost": lost}


def layers_to_reach(g: dict[str, Any], axes: int) -> Any:
    sides, count = along(g["n"], axes), 0
    while any(n > target for n, target in zip(sides, along(g["target"], axes))):
        sides = [len(starts(n, k)) for n, k in zip(sides, along(g["k"], axes))]
        count += 1
    return count


def fraction(g: dict[str, Any], axes: int) -> Any:
    sides = [60] * axes
    left = [len(starts(60, k, k)) for k in along(g["k"], axes)]
    return 1 - Fraction(np.zeros(left).size, np.zeros(sides).size)


def field(g: dict[str, Any], axes: int) -> Any:
    """The first and last cell that a unit reads, computed backwards layer by layer."""
    found = []
    for axis in range(axes):
        first = last = 0
        for k, s, d in reversed(
            [tuple(along(v, axes)[axis] for v in each) for each in g["layers"]]
        ):
            first, last = first * s, last * s + d * (k - 1)
        found.append(last - first + 1)
    return tuple(found)


def stacks(g: dict[str, Any], axes: int) -> Any:
    small = sum(np.zeros(along(g["k"], axes)).size for _ in range(g["layers"]))
    large = np.zeros(along(g["against"], axes)).size
    return {"small": small, "large": large, "saved": 1 - Fraction(small, large)}


def volume(g: dict[str, Any], axes: int) -> Any:
    return (*map_of(g, axes), g["filters"])


def pooled(g: dict[str, Any], axes: int) -> Any:
    return (*map_of({**g, "s": g["k"]}, axes), g["c_in"])


def padded(g: dict[str, Any], axes: int) -> Any:
    x = np.zeros((g["c_in"], *along(g["n"], axes)))
    pads = [(0, 0), *((p, p) for p in along(g["p"], axes))]
    return (*np.pad(x, pads).shape[1:], g["c_in"])


def gradient_shape(g: dict[str, Any], axes: int) -> Any:
    return np.zeros(along(g["k"], axes)).shape


# --------------------------------------------------------------------------------- the matrix

CONV = {"n": 9, "k": 3, "c_in": 2, "filters": 4}
Witness = Callable[[dict[str, Any], int], Any]
MATRIX: list[tuple[str, dict[str, Any], dict[int, dict[str, Any]], Witness]] = [
    ("output-size", {"n": 11, "k": 3, "s": 2, "p": 1}, {2: {"k": [3, 5], "s": [1, 2]}, 3: {"n": [9, 10, 11]}}, map_of),
    ("dilated-size", {"n": 11, "k": 3, "d": 2}, {2: {"k": [3, 2]}, 3: {"n": [9, 10, 11]}}, map_of),
    ("fit", {"n": 11, "k": 3, "s": 2}, {2: {"n": [11, 9]}, 3: {"k": [3, 1, 5]}}, map_of),
    ("volume", {**CONV, "s": 2, "p": 1}, {2: {"n": [9, 8]}, 3: {"p": [0, 1, 2]}}, volume),
    ("pool-volume", {"n": 12, "k": 3, "c_in": 5}, {2: {"k": [3, 2]}, 3: {"n": [12, 9, 6]}}, pooled),
    ("padded-volume", {"n": 8, "p": 2, "c_in": 3}, {2: {"p": [1, 2]}, 3: {"n": [8, 9, 4]}}, padded),
    ("pad-to-keep", {"k": 5}, {2: {"k": [3, 5]}, 3: {"k": [1, 3, 7]}}, keep),
    ("same-size", {"n": 11, "k": 3, "s": 2}, {2: {"s": [2, 3]}, 3: {"n": [11, 10, 9]}}, same),
    ("same-padding", {"n": 11, "k": 3, "s": 2}, {2: {"k": [3, 5]}, 3: {"n": [11, 10, 9]}}, same_zeros),
    ("transposed-size", {"n": 4, "k": 3, "s": 2, "p": 1}, {2: {"s": [2, 1]}, 3: {"n": [4, 5, 6]}}, transposed),
    ("params", {**CONV}, {2: {"k": [3, 5]}, 3: {"k": [1, 3, 5]}}, params),
    ("params-depthwise", {"n": 9, "k": 3, "c_in": 4}, {2: {"k": [3, 5]}, 3: {"k": [1, 3, 5]}},
     lambda g, axes: params({**g, "filters": g["c_in"], "c_in": 1}, axes)),
    ("params-transposed", {**CONV}, {2: {"k": [3, 5]}, 3: {"k": [1, 3, 5]}}, params),
    ("params-separable", {"k": 3, "c_in": 4, "filters": 5}, {2: {"k": [3, 5]}, 3: {"k": [1, 3, 5]}},
     lambda g, axes: separable({**g, "n": 1}, axes)["weights"]),
    ("params-pool", {"k": 2, "c_in": 4}, {}, lambda g, axes: 0),
    ("weights-per-neuron", {"k": 3, "c_in": 4}, {2: {"k": [3, 5]}, 3: {"k": [1, 3, 5]}},
     lambda g, axes: np.zeros((g["c_in"], *along(g["k"], axes))).size),
    ("macs", {**CONV, "s": 2, "p": 1}, {2: {"s": [1, 2]}, 3: {"n": [9, 8, 7]}},
     lambda g, axes: convolution(g, axes)["products"]),
    ("multiplications", {**CONV}, {2: {"k": [3, 2]}, 3: {"n": [9, 8, 7]}},
     lambda g, axes: convolution(g, axes)["products"]),
    ("ops", {**CONV}, {2: {"k": [3, 2]}, 3: {"n": [9, 8, 7]}},
     lambda g, axes: 2 * convolution(g, axes)["products"]),
    ("macs-transposed", {"n": 4, "k": 3, "s": 2, "c_in": 2, "filters": 3}, {2: {"k": [3, 2]}, 3: {"n": [4, 5, 6]}},
     transposed_macs),
    ("savings-separable", {**CONV}, {2: {"k": [3, 5]}, 3: {"n": [9, 8, 7]}}, separable),
    ("savings-bottleneck", {**CONV, "squeeze": 1}, {2: {"k": [3, 5]}, 3: {"n": [9, 8, 7]}}, bottleneck),
    ("neurons", {**CONV}, {2: {"s": [1, 2]}, 3: {"n": [9, 8, 7]}},
     lambda g, axes: convolution(g, axes)["places"] * g["filters"]),
    ("connections", {**CONV}, {2: {"s": [1, 2]}, 3: {"n": [9, 8, 7]}}, connections),
    ("no-sharing", {**CONV}, {2: {"s": [1, 2]}, 3: {"n": [9, 8, 7]}}, without_sharing),
    ("im2col", {**CONV}, {2: {"k": [3, 2]}, 3: {"n": [9, 8, 7]}}, im2col),
    ("stacks", {"layers": 2, "k": 3, "against": 5}, {2: {"k": [3, 1]}, 3: {"against": [5, 5, 7]}}, stacks),
    ("shrink", {"n": 20, "k": 3, "layers": 4}, {2: {"k": [3, 5]}, 3: {"n": [20, 18, 16]}}, shrink),
    ("layers-to-reach", {"n": 20, "k": 3, "target": 8}, {2: {"k": [3, 5], "n": [20, 32]}, 3: {}}, layers_to_reach),
    ("fraction", {"k": 4}, {2: {"k": [4, 2]}, 3: {"k": [2, 3, 4]}}, fraction),
    ("receptive-field", {"layers": [[3, 2, 1], [5, 1, 1], [3, 1, 2]]},
     {2: {"layers": [[[3, 5], [2, 1], 1], [3, 1, 1]]}, 3: {"layers": [[[3, 5, 1], 2, [1, 1, 2]], [3, 1, 1]]}}, field),
    ("shape-of-gradient", {"n": 9, "k": 3}, {2: {"k": [3, 5]}, 3: {"k": [1, 3, 5]}}, gradient_shape),
]  # fmt: skip


def given_for(given: dict[str, Any], axes: int) -> dict[str, Any]:
    """The same numbers, with one per axis for the first of them."""
    first = next(iter(given))
    if first == "layers" and isinstance(given["layers"], list):
        head, *rest = given["layers"]
        return {**given, "layers": [[along(head[0], axes), *head[1:]], *rest]}
    name = "k" if first in ("layers", "k") else "n"
    return {**given, name: along(given[name], axes)}


def as_sides(value: Any) -> Any:
    """A value with one number if all are equal."""
    if isinstance(value, tuple) and len(set(value)) == 1:
        return value[0]
    return value


CASES = [
    (kind, axes, given_for(given | more, axes), witness)
    for kind, given, others, witness in MATRIX
    for axes in (1, 2, 3)
    for more in ({}, others.get(axes))
    if more is not None
]


@pytest.mark.parametrize(
    ("kind", "axes", "given", "witness"), CASES, ids=[f"{c[0]} {c[1]}-D {i}" for i, c in enumerate(CASES)]
)  # fmt: skip
@pytest.mark.unmeasured
def test_a_question_is_right_on_any_number_of_axes(
    kind: str, axes: int, given: dict[str, Any], witness: Witness
) -> None:
    task = create_question(kind, given)
    expected = witness(given, axes)
    for part in task.parts():
        right = expected[part.name] if isinstance(expected, dict) else expected
        assert as_sides(part.expected) == as_sides(right), part.name
        reading = part.answer_type.read(part.answer_type.text(part.expected))
        assert part.answer_type.same(reading, part.expected, part.answer_type.tolerance)
        assert part.expected not in single(
            part, ways_of_part(part)
        )  # no mistake gives the right answer or raises an error
        assert part.expected not in double(part, ways_of_part(part))
    text = task.question_text()
    shown = {1: "length", 2: "×", 3: "×"}[axes]
    if kind not in ("same-size", "same-padding", "padded-volume"):
        assert shown in text or kind == "receptive-field"
    assert "(" not in text.split("?")[0] or "[" not in text  # not a Python list


@pytest.mark.parametrize("row", MATRIX, ids=[row[0] for row in MATRIX])
def test_any_number_of_axes_can_be_asked_under_every_preset(
    row: tuple[str, dict[str, Any], Any, Any],
) -> None:
    kind, given, others, _ = row
    for axes, preset, other in product((1, 2, 3), sorted(PRESETS), (False, True)):
        more: dict[str, Any] = dict(others.get(axes, {})) if other else {}
        asked = (axes, preset, more)
        try:
            task = create_question(kind, given_for(given | more, axes), conventions(preset))
        except GivenError as error:
            if "this sheet has fit: strict" not in str(error):
                raise
            continue
        assert task.parts(), asked
        assert task.question_text(), asked


@pytest.mark.parametrize(
    ("kind", "given", "text"),
    [
        ("volume", {"n": [32], "k": 5, "filters": 4, "c_in": 2},
         "4 filters of length 5 (stride 1) slide over a 32×2 input. What is the output volume?"),
        ("volume", {"n": "8x9x10", "k": 3, "filters": 1, "c_in": 2},
         "1 filter of 3×3×3 (stride 1) slides over an 8×9×10×2 input. What is the output volume?"),
        ("output-size", {"n": [32], "k": 5, "s": 2, "p": 1},
         "What is the output size of a length 5 filter (stride 2, padding 1) on a length 32 input?"),
        ("pad-to-keep", {"k": "3x5"}, "Which padding keeps the size of the input for a 3×5 filter with stride 1?"),
        ("same-padding", {"n": "28x33", "k": "3x5", "s": 2, "ask": "total"},
         'An input of size 28×33 has "same" padding, kernel 3×5 and stride 2. '
         "How many zeros are added along each axis in total?"),
        ("macs", {"k": 3, "c_in": 2, "filters": 4, "n": "8x8x8"},
         "A convolution has 4 filters of 3×3×3 on 2 input channels; the input is 8×8×8 (stride 1, padding 0). "
         "How many multiply-adds (MACs) does it need?"),
        ("receptive-field", {"layers": "3x5/2x1 3/1"},
         "How large is the receptive field of one unit after the layers (kernel/stride) 3×5/2×1, 3/1?"),
        ("scaling", {"n": 2, "axes": 3},
         "Multiply all three sides of the image by 2. By which factor does the number of multiply-adds grow?"),
        ("min-input", {"layers": "conv:k3c8 pool:k2", "axes": 3},
         "What is the smallest cubic input that conv:k3c8 pool:k2 accepts?"),
        ("shrink", {"n": [20], "k": 3, "layers": 1, "ask": "lost"},
         "A length 20 input goes through 1 layer of length 3 without padding. What share of the length is lost?"),
        ("fc-to-conv", {"input": "5x4x16", "units": 12, "n": "9x8", "ask": "volume"},
         "A fully connected layer has 12 units on a 5×4×16 input. "
         "Which volume does it give as a convolution on a 9×8 map?"),
    ],
)  # fmt: skip
def test_the_sentence_has_as_many_axes_as_the_input(
    kind: str, given: dict[str, Any], text: str
) -> None:
    assert create_question(kind, given).question_text() == text


@pytest.mark.parametrize(
    ("kind", "given", "expected"),
    [
        ("fc-to-conv", {"input": "5x4x16", "units": 12, "n": "9x8"}, [(5, 4), (5, 5, 12)]),
        ("fc-to-conv", {"input": "5x16", "units": 12, "n": 9}, [5, (5, 12)]),
        ("fc-to-conv", {"input": "3x3x3x2", "units": 7, "n": 4}, [3, (2, 2, 2, 7)]),
        ("scaling", {"n": 2, "k": 3, "axes": 3}, [216]),  # 2³ positions of 3³ products
        ("scaling", {"n": 2, "k": 3, "axes": 1}, [6]),
        ("scaling", {"k": 3, "of": "weights", "axes": 3}, [27]),
        ("min-input", {"layers": "conv:k3c8 pool:k2 conv:k3c8", "axes": 1}, [8]),  # 3 → 6 → 8
        ("min-input", {"layers": "conv:k3c8 pool:k2 conv:k3c8", "axes": 3}, [8]),
        ("layers-for-rf", {"k": "3x5", "size": "21x21"}, [10]),  # the 3 needs 10 layers, the 5 only 5
        ("layers-for-rf", {"k": "3x3x3", "size": 7}, [3]),
        ("flatten", {"input": "6x6x6x2", "arch": "conv:k3c4"}, [4 * 4 * 4 * 4]),
        ("flatten", {"input": "9x2", "arch": "conv:k3c4 pool:k2"}, [3 * 4]),
        ("params-fc", {"input": "4x4x4x2", "units": 3}, [(128 + 1) * 3]),
        ("params-model", {"input": "20x2", "arch": "conv:k3c4 pool:k2 fc:3"}, [(3 * 2 + 1) * 4 + (9 * 4 + 1) * 3]),
        ("memory", {"volume": "10x10x10x8"}, [8000 * 4]),
        ("memory", {"volume": "10x8"}, [80 * 4]),
        ("receptive-field-net", {"net": "wavenet"}, [1024]),
        ("pad-to-keep", {"k": "3x5x7", "d": 2}, [(2, 4, 6)]),
    ],
)  # fmt: skip
def test_numbers_worked_out_by_hand(kind: str, given: dict[str, Any], expected: list[Any]) -> None:
    assert [part.expected for part in create_question(kind, given).parts()] == expected


def test_fields_in_pixels_count_all_axes() -> None:
    pixels = conventions(rf="pixels")
    for layers, expected in (
        ("3/1 3/1", 25),
        ("3x5/2x1 3/1", 7 * 7),
        ("3x5/1", 15),
        ("3x3x3/1", 27),
    ):
        (part,) = create_question("receptive-field", {"layers": layers}, pixels).parts()
        assert part.expected == expected
    (line,) = create_question("receptive-field-net", {"net": "wavenet"}, pixels).parts()
    assert line.expected == 1024


def test_dilations_of_rectangles_count_from_the_sheets_base() -> None:
    zero = conventions(dilation_base="0")
    (part,) = create_question("receptive-field", {"layers": "3x3/1/0x1"}, zero).parts()
    assert part.expected == (3, 5)
    with pytest.raises(
        GivenError, match="dilation 0 is not possible here: this sheet counts from 1"
    ):
        create_question("receptive-field", {"layers": "3x3/1/0x1"})


@pytest.mark.parametrize(
    ("kind", "given", "message"),
    [
        ("receptive-field", {"layers": "3x5/2x1x1"},
         "there are numbers for 2 and 3 axes; give the same number everywhere"),
        ("receptive-field", {"layers": "3x3x3x3/1"},
         "layers: it lists 4 numbers; give one, or one per axis (at most 3)"),
        ("savings-separable", {"n": "8x8", "k": "3x3x3", "c_in": 1, "filters": 1},
         "there are numbers for 2 and 3 axes; give the same number everywhere"),
        ("layers-to-reach", {"n": "20x32", "k": 3, "target": 8},
         "target: the axes need different numbers of layers; change a side of target"),
        ("scaling", {"n": 2, "axes": 4}, "axes: is 4; an image has 1, 2 or 3"),
        ("min-input", {"layers": "pool:k2", "axes": 10**9}, "axes: is 1,000,000,000; an image has 1, 2 or 3"),
        ("fc-to-conv", {"input": "5x4x16", "units": 2, "n": 4},
         "n: must be at least 5×4, the map the layer was made for"),
        ("transposed-size", {"n": "2x2", "k": 1, "p": [0, 1]}, "p: padding 0×1 removes everything; use less"),
        ("pad-to-keep", {"k": "3x5", "s": [1, 2]},
         "s: with stride 1×2 no padding keeps the size of every input; use type: same-padding"),
    ],
)  # fmt: skip
def test_axes_that_do_not_go_together_are_refused(
    kind: str, given: dict[str, Any], message: str
) -> None:
    with pytest.raises(GivenError) as caught:
        create_question(kind, given).parts()
    assert str(caught.value) == message


def test_answers_on_three_axes_are_read_and_marked() -> None:
    sheet = loads(
        "{convcalc_sheet: 1, questions: ["
        "{type: volume, given: {n: 28x28x28, k: 3, p: 1, c_in: 1, filters: 8}},"
        "{type: output-size, given: {n: 28x28x28, k: 3}},"
        "{type: pad-to-keep, given: {k: 3x5}},"
        "{type: volume, given: {n: [28], k: 3, c_in: 1, filters: 8}},"
        "{type: same-padding, given: {n: 28x28, k: 3, s: 2}}]}"
    )
    for answer in ("28x28x28x8", [28, 28, 28, 8], "28 × 28 × 28 × 8"):
        assert check(sheet, "q1", answer).right
    assert check(sheet, "q2", "26").right
    assert check(sheet, "q2", "26x26x26").right
    assert not check(sheet, "q2", "26x26x25").right
    assert check(sheet, "q3", "1x2").right
    assert not check(sheet, "q3", "1").right
    assert check(sheet, "q4", "26x8").right
    assert check(sheet, "q5", {"total": "1x1", "before": 0, "after": "1x1"}).right
    # the mistakes of two axes are found on three
    assert check(sheet, "q1", "27x27x27x8").mistakes
    assert check(sheet, "q2", "25").mistakes
