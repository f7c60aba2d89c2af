"""The named image kernels, and pictures through them."""

from __future__ import annotations

import builtins
import csv
import io
import json
import struct
import subprocess
import sys
import tracemalloc
import zlib
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from scipy.signal import correlate2d

import clock
from convcalc import filter_picture
from convcalc.cli import output as command_output
from convcalc.errors import UsageError
from convcalc.formats import View
from convcalc.images import files as picture_files
from convcalc.images import filter as pictures
from convcalc.images import kernels
from convcalc.images.files import Picture, read_picture
from convcalc.images.kernels import KERNELS
from convcalc.images.preview import preview, thumbnail

Run = Callable[..., Any]


def face() -> Any:
    """A small grey picture: a bright disc with two dark eyes on a ramp."""
    y, x = np.mgrid[0:24, 0:32]
    cells = x * 6
    cells[(x - 16) ** 2 + (y - 12) ** 2 < 81] = 230
    cells[((x - 12) ** 2 + (y - 9) ** 2 < 4) | ((x - 20) ** 2 + (y - 9) ** 2 < 4)] = 10
    return cells.astype(np.uint8)


def pgm(cells: Any) -> bytes:
    rows, columns = cells.shape
    return f"P5\n# a comment\n{columns} {rows}\n255\n".encode() + bytes(cells.tobytes())


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A separate folder with face.pgm and face.png."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COLORTERM", raising=False)
    Path("face.pgm").write_bytes(pgm(face()))
    Image.fromarray(face()).save("face.png")
    return tmp_path


def opened(path: str) -> Any:
    with Image.open(path) as image:
        return np.asarray(image)


# ------------------------------------------------------------------------------------- the data


def test_sums_are_what_textbooks_say() -> None:
    sums = {name: kernel.sum for name, kernel in KERNELS.items()}
    ones = {name for name, total in sums.items() if total == 1}
    assert ones == {"identity", "sharpen", "gaussian_blur", "gaussian_blur5", "box_blur", "emboss"}
    assert {total for name, total in sums.items() if name not in ones} == {Fraction(0)}


def test_kernels_are_what_they_are_called() -> None:
    values = {name: np.array(kernel.values) for name, kernel in KERNELS.items()}
    np.testing.assert_array_equal(values["sobel_x"].T, values["sobel_y"])
    np.testing.assert_array_equal(values["prewitt_x"].T, values["prewitt_y"])
    np.testing.assert_array_equal(values["vertical_edges"].T, values["horizontal_edges"])
    np.testing.assert_array_equal(values["sharpen"], values["identity"] - values["laplacian"])
    np.testing.assert_array_equal(values["outline"], 9 * values["identity"] - 1)
    # Sobel is a difference along one axis and a blur along the other.
    np.testing.assert_array_equal(values["sobel_x"], np.outer([1, 2, 1], [-1, 0, 1]))
    twice = np.convolve([1, 2, 1], [1, 2, 1])
    np.testing.assert_array_equal(values["gaussian_blur"], np.outer([1, 2, 1], [1, 2, 1]))
    np.testing.assert_array_equal(values["gaussian_blur5"], np.outer(twice, twice))


def test_every_kernel_has_its_own_names_a_use_and_a_source() -> None:
    names = [*KERNELS, *(name for kernel in KERNELS.values() for name in kernel.aliases)]
    assert len(set(names)) == len(names)
    for name, kernel in KERNELS.items():
        assert name == kernel.name
        assert len(kernel.about) > 10
        assert len(kernel.source) > 10
        assert len({len(row) for row in kernel.values}) == 1
        assert all(kernels.find(other) is kernel for other in (name, *kernel.aliases))
        assert kernels.is_name(name)


def test_exact_values_are_whole_or_fractions() -> None:
    assert kernels.find("gaussian blur").exact()[0] == [
        Fraction(1, 16),
        Fraction(1, 8),
        Fraction(1, 16),
    ]
    assert type(kernels.find("sharpen").exact()[0][1]) is int


# ------------------------------------------------------------------------------------- the pages


def test_the_list_names_every_kernel_with_its_sum(
    convcalc: Run, golden: Callable[[str, str], None]
) -> None:
    ran = convcalc("kernel", watched=True)
    golden("kernel/list.txt", ran.out + ran.err)
    data = json.loads(convcalc("kernel", "--format", "json").out)
    assert [row["kernel"] for row in data["kernels"]] == list(KERNELS)
    for row in data["kernels"]:
        assert Fraction(sum(map(sum, row["values"]))) * Fraction(row["scale"]) == Fraction(
            row["sum"]
        )


@pytest.mark.parametrize(
    "words", ["sharpen", "Sobel", "gaussian-blur5", "emboss", "1 2; 1/2 0", "1 0 -1"]
)
def test_the_page_of_a_kernel_reads_as_before(
    words: str, convcalc: Run, golden: Callable[[str, str], None]
) -> None:
    ran = convcalc("kernel", words, watched=True)
    assert ran.code == 0
    golden(
        f"kernel/{words.replace(' ', '_').replace(';', '').replace('/', 'by')}.txt",
        ran.out + ran.err,
    )


def test_the_page_of_a_kernel_has_its_cells_as_rows(convcalc: Run) -> None:
    rows = list(csv.DictReader(io.StringIO(convcalc("kernel", "emboss", "--format", "csv").out)))
    cells = {(int(row["row"]), int(row["column"])): int(row["value"]) for row in rows}
    assert cells == {
        (i, j): kernels.find("emboss").values[i][j] for i in range(3) for j in range(3)
    }
    assert {(row["kernel"], row["divided_by"]) for row in rows} == {("emboss", "1")}
    blur = convcalc("kernel", "1/4 1/2 1/4", "--format", "csv").out
    assert blur.splitlines()[1:] == [
        "your kernel,0,0,1,4", "your kernel,0,1,2,4", "your kernel,0,2,1,4",
    ]  # fmt: skip


@pytest.mark.parametrize("words", ["sharpen", "gaussian_blur"])
def test_the_page_of_a_kernel_has_an_array_in_latex(
    words: str, convcalc: Run, golden: Callable[[str, str], None]
) -> None:
    ran = convcalc("kernel", words, "--format", "latex")
    assert (ran.code, ran.err) == (0, "")
    golden(f"kernel/{words}.tex", ran.out)


@pytest.mark.parametrize("columns", [30, 50, 60, 80, 100])
def test_a_narrow_list_has_every_number_and_whole_descriptions_or_says_so(
    columns: int, convcalc: Run
) -> None:
    lines = convcalc("kernel", columns=columns).out.splitlines()
    assert max(map(len, lines)) <= columns
    table = lines[2:]
    numbers = [
        ("×".join(map(str, row["size"])), row["scale"], row["sum"])
        for row in json.loads(convcalc("kernel", "--format", "json").out)["kernels"]
    ]
    shown = [tuple(line.split()[1:4]) for line in table if not line.startswith(" ")]
    assert shown[: len(numbers)] == numbers
    text = " ".join(" ".join(table).split())
    left_out = "left out for width: what it does" in text
    assert left_out == (columns < 60)
    for kernel in KERNELS.values():
        words = [line[36:] for line in table]
        assert left_out or kernel.about in " ".join(" ".join(words).split())


def test_a_list_in_a_file_is_not_wrapped(here: Path, convcalc: Run) -> None:
    convcalc("kernel", "-o", "list.md", columns=60)
    assert len([line for line in Path("list.md").read_text().splitlines() if "×" in line]) == len(
        KERNELS
    )


# --------------------------------------------------------------------------------- on a picture


def through(cells: Any, name: str, **options: Any) -> pictures.Applied:
    return pictures.apply(Picture(cells[np.newaxis]), kernels.find(name), **options)


@pytest.mark.parametrize("name", KERNELS)
@pytest.mark.parametrize(
    ("border", "mode"),
    [("zero", "constant"), ("reflect", "reflect"), ("edge", "edge"), ("none", "")],
)
@pytest.mark.unmeasured
def test_a_picture_is_correlated_rounded_and_clipped(name: str, border: str, mode: str) -> None:
    cells, kernel = face(), kernels.find(name)
    around = cells.astype(np.int64)
    if mode:
        side = len(kernel.values) // 2
        around = np.pad(around, side, mode=mode)  # type: ignore[call-overload]
    sums = correlate2d(around, np.array(kernel.values), mode="valid")
    exact = [[Fraction(int(v), kernel.divisor) for v in row] for row in sums]
    whole = np.array([[(v + Fraction(1, 2)).__floor__() for v in row] for row in exact])
    made = through(cells, name, border=border)
    np.testing.assert_array_equal(made.picture.channels[0], np.clip(whole, 0, 255))
    assert (made.below, made.above) == (int((whole < 0).sum()), int((whole > 255).sum()))
    assert made.pixels == made.below + made.above


def test_identity_changes_nothing() -> None:
    made = through(face(), "identity")
    np.testing.assert_array_equal(made.picture.channels[0], face())
    assert made.pixels == 0


def test_a_flipped_kernel_is_a_true_convolution() -> None:
    straight, turned = (
        through(face(), "sobel_x", absolute=True),
        through(face(), "sobel_x", flip=True),
    )
    other = through(face(), "sobel_x")
    # Sobel turned is its negative: values clipped at 0 by one are shown by the other.
    both = turned.picture.channels.astype(int) + other.picture.channels
    np.testing.assert_array_equal(both, straight.picture.channels)


def test_large_pictures_are_worked_in_strips(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = through(face(), "gaussian_blur5", border="edge").picture.channels
    monkeypatch.setattr(pictures, "STRIP", 100)
    np.testing.assert_array_equal(
        through(face(), "gaussian_blur5", border="edge").picture.channels, whole
    )


def test_large_weights_are_summed_exactly() -> None:
    cells = np.full((1, 3), 255, dtype=np.uint8)
    kernel = kernels.Kernel("large", ((2**30 + 1, -(2**30)),), 1, "", "")
    made = pictures.apply(Picture(cells[np.newaxis]), kernel, border="none")
    np.testing.assert_array_equal(made.picture.channels[0], [[255, 255]])


def test_an_even_kernel_keeps_the_size() -> None:
    kernel = kernels.Kernel("pair", ((1, 1), (1, 1)), 4, "", "")
    made = pictures.apply(Picture(face()[np.newaxis]), kernel, border="edge")
    assert made.picture.size == (24, 32)
    # The odd cell is at the end, as with padding same: the last pixel sees itself four times.
    assert made.picture.channels[0, -1, -1] == face()[-1, -1]


def test_each_colour_is_worked_by_itself_and_alpha_is_kept(here: Path, convcalc: Run) -> None:
    alpha = np.arange(24 * 32, dtype=np.uint32).reshape(24, 32).astype(np.uint8)
    color = np.dstack([face(), face().T.reshape(24, 32), 255 - face(), alpha])
    Image.fromarray(color).save("color.png")
    ran = convcalc("kernel", "box_blur", "color.png", "-o", "out.png")
    assert (ran.code, ran.err) == (0, "wrote out.png\n")
    made = opened("out.png")
    for number in range(3):
        np.testing.assert_array_equal(
            made[..., number], through(color[..., number].copy(), "box_blur").picture.channels[0]
        )
    np.testing.assert_array_equal(made[..., 3], alpha)
    convcalc("kernel", "box_blur", "color.png", "-o", "small.png", "--border", "none")
    np.testing.assert_array_equal(opened("small.png")[..., 3], alpha[1:-1, 1:-1])


def test_clipping_is_counted_and_said(here: Path, convcalc: Run) -> None:
    ran = convcalc("kernel", "sharpen", "face.pgm", "-o", "out.pgm")
    made = through(face(), "sharpen")
    share = f"{100 * made.pixels / (24 * 32):.2f}"
    assert ran.out == (
        "sharpen on face.pgm: 24×32 pixels, grey, border zero\n"
        f"clipped  {made.pixels} of 768 pixels ({share} %): {made.below} values under 0, {made.above} over 255\n"
    )
    plain = convcalc("kernel", "box blur", "face.pgm", "-o", "out.pgm", "--border", "reflect")
    assert "clipped  no value is under 0 or over 255" in plain.out
    edges = convcalc("kernel", "outline", "face.pgm", "--no-preview").err
    assert "note: --abs also shows the negative values: edges in both directions" in edges
    edges = convcalc("kernel", "outline", "face.pgm", "--no-preview", "--abs", "--flip")
    assert "border zero, flip, absolute" in edges.out
    assert edges.err == ""


def test_json_tells_what_was_done(here: Path, convcalc: Run) -> None:
    ran = convcalc(
        "kernel", "emboss", "face.png", "-o", "o.png", "--border", "none", "--format", "json"
    )
    data = json.loads(ran.out)
    assert (data["input"], data["output"]) == ([1, 24, 32], [1, 22, 30])
    made = through(face(), "emboss", border="none")
    assert data["clipped"] == {"pixels": made.pixels, "below": made.below, "above": made.above}
    assert opened("o.png").shape == (22, 30)


def test_csv_tells_what_was_done_in_a_row(here: Path, convcalc: Run) -> None:
    out = convcalc("kernel", "emboss", "face.pgm", "--flip", "--format", "csv").out
    made = through(face(), "emboss", flip=True)
    assert list(csv.DictReader(io.StringIO(out))) == [
        {
            "kernel": "emboss", "picture": "face.pgm", "input": "1x24x32", "output": "1x24x32",
            "border": "zero", "flip": "True", "absolute": "False",
            "clipped_pixels": str(made.pixels), "clipped_below": str(made.below),
            "clipped_above": str(made.above),
        }
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["-1 0 1", "-1,0,1", "-1/2", "-.5 1", "-1e-1; 1", "-1"])
def test_a_kernel_may_begin_with_a_minus(text: str, here: Path, convcalc: Run) -> None:
    ran = convcalc("kernel", text, "face.pgm", "-o", "out.pgm")
    assert ran.code == 0, ran.err
    wanted = convcalc("kernel", f" {text}", "face.pgm", "-o", "wanted.pgm")
    assert Path("out.pgm").read_bytes() == Path("wanted.pgm").read_bytes()
    assert ran.out == wanted.out
    assert convcalc("kernel", text).out.startswith("your kernel")


def test_signs_are_left_out_before_rounding() -> None:
    cells = np.ones((1, 1, 1), dtype=np.uint8)
    for values in (((-1,),), ((1,),)):
        half = kernels.Kernel("half", values, 2, "", "")
        made = pictures.apply(Picture(cells), half, absolute=True)
        assert made.picture.channels.tolist() == [[[1]]]


def test_a_kernel_of_ones_own(here: Path, convcalc: Run) -> None:
    ran = convcalc("kernel", "1/4 1/4; 0.25 1/4", "face.pgm", "-o", "out.pgm")
    assert ran.code == 0, ran.err
    assert ran.out.startswith("your kernel on face.pgm")
    Path("k.csv").write_text("0,0,0\n0,1,0\n0,0,0\n")
    convcalc("kernel", "k.csv", "face.pgm", "-o", "same.pgm")
    np.testing.assert_array_equal(opened("same.pgm"), face())


# ------------------------------------------------------------------------------------- formats


@pytest.mark.parametrize(
    "suffix", [".png", ".bmp", ".tif", ".tiff", ".pgm", ".ppm", ".webp", ".gif"]
)
@pytest.mark.unmeasured
def test_pictures_are_written_and_read_again(suffix: str, here: Path, convcalc: Run) -> None:
    ran = convcalc("kernel", "identity", "face.png", "-o", f"out{suffix}")
    assert (ran.code, ran.err) == (0, f"wrote out{suffix}\n")
    image = read_picture(f"out{suffix}")
    if suffix != ".webp":  # lossy
        np.testing.assert_array_equal(image.channels[0], face())
    again = convcalc("kernel", "identity", f"out{suffix}", "-o", "again.png")
    assert again.code == 0, again.err


def test_jpeg_comes_close(here: Path, convcalc: Run) -> None:
    assert convcalc("kernel", "identity", "face.png", "-o", "out.jpg").code == 0
    assert np.abs(opened("out.jpg").astype(int) - face()).mean() < 10


@pytest.mark.parametrize(
    "text",
    [
        b"P2\n2 1\n255\n7 255\n",
        b"P2 # grey\n# size\n2 1 255\n7\n# between\n255",
        b"P5\n2 1\n255\n\x07\xff",
        b"P3\n2 1\n255\n7 7 7 255 255 255\n",
        b"P6\n2 1\n255\n\x07\x07\x07\xff\xff\xff",
        b"P6 2 1 255 \x07\x07\x07\xff\xff\xffand more",
    ],
)
def test_plain_pictures_need_no_pillow(
    text: bytes, here: Path, convcalc: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_pillow(monkeypatch)
    Path("a.ppm").write_bytes(text)
    maps = 3 if text[:2] in (b"P3", b"P6") else 1
    assert read_picture("a.ppm").channels.tolist() == [[[7, 255]]] * maps
    ran = convcalc("kernel", "identity", "a.ppm", "-o", "b.ppm")
    assert ran.code == 0, ran.err
    assert Path("b.ppm").read_bytes() == b"P6\n2 1\n255\n\x07\x07\x07\xff\xff\xff"


def test_palettes_and_other_modes_are_converted_and_said(here: Path, convcalc: Run) -> None:
    color = np.dstack([face(), face() // 2, 255 - face()])
    Image.fromarray(color).quantize(8).save("palette.png")
    ran = convcalc("kernel", "identity", "palette.png", "-o", "out.png")
    assert "note: P was converted to RGB\n" in ran.out
    assert opened("out.png").shape == (24, 32, 3)
    Image.fromarray(color).convert("CMYK").save("cmyk.tif")
    assert (
        "note: CMYK was converted to RGB\n"
        in convcalc("kernel", "identity", "cmyk.tif", "-o", "out.png").out
    )
    Image.fromarray(face() > 100).save("bits.png")
    assert read_picture("bits.png").channels[0].tolist() == ((face() > 100) * 255).tolist()
    gif = Image.fromarray(color).quantize(8)
    gif.save("clear.gif", transparency=0)
    ran = convcalc("kernel", "identity", "clear.gif", "-o", "out.png")
    assert "note: P was converted to RGB and alpha\n" in ran.out
    ran = convcalc("kernel", "identity", "clear.gif", "-o", "out.bmp")
    assert "note: .bmp has no transparency; it was left out\n" in ran.out
    Image.fromarray(np.dstack([face(), face()])).save("la.png")
    la = read_picture("la.png")
    assert (len(la.channels), la.alpha is not None) == (1, True)
    ran = convcalc("kernel", "identity", "palette.png", "-o", "out.gif")
    assert "note: .gif has 256 colours; some were changed\n" in ran.out


def test_of_a_moving_picture_the_first_frame_is_read_and_said(here: Path, convcalc: Run) -> None:
    frames = [Image.fromarray(face()), Image.fromarray(255 - face())]
    frames[0].save("moving.gif", save_all=True, append_images=frames[1:])
    ran = convcalc("kernel", "identity", "moving.gif", "--no-preview")
    assert "note: only the first of 2 frames is read\n" in ran.out


def test_a_photo_that_lies_on_its_side_is_put_upright(here: Path) -> None:
    image = Image.fromarray(face())
    exif = image.getexif()
    exif[0x0112] = 6  # orientation: turn by 90 degrees
    image.save("side.png", exif=exif)
    np.testing.assert_array_equal(read_picture("side.png").channels[0], np.rot90(face(), -1))


# ------------------------------------------------------------------------------------- preview


def test_the_preview_is_letters_off_a_terminal(
    here: Path, convcalc: Run, golden: Callable[[str, str], None]
) -> None:
    ran = convcalc("kernel", "identity", "face.pgm")
    golden("kernel/preview.txt", ran.out)
    assert "\x1b" not in ran.out
    narrow = convcalc("kernel", "identity", "face.pgm", columns=16).out.splitlines()
    assert {len(line) for line in narrow[:6]} == {16}
    assert convcalc("kernel", "identity", "face.pgm", "-o", "o.png").out.startswith("identity on")
    shown = convcalc("kernel", "identity", "face.pgm", "-o", "o.png", "--preview").out
    assert shown.startswith(" ")


def test_the_preview_on_a_terminal_is_half_blocks_in_its_colours() -> None:
    cells = np.array([[[255, 0]], [[0, 0]], [[0, 255]]], dtype=np.uint8)  # red, blue
    picture = Picture(cells)
    assert list(preview(picture, 80, color=True, fine=True)) == [
        "\x1b[38;2;255;0;0;48;2;255;0;0m▀\x1b[38;2;0;0;255;48;2;0;0;255m▀\x1b[0m"
    ]
    assert list(preview(picture, 80, color=True, fine=False)) == [
        "\x1b[38;5;196;48;5;196m▀\x1b[38;5;21;48;5;21m▀\x1b[0m"
    ]


def test_the_preview_shows_the_mean_of_what_a_letter_stands_for() -> None:
    picture = Picture(np.array([[[0, 100, 200, 100]] * 4], dtype=np.uint8))
    np.testing.assert_array_equal(thumbnail(picture, 1, 2)[0, :, 0], [50, 150])
    clear = Picture(picture.channels, np.full((4, 4), 51, dtype=np.uint8))
    np.testing.assert_allclose(thumbnail(clear, 1, 2)[0, :, 0], [10, 30], rtol=1e-6)
    dark, bright = (Picture(np.full((1, 4, 4), v, dtype=np.uint8)) for v in (0, 255))
    assert list(preview(dark, 4, color=False, fine=False)) == ["    "] * 2
    assert list(preview(bright, 4, color=False, fine=False)) == ["@@@@"] * 2


def test_tall_and_flat_pictures_have_previews() -> None:
    for shape in ((1, 1, 1), (1, 200, 1), (1, 1, 200), (3, 7, 300)):
        picture = Picture(np.zeros(shape, dtype=np.uint8))
        for color in (False, True):
            assert list(preview(picture, 40, color=color, fine=True))


def test_a_tall_picture_keeps_its_shape_on_few_lines() -> None:
    for rows, columns, across in ((5000, 1, 1), (5000, 1000, 20), (200, 200, 100), (400, 200, 50)):
        picture = Picture(np.zeros((1, rows, columns), dtype=np.uint8))
        lines = list(preview(picture, 100, color=False, fine=True))
        assert {len(line) for line in lines} == {across}
        assert len(lines) == 50
        assert len(list(preview(picture, 100, color=True, fine=True, height=7))) == 7


def test_a_picture_that_may_not_be_read_is_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(*_: Any, **__: Any) -> Any:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(builtins, "open", denied)
    with pytest.raises(UsageError) as caught:
        read_picture("secret.png")
    assert str(caught.value) == (
        "secret.png: cannot be read: no permission to read it; change its permissions"
    )


def test_a_terminal_with_colour_gets_colour(
    here: Path, monkeypatch: pytest.MonkeyPatch, convcalc: Run
) -> None:
    monkeypatch.setattr(command_output, "view", lambda *_: View(20, True, True))
    assert "\x1b[38;2;" in convcalc("kernel", "identity", "face.pgm").out
    monkeypatch.setattr(command_output, "view", lambda *_: View(20, True))
    assert "\x1b[38;5;" in convcalc("kernel", "identity", "face.pgm").out


# ------------------------------------------------------------------------------------ mistakes


def without_pillow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Behave as without Pillow."""
    real = builtins.__import__

    def importing(name: str, *arguments: Any, **settings: Any) -> Any:
        if name.partition(".")[0] == "PIL":
            raise ImportError(name)
        return real(name, *arguments, **settings)

    monkeypatch.setattr(builtins, "__import__", importing)


def png_of(columns: int, rows: int) -> bytes:
    """The start of a PNG with this stated size."""
    header = b"IHDR" + struct.pack(">IIBBBBB", columns, rows, 8, 0, 0, 0, 0)
    end = zlib.compress(b"")
    parts = (header, b"IDAT" + end, b"IEND")
    chunks = (struct.pack(">I", len(p) - 4) + p + struct.pack(">I", zlib.crc32(p)) for p in parts)
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


BAD: list[tuple[tuple[str, ...], str]] = [
    (("",), "KERNEL is empty; give a name, which convcalc kernel lists, or numbers"),
    (("", "face.png"), "KERNEL is empty; give a name, which convcalc kernel lists, or numbers"),
    (("sharpen", ""), "PICTURE is empty; name a file, or leave it out"),
    (("--border", "edge"), "--border is about a picture; name one, as in convcalc kernel sharpen photo.png, or leave --border out"),
    (("sharpen", "--abs", "--flip"), "--flip is about a picture; name one, as in convcalc kernel sharpen photo.png, or leave --flip out"),
    (("sharpen", "--abs"), "--abs is about a picture; name one, as in convcalc kernel sharpen photo.png, or leave --abs out"),
    (("sharpen", "--preview"), "--preview is about a picture; name one, as in convcalc kernel sharpen photo.png, or leave --preview out"),
    (("--no-preview",), "--no-preview is about a picture; name one, as in convcalc kernel sharpen photo.png, or leave --no-preview out"),
    (("sharpen", "face.png", "--preview", "--format", "json"), "--preview is not possible in json; leave out one of the two"),
    (("sharpen", "face.png", "-o", "-"), "-o -: a picture does not go to standard output; name a file, such as out.png"),
    (("-1 x", "face.png"), "KERNEL: contains 'x', which is not a number; write 3, 0.5 or 1/16"),
    (("sharpn",), "no kernel 'sharpn'; did you mean 'sharpen'?"),
    (("qqq",), "no kernel 'qqq'; convcalc kernel lists them"),
    (("1 2; 3",), "KERNEL: row 0 is 2 long, but row 1 is 1 long; make them equal"),
    (("1 | 2",), "KERNEL is 2×1; give rows and columns, up to 99 of each"),
    (("1 " * 100,), "KERNEL is 100; give rows and columns, up to 99 of each"),
    (("1e30",), "KERNEL has numbers too large or too finely divided for exact sums; use shorter ones"),
    (("face.png", "sharpen"), "face.png is a picture; name the kernel before it, such as sharpen"),
    (("sharpen", "nowhere.png"), "nowhere.png: cannot be read: No such file or directory; check the name"),
    (("sharpen", "."), ".: is a folder; name a picture in it"),
    (("sharpen", "a\0b"), "a\\x00b: is not a file name; check the name"),
    (("sharpen", "nowhere.png", "-o", "face.png"), "nowhere.png: cannot be read: No such file or directory; check the name"),
    (("sharpen", "face.png", "-o", "face.png"), "-o: face.png is what this command reads; choose another name"),
    (("sharpen", "face.png", "-o", "link.png"), "-o: link.png is what this command reads; choose another name"),
    (("sharpen", "face.png", "-o", "out.xyz"), "-o out.xyz: no picture has the suffix '.xyz'; use one of .png, .jpg, .jpeg, .gif, .bmp, .tif, .tiff, .webp, .pgm, .ppm"),
    (("sharpen", "face.png", "-o", "out"), "-o out: no picture has the suffix 'nothing'; use one of .png, .jpg, .jpeg, .gif, .bmp, .tif, .tiff, .webp, .pgm, .ppm"),
    (("sharpen", "face.png", "-o", "nowhere/out.png"), "-o nowhere/out.png: cannot be written: No such file or directory; choose another place"),
    (("sharpen", "color.png", "-o", "out.pgm"), "-o out.pgm: .pgm is grey, but the picture has colours; write a .ppm"),
    (("sharpen", "wide.png", "-o", "out.webp"), "-o out.webp: 20,000×1 pixels; a WEBP has at most 16,383 rows and columns; use .png"),
    (("sharpen", "text.png"), "text.png: is not a picture that can be read (…); use one of bmp, gif, jpeg, jpg, pgm, png, ppm, tif, tiff, webp"),
    (("sharpen", "cut.png"), "cut.png: is not a picture that can be read (…); use one of bmp, gif, jpeg, jpg, pgm, png, ppm, tif, tiff, webp"),
    (("sharpen", "script.eps"), "script.eps: is not a picture that can be read (…); use one of bmp, gif, jpeg, jpg, pgm, png, ppm, tif, tiff, webp"),
    (("sharpen", "large.png"), "large.png: 10,000×6,000 pixels; use a picture of 1 to 50,000,000"),
    (("sharpen", "bomb.png"), "bomb.png: 10,000×10,000 pixels; use a picture of 1 to 50,000,000"),
    (("sharpen", "bomb2.png"), "bomb2.png: more pixels than Pillow opens; use a picture of 1 to 50,000,000"),
    (("sharpen", "small.png"), "small.png: 7,070×7,070 pixels in a file of 65 bytes, but at most 4,032,500 are read; use a smaller picture"),
    (("sharpen", "long.ppm"), "long.ppm: 1,000,001×1 pixels; use a picture of at most 1,000,000 rows and columns"),
    ((f"{'1 ' * 99};" * 98 + "1 " * 99, "map.pgm"), "a 99×99 kernel makes 19,602,000,000 products on 1000×2000 pixels, more than 10,000,000,000; use a smaller picture or kernel"),
    (("sharpen", "deep.png"), "deep.png: has more than 8 bits a channel (mode I;16); save it with 8"),
    (("sharpen", "large.pgm"), "large.pgm: 99,999×99,999 pixels; use a picture of 1 to 50,000,000"),
    (("sharpen", "zero.pgm"), "zero.pgm: 0×5 pixels; use a picture of 1 to 50,000,000"),
    (("sharpen", "cut.pgm"), "cut.pgm: ends after 3 of 4 values; the picture is cut off"),
    (("sharpen", "text.pgm"), "text.pgm: contains something other than numbers from 0 to 255; check the picture"),
    (("gaussian_blur5", "tiny.pgm", "--border", "none"), "a 5×5 kernel does not fit 2×2 pixels; use another --border"),
]  # fmt: skip


@pytest.fixture
def bad_pictures(here: Path) -> None:
    Path("link.png").hardlink_to("face.png")
    Image.fromarray(np.dstack([face()] * 3)).save("color.png")
    Image.fromarray(np.zeros((1, 20_000), dtype=np.uint8)).save("wide.png")
    Path("text.png").write_text("no picture")
    Path("script.eps").write_text(
        "%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\n"
    )
    Path("cut.png").write_bytes(png_of(4, 4))
    Path("large.png").write_bytes(png_of(10_000, 6_000))
    Path("small.png").write_bytes(png_of(7_070, 7_070))
    Path("long.ppm").write_bytes(b"P5 1000001 1 255 " + bytes(1_000_001))
    Path("map.pgm").write_bytes(b"P5 2000 1000 255 " + bytes(2_000_000))
    Path("bomb.png").write_bytes(png_of(10_000, 10_000))
    Path("bomb2.png").write_bytes(png_of(100_000, 100_000))
    Image.fromarray(face().astype(np.uint16)).save("deep.png")
    Path("large.pgm").write_bytes(b"P5 99999 99999 255 ")
    Path("zero.pgm").write_bytes(b"P5 0 5 255 ")
    Path("cut.pgm").write_bytes(b"P5 2 2 255 abc")
    Path("text.pgm").write_bytes(b"P2 2 2 255 1 2 x 3")
    Path("tiny.pgm").write_bytes(b"P5 2 2 255 abcd")


@pytest.mark.parametrize(("arguments", "message"), BAD, ids=[m[:60] for _, m in BAD])
@pytest.mark.usefixtures("bad_pictures")
def test_a_mistake_is_said_whole(
    arguments: tuple[str, ...], message: str, convcalc: Run, here: Path
) -> None:
    before = {path.name: path.read_bytes() for path in here.iterdir()}
    ran = convcalc("kernel", *arguments)
    start, _, end = message.partition("…")  # it replaces Pillow's message
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(f"convcalc: {start}")
    assert ran.err.endswith(f"{end}\n")
    assert ran.err.count("\n") == 1
    assert len(ran.err) == len(f"convcalc: {message}\n") or "…" in message
    assert {path.name: path.read_bytes() for path in here.iterdir()} == before


def test_a_missing_pillow_is_said_with_what_to_do(
    here: Path, convcalc: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_pillow(monkeypatch)
    ran = convcalc("kernel", "sharpen", "face.png")
    assert ran.code == 2
    assert ran.err == (
        "convcalc: face.png needs Pillow, which is not installed; "
        "pip install Pillow, or use a .pgm or .ppm picture\n"
    )
    ran = convcalc("kernel", "sharpen", "face.pgm", "-o", "out.png")
    assert ran.err.startswith("convcalc: -o out.png needs Pillow")
    assert convcalc("kernel", "sharpen", "face.pgm", "-o", "out.pgm").code == 0


def test_a_file_too_large_is_refused_before_it_is_read_whole(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(picture_files, "MAX_BYTES", 100)
    with pytest.raises(
        UsageError, match=r"face\.pgm: larger than 100 bytes; use a smaller picture"
    ):
        read_picture("face.pgm")


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.unmeasured
def test_a_broken_picture_is_one_clear_error(seed: int, here: Path, convcalc: Run) -> None:
    rng = np.random.default_rng(seed)
    form = ("PNG", "JPEG", "GIF", "TIFF", "BMP", "WEBP", "PPM")[seed % 7]
    file = io.BytesIO()
    Image.fromarray(np.dstack([face()] * 3)).save(file, format=form)
    data = np.frombuffer(file.getvalue(), dtype=np.uint8).copy()
    places = rng.integers(0, len(data), size=1 + seed // 4)
    data[places] = rng.integers(0, 256, size=len(places))
    cut = len(data) if seed % 2 else int(rng.integers(1, len(data)))
    Path("broken").write_bytes(bytes(data[:cut]))
    ran = convcalc("kernel", "sharpen", "broken", "--no-preview")
    assert ran.code in (0, 2)
    assert ran.err.count("\n") == (ran.code == 2)


def test_listing_kernels_loads_neither_numpy_nor_pillow() -> None:
    script = (
        "import sys; from convcalc.cli.main import main\n"
        "try: main(['kernel', 'sobel'])\n"
        "except SystemExit: pass\n"
        "print({'numpy', 'PIL'} & set(sys.modules))"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ran.stdout.splitlines()[-1] == "set()"


# ----------------------------------------------------------------------------- from Python


def test_a_program_applies_a_kernel_as_the_command_does(here: Path, convcalc: Run) -> None:
    Path("grey.pgm").write_text("P2\n3 2\n255\n0 1 2\n3 4 255\n")
    report = filter_picture(
        Path("grey.pgm"), [[0, 1, 0], [1, -4, 1], [0, 1, 0]], Path("a.pgm"), border="edge", absolute=True
    )  # fmt: skip
    ran = convcalc(
        "kernel", "0 1 0; 1 -4 1; 0 1 0", "grey.pgm", "-o", "b.pgm", "--border", "edge", "--abs"
    )
    assert ran.code == 0
    assert Path("a.pgm").read_bytes() == Path("b.pgm").read_bytes()
    assert report.facts["output"] == [1, 2, 3]
    assert report.facts["border"] == "edge"
    assert filter_picture("grey.pgm", "sharpen").facts["clipped"]["pixels"] == 5


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        (("grey.pgm", "sharpn"), {}, "no kernel 'sharpn'; did you mean 'sharpen'?"),
        (("no.pgm", "sharpen"), {}, "no.pgm: cannot be read: No such file or directory; check the name"),
        (("grey.pgm", "sharpen"), {"border": "edg"}, "--border cannot be 'edg'; did you mean 'edge'?"),
        (("grey.pgm", "sharpen"), {"border": None}, "--border cannot be None; known: zero, reflect, edge, none"),
        (("grey.pgm", "sharpen", "grey.pgm"), {}, "-o grey.pgm: is the picture itself; choose another name"),
    ],
)  # fmt: skip
def test_wrong_values_of_a_program_are_one_clear_error(
    arguments: Any, options: Any, message: str, here: Path
) -> None:
    Path("grey.pgm").write_text("P2\n3 2\n255\n0 1 2\n3 4 255\n")
    with pytest.raises(UsageError) as caught:
        filter_picture(*arguments, **options)
    assert str(caught.value) == message


# ------------------------------------------------------------------------- formats and their limits

SUFFIXES = sorted(picture_files.FORMATS)


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("size", [(1, 16_384), (16_384, 1), (1, 65_501), (65_536, 1), (1, 70_000)])
@pytest.mark.unmeasured
def test_a_picture_too_tall_or_wide_for_its_format_is_refused(
    suffix: str, size: tuple[int, int], here: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Others are read again with the same size; libjpeg prints no message of its own."""
    Path("in.pgm").write_bytes(pgm(np.full(size, 7, dtype=np.uint8)))
    form, out = picture_files.FORMATS[suffix], f"out{suffix}"
    limit = {"JPEG": 65_500, "GIF": 65_535, "WEBP": 16_383}.get(form, 10**6)
    if max(size) > limit:
        with pytest.raises(UsageError) as caught:
            filter_picture("in.pgm", "identity", out)
        assert str(caught.value) == (
            f"-o {out}: {size[1]:,}×{size[0]:,} pixels; a {form} has at most {limit:,} rows and "
            "columns; use .png"
        )
        assert not Path(out).exists()
    else:
        filter_picture("in.pgm", "identity", out)
        assert read_picture(out).size == size
    assert capfd.readouterr() == ("", "")


@pytest.mark.unmeasured
@pytest.mark.parametrize("suffix", [".png", ".gif", ".tif", ".webp", ".bmp"])
def test_a_small_file_of_many_pixels_takes_no_memory(
    suffix: str, convcalc: Run, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """7070×7070 pixels of one colour are 6 kB, and would be decoded to hundreds of megabytes."""
    settings = {"compression": "group4"} if suffix == ".tif" else {}
    Image.new("1", (7070, 7070)).save(f"bits{suffix}", **settings)
    size = Path(f"bits{suffix}").stat().st_size
    if size * 500 > 7070 * 7070:
        return  # no format for one colour
    monkeypatch.setattr(picture_files, "MAX_BYTES", 10**6)  # memory for reading a file
    tracemalloc.start()
    start = clock.seconds()
    ran = convcalc("kernel", "sharpen", f"bits{suffix}")
    assert clock.seconds() - start < 1
    assert tracemalloc.get_traced_memory()[1] < 5 * 10**6
    tracemalloc.stop()
    assert (ran.code, ran.out) == (2, "")
    assert f"7,070×7,070 pixels in a file of {size:,} bytes, but at most " in ran.err
