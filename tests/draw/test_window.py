"""The picture *window*: the figures of a well-known guide, and the sums that it shows."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from convcalc.draw import extras
from convcalc.draw.by_hand import by_hand
from convcalc.draw.figure import Rectangle, Text
from convcalc.draw.window import Window
from convcalc.errors import UsageError
from convcalc.formats import View
from convcalc.hand import solve
from convcalc.reference.loops import conv, conv_transpose
from draw.checked import check_figure
from random_layers import KINDS, Draw
from strategies import layer_of

Run = Callable[..., Any]


class Guide(NamedTuple):
    """A figure of Dumoulin & Visin, arXiv:1603.07285v2.

    Attributes:
        figure: its number.
        n: cells of the input along each axis.
        options: the layer's options; transposed ones have ``output_padding``.
        o: cells of the output.
        canvas: cells of the input with its zeros and its border.
        border: cells of padding before and after.
        between: zeros between two inputs.
    """

    figure: str
    n: int
    options: dict[str, int]
    o: int
    canvas: int
    border: tuple[int, int]
    between: int = 0


GUIDE = [
    Guide("2.1", 4, {"kernel_size": 3}, 2, 4, (0, 0)),
    Guide("2.2", 5, {"kernel_size": 4, "padding": 2}, 6, 9, (2, 2)),
    Guide("2.3", 5, {"kernel_size": 3, "padding": 1}, 5, 7, (1, 1)),
    Guide("2.4", 5, {"kernel_size": 3, "padding": 2}, 7, 9, (2, 2)),
    Guide("2.5", 5, {"kernel_size": 3, "stride": 2}, 2, 5, (0, 0)),
    Guide("2.6", 5, {"kernel_size": 3, "stride": 2, "padding": 1}, 3, 7, (1, 1)),
    Guide("2.7", 6, {"kernel_size": 3, "stride": 2, "padding": 1}, 3, 8, (1, 1)),
    Guide("5.1", 7, {"kernel_size": 3, "dilation": 2}, 3, 7, (0, 0)),
    Guide("4.1", 2, {"kernel_size": 3, "output_padding": 0}, 4, 6, (2, 2)),
    # Issue 33: the padding of the caption is the direct convolution's; here the border is 1 × 1.
    Guide("4.2", 6, {"kernel_size": 4, "padding": 2, "output_padding": 0}, 5, 8, (1, 1)),
    Guide("4.3", 5, {"kernel_size": 3, "padding": 1, "output_padding": 0}, 5, 7, (1, 1)),
    Guide("4.4", 7, {"kernel_size": 3, "padding": 2, "output_padding": 0}, 5, 7, (0, 0)),
    Guide("4.5", 2, {"kernel_size": 3, "stride": 2, "output_padding": 0}, 5, 7, (2, 2), 1),
    # Issue 38: the input is 3 × 3.
    Guide("4.6", 3, {"kernel_size": 3, "stride": 2, "padding": 1, "output_padding": 0}, 5, 7, (1, 1), 1),
    # Issues 11 and 18: the input is 3 × 3, and the border of two cells is at the bottom and the right.
    Guide("4.7", 3, {"kernel_size": 3, "stride": 2, "padding": 1, "output_padding": 1}, 6, 8, (1, 2), 1),
]  # fmt: skip


def picture_of(case: Guide) -> Window:
    """All steps of a figure of the guide."""
    kind = "conv_transpose" if "output_padding" in case.options else "conv"
    return Window(layer_of(kind, out_channels=1, **case.options), (1, case.n, case.n))


def laid_out(case: Guide) -> list[int | None]:
    """The input on each cell along an axis, by the guide's rule: zeros between, a border around."""
    spread: list[int | None] = []
    for number in range(case.n):
        spread += [*[None] * (case.between if number else 0), number]
    before, after = case.border
    return [*[None] * before, *spread, *[None] * after]


@pytest.mark.unmeasured
def test_every_figure_of_the_guide_is_redrawn() -> None:
    wrong = []
    for case in GUIDE:
        picture = picture_of(case)
        track = picture.plane.rows
        kernel, stride, dilation = (
            case.options.get(name, 1) for name in ("kernel_size", "stride", "dilation")
        )
        moves = 1 if "output_padding" in case.options else stride
        windows = [[o * moves + t * dilation for t in range(kernel)] for o in range(case.o)]
        drawn = [[cell - track.first for cell in window] for window in track.windows]
        facts = (picture.out, track.size, list(track.holds), drawn)
        if facts != ((1, case.o, case.o), case.canvas, laid_out(case), windows):
            wrong.append((case.figure, facts))
        check_figure(picture.figure())
    assert not wrong


def test_the_row_that_figure_2_7_never_reads_is_said() -> None:
    picture = picture_of(next(case for case in GUIDE if case.figure == "2.7"))
    assert picture.plane.rows.roles == ("padding", *["input"] * 6, "idle")


@pytest.mark.unmeasured
def test_every_map_is_named_in_words() -> None:
    """Issues 9, 30 and 35: readers could not tell input from output by their colours."""
    for case in GUIDE:
        texts = [mark.text for mark in picture_of(case).figure().marks if isinstance(mark, Text)]
        assert any(text.startswith(f"input {case.n}×{case.n}") for text in texts)
        assert f"output {case.o}×{case.o}" in texts


X = "2 2 3 3 3; 0 1 3 0 3; 2 3 0 1 3; 3 3 2 1 2; 3 3 0 2 3"


def test_the_guides_numbers_come_out_as_its_readers_corrected_them() -> None:
    """Issue 17: with stride 2 and padding 1, figure 1.2 printed 1 6 5; 7 10 9; 7 10 8."""
    work = solve("conv", X, "2 0 1; 1 0 0; 0 1 1", stride=2, padding=1)
    picture = by_hand(work, every=True)
    assert picture.numbers is not None
    assert picture.numbers.results == (("1", "5", "6"), ("7", "8", "3"), ("3", "10", "4"))
    check_figure(picture.figure())


# ------------------------------------------------------------------------------ the sums


def shown(picture: Window) -> dict[tuple[int, int], Fraction]:
    """The output, computed again from the numbers drawn in the cells."""
    numbers, found = picture.numbers, {}
    assert numbers is not None
    for step in picture.steps:
        total = Fraction(0)
        for channel, kernel in enumerate(numbers.kernels):
            weights = [Fraction(text) for row in kernel for text in row]
            cells = [
                Fraction(picture.input_text(channel, *tap) or 0) for tap in picture.plane.taps(step)
            ]
            products = [a * b for a, b in zip(weights, cells, strict=True)]
            assert [Fraction(text) for text in numbers.products[step][channel]] == products
            total += sum(products)
        found[step] = total
    return found


@pytest.mark.unmeasured
def test_the_numbers_in_the_cells_add_up_to_the_output() -> None:
    rng, seen = np.random.default_rng(4), 0
    choices = list(itertools.product((1, 2, 3), (1, 2), (0, 1, 2), (1, 2), (False, True)))
    for k, s, p, d, transposed in choices:
        x = rng.integers(-9, 9, (2, 5, 4))
        kernel = rng.integers(-3, 4, (2, 1, k, k) if transposed else (1, 2, k, k))
        options: dict[str, Any] = {"stride": s, "padding": p, "dilation": d}
        try:
            work = solve("tconv" if transposed else "conv", x.tolist(), kernel.tolist(), **options)
        except UsageError:
            continue  # nothing is left, or no window fits
        expected = (conv_transpose if transposed else conv)(x, kernel, **options)
        picture = by_hand(work, every=True)
        made = shown(picture)
        assert {place: int(value) for place, value in made.items()} == {
            place: int(value) for place, value in np.ndenumerate(expected[0])
        }, options
        seen += 1
    assert seen > 40


def test_cells_that_are_no_padding_are_counted_in_every_step() -> None:
    draw, wrong = Draw(11), []
    for kind in ("conv", "maxpool", "avgpool", "subsample"):
        for _ in range(40):
            layer, (shape,) = draw.layer(KINDS[kind])
            if len(shape) != 3:
                continue
            picture, counted = Window(layer, shape), 0
            for step in picture.plane.steps():
                nothing = picture.zeros(step) + picture.past_end(step)
                counted += len(picture.plane.taps(step)) - nothing
            if layer.real_taps(shape, layer.out_shape(shape)) != counted:  # type: ignore[attr-defined]
                wrong.append(f"{kind} {layer.options()} on {shape}")
    assert not wrong


def test_what_is_said_of_a_step() -> None:
    ceil = Window(layer_of("avgpool", kernel_size=3, ceil_mode=True), (1, 7, 7), (2, 2))
    assert ceil.said((2, 2)) == [
        "output [2,2] reads row 6, column 6; 8 of 9 cells are past the end, and left out"
    ]
    bare = Window(layer_of("conv_transpose", out_channels=1, kernel_size=1, stride=2), (1, 3), (1,))
    assert bare.said((0, 1)) == ["output [1] reads no input; 1 of 1 product is with zeros"]
    wide = Window(layer_of("conv", out_channels=1, kernel_size=3, dilation=2), (1, 5, 5), (0, 0))
    assert wide.said((0, 0)) == [
        "output [0,0] reads rows 0 to 4 in steps of 2, columns 0 to 4 in steps of 2; all 9 products "
        "are with input cells"
    ]


# ------------------------------------------------------------------------------------ by hand


def test_exercises_of_every_sort_are_drawn() -> None:
    sorts: list[tuple[str, str, str | None, dict[str, Any]]] = [
        ("conv", "0 1 2; 3 4 5; 6 7 8", "0 1; 2 3", {"padding": 1, "stride": (3, 2)}),
        ("conv", "1 2; 3 4|5 6; 7 8", "1 0; 0 1|1/3 2; 3 4||1 1; 1 1|2 2; 2 2", {"bias": "5 6"}),
        ("conv", "2 1 3 0 4 2", "1 0 -1", {}),
        ("tconv", "0 1; 2 3", "0 1; 2 3", {"stride": 2, "output_padding": 1}),
        ("tconv", "1 2 3", "1 1", {"stride": 3}),
        ("maxpool", "1 2 3; 4 5 6; 7 8 9", None, {"size": 2, "padding": 1, "stride": 1}),
        ("avgpool", "1 2 3; 4 5 6; 7 8 9|1 1 1; 1 1 1; 1 1 1", None, {"size": 2, "fit": "ceil"}),
    ]  # fmt: skip
    for op, x, k, options in sorts:
        picture = by_hand(solve(op, x, k, **options), every=True)
        check_figure(picture.figure())
        for width in (60, 80, None):
            lines = list(picture.lines(View(width)))
            assert max(map(len, lines)) <= (width or 500)
    twin = by_hand(solve(*sorts[1][:3], **sorts[1][3])).twin()
    assert twin.lines == ["filter 0 of 2; 1 of 1 step"]
    assert twin.rows[0]["sum"] == "1·1 + 2·0 + 3·0 + 4·1 + 5·(1/3) + 6·2 + 7·3 + 8·4 + 5 = 230/3"


def test_one_step_of_an_exercise_shows_its_number_alone() -> None:
    work = solve("conv", X, "2 0 1; 1 0 0; 0 1 1", stride=2, padding=1, step=(1, 0))
    figure = by_hand(work).figure()
    texts = [mark.text for mark in figure.marks if isinstance(mark, Text)]
    assert "output [1,0] reads rows 1 to 3, columns 0 to 1; 3 of 9 products are with zeros" in texts
    assert "y[1,0] = 0·2 + 0·0 + 1·1 + 0·1 + 2·0 + 3·0 + 0·0 + 3·1 + 3·1 = 7" in texts
    products = [
        mark for mark in figure.marks if isinstance(mark, Rectangle) and mark.role == "product"
    ]
    assert len(products) == 9 + 6  # the empty grid, and those on input cells over it
    assert list(by_hand(work).lines(View(60))) == [
        "input                   output",
        " 0  0  0  0  0  0  0",
        " 0  2  2  3  3  3  0    [7]",
        "(0)[0][1] 3  0  3  0",
        "(0)[2][3] 0  1  3  0",
        "(0)[3][3] 2  1  2  0",
        " 0  3  3  0  2  3  0",
        " 0  0  0  0  0  0  0",
        "output [1,0] reads rows 1 to 3, columns 0 to 1; 3 of 9",
        "  products are with zeros",
        "y[1,0] = 0·2 + 0·0 + 1·1 + 0·1 + 2·0 + 3·0 + 0·0 + 3·1 + 3·1",
        "  = 7",
        "",
        "[ ] under the kernel   ( ) the same on a zero",
    ]


REFUSED = [
    (lambda: Window(layer_of("relu"), (1, 5, 5)),
     "draw: relu has no window to draw: it works position by position; draw a layer such as conv, maxpool or conv_transpose"),
    (lambda: Window(layer_of("conv", out_channels=1, kernel_size=3), (1, 5, 5, 5)),
     "draw: 1×5×5×5 has 3 axes, and a window is drawn on 1 or 2; draw fit shows each axis separately"),
    (lambda: Window(layer_of("conv", out_channels=1, kernel_size=3), (1, 224, 224)),
     "draw window: 224 cells side by side are too many to draw (at most 48); draw a smaller input, or all windows with convcalc draw fit"),
    (lambda: Window(layer_of("conv_transpose", out_channels=1, kernel_size=19_000), (1, 1)),
     "draw window: 19000 cells side by side are too many to draw (at most 48); draw a smaller input, or all windows with convcalc draw fit"),
    (lambda: Window(layer_of("conv", out_channels=1, kernel_size=9, padding="same"), (1, 30, 30)),
     "draw window: 900 steps of 81 cells are too many for one picture; draw one with --step I,J, or a smaller input"),
    (lambda: Window(layer_of("conv", out_channels=1, kernel_size=3), (1, 5, 5), (3, 0)),
     "--step 3,0: the output has places from 0,0 to 2,2; count from 0"),
    (lambda: by_hand(solve("gradient", "1 2; 3 4", "1", grad="1 1; 1 1")),
     "--draw: gradients are not drawn; leave it or --grad out"),
    (lambda: by_hand(solve("conv", "1|1|1|1|1", "1|1|1|1|1")),
     "draw: 5 channels are too many to draw (at most 4); use fewer"),
    (lambda: by_hand(solve("conv", [[10**9] * 9] * 2, "1 1; 1 1")),
     "draw: an input of 2×9 cells with its padding, and what belongs to it, is too wide for a page; draw a smaller one"),
]  # fmt: skip


@pytest.mark.parametrize(("make", "message"), REFUSED)
def test_what_cannot_be_drawn_is_refused(make: Callable[[], Window], message: str) -> None:
    with pytest.raises(UsageError) as error:
        make().figure()
    assert str(error.value) == message


# --------------------------------------------------------------------------- the command line


def test_window_draws_the_first_step_one_or_all(convcalc: Run, tmp_path: Path) -> None:
    words = ("draw", "window", "--n", "3", "--k", "2")
    assert "output [0,0]" in convcalc(*words).out
    assert "output [1,1]" in convcalc(*words, "--step", "1,1").out
    assert convcalc(*words, "--all").out.count("reads") == 4
    ran = convcalc(*words, "--all", "-o", str(tmp_path / "w.png"))
    assert ran.err.splitlines() == [
        f"wrote {tmp_path / 'w-1.png'}",
        f"  … to {tmp_path / 'w-4.png'}, a file for each of the 4 steps",
    ]
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"w-{n}.png" for n in range(1, 5)]
    ran = convcalc(*words, "--all", "--step", "0,0")
    assert ran.err == "convcalc: --all draws all steps, and --step one; leave one of them out\n"
    ran = convcalc(*words, "--step", "a")
    assert ran.err == "convcalc: --step must be a whole number, but is 'a'; write plain digits\n"


def test_a_narrow_terminal_has_the_output_under_the_input() -> None:
    picture = Window(layer_of("conv", out_channels=1, kernel_size=3, padding=1), (1, 30), (4,))
    lines = list(picture.lines(View(60)))
    assert lines[0] == "input"
    assert lines[3] == "output"


def test_long_exercises_are_drawn_in_part_in_a_terminal() -> None:
    picture = Window(layer_of("conv", out_channels=1, kernel_size=1), (1, 6, 6))
    assert "… 11 more steps: --step I,J shows one" in list(picture.lines(View(80)))


def test_answers_have_their_picture_where_it_is_asked_for(
    convcalc: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    layer = ("layer", "--n", "7", "--k", "3", "--s", "2")
    hand = ("hand", "--x", "1 2; 3 4", "--k", "1 1")
    for words, seen in ((layer, "█ read"), (hand, "[ ] under the kernel")):
        assert seen not in convcalc(*words).out
        assert seen in convcalc(*words, "--draw").out
        path = tmp_path / f"{words[0]}.svg"
        assert convcalc(*words, "-o", str(path)).err == f"wrote {path}\n"
        page = tmp_path / f"{words[0]}.html"
        assert convcalc(*words, "-o", str(page)).code == 0
        assert page.read_text(encoding="utf-8").count("<svg") == 1
        ran = convcalc(*words, "--draw", "--format", "json")
        assert ran.err == (
            "convcalc: --draw is for the terminal and for pages, not for --format json; write -o x.html for both, -o x.svg or "
            "-o x.png for only the picture, or leave it out\n"
        )
    assert "<svg" not in convcalc("layer", "--kind", "relu", "--n", "4", "--format", "html").out
    monkeypatch.setattr(extras, "is_there", lambda name: False)
    assert "<svg" in convcalc(*layer, "--format", "html").out  # pages need no library
    assert convcalc(*layer, "-o", str(tmp_path / "x.svg")).err.startswith(
        "convcalc: a picture in a file is drawn by drawsvg, which is not installed"
    )
    ran = convcalc("layer", "--kind", "relu", "--n", "4", "--draw")
    assert ran.err.startswith("convcalc: draw: relu has no window to draw")
