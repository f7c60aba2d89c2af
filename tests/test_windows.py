"""Windows that are rounded up, and names with the number of axes."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest

import convcalc
from convcalc.analysis.manual import kind_report
from convcalc.errors import ShapeError
from convcalc.layers import Layer, every, find, make
from convcalc.layers.window import Axis, out_sizes
from convcalc.reference import WITNESSES
from strategies import layer_of


def torch_size(n: int, k: int, s: int, p: int, d: int) -> int:
    """PyTorch's pooling_output_shape with ceil_mode, as in its C source."""
    size = (n + 2 * p - d * (k - 1) - 1 + s - 1) // s + 1
    return size - 1 if (size - 1) * s >= n + p else size


def test_rounding_up_is_pytorchs_rule_for_windows_wider_than_the_input_too() -> None:
    for n, k, s, p, d in product(range(1, 8), range(1, 6), range(1, 5), range(3), range(1, 4)):
        if 2 * p <= k:
            size = max(torch_size(n, k, s, p, d), 0)
            assert max(*out_sizes([Axis(n, k, s, p, p, d)], "ceil"), 0) == size, (n, k, s, p, d)


def test_caffe_clips_every_axis_once_one_is_padded() -> None:
    bare, padded = Axis(32, 1, 2), Axis(32, 3, 2, 1, 1)
    assert out_sizes([bare, bare], "caffe") == (17, 17)
    assert out_sizes([bare, padded], "caffe") == (16, 17)
    assert out_sizes([padded, bare], "caffe") == (17, 16)


POOLS = ("maxpool", "avgpool", "lppool")


@pytest.mark.parametrize("fit", ["ceil", "caffe"])
@pytest.mark.parametrize("axes", [1, 2, 3])
@pytest.mark.parametrize("kind", POOLS)
def test_the_only_window_may_hang_over_the_end(kind: str, axes: int, fit: str) -> None:
    layer = layer_of(kind, kernel_size=3, stride=2, fit=fit)
    shape = (2, *(2,) * axes)
    layer.check(shape)
    out = layer.out_shape(shape)
    assert out == (2, *(1,) * axes)
    x = np.random.default_rng(0).standard_normal(shape)
    assert WITNESSES[kind].loops(layer.options(), [x], {}).shape == out
    assert "0.5 is rounded up: the last window goes past the end (floor refuses it)" in layer.notes(
        shape, out
    )
    with pytest.raises(ShapeError, match="does not fit 2 along"):
        layer_of(kind, kernel_size=3, stride=2).check(shape)


@pytest.mark.parametrize(
    ("options", "n", "size"),
    [
        ({"kernel_size": 3, "stride": 2, "padding": 1}, 1, 1),
        (
            {"kernel_size": 5, "stride": 3, "padding": 1},
            1,
            1,
        ),  # 3 cells for a window of 5: 2 too few
        ({"kernel_size": 2, "stride": 2, "dilation": 2}, 2, 1),  # 3 wide on 2
        ({"kernel_size": 4}, 1, 1),  # 3 too few, one less than the stride
        ({"kernel_size": 4}, 5, 2),
    ],
)
def test_padding_and_dilation_count_before_a_window_is_refused(
    options: dict[str, Any], n: int, size: int
) -> None:
    for fit in ("ceil", "caffe"):
        layer = layer_of("maxpool", **options, fit=fit)
        layer.check((1, n))
        assert layer.out_shape((1, n)) == (1, size)
        x = np.arange(n, dtype=np.float64)[None]
        assert WITNESSES["maxpool"].loops(layer.options(), [x], {}).shape == (1, size)


def test_a_window_that_hangs_over_too_far_is_refused_with_a_way_out_that_works() -> None:
    layer = layer_of("maxpool", kernel_size=5, stride=2, ceil_mode=True)
    with pytest.raises(ShapeError) as caught:
        layer.check((1, 2))
    assert str(caught.value) == (
        "a 5-wide window does not fit 2 along the length, and can go past the end by at most 1; "
        "raise the padding by 1 per side, or use a kernel of at most 3"
    )
    layer_of("maxpool", kernel_size=5, stride=2, padding=1, ceil_mode=True).check((1, 2))
    layer_of("maxpool", kernel_size=3, stride=2, ceil_mode=True).check((1, 2))


def test_more_padding_is_advised_only_where_the_layer_takes_it() -> None:
    for kind, way_out in (
        ("maxpool", "put a pad before it, of 3"),
        ("conv", "raise the padding by 3"),
    ):
        options = {"out_channels": 1} if kind == "conv" else {}
        layer = layer_of(kind, kernel_size=2, stride=1, dilation=5, **options)
        with pytest.raises(
            ShapeError, match=f"; {way_out} per side, or use a kernel of at most 1$"
        ):
            layer.check((1, 1))


@pytest.mark.parametrize(
    ("name", "sizes"), [("squeezenet1_0", range(21, 30)), ("googlenet_torchvision", range(15, 32))]
)
@pytest.mark.unmeasured
def test_networks_with_pools_that_round_up_take_small_images(name: str, sizes: range) -> None:
    for n in sizes:
        assert convcalc.load(name, input=(3, n, n)).walk().totals["params"]


# --------------------------------------------------------------------- names with a dimension


DIMENSIONAL = [(kind, cls) for kind, cls in every().items() if cls.dimension_names()]


@pytest.mark.parametrize(("kind", "cls"), DIMENSIONAL)
def test_a_name_with_a_dimension_takes_maps_of_so_many_axes_only(kind: str, cls: Any) -> None:
    options, (channels, *sides) = cls.example
    for axes, name in enumerate(cls.dimension_names(), 1):
        found = find(name)
        assert found
        assert (found.kind, found.dimensions) == (kind, axes)
        layer = found(**options)
        side = sides[0] if sides else 8
        layer.check((channels, *(side,) * axes))
        for other in {1, 2, 3} - {axes}:
            with pytest.raises(ShapeError, match=f"{name} takes {axes} ax.*use {kind}{other}d"):
                layer.check((channels, *(side,) * other))
        if name == "batchnorm1d":
            layer.check((channels,))  # PyTorch's BatchNorm1d also takes vectors
            continue
        with pytest.raises(ShapeError, match=f"{name} takes .* has none; use {kind}$"):
            layer.check((channels,))


def test_the_command_gives_a_name_with_a_dimension_so_many_axes(
    convcalc: Any,
) -> None:
    found = convcalc(
        "layer", *["--kind", "conv1d", "--n", "100", "--k", "3", "--cin", "3", "--cout", "64"]
    )
    assert "output   64×98   from 3×100 by conv k3 c64" in found.out
    assert "params   640" in found.out
    for name, size in (("maxpool1d", "1×33"), ("avgpool3d", "1×33×33×33"), ("Conv2d", "1×98×98")):
        found = convcalc("layer", "--kind", name, "--n", "100", "--k", "3")
        assert f"output   {size} " in found.out


def test_other_axes_are_refused_on_the_command_line_in_chains_and_in_yaml(convcalc: Any) -> None:
    what = "conv1d takes 1 axis, (C, L), but 3×32×32 has 2; use conv2d"
    for args in (
        ("layer", "--kind", "conv1d", "--input", "3x32x32", "--k", "3"),
        ("chain", "--input", "3x32x32", "conv1d:k3c8"),
        ("arch", "tests/bad_specs/kind_of_other_axes.yaml"),
    ):
        found = convcalc(*args)
        assert found.code == 2
        assert what in found.err


def test_yaml_takes_names_with_a_dimension_unless_a_block_has_the_name() -> None:
    text = "input: [3, 100]\nlayers:\n  - conv1d: {out_channels: 64, kernel_size: 3}\n  - batchnorm1d\n"
    network = convcalc.loads(text)
    assert network.walk().totals["params"] == 640 + 128
    text = "input: [3, 8, 8]\nblocks: {conv1d: {layers: [relu]}}\nlayers: [conv1d]\n"
    assert [row.kind for row in convcalc.loads(text).walk()] == ["relu"]


@pytest.mark.parametrize(("kind", "cls"), DIMENSIONAL, ids=[kind for kind, _ in DIMENSIONAL])
@pytest.mark.unmeasured
def test_the_example_of_a_name_with_a_dimension_has_so_many_axes(
    kind: str, cls: type[Layer]
) -> None:
    for axes, name in enumerate(cls.dimension_names(), 1):
        found = find(name)
        assert found, kind
        options, shape = found.example
        assert len(shape) == axes + 1
        make(found, options).check(shape)
        assert "Example:" in kind_report(found).lines
