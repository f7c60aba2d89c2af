"""The base class of the witnesses of kinds, and their registry."""

from collections.abc import Callable, Mapping, Sequence
from math import prod, sqrt
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from convcalc.reference import checks
from convcalc.reference.backends import FAST, LOOPS, Backend
from convcalc.reference.checks import Array, Shape
from convcalc.reference.scratch import LayerRun
from convcalc.reference.tally import Tally

Options = Mapping[str, Any]
"""A layer's options by PyTorch's names, defaults filled in."""

Inputs = Sequence[Array]
Kept = Mapping[str, Array]
"""The arrays that a layer keeps, by name."""

Call = Callable[..., Array]
"""Runs the function of a layer, by name: `call("conv", x, weight, stride=2)`."""

Rows = Array
"""One axis of a map, m times over, (m, cells): see `Witness.along_axis`."""


class Witness:
    """Runs one kind of layer, so that a calculator's numbers can be compared with a real run.

    A subclass gives the shapes of its arrays, the call of the layer, the cells along one axis on which
    its units depend, and its temporary memory. No size is computed from a formula: the output shape
    is the shape of the output array.
    """

    kind: ClassVar[str]
    buffers: ClassVar[frozenset[str]] = frozenset()
    """Names of the arrays that are kept but not trained, so not parameters."""
    stamps: ClassVar[bool] = False
    """Whether each input cell is written to the output, tap by tap, instead of windows being read."""

    def shapes(self, options: Options, in_shapes: Sequence[Shape]) -> dict[str, Shape]:
        """The shape of every array of the layer, by name, without allocating it."""
        del options, in_shapes
        return {}

    def run(self, call: Call, options: Options, inputs: Inputs, arrays: Kept) -> Array:
        """Call the layer's function, by its name."""
        raise NotImplementedError

    def along_axis(self, options: Options, inputs: Sequence[Rows]) -> Rows:
        """Which units depend on which cells, along one axis.

        A receptive field is separable: along one axis every layer is a 1-D layer, and the number of
        maps does not matter. So m rows are run at once; row r is an image of zeros with a 1 at one
        cell, and all weights are 1, so that nothing cancels. If the output of row r is not zero at
        unit u, unit u depends on that cell.

        Args:
            options: the options for one axis, from `on_axis`.
            inputs: the rows of each input, (m, cells).
        """
        raise NotImplementedError

    def scratch(self, run: LayerRun) -> int:
        """Temporary bytes of the fast path, without input, kept arrays and output."""
        raise NotImplementedError

    def axis_scratch(self, options: Options, rows: int, cells: int, out: int) -> int:
        """Temporary numbers of `along_axis` for a number of rows and cells."""
        del options
        return rows * max(cells, out)

    def arrays(
        self,
        options: Options,
        in_shapes: Sequence[Shape],
        rng: np.random.Generator,
        dtype: npt.DTypeLike = np.float32,
    ) -> dict[str, Array]:
        """The arrays of the layer, allocated and filled: their sizes count parameters and buffers."""
        shapes = self.shapes(options, in_shapes)
        return {name: _random(name, shape, rng, np.dtype(dtype)) for name, shape in shapes.items()}

    def loops(
        self, options: Options, inputs: Inputs, arrays: Kept, tally: Tally | None = None
    ) -> Array:
        """The output, by the loop nest."""
        return self.run(_caller(LOOPS, tally), options, inputs, arrays)

    def fast(
        self, options: Options, inputs: Inputs, arrays: Kept, tally: Tally | None = None
    ) -> Array:
        """The output, by matrix products."""
        return self.run(_caller(FAST, tally), options, inputs, arrays)


def _caller(backend: Backend, tally: Tally | None) -> Call:
    """Calls the functions of a backend; functions that count get the tally."""

    def call(name: str, *args: Any, **options: Any) -> Array:
        function = backend[name]
        if "tally" in function.__annotations__:
            options["tally"] = tally
        return function(*args, **options)

    return call


class Plain(Witness):
    """A kind without arrays: its input, then options in order, then options by name.

    Attributes:
        required: options passed in order.
        optional: options passed by name.
        copies: its temporary memory: arrays as large as its map, and bytes for each cell.
    """

    required: ClassVar[tuple[str, ...]] = ()
    optional: ClassVar[tuple[str, ...]] = ()
    copies: ClassVar[tuple[int, int]] = (0, 0)

    def run(self, call: Call, options: Options, inputs: Inputs, arrays: Kept) -> Array:
        del arrays
        given = [options[name] for name in self.required]
        return call(self.kind, inputs[0], *given, **pick(options, *self.optional))

    def along_axis(self, options: Options, inputs: Sequence[Rows]) -> Rows:
        """Each unit depends on the cell at the same place."""
        del options
        return inputs[0]

    def scratch(self, run: LayerRun) -> int:
        return run.copies(*self.copies)


def pick(options: Options, *names: str) -> dict[str, Any]:
    """The named options, as keyword arguments; the functions have defaults for the rest."""
    return {name: options[name] for name in names if name in options}


def on_axis(options: Options, axis: int, shape: Shape) -> dict[str, Any]:
    """The options of a layer for one spatial axis of an input of this shape.

    An option that names axes becomes: whether this axis is one of them.

    >>> on_axis({"kernel_size": (3, 5), "padding": (0, (1, 2)), "stride": 2}, 1, (8, 9, 9))
    {'kernel_size': 5, 'padding': ((1, 2),), 'stride': 2}
    >>> on_axis({"axis": "height"}, 0, (8, 9, 9)), on_axis({"axis": "height"}, 1, (8, 9, 9))
    ({'axis': True}, {'axis': False})
    """
    found: dict[str, Any] = {}
    for name, value in options.items():
        if name in ("axis", "axes") and value is not None:
            named = value if isinstance(value, tuple | list) else (value,)
            found[name] = 1 + axis in checks.sides("on_axis", named, len(shape))
            continue
        if name in ("start_axis", "end_axis"):
            found[name] = checks.side("on_axis", value, len(shape))
            continue
        per_axis = isinstance(value, tuple | list) and name not in (
            "connections",
            "channels",
            "shape",
            "order",
        )
        one = value[axis] if per_axis else value
        found[name] = (tuple(one),) if isinstance(one, tuple | list) and name == "padding" else one
    return found


def mark(rows: Rows) -> Rows:
    """1 for each row that is not zero.

    >>> mark(np.array([[0.0, 2.5]]))
    array([[0., 1.]])
    """
    ones: Rows = (rows != 0).astype(np.float64)
    return ones


def _random(name: str, shape: Shape, rng: np.random.Generator, dtype: np.dtype[Any]) -> Array:
    """Random numbers, small enough that a deep network does not overflow."""
    if dtype.kind != "f":
        return rng.integers(1 if name == "running_var" else -3, 4, size=shape).astype(dtype)
    made = rng.random(shape, dtype=np.float64 if dtype == np.float64 else np.float32)
    if name == "running_var":
        made += 0.5
    elif name.endswith("weight") and len(shape) > 1:
        made -= 0.5
        made *= sqrt(24 / prod(shape[1:]))  # variance 2 / fan-in (He et al. 2015)
    elif name == "weight":
        made += 0.5
    else:
        made -= 0.5
    return made.astype(dtype, copy=False)


WITNESSES: dict[str, Witness] = {}


def witness(kind: str) -> Callable[[type[Witness]], type[Witness]]:
    """Register the class as the witness of a kind; a second one for the same kind is refused."""

    def register(cls: type[Witness]) -> type[Witness]:
        if kind in WITNESSES:
            message = (
                f"duplicate witness for {kind}: {type(WITNESSES[kind]).__name__} and {cls.__name__}"
            )
            raise RuntimeError(message)
        cls.kind = kind
        WITNESSES[kind] = cls()
        return cls

    return register
