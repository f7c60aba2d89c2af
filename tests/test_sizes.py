"""The inputs that a network takes, compared with counting windows for every size, and with published sizes."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import convcalc
from conftest import Ran
from convcalc import loads
from convcalc.analysis.shapes import works
from convcalc.analysis.sizes import (
    AxisSizes,
    Series,
    nearest,
    sizes_of,
    sizes_report,
    working_input,
)
from convcalc.analysis.unfit import with_inputs
from convcalc.errors import ConvcalcError, ShapeError
from convcalc.layers.even import EvenSize
from convcalc.network.network import Network
from strategies import Window, few, some, windows


def sizes(text: str) -> list[AxisSizes]:
    return sizes_of(convcalc.loads(text))


# ------------------------------------------------------------------ against counting windows


def count(window: Window, n: int) -> int:
    """The windows on an input of n cells, counted one by one."""
    return len(window._replace(n=n).starts())


def divides(window: Window, n: int) -> bool:
    """Whether an input of n cells is divided evenly.

    A window that gives n/s for a multiple n of its stride s divides multiples of s. For any other
    window the last position must end where the padded input ends.
    """
    s = window.s
    if count(window, 1000 * s) == 1000:
        return n % s == 0
    starts = window._replace(n=n).starts()
    return bool(starts) and starts[-1] + window.reach == window._replace(n=n).room


def chain_of(layers: list[Window], n: int) -> Network:
    words = [
        f"conv:k{w.k}s{w.s}p{w.before},{w.after}d{w.d}c1" for w in layers
    ]  # fmt: skip
    return convcalc.chain((1, n), *words)


@some
@given(st.lists(windows(), min_size=1, max_size=4), st.integers(1, 400))
@pytest.mark.unmeasured
def test_chains_take_what_counting_windows_takes(layers: list[Window], own: int) -> None:
    good, even = [], []
    for n in range(1, 600):
        m, fits = n, True
        for window in layers:
            fits = fits and divides(window, m)
            m = count(window, m)
            if not m:
                break
        else:
            good.append(n)
            if fits:
                even.append(n)
    if not good or good[0] > 250:
        return
    (row,) = sizes_of(chain_of(layers, max(own, good[0])))
    assert row.smallest == good[0]
    assert row.all_larger
    if row.even is None:
        assert not even
        assert row.why_none
    else:
        assert [n for n in range(1, 600) if n in row.even] == even


UNET = """
input: [1, {n}]
layers:
  - conv: {{name: a, out_channels: 2, kernel_size: {k}, padding: {p}}}
  - maxpool: {{kernel_size: {s}, ceil_mode: {ceil}}}
  - conv: {{out_channels: 2, kernel_size: {k2}, padding: {p2}}}
  - maxpool: 2
  - conv: {{out_channels: 2, kernel_size: 3, padding: 1}}
  - upsample: {{scale_factor: 2}}
  - conv_transpose: {{name: up, out_channels: 2, kernel_size: {s}, stride: {s}}}
  - {join}: [[], [from: a]]
"""


@few
@given(
    s=st.integers(1, 4), k=st.integers(1, 5), p=st.integers(0, 2), k2=st.integers(1, 4),
    p2=st.integers(0, 2), join=st.sampled_from(["add", "concat"]), ceil=st.sampled_from(["true", "false"]),
)  # fmt: skip
def test_skips_take_what_walking_every_size_finds(**numbers: Any) -> None:
    text = UNET.replace("maxpool: 2", "maxpool: {{kernel_size: 2}}")
    network = convcalc.loads(text.format(n=8, **numbers))
    good = [n for n in range(1, 200) if works(network, (1, n))]
    if not good:
        with pytest.raises(ShapeError):
            sizes_of(network)
        return
    (row,) = sizes_of(convcalc.loads(text.format(n=good[-1], **numbers)))
    assert row.smallest == good[0]
    assert row.all_larger == (good == list(range(good[0], 200)))
    if row.even is not None:
        assert all(n in good for n in range(1, 200) if n in row.even)
    base = working_input(network)
    if 8 not in good and base is not None:
        below, above = [n for n in good if n < 8][-1:], [n for n in good if n > 8][:1]
        (row,) = sizes_of(network)
        assert nearest(network, base, row, 1) == below + above


# ------------------------------------------------------------------------ published sizes

PUBLISHED = {
    # Ronneberger et al., arXiv:1505.04597, section 2: every 2×2 pool is applied to an even size.
    "unet": ("188 + 16·i", "188 + 16·i"),
    # Tran et al., arXiv:1412.0767: clips of 16 frames.
    "c3d": ("16·i", "32·i", "32·i"),
    # Five halvings; He et al., arXiv:1512.03385, Table 1.
    "resnet50": ("32·i", "32·i"),
    # Krizhevsky et al. need 227 rather than 224; CS231n, "Case studies".
    "alexnet": ("67 + 32·i", "67 + 32·i"),
    # Szegedy et al., arXiv:1512.00567, Table 1: 299; the smallest that Keras accepts is 75.
    "inception_v3": ("75 + 32·i", "75 + 32·i"),
    # Dosovitskiy et al., arXiv:2010.11929, section 3.2: another size needs other position embeddings.
    "vit_b_16": ("only 224", "only 224"),
}


@pytest.mark.parametrize("name", PUBLISHED)
@pytest.mark.unmeasured
def test_published_sizes(name: str) -> None:
    rows = convcalc.sizes(convcalc.load(name))
    assert tuple(str(row.even) for row in rows) == PUBLISHED[name]


@pytest.mark.unmeasured
def test_the_smallest_inputs() -> None:
    def smallest(name: str) -> list[int | None]:
        return [row.smallest for row in convcalc.sizes(convcalc.load(name))]

    assert smallest("c3d") == [16, 16, 16]
    assert smallest("vgg16") == [32, 32]  # according to Keras
    assert smallest("inception_v3") == [75, 75]  # according to Keras


def test_a_concat_along_an_axis_adds_up_its_sizes() -> None:
    """n/2 + 3 cells, and every two of them become one: n = 2 + 4·i, and 6 is the first with three cells."""
    text = """
input: [1, 30]
layers:
  - conv: {out_channels: 2, kernel_size: 2, stride: 2}
  - concat: {axis: 1, paths: [[], [slice: {axis: 1, stop: 3}]]}
  - maxpool: {kernel_size: 2}
"""
    (row,) = convcalc.sizes(convcalc.loads(text))
    assert str(row.even) == "6 + 4·i"


@pytest.mark.unmeasured
def test_the_encoder_of_wav2vec_wants_400_samples() -> None:
    """Baevski et al., arXiv:2006.11477, section 4.2: a receptive field of 400 samples, a stride of 320."""
    kernels, strides = (10, 3, 3, 3, 3, 2, 2), (5, 2, 2, 2, 2, 2, 2)
    words = [f"conv:k{k}s{s}c8" for k, s in zip(kernels, strides)]
    (row,) = sizes_of(convcalc.chain((1, 16000), *words))
    assert (row.smallest, str(row.even)) == (400, "400 + 320·i")
    with pytest.raises(ConvcalcError) as caught:
        convcalc.chain((1, 300), *words).walk()
    assert str(with_inputs(caught.value)) == (
        "conv7 (conv:k2s2c8): a 2-wide window does not fit 1 along the length; the input's length must be at least 400, "
        "as in 1×400; or raise the padding by 1 per side, or use a kernel of at most 1"
    )


# ------------------------------------------------------------------------- refusals


def test_a_vector_has_no_axes() -> None:
    with pytest.raises(ShapeError) as caught:
        convcalc.sizes(convcalc.chain((10,), "fc:3"))
    assert str(caught.value) == (
        "the input is a vector, which has no axes; a network on vectors takes any length"
    )


def test_a_network_that_takes_nothing_is_refused() -> None:
    network = convcalc.loads(
        "{input: [1, 8, 8], layers: [{add: [[{adaptive_avgpool: {output_size: 3}}], [{adaptive_avgpool: {output_size: 2}}]]}]}"
    )
    with pytest.raises(ShapeError) as caught:
        convcalc.sizes(network)
    assert str(caught.value) == (
        "no input was found that every layer takes; convcalc arch shows which layer fails"
    )


def test_one_size_only() -> None:
    (row, _) = sizes("{input: [2, 4, 4], layers: [{reshape: {shape: [8, 2, 2]}}]}")
    assert (str(row.even), row.smallest, row.all_larger) == ("only 4", 4, False)
    (row,) = sizes(
        "{input: [1, 14], layers: [{add: [[{maxpool: {kernel_size: 2}}], [{adaptive_avgpool: {output_size: 7}}]]}]}"
    )
    assert (str(row.even), row.smallest, row.all_larger) == ("only 14", 14, False)


def test_conditions_that_contradict_each_other_are_named() -> None:
    (row,) = sizes(
        "{input: [1, 9], layers: [{maxpool: {name: a, kernel_size: 2}}, {from: input}, {conv: {name: b, out_channels: 1, kernel_size: 3, stride: 2}}]}"
    )
    assert (row.even, row.smallest) == (None, 3)
    assert row.why_none == "a and b ask for different remainders"


def test_series() -> None:
    assert Series(188, 16).around(570) == [556, 572]
    assert Series(32, 32).around(5) == [32]
    assert Series(28, 0).around(30) == [28]
    assert 31 not in Series(32, 32)


# --------------------------------------------------------------------------------- commands


@pytest.mark.unmeasured
def test_notes_say_what_is_near_and_which_weights_are_fixed() -> None:
    report = sizes_report(convcalc.load("vgg16", input=(3, 230, 224)))
    assert report.notes == [
        "height: 230 is not divided evenly everywhere; near it 224 and 256",
        "fc6: its number of weights depends on the input size, so weights trained at 3×230×224 fit no other size",
    ]


@pytest.mark.unmeasured
def test_the_command_shows_the_sizes(convcalc: Callable[..., Ran]) -> None:
    shown = convcalc("arch", "c3d", "--sizes")
    assert shown.code == 0
    assert "depth      16        16  16·i            yes" in shown.out


def test_a_refusal_shows_the_rows_and_names_the_inputs_that_work(
    convcalc: Callable[..., Ran],
) -> None:
    shown = convcalc("arch", "c3d", "--input", "3x8x112x112")
    assert (shown.code, shown.out) == (2, "")
    rows, _, said = shown.err.partition("\n\nconvcalc: ")
    assert rows.splitlines()[-1].split()[:2] == ["relu8", "relu"]
    assert (
        "pool5 (maxpool): a 2-wide window does not fit 1 along the depth; the input's depth must be at least 16, "
        "as in 3×16×112×112; or raise the padding by 1 per side, or use a kernel of at most 1"
    ) in said


def test_a_refused_skip_names_both_neighbours(convcalc: Callable[..., Ran]) -> None:
    assert (
        "the input's height and width must be 556 or 572, or further away (the smallest that works is 188), as in "
        "1×572×572; or use an input of 278 or 280, another stride, or fit: floor"
    ) in convcalc("arch", "unet", "--input", "1x570x570").err


def test_a_chain_is_looked_at_to_its_end(convcalc: Callable[..., Ran]) -> None:
    shown = convcalc("chain", "--input", "1x7x9", "pool:k2", "conv:k4c8", "pool:k2", "fc:10")
    assert shown.err.splitlines()[-1] == (
        "convcalc: conv1 (conv:k4c8): a 4-wide window does not fit 3 along the height; the input's height and width "
        "must be at least 10, as in 1×10×10; or raise the padding by 1 per side, "
        "or use a kernel of at most 3"
    )


def test_other_faults_are_told_as_before(convcalc: Callable[..., Ran]) -> None:
    shown = convcalc("chain", "--input", "3x8x8", "conv:k3c8", "conv:k3c9g2")
    assert shown.err.splitlines()[-1] == (
        "convcalc: conv2 (conv:k3c9g2): out_channels is 9, which groups 2 does not divide; try groups 1"
    )


@pytest.mark.parametrize("last", ["conv:k3c8s0", "conv:k3c8d0", "pool:k0", "up:0", "fc:0"])
def test_options_that_make_no_sense_are_told_before_what_fits(
    last: str, convcalc: Callable[..., Ran]
) -> None:
    shown = convcalc("chain", "--input", "3x3x3", "conv:k5c8", last)
    assert shown.code == 2
    assert shown.err.endswith("is 0; use 1 or more\n")
    assert last in shown.err


def test_a_file_whose_later_layers_make_no_sense_is_refused_at_its_first_fault(
    convcalc: Callable[..., Ran], tmp_path: Path
) -> None:
    path = tmp_path / "net.yaml"
    path.write_text(
        "input: [1, 3, 3]\nlayers:\n  - conv: {out_channels: 1, kernel_size: 5}\n"
        "  - conv: {out_channels: 1, kernel_size: 1, stride: 0}\n"
    )
    shown = convcalc("arch", str(path))
    assert (
        "conv1 (conv): a 5-wide window does not fit 3 along the height; raise the padding"
        in shown.err
    )


TWO = """
input: {image: [3, 32, 48], mask: [1, 20, 48]}
outputs: [a, b]
layers:
  - conv: {name: a, out_channels: 4, kernel_size: 2, stride: 2}
  - from: mask
  - maxpool: {name: b, kernel_size: 5}
"""


def test_inputs_change_together_along_the_axes_on_which_they_are_as_long() -> None:
    rows = sizes_of(loads(TWO))
    found = [(row.of, row.axis, row.own, str(row.even)) for row in rows]
    assert found == [
        ("image", "height", 32, "2·i"),
        ("image", "width", 48, "10·i"),  # the mask's width of 48 changes with it, by fives
        ("mask", "height", 20, "5·i"),
    ]
    report = sizes_report(loads(TWO))
    assert report.notes[-1] == "mask: changes with image along the axes where both are equally long"
    assert [column.heading for column in report.columns][:3] == ["input", "axis", "size"]


def test_sizes_of_several_inputs_are_those_at_which_windows_end_with_the_input() -> None:
    windows = {"image": (2, 2), "mask": (5, 5)}  # kernel and stride of each one's reader
    for row in sizes_of(loads(TWO)):
        moved = ("image", "mask") if (row.of, row.axis) == ("image", "width") else (row.of,)
        for n in range(1, 60):
            ends = []
            for kernel, stride in map(windows.__getitem__, moved):
                starts = list(range(0, n - kernel + 1, stride))
                ends.append(bool(starts) and starts[-1] + kernel == n)
            assert (n in (row.even or ())) == all(ends), (row, n)


def test_a_size_that_does_not_work_is_told_apart_from_one_that_leaves_cells(
    convcalc: Callable[..., Ran],
) -> None:
    said = convcalc("arch", "unet", "--input", "1x10x10", "--sizes").out
    assert "note: height and width: 10 does not work; near it 188 divides evenly" in said
    said = convcalc("arch", "unet", "--input", "1x570x570", "--sizes").out
    assert "note: height and width: 570 does not work; near it 556 and 572 divide evenly" in said


def test_sizes_stated_in_numbers_are_named() -> None:
    text = (
        "{input: [3, 32, 32], layers: [{opaque: {output: [8, 4, 4]}}, {maxpool: {kernel_size: 2}}]}"
    )
    assert sizes_report(loads(text)).notes == [
        "opaque1: the output is given in numbers, so it is the same for every input; if it "
        "depends on the input, give it in letters, such as [c, h, w]"
    ]
    letters = text.replace("[8, 4, 4]", "[8, h, w]")
    assert sizes_report(loads(letters)).notes == []


def test_arithmetic_of_sizes_is_that_of_their_numbers() -> None:
    size = EvenSize(Fraction(1, 2), Fraction(3), [])
    results: dict[EvenSize, Callable[[Fraction], Any]] = {
        size + 1: lambda n: n + 1, size - 1: lambda n: n - 1, 10 - size: lambda n: 10 - n, 2 * size: lambda n: 2 * n,
        size - size: lambda n: 0, (size - size + 4) * size: lambda n: 4 * n, -size: lambda n: -n,
    }  # fmt: skip
    for n in (0, 2, 10):
        for found, expected in results.items():
            assert found.slope * n + found.offset == expected(Fraction(n, 2) + 3), found
    with pytest.raises(ShapeError, match="grows with the square"):
        size * size
