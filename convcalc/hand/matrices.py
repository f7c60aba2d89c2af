"""Small matrices from users (inline, in a file, on standard input), every number exact.

Inline: ``0 1 2; 3 4 5`` has two rows; ``|`` starts a new channel and ``||`` a new filter. A line is
also a row, and an empty line starts a new channel. Numbers are integers, decimals or fractions such
as 1/16, separated by spaces or commas. Nested lists ``[[0, 1], [2, 3]]`` are read as YAML. Files: .txt and
stdin (``-``) like inline text, .csv with ; as a comma, .yaml, .json and .npy.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

from convcalc.errors import UsageError
from convcalc.files import check_size, decode, read_file, stdin_name
from convcalc.text import printable, shortened, times

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yaml.nodes import Node

    from convcalc.network.yaml_source import Source

Exact = int | Fraction

MAX_BYTES = 4 * 2**20
MAX_CELLS = 100_000
MAX_DIGITS = 40  # of one number; its exponent may have two digits
_ARRAY = re.compile(
    r"(?:np|numpy|torch|tf)\.(?:array|tensor|Tensor|constant)\((\[.*\])\)", re.DOTALL
)
_MOST_BITS = 4 * MAX_DIGITS
MAX_AXES = 4  # filters, channels, rows, columns

WAY_OUT = f"by hand, use a matrix of up to {MAX_CELLS:,} cells"

SUFFIXES = (".yaml", ".yml", ".json", ".csv", ".txt", ".npy")
NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)(e[+-]?[0-9]{1,2})?", re.IGNORECASE)
QUOTIENT = re.compile(r"[+-]?[0-9]+/[0-9]+")
LOOKALIKES = str.maketrans("−–", "--")  # minus signs as slides and word processors write them
SIZE = re.compile(r"[0-9]{1,6}(x[0-9]{1,6})+")
BRACES = re.compile(r"[{}\s,0-9./+-]")  # and what stands between them
FAR = re.compile(r"[+-]?[0-9.]+e[+-]?[0-9]{3,}", re.IGNORECASE)
LISTS = re.compile(r"\s*([\[{]|- |[A-Za-z_]\w*\s*:)")  # the start of YAML, not of a row of numbers
NPY = b"\x93NUMPY"
FILE = re.compile(r"[^\s,;|\[{]*\w\.[a-z][a-z0-9]{0,4}", re.IGNORECASE)  # the form of file names
BARS = re.compile(r"\s*(\|+)\s*")
EMPTY_LINES = re.compile(r";?[ \t]*\n\s*\n")
LINE_END = re.compile(r";?[ \t]*\n")
QUOTED = re.compile(r'"([^",;]*)"')  # a cell in quotes; a comma in it is kept, and then refused


class Given(NamedTuple):
    """A matrix that somebody gave.

    Attributes:
        cells: its numbers, row by row.
        shape: its sizes.
        axes: how many of the last sizes are rows and columns; 0 if only its depth decides.
        fractions: whether a number was written as a fraction.
    """

    cells: list[Exact]
    shape: tuple[int, ...]
    axes: int = 0
    fractions: bool = False


def number(text: str) -> Exact:
    """An exact number; an int if it is whole.

    Raises:
        ValueError: it is not a number; the message says what to do.

    >>> number("3"), number("0.5"), number("2/16"), number("1e3")
    (3, Fraction(1, 2), Fraction(1, 8), 1000)
    """
    plain = text.translate(LOOKALIKES)
    if len(plain) > MAX_DIGITS:
        message = f"has a number of {len(plain):,} characters; use at most {MAX_DIGITS}"
        raise ValueError(message)
    if QUOTIENT.fullmatch(plain):
        if not int(plain.partition("/")[2]):
            message = f"divides by 0 in {text!r}; give another denominator"
            raise ValueError(message)
    elif not NUMBER.fullmatch(plain):
        if plain.lower().lstrip("+-") in ("nan", "inf", "infinity", ".nan", ".inf", "null", "none"):
            message = f"contains {shortened(text)!r}; give finite numbers"
        elif SIZE.fullmatch(plain):
            message = f"contains {shortened(text)!r}, which is a size; give the numbers, such as '0 1; 2 3'; convcalc layer takes sizes"
        elif FAR.fullmatch(plain):
            message = f"contains {text!r}; use exponents of up to two digits"
        else:
            message = f"contains {shortened(text)!r}, which is not a number; write 3, 0.5 or 1/16"
        raise ValueError(message)
    value = Fraction(plain)
    return int(value) if value.denominator == 1 else value


def read(text: str, what: str) -> Given:
    """A matrix from inline text, a file or stdin.

    Args:
        text: what the user gave.
        what: its option, such as ``--x``; from a mapping in a file, ``x`` is read.

    Raises:
        UsageError: no file, no numbers, rows of unequal length, or too many numbers.
        SpecError: the same, at a line of a YAML file.
    """
    told = {"option": what, "way_out": WAY_OUT}
    if text == "-":
        return from_bytes(read_file(text, MAX_BYTES, "matrix", **told), stdin_name(), "", what)
    suffix = os.path.splitext(text)[1].lower()
    if suffix in SUFFIXES:
        return from_bytes(read_file(text, MAX_BYTES, "matrix", **told), text, suffix, what)
    check_size(text, MAX_BYTES, what, WAY_OUT)
    try:
        return inline(text, what)
    except UsageError:
        if os.path.isdir(text):
            message = f"{what} {printable(text)}: is a folder; name a matrix in it, in {', '.join(SUFFIXES)}"
            raise UsageError(message) from None
        if FILE.fullmatch(text) or os.path.exists(text):
            message = f"{what}: {shortened(text)} is not a kind of file that is read; give numbers, a file in {', '.join(SUFFIXES)}, or - for standard input"
            raise UsageError(message) from None
        raise


def as_matrix(value: Any, what: str) -> Given:
    """A matrix from Python: text as in `read`, nested lists, or an array.

    >>> as_matrix([[0, 1], [2, 3]], "x").shape
    (2, 2)
    """
    if isinstance(value, Given):
        return value
    if isinstance(value, str):
        return inline(value, what)

    def texts(item: Any) -> Any:
        item = item.tolist() if hasattr(item, "tolist") else item
        if isinstance(item, (bytes, Mapping, AbstractSet)):
            message = (
                f"{what}: contains {shortened(repr(item))}; give numbers, in lists or an array"
            )
            raise UsageError(message)
        if isinstance(item, int) and item.bit_length() > _MOST_BITS:
            message = f"{what}: has a number of more than {MAX_DIGITS} digits; use smaller ones"
            raise UsageError(message)
        return list(map(texts, item)) if isinstance(item, (list, tuple)) else str(item)

    return _with_shape(texts(value), what, 0)


def from_bytes(data: bytes, path: str, suffix: str, what: str) -> Given:
    """A matrix from the content of a file; without a suffix, the content decides on the format."""
    from convcalc.network.yaml_source import Source  # noqa: PLC0415 - YAML only for files

    if suffix == ".npy" or (not suffix and data.startswith(NPY)):
        from convcalc.hand.npy import array_of  # noqa: PLC0415 - text needs no NumPy

        name = _place_name(what, path)
        return as_matrix(array_of(data, name, MAX_AXES, MAX_CELLS), name)
    source = Source(path, decode(data, path))
    if suffix in (".yaml", ".yml", ".json"):
        return _from_yaml(source, what)
    if suffix == ".csv":
        return _from_csv(source.text, _place_name(what, path))
    return inline(source.text, what, path)


def _place_name(what: str, path: str) -> str:
    """The name of the option, with its file."""
    return what if path in ("", what) else f"{what}: {printable(path)}"


# ------------------------------------------------------------------------------------ inline


def inline(text: str, what: str, path: str = "") -> Given:
    r"""``0 1; 2 3 | 4 5; 6 7``: rows by ``;``, channels by ``|``, filters by ``||``; or nested lists.

    A line is also a row, and an empty line starts a new channel.

    >>> inline("0 1 2; 3 4 5", "x").shape, inline("1 2 | 3 4", "x").shape
    ((2, 3), (2, 2))
    >>> inline("0 1\n2 3\n\n4 5\n6 7", "x").shape
    (2, 2, 2)
    >>> inline("np.array([[1, 2], [3, 4]])", "x").shape
    (2, 2)
    >>> inline("1/2, -1", "x").cells
    [Fraction(1, 2), -1]
    """
    plain = text.strip().replace("\\n", "\n")
    if code := _ARRAY.fullmatch(plain):
        plain = code[1].strip()
    if plain.startswith("{") and not BRACES.sub("", plain):
        plain = plain.replace("{", "[").replace("}", "]")
    if re.fullmatch(r"\[[^\[\]]*\]", plain) and not re.search(r",\s*\n", plain):
        plain = plain[1:-1]  # one list of numbers, or the brackets of MATLAB; not JSON over lines
    elif LISTS.match(plain):
        from convcalc.network.yaml_source import Source  # noqa: PLC0415 - YAML only for lists

        # Lines are counted from the start of the file.
        return _from_yaml(Source(path or what, text if path else plain), what)
    return _from_rows(plain, _place_name(what, path))


def _from_rows(text: str, what: str) -> Given:
    """The same without nested lists."""
    plain = text.strip().removesuffix(";").replace("\r\n", "\n").replace("\r", "\n")
    if not plain:
        message = f"{what}: is empty; give numbers, such as '0 1; 2 3'"
        raise UsageError(message)
    plain = LINE_END.sub(";", EMPTY_LINES.sub("|", BARS.sub(r"\1", plain)))
    return _from_levels(
        [
            [[numbers(row, what) for row in channel.split(";")] for channel in filters.split("|")]
            for filters in plain.split("||")
        ],
        what,
    )


def _from_csv(text: str, what: str) -> Given:
    r"""Rows of a CSV file; an empty line, or one with only commas, starts a new channel.

    >>> _from_csv("0,1\n2,3\n", "x").shape, _from_csv('"0";"1"\n2;3\n\n4;5\n6;7', "x").shape
    ((2, 2), (2, 2, 2))
    """
    channels: list[list[list[str]]] = [[]]
    for line in text.strip().splitlines():
        bare = QUOTED.sub(r"\1", line)
        if not line.strip(" ,;\t"):
            channels.append([])
        elif ";" in bare and "," in bare:
            message = f"{what}: {shortened(line)!r} has both , and ; in it; write decimals with a point, and one of the two between numbers"
            raise UsageError(message)
        else:
            channels[-1].append(numbers(bare.replace(";", ","), what))
    rows = [channel for channel in channels if channel]
    if not rows:
        message = f"{what}: is empty; give numbers, a line per row"
        raise UsageError(message)
    return _from_levels([rows], what)


def numbers(row: str, what: str) -> list[str]:
    """The numbers of one row, still as text."""
    parts = row.split(",") if "," in row else [row]
    if len(parts) > 1 and not all(part.strip() for part in parts):
        message = (
            f"{what}: {shortened(row.strip())!r} has a comma without a number; write one, or 0"
        )
        raise UsageError(message)
    found = [part.split() for part in parts]
    if len(parts) > 1 and min(map(len, found)) > 1:
        rows = "; ".join(map(" ".join, found))
        message = f"{what}: {shortened(row.strip())!r} can be one row or several; write {shortened(rows)!r}"
        raise UsageError(message)
    return [text for part in found for text in part]


def _from_levels(filters: list[list[list[list[str]]]], what: str) -> Given:
    """Filters of channels of rows, without the levels that were not written."""
    axes = 2 if any(len(rows) > 1 for channels in filters for rows in channels) else 1
    value: Any = filters
    if axes == 1:
        value = [[rows[0] for rows in channels] for channels in filters]
    if len(filters) == 1:
        value = value[0] if len(filters[0]) > 1 else value[0][0]
    return _with_shape(value, what, axes)


# ----------------------------------------------------------------------------- nested lists


def _from_yaml(source: Source, what: str) -> Given:
    """Nested lists, or a mapping that has them under the option's name."""
    root = source.compose()
    if root is None:
        message = (
            f"{what}: {printable(source.path)} is empty; give numbers, such as [[0, 1], [2, 3]]"
        )
        raise UsageError(message)
    if root.id == "mapping":  # type: ignore[attr-defined]
        name = what.lstrip("-")
        found = source.mapping(root, "the file")
        source.problems.tell()
        if name not in found:
            source.refuse(root, f"has no {name}; write {name}: [[0, 1], [2, 3]]")
        root = found[name][1]
    if root.id == "scalar" and len(root.value.split()) > 1:  # type: ignore[attr-defined]
        return _from_rows(source.scalar(root, what), _place_name(what, source.path))
    return _with_shape(_texts_of(source, root, what, 0), _place_name(what, source.path), 0)


def _texts_of(source: Source, node: Node, what: str, depth: int) -> Any:
    """A node as nested lists of texts; each text is a number."""
    if node.id == "sequence":  # type: ignore[attr-defined]
        if depth == MAX_AXES:
            source.refuse(
                node,
                f"{what} is nested more than {MAX_AXES} deep; give filters of channels of rows",
            )
        return [_texts_of(source, item, what, depth + 1) for item in source.sequence(node, what)]
    text = source.scalar(node, what)
    try:
        number(text)
    except ValueError as error:
        source.refuse(node, f"{what} {error}")
    return text


def _with_shape(value: Any, what: str, axes: int) -> Given:
    """Nested lists of texts as numbers with a shape.

    Raises:
        UsageError: lists of unequal length, empty, too deep, too many numbers, or not numbers.
    """
    if not isinstance(value, list):
        value = [value]
    shape = shape_of(value, what, axes == 1)
    if len(shape) > MAX_AXES:
        message = f"{what}: is nested {len(shape)} deep; give filters of channels of rows, {MAX_AXES} at most"
        raise UsageError(message)
    texts = value
    for _ in shape[1:]:
        texts = [text for part in texts for text in part]
    if len(texts) > MAX_CELLS:
        message = f"{what}: has {len(texts):,} cells; by hand, use up to {MAX_CELLS:,}"
        raise UsageError(message)
    try:
        cells = [number(text) for text in texts]
    except ValueError as error:
        message = f"{what}: {error}"
        raise UsageError(message) from None
    return Given(cells, shape, axes, any("/" in text for text in texts))


LEVELS = {1: "row", 2: "channel", 3: "filter"}


def shape_of(value: list[Any], what: str, flat: bool) -> tuple[int, ...]:  # noqa: FBT001 - passed on by every level
    """The sizes of nested lists; refused if they differ. ``flat``: rows are channels."""
    if not value:
        message = f"{what}: has an empty row; give it numbers, or take it out"
        raise UsageError(message)
    shapes = [shape_of(part, what, flat) if isinstance(part, list) else () for part in value]
    for i, shape in enumerate(shapes):
        if shape != shapes[0]:
            level = LEVELS.get(max(len(shape), len(shapes[0])) + flat, "part")
            message = f"{what}: {level} 0 is {size_text(shapes[0])}, but {level} {i} is {size_text(shape)}; make them equal"
            raise UsageError(message)
    return (len(value), *shapes[0])


def size_text(shape: Sequence[int]) -> str:
    """The size of a part, in words.

    >>> size_text((3,)), size_text((2, 3)), size_text(())
    ('3 long', '2×3', 'a number')
    """
    if not shape:
        return "a number"
    return f"{shape[0]} long" if len(shape) == 1 else times(shape)
