"""Parts of a box of points: the indices of their values, along dimensions of arrays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from convcalc.solve.ranges import Box

    Array = NDArray[Any]


class Piece:
    """Points of a box.

    Args:
        box: the box of which it is a part.
        places: the indices of each axis's values, in an array with one dimension per axis.
        shape: their common shape.

    Attributes:
        size: the number of points.
        is_whole: whether it is all points of the box, in order.
    """

    def __init__(
        self, box: Box, places: Sequence[Array], shape: tuple[int, ...], *, is_whole: bool = False
    ) -> None:
        self.box, self.places, self.shape, self.is_whole = box, places, shape, is_whole
        self.size = int(np.prod(shape, dtype=np.int64))

    @property
    def first(self) -> list[int]:
        """The indices of the values of the first point."""
        return [int(each.flat[0]) for each in self.places]

    @property
    def last(self) -> list[int]:
        """The indices of the values of the last point."""
        return [int(each.flat[-1]) for each in self.places]

    @cached_property
    def numbers(self) -> Array:
        """The numbers of the points within the box, in the shape of the piece."""
        found: Any = 0
        for each, places in zip(self.places, self.box):
            found = found * len(places) + (each - places.start)
        return np.broadcast_to(found, self.shape)

    def points(self) -> Iterator[tuple[int, tuple[int, ...]]]:
        """Each point's number within the box, with the indices of its values."""
        axes = [np.broadcast_to(each, self.shape).reshape(-1).tolist() for each in self.places]
        yield from zip(self.numbers.reshape(-1).tolist(), zip(*axes))

    def parted(self, masks: Mapping[int, Array]) -> list[Piece]:
        """The piece in parts: for each mask where it is false, and last where all are true.

        Args:
            masks: by their dimension.
        """
        found, inside = [], self
        for dimension, mask in masks.items():
            found.append(inside._only(dimension, ~mask))
            inside = inside._only(dimension, mask)
        return [*found, inside]

    def _only(self, dimension: int, mask: Array) -> Piece:
        """The points at some places of a dimension."""
        places = [
            np.compress(mask, each, axis=dimension) if each.shape[dimension] > 1 else each
            for each in self.places
        ]
        sides = list(self.shape)
        sides[dimension] = int(mask.sum())
        return Piece(self.box, places, tuple(sides))

    def halves(self) -> list[Piece]:
        """The piece in two parts."""
        longest = max(range(len(self.shape)), key=self.shape.__getitem__)
        side = self.shape[longest]
        return self.parted({longest: np.arange(side) < side // 2})

    def chosen(self, mask: Array) -> Piece:
        """Some points, one after the other along one dimension.

        Args:
            mask: in the shape of the piece.
        """
        places = [np.broadcast_to(each, self.shape)[mask] for each in self.places]
        return Piece(self.box, places, (places[0].size,))


def pieces_of(box: Box, whole: Sequence[bool]) -> list[Piece]:
    """A box in pieces, in which only some axes have more than one value.

    Args:
        box: the indices of its values.
        whole: whether each axis may have many values.
    """
    parts = list(
        product(
            *[
                [places] if many else [range(i, i + 1) for i in places]
                for places, many in zip(box, whole)
            ]
        )
    )
    found = []
    for part in parts:
        places = []
        for axis, each in enumerate(part):
            sides = [1] * len(box)
            sides[axis] = len(each)
            places.append(np.arange(each.start, each.stop).reshape(sides))
        shape = tuple([len(each) for each in part])
        found.append(Piece(box, places, shape, is_whole=len(parts) == 1))
    return found
