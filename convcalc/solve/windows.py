"""All kernels, strides, paddings and dilations that change one size to another, the best first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from convcalc import formulas
from convcalc.errors import UsageError
from convcalc.layers import make
from convcalc.layers.options import options_of
from convcalc.layers.window import Axis, out_sizes
from convcalc.solve.equation import SizeEquation, exact
from convcalc.text import times

if TYPE_CHECKING:
    from convcalc.layers import Layer

MAX_SIZE = 100_000
_MANY = 20_000  # most windows to try; of more, similar ones are left out
_FEW = 3
_MOST_WIDE = 64  # the largest kernel and padding tried if the usual ones give nothing


class Window(NamedTuple):
    """A window that gives the requested size.

    Attributes:
        k, s, d: kernel, stride, dilation.
        before, after: padding.
        a: output padding, if transposed.
        fits: whether the window ends where the padded input ends.
    """

    k: int
    s: int
    before: int
    after: int
    d: int
    a: int
    fits: bool

    @property
    def rank(self) -> tuple[Any, ...]:
        """The sort key: first windows that fit and skip no cells, odd kernels, equal padding, no dilation."""
        skips = self.s > formulas.effective_kernel(self.k, self.d)
        even, uneven = self.k % 2 == 0, self.before != self.after
        return (not self.fits, self.a, skips, even, uneven, self.d, self.before, self.k, self.s)


class Bounds(NamedTuple):
    """The largest tried value of each number."""

    k: int = 11
    s: int = 5
    p: int = 5
    d: int = 2


@dataclass(frozen=True, slots=True)
class Question:
    """The question: the sizes before and after, and the fixed numbers.

    Attributes:
        n, o: sizes along each axis.
        kind: a layer kind with a window.
        k, s, d, a: fixed numbers; None for unknown ones.
        p: fixed padding: before and after.
        fit: the rule for rounding sizes.
        uneven: whether the padding before and after may differ by one.
    """

    n: tuple[int, ...]
    o: tuple[int, ...]
    kind: str = "conv"
    k: int | None = None
    s: int | None = None
    p: tuple[int, int] | None = None
    d: int | None = None
    a: int | None = None
    fit: str = "floor"
    uneven: bool = False


class Found(NamedTuple):
    """The answer.

    Attributes:
        windows: all windows found, the best first.
        bounds: the largest numbers tried.
        widened: whether the usual bounds had no answer.
        thinned: whether, of many strides for the same size, only the exact and the smallest are included.
    """

    windows: list[Window]
    bounds: Bounds
    widened: bool
    thinned: bool


def solve(question: Question) -> Found:
    """All windows within bounds that change one size to another; with wider bounds if there are none.

    Args:
        question: the question.

    Raises:
        UsageError: the kind has no window, or a size is invalid.

    >>> [window[:3] for window in solve(Question((32,), (10,))).windows[:3]]
    [(5, 3, 0), (7, 3, 1), (9, 3, 2)]
    """
    cls = _checked(question)
    widest = min(max(*question.n, *question.o), _MOST_WIDE)
    padded = min(widest + sum(question.p or (0, 0)), _MOST_WIDE)  # a kernel may be as wide as this
    usual = Bounds()
    strided = usual._replace(k=padded, s=max(question.n + question.o))
    for bounds in (usual, strided, strided._replace(p=widest)):
        tries = list(_tries(question, cls, bounds))
        thinned = sum([len(each.strides) for each in tries]) > _MANY
        found = [window for each in tries for window in _windows(question, each, thinned=thinned)]
        if found:
            break
    found.sort(key=lambda window: window.rank)
    return Found(found, _tried(question, cls, bounds), bounds is not usual, thinned)


def _tried(question: Question, cls: type[Layer], bounds: Bounds) -> Bounds:
    """The bounds for a question: a given kernel allows padding up to its effective size minus 1."""
    options = options_of(cls)
    is_dilated = "dilation" in options and "output_padding" not in options
    d = bounds.d if is_dilated and question.d is None else 1
    p = bounds.p if question.k is None else (question.d or d) * (question.k - 1)
    return bounds._replace(p=p, d=d)


def _checked(question: Question) -> type[Layer]:
    """The kind in the question.

    Raises:
        UsageError: it has no window, or not a fixed option; or a size is too large.
    """
    from convcalc.layers import KINDS  # noqa: PLC0415 - looked up once

    cls = KINDS.find(question.kind)
    options = options_of(cls)
    if "kernel_size" not in options or "padding" not in options:
        message = f"--kind {question.kind}: has no kernel with padding to solve for; use conv, conv_transpose or a pool"
        raise UsageError(message)
    for name, option in (("d", "dilation"), ("a", "output_padding")):
        if getattr(question, name) is not None and option not in options:
            message = f"--{name}: {question.kind} has no {option}; leave it out"
            raise UsageError(message)
    if question.fit != "floor" and "output_padding" in options:
        message = f"--fit {question.fit}: a {question.kind} does not round; leave it out"
        raise UsageError(message)
    if max(*question.n, *question.o) > MAX_SIZE:
        message = f"sizes up to {MAX_SIZE:,} are solved, but {times(question.n)} to {times(question.o)} is asked; use smaller ones"
        raise UsageError(message)
    if len(question.n) != len(question.o):
        message = f"--n has {len(question.n)} sides and --o has {len(question.o)}; give both the same number"
        raise UsageError(message)
    return cls


def _choices(fixed: int | None, least: int, most: int) -> Sequence[int]:
    """The numbers to try."""
    return range(least, most + 1) if fixed is None else (fixed,)


def _paddings(question: Question, most: int) -> Iterator[tuple[int, int]]:
    """The paddings to try."""
    if question.p is not None:
        yield question.p
        return
    for p in range(most + 1):
        yield p, p
        if question.uneven and p < most:
            yield p, p + 1


def _kernels(
    question: Question, bounds: Bounds, *, has_dilation: bool
) -> Iterator[tuple[int, int, int, int]]:
    """Kernel, dilation and padding of every window to try."""
    for k in _choices(question.k, 1, bounds.k):
        usual = bounds.d if k > 1 and has_dilation else 1
        for d in _choices(question.d, 1, usual):
            most = min(bounds.p, d * (k - 1)) if question.k is None else d * (k - 1)
            for before, after in _paddings(question, most):
                yield k, d, before, after


class _Try(NamedTuple):
    """A kernel with its dilation and padding, and the strides that may give the size with it."""

    k: int
    d: int
    before: int
    after: int
    strides: Sequence[int]
    transposed: bool


def _tries(question: Question, cls: type[Layer], bounds: Bounds) -> Iterator[_Try]:
    """All kernels within bounds."""
    options = options_of(cls)
    transposed = "output_padding" in options
    strides = _strides_back if transposed else _strides
    limits = bounds._replace(d=1) if transposed else bounds
    for k, d, before, after in _kernels(question, limits, has_dilation="dilation" in options):
        least, most = strides(question, formulas.effective_kernel(k, d) - before - after, d)
        tried = _choices(
            question.s, max(1, least), bounds.s if most is None else min(most, bounds.s)
        )
        yield _Try(k, d, before, after, tried, transposed)


def _strides(question: Question, beyond: int, d: int) -> tuple[int, int | None]:
    """The least and the largest stride that may give the size; rounding up adds at most one window.

    Args:
        question: the question.
        beyond: the effective kernel minus the padding.
        d: the dilation.
    """
    del d
    slack, o = question.n[0] - beyond, question.o[0]
    return slack // o, slack // (o - 2) if o > 2 else None


def _strides_back(question: Question, beyond: int, d: int) -> tuple[int, int | None]:
    """The same for a transposed convolution; its output padding is below the stride or the dilation."""
    n, o = question.n[0] - 1, question.o[0]
    rest = o - beyond  # the steps between inputs and the output padding together
    if rest < 0:
        return 1, 0
    least = rest // (n + 1) + 1
    if not n:
        return (1 if rest < d else least), None
    return min(least, (rest - d) // n + 1), rest // n


def _windows(question: Question, tried: _Try, *, thinned: bool) -> Iterator[Window]:
    """The windows of a kernel that give the size.

    Args:
        question: the question.
        tried: the kernel.
        thinned: only those that fit exactly, and the one with the smallest stride.
    """
    k, d, before, after, strides, transposed = tried
    window_of = _window_back if transposed else _window
    if thinned:
        strides = sorted({*strides[:_FEW], *strides[-_FEW:], *_exact(question, tried)})
    found = [window for s in strides if (window := window_of(question, (k, s, before, after, d)))]
    yield from [each for each in found if each.fits or each is found[0]] if thinned else found


def _exact(question: Question, tried: _Try) -> list[int]:
    """The stride with which a sliding window fits exactly, if one is within the bounds."""
    pads = tried.before + tried.after
    s = exact(SizeEquation("s", question.n[0], tried.k, 1, pads, tried.d, question.o[0]))
    return [s] if isinstance(s, int) and s in tried.strides else []


def _window(question: Question, numbers: tuple[int, int, int, int, int]) -> Window | None:
    """A sliding window, if it gives the size."""
    k, s, before, after, d = numbers
    axes = [Axis(n, k, s, before, after, d) for n in question.n]
    fits = all([axis.fits for axis in axes])
    if out_sizes(axes, question.fit) == question.o and (fits or question.fit != "strict"):
        return Window(k, s, before, after, d, 0, fits)
    return None


def _window_back(question: Question, numbers: tuple[int, int, int, int, int]) -> Window | None:
    """A window of a transposed convolution, if an output padding gives the size.

    It is less than the stride or the dilation, as PyTorch requires.
    """
    k, s, before, after, d = numbers
    lacking = {
        o - ((n - 1) * s - before - after + formulas.effective_kernel(k, d))
        for n, o in zip(question.n, question.o)
    }
    a = lacking.pop()
    if not lacking and 0 <= a < max(s, d) and question.a in (None, a):
        return Window(k, s, before, after, d, a, fits=True)
    return None


def layer_of(window: Window, question: Question, cls: type[Layer]) -> Layer:
    """The layer with a window."""
    known = options_of(cls)
    pair = (window.before, window.after)
    padding = window.before if window.before == window.after else (pair,) * len(question.n)
    values: dict[str, Any] = {
        "kernel_size": window.k,
        "stride": window.s,
        "padding": padding,
        "dilation": window.d,
        "output_padding": window.a,
        "out_channels": 1,
        "fit": question.fit,
    }
    return make(cls, {name: value for name, value in values.items() if name in known})
