"""Mistakes about receptive fields after upsampling, where the steps between units get smaller again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from math import ceil, floor
from typing import Any

from convcalc.homework.mistakes.base import Way, mistake
from convcalc.homework.questions.stretched import Stretched, field_of, stretched_size
from convcalc.layers.rf import Field, Linear, Nearest, Reads, Slide, Spread

_MOST_PLACES = 20  # most different layers of which one may be left out
_LIMIT = 10**12  # nobody answers with a larger field

_GROWS = (Spread, Nearest, Linear)


def _mistake(
    name: str, about: str, formula: str, wrong: Any, line: str, *, seldom: bool = False
) -> None:
    """A mistake about receptive fields after upsampling."""
    mistake(f"rf.{name}", "rf-stretched", about, formula, wrong, line, seldom=seldom)


def _asked(q: Stretched, side: int) -> int:
    """A side in the form that the question asks for."""
    return side**q.axes if q.pixels else side


def _factor(window: Reads) -> int:
    """The factor by which upsampling multiplies the cells."""
    return window.s if isinstance(window, Spread) else window.r  # type: ignore[attr-defined]


def _along(q: Stretched, windows: Iterable[Reads], text: str) -> Way | None:
    """The field at the end of another path; None if there is none or it cannot be followed."""
    field = field_of(tuple(windows))
    if field is None or not 0 < field.size < _LIMIT:
        return None
    return Way(_asked(q, field.size), text)


def _each_growing(
    q: Stretched, change: Callable[[Reads], Sequence[Reads]], text: str
) -> list[Way | None]:
    """The field with all upsampling layers changed, and with one of them changed."""
    places = [i for i, window in enumerate(q.windows) if isinstance(window, _GROWS)]
    every = [
        new
        for window in q.windows
        for new in (change(window) if isinstance(window, _GROWS) else [window])
    ]
    ways = [_along(q, every, text)]
    if 1 < len(places) <= _MOST_PLACES:
        for place in places:
            one = [*q.windows[:place], *change(q.windows[place]), *q.windows[place + 1 :]]
            ways.append(_along(q, one, f"{text}, in one layer"))
    return ways


def _ignored(window: Reads) -> list[Reads]:
    """An upsampling layer without the upsampling; a transposed convolution keeps its kernel."""
    return [Slide(window.k)] if isinstance(window, Spread) else []


def _as_stride(window: Reads) -> list[Reads]:
    """Upsampling counted as a stride."""
    return [Slide(window.k if isinstance(window, Spread) else 1, _factor(window))]


_mistake(
    "up-ignored", "upsampling left the steps as they were", "1 + Σ d·(k − 1)·(strides before)",
    lambda q: _each_growing(q, _ignored, "1 + Σ d·(k − 1)·(strides before)"),
    "After upsampling by 2, neighbouring units are half as many pixels apart. How large is the step there?",
)  # fmt: skip
_mistake(
    "up-as-stride", "upsampling counted as a stride", "1 + Σ d·(k − 1)·(strides and factors before)",
    lambda q: _each_growing(q, _as_stride, "1 + Σ d·(k − 1)·(strides and factors before)"),
    "A stride makes the steps between units larger. What does upsampling do to them?",
)  # fmt: skip


def _before(q: Stretched) -> list[Way | None]:
    """The fields of the units before the first upsampling layer, and before the last one."""
    places = [i for i, window in enumerate(q.windows) if isinstance(window, _GROWS)]
    return [_along(q, q.windows[:place], "before upsampling") for place in (places[0], places[-1])]


_mistake(
    "up-before", "the receptive field before the upsampling", "before upsampling", _before,
    "That is what a unit sees before the upsampling: go on to the last layer.",
)  # fmt: skip


def _scaled(q: Stretched) -> list[Way | None]:
    """The field of the units before the upsampling, or at the end, multiplied or divided by its factor."""
    side = stretched_size(q._replace(pixels=False)) or 0
    first = next(i for i, window in enumerate(q.windows) if isinstance(window, _GROWS))
    inner = field_of(q.windows[:first])
    factors: set[int] = {_factor(window) for window in q.windows if isinstance(window, _GROWS)}
    whole = 1
    for window in q.windows:
        whole *= _factor(window) if isinstance(window, _GROWS) else 1
    ways: list[Way | None] = []
    for factor in sorted(factors | {whole}):
        for size in (side, inner.size if inner else 0):
            ways.append(Way(_asked(q, size * factor), "field · factor") if size else None)
            ways.append(
                Way(_asked(q, size // factor), "field / factor") if size >= factor else None
            )
    return ways


_mistake(
    "up-scaled", "the receptive field multiplied or divided by the factor", "field · factor", _scaled,
    "Upsampling changes how far apart the units are. Does it change which pixels one of them sees?",
)  # fmt: skip


def _nominal(q: Stretched) -> list[Way | None]:
    """The field by divided steps, as if every unit saw the same; the kernel before or after the division."""
    ways: list[Way | None] = []
    for divided_first in (True, False):
        size = step = Fraction(1)
        for window in q.windows:
            if isinstance(window, Slide):
                size += window.d * (window.k - 1) * step
                step *= window.s
                continue
            if divided_first:
                step /= _factor(window)
            if isinstance(window, Spread):
                size += window.d * (window.k - 1) * step
            if not divided_first:
                step /= _factor(window)
        ways += [Way(_asked(q, side), "1 + Σ d·(k − 1)·step") for side in {floor(size), ceil(size)}]
    return ways


_mistake(
    "up-nominal", "as many new cells for each kernel after upsampling as if all of them were different",
    "1 + Σ d·(k − 1)·step", _nominal,
    "After upsampling neighbouring cells come from the same cell. How many different ones does the window reach?",
)  # fmt: skip


def _least(q: Stretched) -> list[Way | None]:
    """The field of the unit that sees least, and that on the path that sees least."""
    field = field_of(q.windows)
    sizes = (
        [last - first + 1 for first, last in filter(None, field.ranges)]
        if field is not None and not isinstance(field, Field)
        else []
    )
    ways: list[Way | None] = (
        [Way(_asked(q, min(sizes)), "the unit that sees least")] if sizes else []
    )
    if q.narrow != q.windows:
        ways.append(_along(q, q.narrow, "on the shortest path"))
    return ways


_mistake(
    "up-least", "the unit or the path that sees least", "the unit that sees least", _least,
    "Neighbouring units, and the paths that meet in them, see different amounts. Which sees most?",
)  # fmt: skip


def _without_strides(q: Stretched) -> list[Way | None]:
    """No strides; no windows of pools; k for k − 1; the sum of the kernels."""
    slides = [window for window in q.windows if isinstance(window, Slide | Spread)]
    flat = [Slide(window.k, 1, 0, window.d) for window in slides]
    summed = sum(window.d * window.k for window in slides)
    return [
        _along(q, flat, "1 + Σ d·(k − 1)"),
        Way(_asked(q, summed), "Σ d·k"),
        Way(_asked(q, summed + 1), "1 + Σ d·k"),
    ]


_mistake(
    "up-no-steps", "strides and upsampling ignored", "1 + Σ d·(k − 1)", _without_strides,
    "How many pixels is it from one unit of a layer to the next? Strides multiply that, upsampling divides it.",
)  # fmt: skip


def _no_dilation(q: Stretched) -> Way | None:
    """No dilation anywhere."""
    plain = [
        window._replace(d=1) if isinstance(window, Slide | Spread) else window
        for window in q.windows
    ]
    return _along(q, plain, "1 + Σ (k − 1)·step") if tuple(plain) != q.windows else None


_mistake(
    "up-no-dilation", "dilation ignored", "1 + Σ (k − 1)·step", _no_dilation,
    "The taps of a dilated kernel are d cells apart. How wide is it from end to end?",
)  # fmt: skip


def _pools(q: Stretched) -> list[Way | None]:
    """Layers whose windows do not overlap (mostly pools), counted only by their strides, or left out."""
    if not any(_is_pool(window) for window in q.windows):
        return []
    strides = [Slide(1, window.s) if _is_pool(window) else window for window in q.windows]  # type: ignore[attr-defined]
    none = [window for window in q.windows if not _is_pool(window)]
    return [
        _along(q, strides, "only the strides of pools"),
        _along(q, none, "without the pools"),
    ]


def _is_pool(window: Reads) -> bool:
    """Whether windows do not overlap, as in pools."""
    return isinstance(window, Slide) and window.k == window.s > 1


_mistake(
    "up-pools", "only the strides of pools, or left out", "only the strides of pools", _pools,
    "A pool has a window and a stride: it adds to the field, and it makes the steps larger.",
)  # fmt: skip


def _one_off(q: Stretched) -> list[Way | None]:
    """One layer left out, or twice; the last ones first."""
    ways: list[Way | None] = []
    seen: set[tuple[Reads, ...]] = set()
    for place in range(len(q.windows) - 1, -1, -1):
        less = (*q.windows[:place], *q.windows[place + 1 :])
        if less in seen:
            continue
        seen.add(less)
        if len(seen) > _MOST_PLACES:
            break
        ways.append(_along(q, less, "a layer left out"))
        ways.append(
            _along(q, (*q.windows[:place], q.windows[place], *q.windows[place:]), "a layer twice")
        )
    return ways


_mistake(
    "up-layer", "one of the layers left out, or twice", "a layer left out", _one_off,
    "Count every layer between the image and the unit once.",
    seldom=True,
)  # fmt: skip
_mistake(
    "up-side", "a side instead of the pixels, or the reverse", "side · side",
    lambda q: Way(
        stretched_size(q._replace(pixels=not q.pixels)), "side" if q.pixels else "side · side"
    ) if q.axes > 1 else None,
    "Is a side asked for, or the number of pixels?",
)  # fmt: skip
_mistake(
    "up-image", "the side of the image", "n",
    lambda q: Way(_asked(q, q.image), "n") if q.image else None,
    "Does a unit there see the whole image? Follow the layers to find out.",
    seldom=True,
)  # fmt: skip
