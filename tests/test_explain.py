"""Explanations: the last number of each calculation is the layer's number, for every kind."""

from __future__ import annotations

import re
from math import prod

import pytest
from hypothesis import given

import convcalc
from convcalc.analysis.explain import explain
from convcalc.layers import every
from convcalc.layers.rf import PIXEL, Field, UnknownField
from convcalc.layers.window import axis_names
from strategies import Made, Shape, drawn_of, layer_of, of_each

each_kind = pytest.mark.parametrize("kind", sorted(every()))


def workings(lines: list[str]) -> list[tuple[str, list[str]]]:
    """Lines as (label, the steps of its calculation), without remarks."""
    found: list[tuple[str, list[str]]] = []
    for line in lines:
        label, text = line[:9].strip(), line[9:]
        if label == "=":
            found[-1][1].append(text)
        elif label:
            found.append((label, [text]))
    return found


def answer(steps: list[str]) -> int:
    """The last number of a calculation."""
    last = steps[-1].rpartition("= ")[2].removesuffix(" weights").removesuffix(" weight")
    assert re.fullmatch(r"−?\d{1,3}(,\d{3})*", last), steps
    return int(last.replace(",", "").replace("−", "-"))


@each_kind
@pytest.mark.unmeasured
def test_each_working_ends_with_what_the_layer_computes_and_tells_the_receptive_field(
    kind: str,
) -> None:
    @of_each
    @given(drawn_of(kind))
    def agree(made: Made) -> None:
        layer, shape, out = made.layer, made.shapes[0], made.out
        found = workings(explain(layer, made.shapes, out))
        labels = [label for label, _ in found]
        assert ({"shape", "params", "macs"} if layer.is_costed else {"shape", "cost"}) <= set(
            labels
        )
        sides = dict(zip(axis_names(out), out[1:])) if len(out) > 1 else {}
        said = {
            "params": layer.params(shape, out),
            "macs": layer.macs(shape, out),
            "flops": 2 * layer.macs(shape, out),
            "channels": out[0],
            **sides,
        }
        for label, steps in found:
            if label in said:
                assert answer(steps) == said[label], label
            elif label == "output":
                assert answer(steps) in (out[1:] or out)
            elif label == "cost":
                assert steps[0].startswith("unavailable: ")
            elif label == "neuron":
                assert answer(steps) == layer.weights_per_unit(shape)
            elif label == "shape":
                assert [int(side.replace(",", "")) for side in steps[0].split("×")] == list(out)
            elif label in ("field", "step", "offset", "padding"):
                continue  # in assert_field_is_worked_out
            else:
                raise AssertionError(label)
        assert ("flops" in labels) is (layer.macs(shape, out) > 0)
        assert_field_is_worked_out(made, found)

    agree()


def assert_field_is_worked_out(made: Made, found: list[tuple[str, list[str]]]) -> None:
    """The receptive field is calculated for windows, and only stated for others."""
    layer, shape, out = made.layer, made.shapes[0], made.out
    parts = [(label, steps) for label, steps in found if label in ("field", "step", "offset")]
    reach = layer.reads(shape, out)
    if isinstance(reach, UnknownField):
        assert parts == [("field", [f"not known: {reach.reason}"])]
    elif reach is None or len(shape) == 1:
        assert parts == []
    else:
        fields = {step.field_after(PIXEL) for step in reach}
        worked = {
            tuple(answer(steps) for _, steps in parts[i : i + 3])
            for i, (label, steps) in enumerate(parts)
            if label == "field" and "→" not in steps[0]
        }
        told = {steps[0] for label, steps in parts if label == "field" and "→" in steps[0]}
        for field in fields:
            assert field is not None
            plain = isinstance(field, Field)
            number = (field.size, field.stride, field.padding)
            text = f"1 → {field.size} pixels, step 1 → {field.stride}"
            assert (plain and number in worked) or text in told


def test_the_worked_example_of_the_lecture_notes() -> None:
    layer = layer_of("conv", out_channels=5, kernel_size=5, stride=3)
    assert explain(layer, ((3, 32, 32),), (5, 10, 10)) == [
        "output   ⌊(n + 2·p − (d·(k − 1) + 1)) / s⌋ + 1",
        "       = ⌊(32 + 2·0 − (1·(5 − 1) + 1)) / 3⌋ + 1",
        "       = ⌊(32 + 0 − 5) / 3⌋ + 1",
        "       = 9 + 1",
        "       = 10",
        "shape    5×10×10",
        "neuron   k·k·cin",
        "       = 5·5·3",
        "       = 75 weights",
        "params   (k·k·cin + 1)·cout",
        "       = (5·5·3 + 1)·5",
        "       = 76·5",
        "       = 380",
        "macs     k·k·cin·cout·o·o",
        "       = 5·5·3·5·10·10",
        "       = 37,500",
        "flops    2·macs = 75,000",
        "field    r + d·(k − 1)·j",
        "       = 1 + 1·(5 − 1)·1",
        "       = 1 + 4",
        "       = 5",
        "step     j·s",
        "       = 1·3",
        "       = 3",
        "offset   q + p·j",
        "       = 0 + 0·1",
        "       = 0 + 0",
        "       = 0",
        "         on the image itself a unit is one pixel: r = 1, j = 1, q = 0",
    ]


def test_padding_by_a_word_is_worked_out_first() -> None:
    layer = layer_of("conv", out_channels=1, kernel_size=6, stride=5, padding="same")
    lines = explain(layer, ((1, 13),), (1, 3))
    assert lines[:6] == [
        "padding  max((⌈n / s⌉ − 1)·s + d·(k − 1) + 1 − n, 0)",
        "       = max((⌈13 / 5⌉ − 1)·5 + 1·(6 − 1) + 1 − 13, 0)",
        "       = max((3 − 1)·5 + 1·(6 − 1) + 1 − 13, 0)",
        "       = max(10 + 5 + 1 − 13, 0)",
        "       = 3",
        "         p₁ = 1 before, p₂ = 2 after",
    ]
    assert "output   ⌊(n + p₁ + p₂ − (d·(k − 1) + 1)) / s⌋ + 1" in lines


def test_axes_that_differ_are_worked_out_each() -> None:
    layer = layer_of("conv", out_channels=1, kernel_size=(3, 5), padding=(0, 2))
    lines = explain(layer, ((1, 9, 20),), (1, 7, 20))
    starts = [line for line in lines if line.startswith(("height", "width"))]
    assert starts == [
        "height   ⌊(n_h + 2·p − (d·(k_h − 1) + 1)) / s⌋ + 1",
        "width    ⌊(n_w + 2·p − (d·(k_w − 1) + 1)) / s⌋ + 1",
    ]


def test_a_layer_inside_a_network_starts_from_the_field_before_it() -> None:
    report = convcalc.chain("1x32x32", "conv:k5c6", "pool:k2", "conv:k5c16").walk()
    layer = layer_of("conv", out_channels=16, kernel_size=5)
    lines = explain(layer, ((6, 14, 14),), (16, 10, 10), report["maxpool1"].rf_axes)
    assert "       = 6 + 1·(5 − 1)·2" in lines
    assert "       = 14" in lines
    assert lines[-1] == "         r, j, q: size, step and padding of the field before this layer"
    assert report["conv2"].rf_axes[0].size == 14


@pytest.mark.parametrize("shape", [(784,), (3, 7, 7)])
def test_values_of_a_flatten_are_multiplied(shape: Shape) -> None:
    layer = layer_of("flatten")
    found = dict(workings(explain(layer, (shape,), (prod(shape),))))
    assert found["shape"] == [f"{prod(shape):,}"]
