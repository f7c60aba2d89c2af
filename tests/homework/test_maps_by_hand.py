"""Padding, unpooling and upsampling by hand, compared with NumPy and ONNX's reference evaluator."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from onnx import TensorProto, helper
from onnx.reference import ReferenceEvaluator

from convcalc.homework import check
from convcalc.homework.answers.written import as_written
from convcalc.homework.questions import create_question
from convcalc.homework.questions.given import GivenError
from convcalc.homework.sheets.forms import answer_help
from homework.test_questions import sheet_with

CELLS = st.integers(-9, 9)


@st.composite
def maps(draw: st.DrawFn, least: int = 1) -> list[list[int]]:
    rows, columns = draw(st.integers(least, 4)), draw(st.integers(least, 4))
    return draw(
        st.lists(st.lists(CELLS, min_size=columns, max_size=columns), min_size=rows, max_size=rows)
    )


def answer(kind: str, words: dict[str, Any], **fixed: str) -> np.ndarray:
    (part,) = sheet_with(kind, words, **fixed)["q1"].parts
    return np.array(part.expected, dtype=float)


def onnx(op: str, inputs: dict[str, np.ndarray], output: Any, **attributes: Any) -> Any:
    """The output of an ONNX operator by ONNX's reference evaluator; an input named with spaces is left out."""
    kinds = {"float32": TensorProto.FLOAT, "int64": TensorProto.INT64}
    given = {name: array for name, array in inputs.items() if name.strip()}
    values = [
        helper.make_tensor_value_info(name, kinds[str(array.dtype)], array.shape)
        for name, array in given.items()
    ]
    out = helper.make_tensor_value_info("out", TensorProto.FLOAT, output)
    node = helper.make_node(op, [name.strip() for name in inputs], ["out"], **attributes)
    graph = helper.make_graph([node], "one", values, [out])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)])
    (found,) = ReferenceEvaluator(model).run(None, given)
    return found


@given(maps(3), st.integers(0, 2), st.integers(0, 2), st.sampled_from(["zero", "reflect", "replicate"]))  # fmt: skip
def test_padding_is_what_numpy_pads(x: list[list[int]], down: int, across: int, mode: str) -> None:
    name = {"zero": "constant", "reflect": "reflect", "replicate": "edge"}[mode]
    wanted = np.pad(np.array(x), ((down, down), (across, across)), mode=name)  # type: ignore[call-overload]
    words = {"x": x, "p": [down, across], "mode": mode}
    assert (answer("pad-by-hand", words) == wanted).all()


@given(maps(3), st.integers(0, 4), st.sampled_from(["zero", "reflect", "replicate"]))
def test_a_total_padding_puts_the_odd_cell_last(x: list[list[int]], p: int, mode: str) -> None:
    name = {"zero": "constant", "reflect": "reflect", "replicate": "edge"}[mode]
    wanted = np.pad(np.array(x), ((p // 2, p - p // 2),) * 2, mode=name)  # type: ignore[call-overload]
    words = {"x": x, "p": p, "mode": mode}
    assert (answer("pad-by-hand", words, padding="total") == wanted).all()


@given(st.permutations(range(16)), st.lists(CELLS, min_size=4, max_size=4))
def test_unpooling_is_onnx_unpooling(order: list[int], y: list[int]) -> None:
    x = np.array(order, dtype=np.float32).reshape(4, 4)
    places = []
    for row in (0, 2):
        for column in (0, 2):
            block = x[row : row + 2, column : column + 2]
            i, j = np.unravel_index(int(block.argmax()), (2, 2))
            places.append((row + i) * 4 + column + j)
    values = np.array(y, dtype=np.float32).reshape(1, 1, 2, 2)
    indices = np.array(places, dtype=np.int64).reshape(1, 1, 2, 2)
    wanted = onnx(
        "MaxUnpool",
        {"values": values, "indices": indices},
        [1, 1, 4, 4],
        kernel_shape=[2, 2],
        strides=[2, 2],
    )
    words = {"x": x.astype(int).tolist(), "y": [y[:2], y[2:]]}
    assert (answer("unpool-by-hand", words) == wanted[0, 0]).all()


@given(maps(), st.integers(1, 4))
def test_a_bed_of_nails_is_every_kth_cell(y: list[list[int]], k: int) -> None:
    found = answer("unpool-by-hand", {"y": y, "k": k, "mode": "nails"})
    assert (found[::k, ::k] == np.array(y)).all()
    assert np.abs(found).sum() == np.abs(np.array(y)).sum()


@given(maps(), st.integers(1, 4), st.sampled_from(["nearest", "half_pixel", "align_corners"]))
def test_upsampling_is_onnx_resizing(x: list[list[int]], scale: int, where: str) -> None:
    image = np.array(x, dtype=np.float32)[None, None]
    sizes = np.array([1, 1, len(x) * scale, len(x[0]) * scale], dtype=np.int64)
    how: dict[str, Any] = (
        {"mode": "nearest", "nearest_mode": "floor", "coordinate_transformation_mode": "asymmetric"}
        if where == "nearest"
        else {"mode": "linear", "coordinate_transformation_mode": where}
    )
    nothing = np.array([])
    inputs = {"x": image, " ": nothing, "  ": nothing, "sizes": sizes}
    wanted = onnx("Resize", inputs, sizes.tolist(), **how)
    words = {"x": x, "scale": scale, "mode": "nearest" if where == "nearest" else "bilinear"}
    if where == "align_corners":
        words["align_corners"] = True
    np.testing.assert_allclose(answer("upsample-by-hand", words), wanted[0, 0], atol=1e-4)


def test_interpolated_values_are_exact() -> None:
    (part,) = create_question(
        "upsample-by-hand", as_written({"x": [[0, 1]], "scale": 3, "mode": "bilinear"})
    ).parts()
    # the centres lie at −1/3 (the border), 0, 1/3, 2/3, 1, 4/3 (the border)
    assert part.expected[0] == (0, 0, Fraction(1, 3), Fraction(2, 3), 1, 1)


def test_the_answer_may_be_rounded_where_no_decimal_ends() -> None:
    sheet = sheet_with("upsample-by-hand", {"x": [[0, 1]], "scale": 3, "mode": "bilinear"})
    row = [0, 0, "0.33", "0.67", 1, 1]
    assert check(sheet, "q1", [row] * 3).right
    assert not check(sheet, "q1", [[0, 0, "0.3", "0.6", 1, 1]] * 3).right


@pytest.mark.parametrize(
    ("kind", "words", "said"),
    [
        ("pad-by-hand", {"x": [[1]], "mode": "mirror"}, "mode: must be one of zero, reflect, replicate"),
        ("pad-by-hand", {"x": [[1]], "mode": "reflect"},
         "p: reflect padding of 1 needs a map of at least 2 cells along that axis, but it has 1"),
        ("pad-by-hand", {"x": [[1]], "p": [1, 1, 1]}, "p: has 3 numbers; give one, or two: down, across"),
        ("pad-by-hand", {"x": [[1]], "p": -1}, "padding must be 0 or more, got -1"),
        ("pad-by-hand", {"x": [[1]], "p": 10**11}, "padding is 100,000,000,000; give at most 64 by hand"),
        ("pad-by-hand", {"x": [[1]], "p": 32},
         "p: the answer would have 4,225 cells; at most 4,096 are read: use smaller numbers"),
        ("pad-by-hand", {"x": [[1] * 65]}, "x: is larger than 64×64; use a smaller one for work by hand"),
        ("unpool-by-hand", {"y": [[1]], "mode": "mean"}, "mode: must be max or nails"),
        ("unpool-by-hand", {"y": [[1]]}, "x: is missing: the map that was pooled, which shows where the maxima were"),
        ("unpool-by-hand", {"y": [[1]], "x": [[1]]}, "x: has 1×1 cells, but 2×2 blocks for y need 2×2"),
        ("unpool-by-hand", {"y": [[1]], "x": [[3, 3], [1, 2]]},
         "x: has the maximum 3 twice in one block; make it different, so that one place is right"),
        ("unpool-by-hand", {"y": [[1]], "x": [[1]], "mode": "nails"}, "x: is not used with mode: nails; leave it out"),
        ("unpool-by-hand", {"y": [[1]], "k": 10**11, "mode": "nails"},
         "k: the answer would have 10,000,000,000,000,000,000,000 cells; at most 4,096 are read: use smaller numbers"),
        ("upsample-by-hand", {"x": [[1]], "mode": "cubic"}, "mode: must be nearest or bilinear"),
        ("upsample-by-hand", {"x": [[1]], "align_corners": True}, "align_corners: is for mode: bilinear; leave it out"),
        ("upsample-by-hand", {"x": [[1]], "scale": 17}, "scale: is 17; give at most 16 by hand"),
        ("upsample-by-hand", {"x": [[1] * 9] * 9, "scale": 16},
         "scale: the answer would have 20,736 cells; at most 4,096 are read: use smaller numbers"),
        ("upsample-by-hand", {"x": "abc"}, "x: it is not a matrix: 'abc' is not a number"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_said(kind: str, words: dict[str, Any], said: str) -> None:
    with pytest.raises(GivenError) as caught:
        create_question(kind, as_written(words)).parts()
    assert str(caught.value).endswith(said)


def test_every_question_says_its_convention() -> None:
    words = {"x": [[1, 2], [3, 4]], "mode": "bilinear"}
    centres = create_question("upsample-by-hand", words).question_text()
    assert "The centre of new cell i lies at (i + 1/2)/2 − 1/2" in centres
    assert "align_corners = false" in centres
    corners = create_question("upsample-by-hand", {**words, "align_corners": True}).question_text()
    assert "align_corners = true" in corners
    assert (
        "are not repeated"
        in create_question(
            "pad-by-hand", {"x": [[1, 2], [3, 4]], "mode": "reflect"}
        ).question_text()
    )


@pytest.mark.parametrize(
    ("x", "w", "right", "wrong"),
    [
        ([[10, 0.5]], [[10, 1]], ["100.5", "201/2", "100.50"], ["101", "100", "99.6", "1e2"]),
        ([[1, "1/3"]], [[1, 1]], ["4/3", "1.33", "1.3333"], ["1.34", "1", "1.32"]),
        ([[3, 4]], [[1, 2]], ["11", "11.0"], ["11.1", "10.9"]),
    ],
)
def test_a_sum_of_products_is_exact_whether_whole_or_not(
    x: Any, w: Any, right: list[str], wrong: list[str]
) -> None:
    sheet = sheet_with("dot-product", {"x": x, "w": w})
    for texts, status in ((right, "right"), (wrong, "wrong")):
        assert [check(sheet, "q1", text).status for text in texts] == [status] * len(texts)
    assert answer_help(sheet["q1"]).startswith("a number, for example ")


def test_the_sheet_does_not_say_whether_the_gradient_of_the_bias_is_whole() -> None:
    forms = set()
    for g in ([[1]], [[0.5]]):
        numbers = {"x": [[1, 2], [3, 4]], "w": [[1, 1], [1, 1]], "g": g}
        forms.add(answer_help(sheet_with("gradient", numbers)["q1"]).split("db: ")[1])
    assert len(forms) == 1
    assert forms.pop().startswith("a number, for example ")
