"""Files of weights (.safetensors): the names and shapes in their header; the numbers are never read."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from convcalc.errors import UsageError
from convcalc.formulas import product
from convcalc.interop.base import Asked, ForeignFile, Reader, reader
from convcalc.interop.graph import Graph
from convcalc.text import plural, printable, quoted, shortened

if TYPE_CHECKING:
    from convcalc.network.network import Network

_MAX_HEADER = 100_000_000  # bytes, as in the format
_MAX_SIDES = 8
_MAX_VALUES = 10**15
_MARKS, _FREE = (
    40,
    50_000,
)  # commas and colons for each array; the number for this many arrays is always read
_TRAINED = re.compile(r"F\d+\w*|BF16|[IU]8|F4")
_BUFFERS = ("running_mean", "running_var", "num_batches_tracked", "moving_mean", "moving_variance")
_DIGITS = re.compile(r"(\d{1,18})")


@reader("safetensors")
class Safetensors(Reader):
    """A row for each array, in blocks by the dots in its name; the operations on them are unknown.

    Source:
        the format's description: https://github.com/huggingface/safetensors#format
    """

    about = "weights (.safetensors)"
    suffix = ".safetensors"

    @staticmethod
    def read(file: ForeignFile, asked: Asked) -> Network:
        header = _header(file, asked.max_layers)
        if asked.input is not None:
            message = "the file has weights, not layers, so it takes no --input; leave it out"
            raise file.error(message, 1)
        graph = Graph(file, {"input": (1,)}, asked.max_layers)
        passed, found = 0, []
        for name in sorted(header, key=_order):
            if name == "__metadata__":
                continue
            shape, dtype = _shape(file, name, header[name])
            if 0 in shape:
                continue
            if name.rpartition(".")[2] in _BUFFERS or not _TRAINED.fullmatch(dtype):
                passed += product([1, *shape])
                continue
            found.append(graph.add("parameter", [-1], name=name, shape=shape or (1,)))
        if not found:
            raise file.error("the file has no trained arrays; check that it has weights", 1)
        graph.note(
            "the file has weights without the layers that use them: sizes and multiply-adds are not known; "
            "export the network itself to see them"
        )
        if passed:
            graph.note(
                f"{plural(passed, 'number')} of running statistics and whole numbers are not counted"
            )
        graph.opaque("computation", found, (1,), name="layers")
        return graph.network(file.name, "")


def _header(file: ForeignFile, most: int) -> dict[str, Any]:
    """The header before the numbers.

    Args:
        file: the weights.
        most: how many arrays are read at most.

    Raises:
        SpecError: it is damaged.
        UsageError: it names too many arrays.
    """
    with file.open() as inner:
        size = int.from_bytes(inner.read(8), "little")
        if not 2 <= size <= _MAX_HEADER:
            message = f"the header has {size:,} bytes, more than the {_MAX_HEADER:,} of the format; the file is damaged"
            raise file.error(message, 1)
        data = inner.read(size)
    if len(data) < size:
        message = f"the header has {size:,} bytes, but the file ends after {len(data):,}; download it again"
        raise file.error(message, 1)
    _check_amount(file, data, most)
    try:
        header = json.loads(data, object_pairs_hook=_once)
    except RecursionError:
        raise file.error("the header is nested too deep; the file is damaged", 1) from None
    except ValueError as error:
        what = shortened(getattr(error, "msg", str(error)))
        raise file.error(f"the header is damaged: {what}; download the file again", 1) from None
    if not isinstance(header, dict):
        raise file.error("the header does not name any arrays; download the file again", 1)
    return header


def _check_amount(file: ForeignFile, data: bytes, most: int) -> None:
    """Refuse a header that is too large, before the work starts.

    Raises:
        SpecError: it is larger than its arrays need.
        UsageError: it names too many arrays.
    """
    number = data.count(b'"shape"')
    if number > most:
        raise UsageError(
            f"{printable(file.path)}: more than {most:,} layers: the header names {number:,} arrays; "
            "raise --max-layers if you mean it"
        )
    marks = data.count(b",") + data.count(b":")
    room = _MARKS * max(number, _FREE)
    if marks > room:
        what = f"{plural(number, 'array')} and {marks:,} commas and colons, more than {room:,}"
        raise file.error(f"the header has {what}; the file is damaged", 1)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A mapping without repeated names.

    Raises:
        ValueError: a name is repeated.
    """
    found = dict(pairs)
    if len(found) < len(pairs):
        message = "a name appears twice"
        raise ValueError(message)
    return found


def _shape(file: ForeignFile, name: str, entry: Any) -> tuple[tuple[int, ...], str]:
    """The shape and the type of an array.

    Raises:
        SpecError: the header does not state them.
    """
    shape = entry.get("shape") if isinstance(entry, dict) else None
    if not isinstance(shape, list) or not all(type(side) is int and side >= 0 for side in shape):
        raise file.error(f"{quoted(name)} has no shape; download the file again", 1)
    if len(shape) > _MAX_SIDES or product([1, *shape]) > _MAX_VALUES:
        raise file.error(f"{quoted(name)} is larger than any array; the file is damaged", 1)
    return tuple(shape), str(entry.get("dtype"))


def _order(name: str) -> list[tuple[int, str]]:
    """A sort key for names, by the numbers in them."""
    return [(int(word), "") if word.isdecimal() else (-1, word) for word in _DIGITS.split(name)]
