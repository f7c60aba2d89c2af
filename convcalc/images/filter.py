"""Pictures: read with limits, sent through a kernel, written, and shown in a terminal.

PGM and PPM need NumPy alone; every other format needs Pillow, an optional extra that is imported
here only.
"""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from convcalc.errors import UsageError, printable, shortened
from convcalc.hand.matrices import reason
from convcalc.reference import conv2d

if TYPE_CHECKING:
    from types import ModuleType

    from convcalc.images.kernels import Kernel

Pixels = npt.NDArray[np.uint8]

MOST_PIXELS = 50_000_000
MOST_BYTES = 256 * 2**20
STRIP = 200_000  # pixels that are worked at a time
FLOAT32_EXACT = 2**24  # whole numbers up to here are exact in float32

FORMATS = {
    ".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".gif": "GIF", ".bmp": "BMP", ".tif": "TIFF",
    ".tiff": "TIFF", ".webp": "WEBP", ".pgm": "PPM", ".ppm": "PPM",
}  # fmt: skip
PLAIN = (".pgm", ".ppm")
OPAQUE = (".jpg", ".jpeg", ".bmp", ".pgm", ".ppm")  # formats without transparency
BORDERS = {"zero": "constant", "reflect": "reflect", "edge": "edge", "none": ""}

INSTALL = "pip install 'convcalc[pictures]'"
GAP = rb"(?:\s|#[^\n]*\n)+"
HEADER = re.compile(rb"P([2356])" + (GAP + rb"(\d{1,9})") * 3 + rb"\s")


@dataclass(frozen=True)
class Picture:
    """A picture.

    Attributes:
        channels: (C, rows, columns): one for grey, three for colour.
        alpha: how opaque each pixel is, if it says; no kernel changes it.
        notes: what was done to it on the way in.
    """

    channels: Pixels
    alpha: Pixels | None = None
    notes: tuple[str, ...] = ()

    @property
    def size(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.channels.shape[1], self.channels.shape[2]


# ----------------------------------------------------------------------------------- reading


def read(path: str) -> Picture:
    """A picture from a file.

    Raises:
        UsageError: no such file, no picture, too large, or Pillow is needed and missing.
    """
    try:
        if os.path.isdir(path):
            message = f"{printable(path)}: is a folder; name a picture in it"
            raise UsageError(message)
        with open(path, "rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        message = f"{printable(path)}: cannot be read: {reason(error)}"
        raise UsageError(message) from None
    except ValueError:  # a NUL in the name
        message = f"{shortened(path)}: is no file name; check the name"
        raise UsageError(message) from None
    name = printable(path)
    if len(data) > MOST_BYTES:
        message = f"{name}: larger than {MOST_BYTES // 2**20} MiB; use a smaller picture"
        raise UsageError(message)
    plain = HEADER.match(data)
    if plain and int(plain[4]) == 255:
        return from_plain(name, data, plain)
    return from_pillow(name, data)


def check_pixels(name: str, rows: int, columns: int) -> None:
    """Refuse sizes that would fill the memory, before a pixel is decoded."""
    if not 0 < rows * columns <= MOST_PIXELS:
        message = f"{name}: {columns:,}×{rows:,} pixels; use a picture of 1 to {MOST_PIXELS:,}"
        raise UsageError(message)


def from_plain(name: str, data: bytes, header: re.Match[bytes]) -> Picture:
    """PGM or PPM, as text (P2, P3) or bytes (P5, P6)."""
    kind = int(header[1])
    columns, rows = int(header[2]), int(header[3])
    check_pixels(name, rows, columns)
    maps = 3 if kind in (3, 6) else 1
    body = data[header.end() :]
    wanted = rows * columns * maps
    if kind in (5, 6):
        cells = np.frombuffer(body[:wanted], dtype=np.uint8)
    else:
        texts = re.sub(rb"#[^\n]*", b"", body).split(None, wanted)[:wanted]
        if not all(text.isdigit() and len(text) <= 3 and int(text) <= 255 for text in texts):
            message = f"{name}: holds something other than numbers from 0 to 255; check the picture"
            raise UsageError(message)
        cells = np.array([int(text) for text in texts], dtype=np.uint8)
    if len(cells) < wanted:
        message = f"{name}: ends after {len(cells):,} of {wanted:,} values; the picture is cut off"
        raise UsageError(message)
    return Picture(np.moveaxis(cells.reshape(rows, columns, maps), 2, 0))


def pillow(why: str) -> ModuleType:
    """Pillow.

    Raises:
        UsageError: it is not installed.
    """
    try:
        from PIL import Image  # noqa: PLC0415 - an optional extra, imported here only
    except ImportError:
        message = (
            f"{why} needs Pillow, which is not installed; {INSTALL}, or use a .pgm or .ppm picture"
        )
        raise UsageError(message) from None
    return Image


def from_pillow(name: str, data: bytes) -> Picture:
    """A picture in any of `FORMATS`, upright and in 8 bits."""
    image_module = pillow(name)
    from struct import error as StructError  # noqa: N812, PLC0415

    from PIL import ImageOps  # noqa: PLC0415

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", image_module.DecompressionBombWarning)
            warnings.simplefilter("ignore", UserWarning)
            with image_module.open(BytesIO(data), formats=sorted(set(FORMATS.values()))) as image:
                check_pixels(name, image.height, image.width)
                frames = getattr(image, "n_frames", 1)
                image.load()
                upright = ImageOps.exif_transpose(image)
                return converted(name, upright, frames)
    except (image_module.DecompressionBombError, image_module.DecompressionBombWarning):
        message = f"{name}: more pixels than Pillow takes for safe; use a smaller picture"
        raise UsageError(message) from None
    except (
        OSError,
        ValueError,
        SyntaxError,
        EOFError,
        LookupError,
        TypeError,
        OverflowError,
        MemoryError,
        AttributeError,
        StructError,
    ) as error:  # what Pillow's readers raise on broken pictures
        kinds = ", ".join(sorted({suffix[1:] for suffix in FORMATS}))
        message = f"{name}: is no picture that can be read ({shortened(str(error).split(' <')[0], 80)}); use one of {kinds}"
        raise UsageError(message) from None


def converted(name: str, image: Any, frames: int) -> Picture:
    """Pillow's picture as channels; alpha apart."""
    if image.mode.startswith(("I", "F")):
        message = f"{name}: has more than 8 bits a channel (mode {image.mode}); save it with 8"
        raise UsageError(message)
    notes = [] if frames == 1 else [f"only the first of {frames} frames is read"]
    clear = image.mode in ("LA", "La", "RGBA", "RGBa", "PA") or "transparency" in image.info
    grey = image.mode in ("1", "L", "LA", "La")
    if image.mode not in ("1", "L", "LA", "RGB", "RGBA"):
        notes.append(f"{image.mode} was converted to {'RGB and alpha' if clear else 'RGB'}")
    cells = np.asarray(
        image.convert(("LA" if clear else "L") if grey else ("RGBA" if clear else "RGB"))
    )
    maps = np.moveaxis(cells.reshape(*cells.shape[:2], -1), 2, 0)
    return (
        Picture(maps[:-1], maps[-1], tuple(notes)) if clear else Picture(maps, None, tuple(notes))
    )


# ----------------------------------------------------------------------------------- writing


def check_suffix(path: str) -> str:
    """The suffix of a picture to be written.

    Raises:
        UsageError: it is that of no format, or Pillow is needed and missing.
    """
    if path == "-":
        message = "-o -: a picture does not go to standard output; name a file, such as out.png"
        raise UsageError(message)
    suffix = os.path.splitext(path)[1].lower()
    if suffix not in FORMATS:
        message = f"-o {printable(path)}: no picture has the suffix {shortened(suffix) or 'nothing'!r}; use one of {', '.join(FORMATS)}"
        raise UsageError(message)
    if suffix not in PLAIN:
        pillow(f"-o {printable(path)}")
    return suffix


def encoded(picture: Picture, path: str) -> tuple[bytes, list[str]]:
    """The bytes of a file of the kind that the path's suffix names, and what was left out.

    Raises:
        UsageError: the format cannot hold the picture, or as `check_suffix`.
    """
    suffix = check_suffix(path)
    maps, notes = picture.channels, []
    if picture.alpha is not None:
        if suffix in OPAQUE:
            notes.append(f"{suffix} has no transparency; it was left out")
        else:
            maps = np.concatenate([maps, picture.alpha[np.newaxis]])
    if suffix == ".pgm" and len(maps) > 1:
        message = f"-o {printable(path)}: .pgm is grey, but the picture has colours; write a .ppm"
        raise UsageError(message)
    cells = np.ascontiguousarray(np.moveaxis(maps, 0, 2))
    rows, columns = picture.size
    if suffix in PLAIN:
        if suffix == ".ppm" and cells.shape[2] == 1:
            cells = np.repeat(cells, 3, axis=2)
        header = f"P{6 if suffix == '.ppm' else 5}\n{columns} {rows}\n255\n"
        return header.encode() + cells.tobytes(), notes
    image = pillow(f"-o {printable(path)}").fromarray(
        cells[..., 0] if cells.shape[2] == 1 else cells
    )
    file = BytesIO()
    if suffix == ".gif" and image.mode != "L":
        notes.append(".gif has 256 colours; some were changed")
    try:
        image.save(file, format=FORMATS[suffix])
    except (OSError, ValueError, KeyError) as error:
        message = f"-o {printable(path)}: cannot be written as {FORMATS[suffix]}: {shortened(str(error), 80)}; use .png"
        raise UsageError(message) from None
    return file.getvalue(), notes


# ------------------------------------------------------------------------------------ kernels


@dataclass(frozen=True)
class Applied:
    """What a kernel made of a picture.

    Attributes:
        picture: the result, in 8 bits.
        below, above: values under 0 and over 255, which were clipped.
        pixels: how many pixels have such a value.
    """

    picture: Picture
    below: int
    above: int
    pixels: int


def apply(
    picture: Picture,
    kernel: Kernel,
    *,
    border: str = "zero",
    flip: bool = False,
    absolute: bool = False,
) -> Applied:
    """Each channel through the kernel, rounded to whole numbers, clipped to 0 … 255.

    Args:
        picture: the picture.
        kernel: the kernel.
        border: what lies around the picture: zero, reflect (mirrored), edge (the outermost pixels
            again), or none: the result is smaller.
        flip: turn the kernel by 180 degrees: a true convolution.
        absolute: leave out the sign of each value, so that edges show in both directions.

    Raises:
        UsageError: without a border, the kernel is larger than the picture.
    """
    weight = np.array(kernel.turned if flip else kernel.values, dtype=np.int64)
    most = int(np.abs(weight).sum()) * 255
    dtype = np.float32 if most < FLOAT32_EXACT else np.float64
    high, wide = weight.shape
    rows, columns = picture.size
    channels, alpha = picture.channels, picture.alpha
    if border == "none":
        if high > rows or wide > columns:
            message = (
                f"a {high}×{wide} kernel does not fit {rows}×{columns} pixels; use another --border"
            )
            raise UsageError(message)
        rows, columns = rows - high + 1, columns - wide + 1
        if alpha is not None:
            top, left = (high - 1) // 2, (wide - 1) // 2
            alpha = alpha[top : top + rows, left : left + columns]
    made = np.empty((len(channels), rows, columns), dtype=np.uint8)
    clipped = np.zeros((rows, columns), dtype=bool)
    below = above = 0
    step = max(1, STRIP // columns)
    for number, one in enumerate(channels):
        around = one if border == "none" else padded(one, high, wide, border)
        for first in range(0, rows, step):
            strip = around[first : first + step + high - 1].astype(dtype)
            sums = conv2d(strip[np.newaxis], weight[np.newaxis, np.newaxis].astype(dtype))[0]
            sums = np.abs(sums) if absolute else sums  # before rounding: -1/2 becomes 1 as 1/2 does
            values = np.floor(sums.astype(np.float64) / kernel.divisor + 0.5)
            part = slice(first, first + len(values))
            under, over = values < 0, values > 255
            below, above = below + int(under.sum()), above + int(over.sum())
            clipped[part] |= under | over
            made[number, part] = np.clip(values, 0, 255).astype(np.uint8)
    return Applied(Picture(made, alpha, picture.notes), below, above, int(clipped.sum()))


def padded(one: Pixels, high: int, wide: int, border: str) -> Pixels:
    """A channel with as much around it as keeps its size; an odd cell goes to the end."""
    pads = [((n - 1) // 2, n // 2) for n in (high, wide)]
    return np.pad(one, pads, mode=BORDERS[border])  # type: ignore[call-overload, no-any-return]


# ------------------------------------------------------------------------------------ preview

RAMP = " .:-=+*#%@"
CUBE = (0, 95, 135, 175, 215, 255)  # the levels of a terminal's 256 colours


def preview(
    picture: Picture, width: int, *, color: bool, fine: bool, height: int = 50
) -> Iterator[str]:
    """A picture in a terminal: half blocks in colour, or letters from dark to light.

    Args:
        picture: the picture; what is transparent is shown on black.
        width: columns to use at most.
        color: whether escape codes may be used.
        fine: whether the terminal has all colours, or 256.
        height: lines to use at most, each of which is two pixels high.
    """
    rows, columns = picture.size
    scale = min(1, width / columns, 2 * height / rows)
    across, down = (max(1, round(n * scale)) for n in (columns, rows))
    if color:
        down += down % 2
        small = shrunk(picture, down, across)
        for above, below in zip(small[::2], small[1::2]):
            yield "".join(half_block(a, b, fine) for a, b in zip(above, below)) + "\x1b[0m"
        return
    small = shrunk(picture, max(1, (down + 1) // 2), across)
    light = small @ np.array([0.299, 0.587, 0.114])
    for line in (light * len(RAMP) / 256).astype(int):
        yield "".join(RAMP[level] for level in line)


def shrunk(picture: Picture, down: int, across: int) -> npt.NDArray[np.float64]:
    """The mean colour of each of down × across patches: (down, across, 3)."""
    some = (slice(None, None, max(1, n // (8 * m))) for n, m in zip(picture.size, (down, across)))
    part: Any = (..., *some)  # of a large picture a few rows and columns do
    cells: npt.NDArray[Any] = picture.channels[part].astype(np.float32)
    if picture.alpha is not None:
        cells = cells * (picture.alpha[part].astype(np.float32) / 255)
    for axis, parts in ((1, down), (2, across)):
        n = cells.shape[axis]
        starts = np.arange(parts) * n // parts
        ends = np.maximum(np.append(starts[1:], n), starts + 1)
        sums = np.add.reduceat(cells, starts, axis=axis, dtype=np.float64)
        counts = (ends - starts).reshape([-1 if a == axis else 1 for a in range(3)])
        cells = sums / counts
    return np.moveaxis(np.repeat(cells, 4 - len(cells), axis=0)[:3], 0, 2)


def half_block(above: Any, below: Any, fine: bool) -> str:  # noqa: FBT001 - handed through
    """Two pixels, one over the other, in one character."""
    if fine:
        top, bottom = (";".join(str(round(float(v))) for v in pixel) for pixel in (above, below))
        return f"\x1b[38;2;{top};48;2;{bottom}m▀"
    return f"\x1b[38;5;{nearest(above)};48;5;{nearest(below)}m▀"


def nearest(pixel: Any) -> int:
    """The nearest of a terminal's 6 × 6 × 6 colours.

    >>> nearest((0, 0, 0)), nearest((255, 255, 255)), nearest((250, 10, 100))
    (16, 231, 197)
    """
    red, green, blue = (min(range(6), key=lambda i: abs(CUBE[i] - v)) for v in pixel)
    return 16 + 36 * red + 6 * green + blue
