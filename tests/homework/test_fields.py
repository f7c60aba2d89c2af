"""Mistakes about receptive fields: fast sums compared with really changed layers, and paths through networks."""

from __future__ import annotations

from time import perf_counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convcalc.errors import ConvcalcError
from convcalc.homework.marking.why import why
from convcalc.homework.questions import create_question
from convcalc.homework.questions.given import RfLayer
from convcalc.homework.questions.quantities import Rf, rf_size
from convcalc.network.find import bundled_names
from homework.test_questions import sheet_with

LAYERS = st.lists(
    st.builds(RfLayer, st.integers(1, 5), st.integers(1, 3), st.integers(1, 3)), min_size=2, max_size=7
)  # fmt: skip


def seen(layers: Any) -> int:
    """How many pixels one unit sees, by following back every cell that it reads."""
    cells = {0}
    for layer in reversed(layers):
        cells = {cell * layer.s + tap * layer.d for cell in cells for tap in range(layer.k)}
    return max(cells) - min(cells) + 1


def named(layers: Any) -> dict[int, set[str]]:
    """The wrong fields with the formulas that give them."""
    question = sheet_with("receptive-field", {"layers": [list(layer[:3]) for layer in layers]})[
        "q1"
    ]
    (part,) = question.parts
    return {value: {each.gives for each in f} for value, f in question.single(part).items()}


@pytest.mark.unmeasured
@settings(max_examples=60, deadline=None)
@given(LAYERS)
def test_a_layer_twice_or_left_out_and_a_slip_in_one_of_them(layers: list[RfLayer]) -> None:
    found, right = named(layers), seen(layers)
    for place, layer in enumerate(layers):
        for changed in (
            [*layers[:place], *layers[place + 1 :]],
            [*layers[: place + 1], *layers[place:]],
            [*layers[:place], layer._replace(d=1), *layers[place + 1 :]],
            [*layers[:place], layer._replace(s=1), *layers[place + 1 :]],
        ):
            assert seen(changed) == right or seen(changed) in found, changed


@pytest.mark.unmeasured
def test_the_field_follows_the_path_that_sees_most_in_every_network() -> None:
    without = set()
    for name in bundled_names():
        try:
            (part,) = create_question("receptive-field-net", {"net": name}).parts()
        except ConvcalcError:
            continue
        if part.topic == "rf":
            assert rf_size(part.quantities) == part.expected == create_question(
                "receptive-field", {"layers": [[1, 1]] + [list(x[:3]) for x in part.quantities.layers]}
            ).parts()[0].expected  # fmt: skip
        elif not part.topic:
            without.add(name)
    # joined paths see more than each alone; a map is resized by a factor that is not whole
    assert without == {"hifigan_v1", "pspnet_resnet50"}


def test_paths_of_a_network_with_branches() -> None:
    (part,) = create_question("receptive-field-net", {"net": "resnet18"}).parts()
    quantities: Rf = part.quantities
    plain = quantities._replace(narrow=(), every=())
    # the first convolution and pool, and then every shortcut; two of three shortcuts have a stride
    assert seen(quantities.narrow) == 7 + 2 * 2
    assert len(quantities.every) == len(quantities.layers) + 3
    assert quantities.after == (RfLayer(7, 7),)
    assert (quantities.image, quantities.out, quantities.gathers) == (224, 7, False)
    assert rf_size(plain) == 435
    (gated,) = create_question("receptive-field-net", {"net": "efficientnet_b0"}).parts()
    assert gated.quantities.gathers


@pytest.mark.parametrize(
    ("given_", "answer", "names"),
    [
        ({"net": "vgg16"}, "32", ["rf.no-stride"]),  # 13 windows of 3 and 5 of 2: 1 + 26 + 5
        ({"net": "c3d"}, "76x76x76", ["sides.square"]),
        ({"net": "c3d"}, "150x150x76", ["sides.swapped"]),
    ],
)
def test_answers_about_networks(given_: dict[str, Any], answer: str, names: list[str]) -> None:
    found = why(answer, "receptive-field-net", given_).candidates
    assert [each["id"] for each in found][: len(names)] == names


@pytest.mark.unmeasured
@pytest.mark.parametrize("layers", ["700*3/1", "350*3/1/2,350*3/1", "30*3/1/1,2*3/2,600*3/1/2"])
def test_a_tall_stack_takes_no_half_second(layers: str) -> None:
    why("77", "receptive-field", {"layers": "3/1 3/1"})  # loads the needed module
    began = perf_counter()
    why("7654321", "receptive-field", {"layers": layers})
    assert perf_counter() - began < 0.5
