"""Decoders: every size comes back through PyTorch's formula; stacks that reach a field; the smallest inputs."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import convcalc as library
from convcalc.errors import UsageError
from convcalc.solve.fields import field_of, stacks
from convcalc.solve.mirror import layers_to_mirror, mirror, mirrored_words
from strategies import few

Run = Callable[..., Any]


def encoder(*layers: tuple[int, int, int]) -> Any:
    """The layers to mirror of a chain of convolutions with these kernels, strides and paddings."""
    words = [f"conv:k{k}s{s}p{p}c2" for k, s, p in layers]
    return layers_to_mirror(library.chain("1x128x128", *words).walk(), 0)


# The rule is in the docstring of torch.nn.ConvTranspose2d.
@pytest.mark.parametrize(
    ("layers", "sizes", "free", "paddings"),
    [
        ([(3, 2, 1)] * 3, range(8, 129), [*range(9, 122, 8)],
         {125: (0, 0, 1), 126: (1, 0, 1), 127: (0, 1, 1), 128: (1, 1, 1)}),
        ([(5, 2, 2)] * 2, range(4, 65), [*range(5, 62, 4)],
         {61: (0, 0), 62: (1, 0), 63: (0, 1), 64: (1, 1)}),
        ([(4, 2, 1)] * 3, range(8, 97), [*range(8, 97, 8)],
         {93: (1, 0, 1), 94: (0, 1, 1), 95: (1, 1, 1), 96: (0, 0, 0)}),
    ],
)  # fmt: skip
def test_known_encoders(
    layers: list[tuple[int, int, int]],
    sizes: range,
    free: list[int],
    paddings: dict[int, tuple[int, ...]],
) -> None:
    rows = {row.n: row for row in mirror(encoder(*layers), sizes)}
    assert not [row for row in rows.values() if row.why_not]
    assert [n for n, row in rows.items() if row.needs_none] == free
    assert {n: rows[n].paddings for n in paddings} == paddings


@few
@given(
    st.lists(
        st.tuples(st.integers(1, 5), st.integers(1, 3), st.integers(0, 2)), min_size=1, max_size=3
    ),
    st.integers(12, 40),
)
def test_the_decoder_gives_every_size_back(layers: list[tuple[int, int, int]], n: int) -> None:
    layers = [(k, s, min(p, k - 1)) for k, s, p in layers]
    found = encoder(*layers)
    (row,) = mirror(found, range(n, n + 1))
    if row.why_not:
        return
    small = row.sizes[-1]
    words = mirrored_words(found, row.paddings)
    back = library.chain(f"2x{small}x{small}", *words).walk()
    assert [step.output[1] for step in back] == [n, *row.sizes[:-1]][::-1]


def test_sizes_that_cannot_come_back_say_why() -> None:
    network = "{input: [1, 32, 32], layers: [{maxpool: {kernel_size: 2, ceil_mode: true}}, {conv: {out_channels: 1, kernel_size: 5}}]}"
    pools = layers_to_mirror(library.loads(network).walk(), 0)
    rows = mirror(pools, range(7, 14))
    assert {row.n: row.why_not for row in rows if row.why_not} == {
        7: "maxpool1 rounds up, so at least 8 come back",
        8: "conv1 does not fit 4",
        9: "maxpool1 rounds up, so at least 10 come back",
        11: "maxpool1 rounds up, so at least 12 come back",
        13: "maxpool1 rounds up, so at least 14 come back",
    }


def test_a_u_net_is_mirrored_from_its_smallest_map() -> None:
    found = layers_to_mirror(library.load("unet").walk(), 0)
    assert len(found) == 14
    assert [layer.step.kind for layer in found].count("maxpool") == 4
    (row,) = mirror(found, range(572, 573))
    assert row.sizes[-1] == 28
    assert row.needs_none


def test_sizes_of_a_u_net(convcalc: Run) -> None:
    out = convcalc("solve", "input", "unet").out
    assert "height    572       188  188 + 16·i" in out
    assert (
        convcalc("solve", "input", "--input", "3x64x64", "conv:k5s2", "pool:k3s2", "conv:k3").code
        == 0
    )


# ------------------------------------------------------------------------------ fields


@pytest.mark.parametrize(
    ("field", "k", "layers", "expected"),
    [
        (101, None, None, {"one after the other": (50, 3, 101), "stride 2 each": (6, 3, 127),
                           "dilation doubled each time": (6, 3, 127)}),
        (101, 5, None, {"one after the other": (25, 5, 101), "stride 2 each": (5, 5, 125),
                        "dilation doubled each time": (5, 5, 125)}),
        (101, None, 5, {"one after the other": (5, 21, 101), "stride 2 each": (5, 5, 125),
                        "dilation doubled each time": (5, 5, 125)}),
        (101, 3, 10, {"dilation 5 in each": (10, 3, 101)}),
        (1, None, None, {"one after the other": (1, 3, 3), "stride 2 each": (1, 3, 3),
                         "dilation doubled each time": (1, 3, 3)}),
    ],
)  # fmt: skip
def test_stacks(
    field: int, k: int | None, layers: int | None, expected: dict[str, tuple[int, ...]]
) -> None:
    assert {s.way: (s.layers, s.k, s.field) for s in stacks(field, k, layers)} == expected


@few
@given(st.integers(2, 300), st.integers(2, 9), st.integers(0, 6))
def test_stacks_reach_the_field_in_the_walk_and_no_smaller_one_does(
    field: int, k: int, layers: int
) -> None:
    for stack in stacks(field, None if layers else k, layers or None):
        words = [f"conv:k{stack.k}s{s}d{d}" for s, d in zip(stack.strides, stack.dilations)]
        walked = library.chain("1x100000", *words).walk() if stack.layers <= 12 else None
        if walked is not None:
            assert walked.steps[-1].rf_axes[0].size == stack.field
        assert stack.field >= field
        smaller = (
            field_of(stack.k - 1, stack.strides, stack.dilations)
            if layers
            else field_of(stack.k, stack.strides[:-1], stack.dilations[:-1])
        )
        assert smaller < field


def test_the_screens(convcalc: Run, golden: Callable[[str, str], None]) -> None:
    lines = [
        "solve field --rf 101",
        "solve field --rf 101 --layers 6",
        "solve field --rf 32 --k 3 --layers 5",
        "solve mirror --input 1x28x28 conv:k3s2p1c16 relu conv:k3s2p1c32",
        "solve mirror --input 1x32x32 conv:k5 conv:k3s2 --sizes 6..13",
        "solve mirror unet --sizes 188..190 --axis 1",
        "solve input --input 3x64x64 conv:k5s2 pool:k3s2 conv:k3",
    ]
    said = [convcalc(*line.split(), watched=True) for line in lines]
    assert [each.code for each in said] == [0] * len(lines)
    golden(
        "solve_more.txt",
        "\n".join(f"$ convcalc {line}\n{run.out}{run.err}" for line, run in zip(lines, said)),
    )


def test_json(convcalc: Run) -> None:
    words = "solve mirror --input 1x28x28 conv:k3s2p1c16 conv:k3s2p1c32 --sizes 28..29 --json"
    found = json.loads(convcalc(*words.split()).out)
    assert (found["needing_none"], found["impossible"]) == ([29], {})
    assert found["decoder"] == ["tconv:k3c16s2p1a1", "tconv:k3c1s2p1a1"]
    assert found["sizes"][1] == {"n": 29, "sizes": [15, 8], "paddings": [0, 0], "why_not": ""}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("field --rf 0", "--rf 0: is not a receptive field to reach; give 1 to 1,000,000,000"),
        (
            "field --rf 5 --k 1",
            "--k 1: layers with a kernel of 1 never see more than one pixel, but 5 are asked for; give a larger kernel",
        ),
        ("mirror --input 8 fc:3", "--axis 0: the input has 0 axes, without its channels, counted from 0; choose one of them"),
        (
            "mirror --input 1x8x8 relu",
            "no layer has a window, so there is nothing to mirror; give an encoder of convolutions or pools",
        ),
        (
            "mirror --input 1x8x8 up:2",
            "upsample1: upsample does not change the size with a sliding window, so a transposed convolution cannot undo it; mirror the layers before it",
        ),
        ("mirror unet --sizes 8", "--sizes: '8' is not a range of sizes; write for example 8..128"),
        ("mirror unet --sizes 9..8", "--sizes: '9..8' has no sizes in it; write the smaller one first, such as 8..128"),
        ("mirror unet --sizes 1..99999", "--sizes: 99,999 sizes; ask for at most 10,000 at a time"),
        ("mirror unet vgg16", "unet, vgg16: give one network, or the layers of a chain"),
    ],
)  # fmt: skip
def test_what_is_refused(convcalc: Run, line: str, message: str) -> None:
    ran = convcalc("solve", *line.split())
    assert (ran.code, ran.out, ran.err) == (2, "", f"convcalc: {message}\n")


def test_a_missing_axis_is_an_error_in_python() -> None:
    with pytest.raises(UsageError, match="nothing to mirror"):
        layers_to_mirror(library.chain("1x8x8", "relu").walk(), 0)
