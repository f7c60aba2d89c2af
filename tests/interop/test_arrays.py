"""Arrays with a batch as layers without one: those that fit, and those with only a known size."""

from __future__ import annotations

from math import prod

import pytest

from convcalc.interop.arrays import Array, Arrays, Dims
from convcalc.interop.base import ForeignFile
from convcalc.interop.graph import BROKEN, Graph

FILE = ForeignFile("net", b"")


def made(dims: Dims = (1, 4, 6, 6)) -> tuple[Arrays, Array]:
    """A graph with an input, and the input."""
    return Arrays(Graph(FILE, {"x": dims[1:]})), Array(dims, -1)


def kinds(arrays: Arrays) -> list[str]:
    """The kinds of the layers."""
    return [node.layer.kind for node in arrays.graph.nodes]


def test_constants_stay_constants_until_a_layer_reads_them() -> None:
    arrays, x = made()
    constant = Array((1, 4, 1, 1), None, "c", trained=True)
    assert arrays.reshape(constant, (4,), "r").dims == (4,)
    assert arrays.permute(constant, (0, 2, 3, 1), (1, 1, 1, 4), "p").place is None
    assert arrays.part(constant, 1, 0, 2, 1, (1, 2, 1, 1), "s").dims == (1, 2, 1, 1)
    assert kinds(arrays) == []
    fixed = Array((1, 4, 6, 6), None, "f")
    arrays.join("maximum", [x, fixed], x.dims, "m")
    assert kinds(arrays) == ["custom", "maximum"]
    assert arrays.with_constant("add", x, fixed, x.dims, "a").dims == x.dims
    assert kinds(arrays)[-1] == "custom"


def test_what_does_not_fit_is_left_with_its_size() -> None:
    arrays, x = made()
    vector = Array((1, 4), arrays.layer("global_avgpool", [x], (1, 4, 1, 1), "g").place)
    arrays.join("add", [x, x], (1, 6), "wide")
    arrays.matmul(x, vector, (1, 4, 6), "product")
    arrays.linear(x, 5, (5, 4, 6, 6), "batch", bias=True, axis=0)
    arrays.part(x, 0, 0, 1, 1, (2, 4, 6, 6), "first")
    arrays.part(x, 2, 5, -7, -1, (1, 4, 3, 6), "back")
    assert kinds(arrays)[1:] == ["opaque_join", "opaque_join", "opaque", "custom", "custom"]


def test_fewer_sides_get_sides_of_one_in_front() -> None:
    arrays, x = made()
    row = arrays.layer("reduce", [x], (1, 6), "r", op="mean", axes=[0, 1], keep=False)
    out = arrays.join("add", [x, row], x.dims, "sum")
    assert arrays.graph.shape(out.place or 0) == (4, 6, 6)
    assert kinds(arrays) == ["reduce", "reshape", "add"]


def test_what_is_broken_stays_so() -> None:
    arrays, _ = made()
    broken = Array((1, 4, 6, 6), BROKEN)
    assert arrays.reshape(broken, (1, 144), "r").place == BROKEN
    assert arrays.part(broken, 1, 0, 2, 1, (1, 2, 6, 6), "s").place == BROKEN
    assert (
        arrays.join(
            "add", [Array((1, 6), BROKEN), Array((1, 4, 6, 6), -1)], (1, 4, 6, 6), "j"
        ).place
        == BROKEN
    )
    assert arrays.opaque("Twist", [broken], (1, 4), "t").place == BROKEN


@pytest.mark.parametrize(
    ("dims", "order"),
    [((1, 4, 6, 5), (0, 3, 1, 2)), ((4, 1, 6, 5), (1, 2, 0, 3)), ((1, 2, 3, 2, 3, 4), (0, 5, 1, 2, 3, 4)), ((2, 3), (1, 0))],
)  # fmt: skip
def test_turned_arrays_keep_their_values(dims: Dims, order: tuple[int, ...]) -> None:
    shape = dims[1:] if dims[0] == 1 else dims
    shape = shape if len(shape) < 5 else (prod(shape[:2]), *shape[2:])
    arrays = Arrays(Graph(FILE, {"x": shape}))
    out = tuple([dims[axis] for axis in order])
    found = arrays.permute(Array(dims, -1), order, out, "t")
    assert found.dims == out
    assert prod(arrays.graph.shape(found.place or 0)) == prod(dims)
