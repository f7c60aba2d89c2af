"""The steps of an exercise by hand: convolution, ReLU and pool in a row. The results are exact."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from convcalc.homework.answers.types import MATRIX
from convcalc.homework.questions.base import Part, Task
from convcalc.homework.questions.exact import (
    STRICT_MISFIT,
    Exact,
    Pool,
    TooMuchError,
    add,
    correlate,
    exact,
    need_writable,
    relu,
    stamp,
    turned,
)
from convcalc.homework.questions.given import GivenError, Rows, Stack

if TYPE_CHECKING:
    from convcalc.draw import Picture


class Hand(NamedTuple):
    """A convolution or pool by hand.

    Attributes:
        x, w: the maps, and the kernel for each map.
        s, p, d: stride, padding per axis (before, after), dilation.
        bias: added to every cell.
        flipped: whether the kernel is turned by 180°.
        steps: the steps in order: conv, relu, pool.
        mode, k, pool_s: the pool.
        cells: the cells asked for; () for all.
        fit: what happens if a window does not fit exactly.
        pad_counts: whether padding counts in averages.
        deep: whether the maps are slices of a volume; then the kernel's slices are also reversed.
    """

    x: Stack
    w: Stack = ()
    s: Any = 1
    p: tuple[tuple[int, int], ...] = ((0, 0), (0, 0))
    d: int = 1
    bias: Any = 0
    flipped: bool = False
    steps: tuple[str, ...] = ("conv",)
    mode: str = "max"
    k: int = 2
    pool_s: int = 2
    cells: Rows = ()
    pad_counts: bool = True
    transposed: bool = False
    out_pad: int = 0
    fit: str = "floor"
    deep: bool = False

    @property
    def kernel(self) -> Stack:
        """The kernel as it is placed on the maps."""
        if not self.flipped:
            return self.w
        return turned(self.w)[::-1] if self.deep else turned(self.w)

    @property
    def pool_fit(self) -> str:
        """How the witness rounds the sizes of pools; up means as in Caffe."""
        return "caffe" if self.fit == "ceil" else self.fit


def worked_out(quantities: Hand) -> Any:
    """The result of all steps; None if they are impossible."""
    try:
        found = _run_steps(quantities)
    except ValueError:
        return None
    return _pick_cells(found, quantities.cells)


def _pick_cells(found: Rows, cells: Rows) -> Any:
    """The cells asked for, in a row; all if none are named."""
    if not cells:
        return found
    if any(r >= len(found) or c >= len(found[0]) for r, c in cells):
        return None
    return (tuple(found[r][c] for r, c in cells),)


def convolved(quantities: Hand, *, only_positive: bool = False) -> Exact:
    """The map after the convolution, without bias.

    Raises:
        ValueError: the window does not fit, or there is too much to do.
    """
    x, s, p = exact(quantities.x), quantities.s, quantities.p
    w = exact(quantities.kernel)
    if quantities.transposed:
        return stamp(x, w, stride=s, padding=p, output_padding=quantities.out_pad)
    fit = "strict" if quantities.fit == "strict" else "floor"
    return correlate(
        x, w, stride=s, padding=p, dilation=quantities.d, fit=fit, only_positive=only_positive
    )


def _run_steps(quantities: Hand) -> Rows:
    """The map after all steps.

    Raises:
        ValueError: the window does not fit, or there is too much to do.
    """
    found: Exact | None = None
    for step in quantities.steps:
        if step == "conv":
            found = add(convolved(quantities), quantities.bias)
            continue
        x = exact(quantities.x) if found is None else found
        if step == "relu":
            found = relu(x)
            continue
        padding = quantities.p if "conv" not in quantities.steps else 0
        found = Pool(
            quantities.mode,
            quantities.k,
            quantities.pool_s,
            padding,
            quantities.pool_fit,
            quantities.pad_counts,
        ).of(x)
    assert found is not None
    return found.rows()


def maps_text(stack: Any) -> str:
    """Maps as text."""
    return "; ".join(MATRIX.text(one) for one in stack)


def only_cells(cells: Rows | None) -> str:
    """The cells asked for, in words; empty for all."""
    if not cells:
        return ""
    texts = ", ".join(str(tuple(cell)) for cell in cells)
    return f" Give only the cells {texts} (row, column; counted from 0)."


def check_cells(cells: Rows | None) -> None:
    """Refuse cells that are not a row and a column, counted from 0."""
    for cell in cells or ():
        if len(cell) != 2 or any(not isinstance(i, int) or not 0 <= i < 10**6 for i in cell):
            raise GivenError(
                "cells", "must be rows and columns counted from 0, such as [[0, 0], [1, 2]]"
            )


def misfit_text(quantities: Hand) -> str:
    """Why there is no answer, and what to do."""
    try:
        _run_steps(quantities)
    except TooMuchError as error:
        return str(error)
    except ValueError:
        pass
    if quantities.transposed:
        return "nothing is left of the result; give less padding, and an output padding below the stride"
    if worked_out(quantities._replace(fit="floor", cells=())) is not None:
        return STRICT_MISFIT
    return "the window does not fit; give a larger map or more padding"


class ByHand(Task):
    """A question whose answer is a matrix."""

    topic: ClassVar = "hand"
    method: ClassVar = "multiply cell by cell, then add up"

    def quantities(self) -> Hand:
        """The numbers behind the question."""
        raise NotImplementedError

    def figure(self) -> Picture:
        from convcalc.draw.setting import matrices

        given = self.given()
        return matrices(x=given["x"], **({"w": given["w"]} if "w" in given else {}))

    def parts(self) -> list[Part]:
        return self.maps_of(self.quantities())

    def maps_of(self, quantities: Hand) -> list[Part]:
        """The map computed from some numbers."""
        expected = worked_out(quantities)
        outside = quantities.cells and worked_out(quantities._replace(cells=())) is not None
        if expected is None and outside:
            raise GivenError("cells", "names a cell outside the map; count cells from 0")
        if expected is None:
            raise GivenError("", misfit_text(quantities))
        need_writable(expected)
        return [Part("", MATRIX, expected, self.topic, quantities, worked_out, method=self.method)]
