"""Pictures in files: PGM and PPM are read and written here, all others by Pillow if installed."""

from __future__ import annotations

import os
import re
import struct
import warnings
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from convcalc.errors import UsageError
from convcalc.files import file_name, read_file
from convcalc.text import plural, printable, shortened

if TYPE_CHECKING:
    from types import ModuleType

Pixels = npt.NDArray[np.uint8]

MAX_PIXELS = 50_000_000
MAX_SIDE = 1_000_000
MAX_BYTES = 256 * 2**20
# A file may have this many pixels, and more for each of its bytes: a picture of one colour packs
# 8,000 pixels into a byte, so a small file could fill the memory.
_FEW_PIXELS = 4_000_000
_PIXELS_PER_BYTE = 500

FORMATS = {
    ".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".gif": "GIF", ".bmp": "BMP", ".tif": "TIFF",
    ".tiff": "TIFF", ".webp": "WEBP", ".pgm": "PPM", ".ppm": "PPM",
}  # fmt: skip
_PLAIN = (".pgm", ".ppm")
_OPAQUE = (".jpg", ".jpeg", ".bmp", ".pgm", ".ppm")  # formats without transparency

_MOST_SIDE = {"JPEG": 65_500, "GIF": 65_535, "WEBP": 16_383}  # most rows or columns of a format

_INSTALL = "pip install Pillow"
_GAP = rb"(?:\s|#[^\n]*\n)+"
_HEADER = re.compile(rb"P([2356])" + (_GAP + rb"(\d{1,9})") * 3 + rb"\s")


@dataclass(frozen=True)
class Picture:
    """A picture.

    Attributes:
        channels: (C, rows, columns): one for grey, three for colour.
        alpha: the opacity of each pixel, if stated; kernels do not change it.
        notes: the changes made while reading.
    """

    channels: Pixels
    alpha: Pixels | None = None
    notes: tuple[str, ...] = ()

    @property
    def size(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.channels.shape[1], self.channels.shape[2]


# ----------------------------------------------------------------------------------- reading


def read_picture(path: str) -> Picture:
    """A picture from a file.

    Raises:
        UsageError: the file does not exist, is not a picture, is too large, or needs Pillow, which is missing.
    """
    name = file_name(path)
    data = read_file(path, MAX_BYTES, "picture")
    plain = _HEADER.match(data)
    if plain and int(plain[4]) == 255:
        return _from_plain(name, data, plain)
    return _from_pillow(name, data)


def _check_pixels(name: str, rows: int, columns: int, size: int) -> None:
    """Refuse sizes that would fill the memory, before a pixel is decoded.

    Args:
        name: the file's name.
        rows, columns: the sizes in its header.
        size: its bytes.
    """
    shown = f"{name}: {columns:,}×{rows:,} pixels"
    if not 0 < rows * columns <= MAX_PIXELS:
        message = f"{shown}; use a picture of 1 to {MAX_PIXELS:,}"
        raise UsageError(message)
    if max(rows, columns) > MAX_SIDE:
        message = f"{shown}; use a picture of at most {MAX_SIDE:,} rows and columns"
        raise UsageError(message)
    most = _FEW_PIXELS + _PIXELS_PER_BYTE * size
    if rows * columns > most:
        message = f"{shown} in a file of {plural(size, 'byte')}, but at most {most:,} are read; use a smaller picture"
        raise UsageError(message)


def _from_plain(name: str, data: bytes, header: re.Match[bytes]) -> Picture:
    """PGM or PPM, as text (P2, P3) or bytes (P5, P6)."""
    kind = int(header[1])
    columns, rows = int(header[2]), int(header[3])
    _check_pixels(name, rows, columns, len(data))
    maps = 3 if kind in (3, 6) else 1
    body = data[header.end() :]
    wanted = rows * columns * maps
    if kind in (5, 6):
        cells = np.frombuffer(body[:wanted], dtype=np.uint8)
    else:
        texts = re.sub(rb"#[^\n]*", b"", body).split(None, wanted)[:wanted]
        if not all(text.isdigit() and len(text) <= 3 and int(text) <= 255 for text in texts):
            message = (
                f"{name}: contains something other than numbers from 0 to 255; check the picture"
            )
            raise UsageError(message)
        cells = np.array([int(text) for text in texts], dtype=np.uint8)
    if len(cells) < wanted:
        message = f"{name}: ends after {len(cells):,} of {wanted:,} values; the picture is cut off"
        raise UsageError(message)
    return Picture(np.moveaxis(cells.reshape(rows, columns, maps), 2, 0))


def _pillow(why: str) -> ModuleType:
    """Pillow.

    Raises:
        UsageError: it is not installed.
    """
    try:
        from PIL import Image  # noqa: PLC0415 - an optional extra, imported only here
    except ImportError:
        message = (
            f"{why} needs Pillow, which is not installed; {_INSTALL}, or use a .pgm or .ppm picture"
        )
        raise UsageError(message) from None
    return Image


def _from_pillow(name: str, data: bytes) -> Picture:
    """A picture in any of `FORMATS`, turned upright, in 8 bits."""
    image_module = _pillow(name)
    from PIL import ImageOps  # noqa: PLC0415 - an optional extra

    try:
        with warnings.catch_warnings():
            # For too many pixels Pillow only warns; they are checked below.
            warnings.simplefilter("ignore", image_module.DecompressionBombWarning)
            warnings.simplefilter("ignore", UserWarning)
            with image_module.open(BytesIO(data), formats=sorted(set(FORMATS.values()))) as image:
                _check_pixels(name, image.height, image.width, len(data))
                frames = getattr(image, "n_frames", 1)
                image.load()
                upright = ImageOps.exif_transpose(image)
                return _from_image(name, upright, frames)
    except image_module.DecompressionBombError:
        message = f"{name}: more pixels than Pillow opens; use a picture of 1 to {MAX_PIXELS:,}"
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
        struct.error,
    ) as error:  # errors of Pillow's readers on broken pictures
        kinds = ", ".join(sorted({suffix[1:] for suffix in FORMATS}))
        message = f"{name}: is not a picture that can be read ({shortened(str(error).split(' <')[0], 80)}); use one of {kinds}"
        raise UsageError(message) from None


def _from_image(name: str, image: Any, frames: int) -> Picture:
    """Pillow's picture as channels, with alpha separate."""
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
        UsageError: it belongs to no format, or needs Pillow, which is missing.
    """
    if path == "-":
        message = "-o -: a picture does not go to standard output; name a file, such as out.png"
        raise UsageError(message)
    suffix = os.path.splitext(path)[1].lower()
    if suffix not in FORMATS:
        message = f"-o {printable(path)}: no picture has the suffix {shortened(suffix) or 'nothing'!r}; use one of {', '.join(FORMATS)}"
        raise UsageError(message)
    if suffix not in _PLAIN:
        _pillow(f"-o {printable(path)}")
    return suffix


def encode(picture: Picture, path: str) -> tuple[bytes, list[str]]:
    """The bytes of a file in the format of the path's suffix, and what was left out.

    Raises:
        UsageError: the format cannot store the picture, or as in `check_suffix`.
    """
    suffix = check_suffix(path)
    maps, notes = picture.channels, []
    if picture.alpha is not None:
        if suffix in _OPAQUE:
            notes.append(f"{suffix} has no transparency; it was left out")
        else:
            maps = np.concatenate([maps, picture.alpha[np.newaxis]])
    if suffix == ".pgm" and len(maps) > 1:
        message = f"-o {printable(path)}: .pgm is grey, but the picture has colours; write a .ppm"
        raise UsageError(message)
    cells = np.ascontiguousarray(np.moveaxis(maps, 0, 2))
    rows, columns = picture.size
    if suffix in _PLAIN:
        if suffix == ".ppm" and cells.shape[2] == 1:
            cells = np.repeat(cells, 3, axis=2)
        header = f"P{6 if suffix == '.ppm' else 5}\n{columns} {rows}\n255\n"
        return header.encode() + cells.tobytes(), notes
    most = _MOST_SIDE.get(FORMATS[suffix], MAX_SIDE)
    if max(rows, columns) > most:
        message = f"-o {printable(path)}: {columns:,}×{rows:,} pixels; a {FORMATS[suffix]} has at most {most:,} rows and columns; use .png"
        raise UsageError(message)
    image = _pillow(f"-o {printable(path)}").fromarray(
        cells[..., 0] if cells.shape[2] == 1 else cells
    )
    file = BytesIO()
    if suffix == ".gif" and image.mode != "L":
        notes.append(".gif has 256 colours; some were changed")
    try:
        image.save(file, format=FORMATS[suffix])
    except (OSError, ValueError, KeyError, OverflowError, SystemError, struct.error) as error:
        message = f"-o {printable(path)}: cannot be written as {FORMATS[suffix]}: {shortened(str(error), 80)}; use .png"
        raise UsageError(message) from None
    return file.getvalue(), notes
