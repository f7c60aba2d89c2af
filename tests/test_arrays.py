"""Every kind accepts NumPy arrays in place of any whole number, with the results of a loop."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from convcalc.layers import Layer, every
from strategies import Made, Shape, drawn_of, of_each

# They name maps or axes and do not count anything.
NOT_NUMBERS = {"connections", "axis", "axes", "order", "start_axis", "end_axis"}

Place = tuple[Any, ...]


def places(value: Any, place: Place) -> Iterator[Place]:
    """The positions of whole numbers in an option."""
    if type(value) is int:
        yield place
    if isinstance(value, tuple):
        for number, part in enumerate(value):
            yield from places(part, (*place, number))


def at(value: Any, place: Place) -> int:
    """The number at a position."""
    for number in place:
        value = value[number]
    return int(value)


def put(value: Any, place: Place, new: Any) -> Any:
    """The value with a replacement at a position."""
    if not place:
        return new
    first, *rest = place
    return tuple(put(v, tuple(rest), new) if i == first else v for i, v in enumerate(value))


def results(layer: Layer, shapes: tuple[Shape, ...]) -> dict[str, Any]:
    """Everything that is computed of a layer."""
    shape, out = shapes[0], layer.out_shape(*shapes)
    found = {f"out {number}": side for number, side in enumerate(out)}
    for name in ("weights", "biases", "params", "buffers", "macs"):
        found[name] = getattr(layer, name)(shape, out)
    found |= {f"count {name}": n for name, n in layer.all_counts(shapes, out).items()}
    found["weights per unit"] = layer.weights_per_unit(shape)
    return found


def real_macs(layer: Layer, shapes: tuple[Shape, ...]) -> Any:
    """Multiply-adds on real cells."""
    return layer.valid_macs(shapes[0], layer.out_shape(*shapes))


def compare(made: Made, layers: list[Layer], shapes: list[tuple[Shape, ...]], numbers: Any) -> None:
    """Compare the last layer and shapes, which contain an array, with those before it, one per number."""
    *plain, array = zip(layers, shapes)
    expected = [results(*each) for each in plain]
    for name, found in results(*array).items():
        wanted = [each[name] for each in expected]
        assert np.broadcast_to(found, len(numbers)).tolist() == wanted, (name, made, numbers)
    if all(min(layer.out_shape(*each)) >= 1 for layer, each in plain):
        wanted = [real_macs(*each) for each in plain]
        found = np.broadcast_to(real_macs(*array), len(numbers))
        assert found.tolist() == wanted, (made, numbers)


def numbers_about(value: int) -> list[int]:
    return [value, value + 1, 2 * value + 1, value + 3]


@pytest.mark.unmeasured
@pytest.mark.parametrize("kind", sorted(every()))
def test_an_array_for_any_option_gives_what_a_loop_gives(kind: str) -> None:
    @of_each
    @given(drawn_of(kind))
    def agree(made: Made) -> None:
        for option in fields(made.layer):
            if option.name in NOT_NUMBERS:
                continue
            value = getattr(made.layer, option.name)
            for place in places(value, ()):
                numbers = numbers_about(at(value, place))
                new = [put(value, place, n) for n in (*numbers, np.array(numbers, np.int64))]
                layers = [replace(made.layer, **{option.name: each}) for each in new]
                compare(made, layers, [made.shapes] * len(new), numbers)

    agree()


@pytest.mark.parametrize("kind", sorted(every()))
def test_an_array_for_any_input_size_gives_what_a_loop_gives(kind: str) -> None:
    @of_each
    @given(drawn_of(kind))
    def agree(made: Made) -> None:
        for place in places(made.shapes, ()):
            numbers = numbers_about(at(made.shapes, place))
            new = [put(made.shapes, place, n) for n in (*numbers, np.array(numbers, np.int64))]
            compare(made, [made.layer] * len(new), new, numbers)

    agree()


def counts_something(field: Any) -> bool:
    """Whether an option has whole numbers, by its declared type."""
    types = ("int", "Spatial", "Sides", "Padding", "Shape", "tuple[int, int]")
    return str(field.type).removesuffix(" | None") in types


WITH_NUMBERS = [kind for kind, cls in every().items() if any(map(counts_something, fields(cls)))]


@pytest.mark.unmeasured
@pytest.mark.parametrize("kind", WITH_NUMBERS)
def test_every_whole_number_option_is_replaced_by_an_array(kind: str) -> None:
    """Options that no strategy draws are named here, so that none is left out unnoticed."""
    missing = {field.name for field in fields(every()[kind]) if counts_something(field)}

    @settings(max_examples=60, derandomize=True, deadline=None)
    @given(drawn_of(kind))
    def collect(made: Made) -> None:
        for option in list(missing):
            if any(True for _ in places(made.layer.options()[option], ())):
                missing.discard(option)

    collect()
    assert not missing
