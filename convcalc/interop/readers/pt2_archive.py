"""The archive of an exported program and its JSON, checked before anything is read."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import IO, TYPE_CHECKING, Any, NamedTuple

from convcalc.errors import UsageError
from convcalc.interop.archive import unpacked, unpacking
from convcalc.layers.checks import MAX_NUMBER
from convcalc.text import printable, quoted

if TYPE_CHECKING:
    from convcalc.interop.archive import Entry
    from convcalc.interop.base import ForeignFile
    from convcalc.layers import Shape

MAX_JSON = 64 * 2**20  # bytes of the graph
MAX_OPERATIONS = 100_000  # most operations of a program, unless more layers are allowed
MAX_TENSORS = 250_000  # most sizes of tensors in a file
_PATHS = re.compile(rb'"path_name"\s*:\s*"([^"]*)"')  # most entries in the list of the weights
_OLD = "serialized_exported_program.json"


class Name(str):
    """The name of a value of the graph, in the place where it is read."""

    __slots__ = ()


class Meta(NamedTuple):
    """The file's data on a tensor.

    Attributes:
        sides: its size; 0 for an unknown side.
    """

    sides: Shape


class Source(NamedTuple):
    """A parameter or a buffer.

    Attributes:
        name: its name in the module.
        sides: its size.
        is_trained: whether it is a parameter.
    """

    name: str
    sides: Shape
    is_trained: bool


class Parts(NamedTuple):
    """The used parts of an archive.

    Attributes:
        model: the whole program.
        graph: its graph.
        signature: which inputs are parameters, and which are the user's.
        stored: each parameter's file of weights; parameters with the same file are one.
    """

    model: dict[str, Any]
    graph: dict[str, Any]
    signature: dict[str, Any]
    stored: dict[str, str]


def parts_of(file: ForeignFile, most: int = MAX_OPERATIONS) -> Parts:
    """The graph of an archive and its other parts.

    Args:
        file: the archive.
        most: how many operations are read at most.

    Raises:
        SpecError: it is not an archive of an exported program, or is damaged.
        UsageError: it is too large.
    """
    with unpacking(file, "export or copy it again") as (data, entries):
        entry = _model_entry(file, entries)
        model = _json(file, data, entry, most)
        folder = entry.name.rpartition("models/")[0]
        weights = f"{folder}data/weights/{_stem(entry)}_weights_config.json"
        config = [one for one in entries if one.name == weights]
        stored = _shared(file, data, config[0]) if config else {}
    return _checked(file, model, stored)


def _shared(file: ForeignFile, archive: IO[bytes], entry: Entry) -> dict[str, Any]:
    """The file of weights of each parameter; empty if each has its own file.

    This does not read the sizes and strides of all parameters again.
    """
    text = unpacked(file, archive, entry, MAX_JSON)
    paths = _PATHS.findall(text)
    is_plain = b"\\" not in text
    return {} if is_plain and len(set(paths)) == len(paths) else _json(file, archive, entry)


def _stem(entry: Entry) -> str:
    """The name of a model in its archive."""
    return entry.name.rpartition("/")[2].removesuffix(".json")


def _model_entry(file: ForeignFile, entries: list[Entry]) -> Entry:
    """The file of an archive with the graph.

    Raises:
        SpecError: there is none.
    """
    names = {entry.name: entry for entry in entries}
    found = [
        name
        for name in names
        if name.endswith(".json") and f"/{name}".rpartition("/")[0].endswith("/models")
    ]
    found = [name for name in found if _stem(names[name]) == "model"] or found
    found = found or [name for name in names if name.rpartition("/")[2] == _OLD]
    if len(found) == 1:
        return names[found[0]]
    if found:
        listed = ", ".join(quoted(_stem(names[name])) for name in found[:5])
        raise file.error(f"the archive has {len(found)} programs ({listed}); save only one of them")
    words = {name.rpartition("/")[2] for name in names}
    if "data.pkl" in words:
        what = (
            "this is what torch.save or torch.jit.save writes: a pickle with weights or code, not a graph; to open "
            "one runs code, so that is never done"
        )
    elif "[Content_Types].xml" in words:
        raise file.error(
            "is an office document; write its layers down: convcalc init net.yaml "
            "writes a file to begin from"
        )
    elif words and all(name.endswith(".npy") for name in words):
        raise file.error(
            "is an archive of NumPy arrays, weights without the layers; export the network to ONNX from the tool that made them"
        )
    elif any("aotinductor" in name for name in names):
        what = "this is a compiled program, without its graph"
    else:
        what = "no exported program is in this archive"
    raise file.error(
        f"{what}; save it with torch.export.save(torch.export.export(module, inputs), path)"
    )


def _json(
    file: ForeignFile, archive: IO[bytes], entry: Entry, most: int = MAX_OPERATIONS
) -> dict[str, Any]:
    """The content of an entry, read up to a limit.

    Raises:
        UsageError: it is too large.
        SpecError: it is encrypted, or not JSON.
    """
    shown = quoted(entry.name)
    data = unpacked(file, archive, entry, MAX_JSON)
    _check_amount(file, data, most)
    try:
        found = json.loads(data, object_hook=_plain)
    except RecursionError:
        raise file.error(f"{shown} in the archive is nested too deep to be a graph") from None
    except ValueError as error:
        what = getattr(error, "msg", "no JSON")
        raise file.error(
            f"{shown} in the archive is not JSON ({printable(str(what))[:80]}); export it again"
        ) from None
    if not isinstance(found, dict):
        raise file.error(f"{shown} in the archive is not a graph; export it again")
    return found


def _check_amount(file: ForeignFile, data: bytes, most: int) -> None:
    """Refuse a graph that is too large, before the work starts.

    Raises:
        UsageError: it has too many operations or tensors.
    """
    number = data.count(b'"target"')
    if number > most:
        raise UsageError(
            f"{printable(file.path)}: more than {most:,} layers: the graph has {number:,} operations; "
            "raise --max-layers if you mean it"
        )
    number = data.count(b'"sizes"')
    if number > max(MAX_TENSORS, 2 * most):
        raise UsageError(
            f"{printable(file.path)}: the file states the sizes of {number:,} tensors; "
            f"at most {max(MAX_TENSORS, 2 * most):,} are read"
        )


_VALUES = frozenset(
    [
        "as_int",
        "as_ints",
        "as_float",
        "as_floats",
        "as_bool",
        "as_bools",
        "as_string",
        "as_strings",
        "as_scalar_type",
        "as_memory_format",
        "as_layout",
        "as_device",
        "as_sym_int",
        "as_sym_ints",
        "as_sym_bool",
        "as_sym_bools",
        "as_sym_float",
        "as_sym_floats",
        "as_tensor",
        "as_tensors",
        "as_optional_tensor",
        "as_optional_tensors",
        "as_int_lists",
    ]
)


def _plain(found: dict[str, Any]) -> Any:
    """The used part of an object in the file: plain numbers, names of values, sizes."""
    if len(found) == 1:
        (key,) = found
        value = found[key]
        if key in _VALUES:  # most objects of a file
            return value
        if key in ("name", "as_name") and isinstance(value, str):
            return Name(value)
        if key == "as_none":
            return None
        if key == "as_expr":  # a dynamic side: as large as in the example
            return value.get("hint") if isinstance(value, dict) else None
    elif "sizes" in found and "strides" in found:
        sizes = found["sizes"]
        return Meta(tuple(map(_side, sizes)) if isinstance(sizes, list) else ())
    elif "stack_trace" in found:
        del found["stack_trace"]
    return found


def _checked(file: ForeignFile, model: Mapping[str, Any], stored: Mapping[str, Any]) -> Parts:
    """The parts of a program, after their types were checked.

    Raises:
        SpecError: one is missing or has a wrong type.
    """
    module = model.get("graph_module")
    graph = module.get("graph") if isinstance(module, dict) else None
    signature = module.get("signature") if isinstance(module, dict) else None
    wanted = {"nodes": list, "outputs": list, "inputs": list, "tensor_values": dict}
    is_right = isinstance(graph, dict) and all(
        isinstance(graph.get(key), kind) for key, kind in wanted.items()
    )
    if (
        not is_right
        or not isinstance(signature, dict)
        or not isinstance(signature.get("input_specs"), list)
    ):
        raise file.error(
            "the file's JSON is not an exported program; export it with torch.export.save"
        )
    assert isinstance(graph, dict)
    return Parts(dict(model), graph, signature, _stored(stored))


def _stored(config: Mapping[str, Any]) -> dict[str, str]:
    """Where each parameter is stored."""
    entries = config.get("config")
    if not isinstance(entries, dict):
        return {}
    paths = {
        name: entry.get("path_name") for name, entry in entries.items() if isinstance(entry, dict)
    }
    return {name: path for name, path in paths.items() if isinstance(path, str)}


def _side(given: Any) -> int:
    """A side in the file; 0 if it is unknown."""
    return given if type(given) is int and 0 < given <= MAX_NUMBER else 0


def sides_of(meta: Any) -> Shape:
    """The sides in the file; 0 for unknown ones."""
    return meta.sides if isinstance(meta, Meta) else ()
