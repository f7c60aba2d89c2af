"""The registry of witnesses: for each kind of layer, arrays that are really made and really run."""

from collections.abc import Callable, Mapping, Sequence
from math import prod, sqrt
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from convcalc.reference.backends import FAST, LOOPS, Backend
from convcalc.reference.checks import Array, Shape
from convcalc.reference.tally import Tally

Options = Mapping[str, Any]
"""A layer's options by PyTorch's names, defaults filled in."""


class Witness:
    """Runs one kind of layer, so that a calculator's numbers can be held against what happened.

    A subclass says the shapes of its arrays and how to call the layer. Nothing here is computed from
    a formula for sizes: the shape of the output is the shape of the array that comes out.
    """

    kind: ClassVar[str]
    buffers: ClassVar[frozenset[str]] = frozenset()
    """Names of the arrays that are kept but not trained, so not parameters."""

    def shapes(self, options: Options, in_shapes: Sequence[Shape]) -> dict[str, Shape]:
        """The shape of every array the layer keeps, by name, without making one."""
        del options, in_shapes
        return {}

    def run(
        self,
        backend: Backend,
        options: Options,
        inputs: Sequence[Array],
        arrays: Mapping[str, Array],
        tally: Tally | None,
    ) -> Array:
        """Call the layer's function, found by name in `backend`."""
        raise NotImplementedError

    def arrays(
        self,
        options: Options,
        in_shapes: Sequence[Shape],
        rng: np.random.Generator,
        dtype: npt.DTypeLike = np.float32,
    ) -> dict[str, Array]:
        """The arrays the layer keeps, made and filled: their sizes count parameters and buffers."""
        shapes = self.shapes(options, in_shapes)
        return {name: _filled(name, shape, rng, np.dtype(dtype)) for name, shape in shapes.items()}

    def loops(
        self,
        options: Options,
        inputs: Sequence[Array],
        arrays: Mapping[str, Array],
        tally: Tally | None = None,
    ) -> Array:
        """The output, by the loop nest."""
        return self.run(LOOPS, options, inputs, arrays, tally)

    def fast(
        self,
        options: Options,
        inputs: Sequence[Array],
        arrays: Mapping[str, Array],
        tally: Tally | None = None,
    ) -> Array:
        """The output, by matrix products."""
        return self.run(FAST, options, inputs, arrays, tally)


def _filled(name: str, shape: Shape, rng: np.random.Generator, dtype: np.dtype[Any]) -> Array:
    """Random numbers of a size that keeps a deep network from overflowing."""
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
