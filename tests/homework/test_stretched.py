"""Receptive fields after upsampling: the path used to compute them, compared with the pixels that units see."""

from __future__ import annotations

from pathlib import Path

import pytest

from convcalc.analysis.fields import local_fields
from convcalc.api import load
from convcalc.homework.conventions import conventions
from convcalc.homework.marking.why import why
from convcalc.homework.questions import create_question
from convcalc.homework.questions.stretched import field_of, stretched_along, stretched_size
from convcalc.layers.rf import Nearest, Slide, Spread

SMALL = str(Path(__file__).parent / "data/upsampled.yaml")
PIXELS = conventions("", rf="pixels")


@pytest.mark.parametrize(
    ("net", "known"),
    [("unet", 25), ("yolov3", 45), ("dcgan_generator", 14), ("edsr", 2), (SMALL, 4)],
)
@pytest.mark.unmeasured
def test_layers_after_upsampling_have_mistakes(net: str, known: int) -> None:
    analysis = load(net).walk()
    found = 0
    for step in analysis.steps:
        sides = tuple(axis.size for axis in local_fields(step.rf))
        quantities = stretched_along(analysis, step, sides) if sides else None
        if quantities is None or not any(
            isinstance(w, Nearest | Spread) for w in quantities.windows
        ):
            continue
        assert stretched_size(quantities) == sides[0]
        found += 1
    assert found == known


def test_a_path_is_followed_cell_by_cell() -> None:
    """Every unit of one period, by the cells that each layer reads."""
    windows = (
        Slide(3, 2, 1),
        Slide(5, 1, 2, 2),
        Spread(4, 2, 1),
        Slide(3, 1, 1),
        Nearest(3),
        Slide(2, 2),
    )
    seen = []
    for unit in range(60, 72):
        cells = {unit}
        for window in reversed(windows):
            cells = {cell for place in cells for cell in window.cells(place)}
        seen.append(max(cells) - min(cells) + 1)
    field = field_of(windows)
    assert field is not None
    assert field.size == max(seen)


@pytest.mark.unmeasured
def test_the_answer_in_pixels() -> None:
    (part,) = create_question("receptive-field-net", {"net": SMALL, "at": "last"}, PIXELS).parts()
    assert part.expected == 22 * 22
    found = why("22", "receptive-field-net", {"net": SMALL, "at": "last"}, PIXELS)
    assert [each["id"] for each in found.candidates][:1] == ["rf.up-side"]
    found = why(str(28 * 28), "receptive-field-net", {"net": SMALL, "at": "last"}, PIXELS)
    assert [each["id"] for each in found.candidates][:1] == ["rf.up-ignored"]
