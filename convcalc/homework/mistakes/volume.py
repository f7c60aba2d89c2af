"""Mistakes about volumes: their depth, their order, and flattening."""

from __future__ import annotations

from typing import Any

from convcalc import formulas
from convcalc.homework.mistakes.base import Way, mistake
from convcalc.homework.mistakes.carry import answers, on_channels, with_another, without
from convcalc.homework.questions.quantities import (
    Flat,
    Padded,
    Windows,
    padded_volume,
    sizes,
    volume_in_order,
)
from convcalc.homework.questions.rows import Row


def _depth(quantities: Windows, value: int) -> Any:
    """The volume with another depth."""
    return quantities._replace(filters=value)


def _pool_depth(quantities: Windows) -> Any:
    """A pool that shrinks the depth, with or without the map."""
    k = quantities.axes[0].k
    if not quantities.pool or not quantities.volume or quantities.c_in % k:
        return None
    spatial = tuple(axis.n for axis in quantities.axes)
    floored = tuple(axis.floor for axis in quantities.axes)
    return [
        volume_in_order(each, quantities.c_in // k, quantities.order) for each in (spatial, floored)
    ]


def _other_order(quantities: Any) -> Any:
    """The right volume in the other order."""
    other = "chw" if quantities.order == "hwc" else "hwc"
    if isinstance(quantities, Padded):
        return padded_volume(quantities._replace(order=other))
    return sizes(quantities._replace(order=other, fit="floor")) if quantities.volume else None


mistake(
    "vol.order", "volume padded", "another order of the numbers", "c × h × w for h × w × c",
    _other_order,
    "The numbers are right, but in another order. See the rules of the sheet.",
)  # fmt: skip
mistake(
    "vol.depth-in", "volume", "depth = input channels", "h × w × cin",
    lambda w: _depth(w, w.c_in) if w.volume and not w.pool else None,
    "Each filter makes one map. How many filters are there?",
)  # fmt: skip
mistake(
    "vol.depth-one", "volume", "depth 1", "h × w × 1",
    lambda w: _depth(w, 1) if w.volume else None,
    "Each filter makes one map; the maps are stacked.",
)  # fmt: skip
mistake(
    "vol.depth-times", "volume", "depth = filters · channels", "h × w × (cin·filters)",
    lambda w: _depth(w, w.c_in * w.filters) if w.volume and not w.pool else None,
    "A filter sums over all input channels into one map.",
)  # fmt: skip
mistake(
    "vol.pool-depth", "volume", "pooling shrinks the depth", "h × w × (c/k)",
    _pool_depth,
    "A pool works on each channel separately.",
)  # fmt: skip


def _pad_depth(quantities: Any) -> Any:
    """Padding added to the channels too."""
    return quantities._replace(c_in=quantities.c_in + quantities.added[0])


mistake(
    "vol.pad-one-side", "padded", "padded on one side only", "n + p",
    lambda w: w._replace(added=w.p) if w.added != w.p else None,
    "Padding is added on both sides.",
)  # fmt: skip
mistake(
    "vol.pad-depth", "padded", "padding added to the depth too", "c + 2p", _pad_depth,
    "Padding adds rows and columns, not channels.",
)  # fmt: skip
mistake(
    "vol.pad-double", "padded", "padded twice", "n + 4p",
    lambda w: w._replace(added=tuple(2 * p for p in w.added)),
    "Is p given per side or in total? See the rules of the sheet.",
)  # fmt: skip
mistake(
    "vol.pad-depth-once", "padded", "the padding of one side added to the depth too", "c + p",
    lambda w: w._replace(c_in=w.c_in + w.p[0]),
    "Padding adds rows and columns, not channels.",
)  # fmt: skip
mistake(
    "vol.pad-ignored", "padded", "padding ignored, or subtracted", "n or n − 2p",
    lambda w: [
        Way(w._replace(added=(0,) * len(w.n)), "n"),
        Way(w._replace(added=tuple([-each for each in w.added])), "n − 2p"),
    ],
    "Padding makes the input larger.",
    seldom=True,
)  # fmt: skip


def _padded_depth(w: Windows) -> list[Any]:
    """Padding counted in the depth."""
    p = max((max(axis.before, axis.after) for axis in w.axes), default=0)
    if not p or not w.volume:
        return []
    return [
        Way(_depth(w, w.c_in + 2 * p), "depth cin + 2p"),
        Way(_depth(w, w.filters + 2 * p), "depth cout + 2p"),
        Way(_depth(w, w.c_in + p), "depth cin + p"),
        Way(_depth(w, w.filters + p), "depth cout + p"),
    ]


def _input_volume(w: Windows) -> Any:
    """The input volume."""
    if not w.volume:
        return None
    return volume_in_order(tuple([axis.n for axis in w.axes]), w.c_in, w.order)


def _kernel_volume(w: Windows) -> Any:
    """The volume of one filter, or of all of them."""
    if not w.volume or w.pool:
        return None
    sides = tuple([axis.k for axis in w.axes])
    return [
        Way(volume_in_order(sides, w.c_in, w.order), "k × k × cin"),
        Way(volume_in_order(sides, w.filters, w.order), "k × k × cout"),
    ]


def _one_axis(w: Windows) -> Any:
    """One side of the map left unchanged."""
    found = sizes(w._replace(fit="floor", volume=False, scalar=False))
    if not w.volume or not isinstance(found, tuple) or len(found) < 2:
        return None
    return [
        volume_in_order((w.axes[0].n, *found[1:]), w.filters, w.order),
        volume_in_order((*found[:-1], w.axes[-1].n), w.filters, w.order),
    ]


def _depth_by_size(w: Windows) -> list[Any]:
    """The depth computed with the window formula, like height and width."""
    found = sizes(w._replace(fit="floor", volume=False, scalar=False))
    if not w.volume or not isinstance(found, tuple):
        return []
    shrunk = w.c_in - w.axes[0].n + found[0]
    return [
        Way(_depth(w, found[0]), "depth as the height"),
        Way(_depth(w, shrunk), "depth made smaller like height and width") if shrunk > 0 else None,
        Way(_depth(w, max(w.filters // w.axes[0].s, 1)), "depth/s") if w.axes[0].s > 1 else None,
    ]


def _sides_and_depth(w: Windows | Padded) -> tuple[list[int], int]:
    """The sides of the right volume, and its channels."""
    if isinstance(w, Padded):
        volume = padded_volume(w)
    else:
        found = sizes(w._replace(fit="floor"))
        if not w.volume or not isinstance(found, tuple):
            raise ValueError
        volume = found
    *sides, depth = volume if w.order == "hwc" else (*volume[1:], volume[0])
    return sides, depth


mistake(
    "vol.sides-only", "volume padded", "height and width without the channels", "h × w",
    lambda w: tuple(_sides_and_depth(w)[0]) if len(_sides_and_depth(w)[0]) > 1 else None,
    "A volume has channels too. How many output maps are there?",
)  # fmt: skip


def _one_number(w: Windows | Padded) -> Any:
    """One number of the volume, or several multiplied, as a single number."""
    sides, depth = _sides_and_depth(w)
    return [
        Way(sides[0], "h") if len(set(sides)) == 1 else None,
        Way(depth, "c"),
        Way(formulas.product(sides), "h·w") if len(sides) > 1 else None,
        Way(formulas.product(sides) * depth, "h·w·c"),
    ]


mistake(
    "vol.one-number", "volume padded", "one number for a volume", "h", _one_number,
    "A volume is written with all its numbers: each side and the channels.",
)  # fmt: skip
mistake(
    "vol.padded-depth", "volume", "padding through the depth", "depth cin + 2p", _padded_depth,
    "Padding adds rows and columns, not channels.",
    seldom=True,
)  # fmt: skip
mistake(
    "vol.input", "volume", "answered with the input volume", "n × n × cin", _input_volume,
    "That is the input volume.",
    seldom=True,
)  # fmt: skip
mistake(
    "vol.kernel", "volume", "answered with the volume of a filter", "k × k × cin", _kernel_volume,
    "That is the size of the filter. How many positions does it have?",
    seldom=True,
)  # fmt: skip
mistake(
    "vol.one-axis", "volume", "only one side worked out", "one side stays n", _one_axis,
    "The window moves along both sides.",
    seldom=True,
)  # fmt: skip
mistake(
    "vol.depth-by-size", "volume", "depth treated like height and width", "depth as the height",
    _depth_by_size,
    "What decides the number of output maps?",
    seldom=True,
)  # fmt: skip
mistake(
    "vol.depth-added", "volume", "channels added to the filters, or subtracted", "cin + cout",
    lambda w: [
        Way(_depth(w, w.c_in + w.filters), "depth cin + cout"),
        Way(_depth(w, abs(w.filters - w.c_in)), "depth cout − cin") if w.filters != w.c_in else None,
        Way(_depth(w, w.axes[0].k), "depth k"),
        Way(_depth(w, max(w.filters // 2, 1)), "depth cout/2"),
        Way(_depth(w, 2 * w.filters), "depth 2·cout"),
    ]
    if w.volume and not w.pool
    else None,
    "Each filter makes one map. How many filters are there?",
    seldom=True,
)  # fmt: skip
mistake(
    "vol.pool-depth-times", "volume", "a pool that changes the depth", "c·k or c·s",
    lambda w: [
        Way(_depth(w, w.c_in * w.axes[0].k), "depth c·k"),
        Way(_depth(w, max(w.c_in // 2, 1)), "depth ⌊c/2⌋"),
        Way(_depth(w, 2 * w.c_in), "depth 2c"),
    ]
    if w.volume and w.pool
    else None,
    "A pool works on each channel separately.",
    seldom=True,
)  # fmt: skip

# -------------------------------------------------------------------------------- flattening


def _is_pool(row: Row) -> bool:
    """Whether a layer makes a map smaller without parameters."""
    return not row.weights and len(row.output) > 1 and row.computes


def _early(w: Flat) -> list[Any]:
    """A volume other than the last one flattened."""
    earlier = w.shapes[-2::-1]
    maps = [Way(formulas.product(shape[1:]), "h·w of another volume") for shape in earlier]
    return [*map(formulas.product, earlier), *maps]


mistake(
    "vol.flatten-no-depth", "flatten", "flattened without the channels", "h·w",
    lambda w: formulas.product(w.shapes[-1][1:]) if len(w.shapes[-1]) > 1 else None,
    "Flattening keeps the values of all channels.",
)  # fmt: skip
mistake(
    "vol.flatten-early", "flatten", "flattened before the last layers, or one side or map of them",
    "h·w·c of another volume",
    _early,
    "Compute all shapes again from the first layer; one of them is different from yours.",
)  # fmt: skip
mistake(
    "vol.flatten-one-axis", "flatten", "one side of the map, or only the channels", "h·c",
    lambda w: [
        Way(w.shapes[-1][1] * w.shapes[-1][0], "h·c"),
        Way(w.shapes[-1][0], "c"),
        Way(w.shapes[-1][1], "h"),
    ]
    if len(w.shapes[-1]) > 2
    else None,
    "Flattening keeps height, width and channels.",
)  # fmt: skip
mistake(
    "vol.flatten-added", "flatten", "added instead of multiplied", "h + w + c",
    lambda w: [
        Way(sum(w.shapes[-1]), "h + w + c"),
        Way(formulas.product(w.shapes[-1][1:]) + w.shapes[-1][0], "h·w + c"),
    ],
    "Each channel has its own map: multiply.",
    seldom=True,
)  # fmt: skip
mistake(
    "vol.flatten-depth", "flatten", "the channels of another volume", "h·w·(channels of another volume)",
    lambda w: [
        formulas.product(w.shapes[-1][1:]) * channels
        for channels in dict.fromkeys(
            [shape[0] for shape in reversed(w.shapes[:-1])] + [sum(s[0] for s in w.shapes[1:])]
        )
    ]
    if len(w.shapes[-1]) > 1
    else None,
    "How many filters does the last convolution have?",
    seldom=True,
)  # fmt: skip

# ---------------------------------------------------------- too many layers, or too few

_NETWORK = "flatten volume"


def _another_volume(w: Windows) -> list[Any]:
    """The volumes of the layers before the last one, and the input."""
    rows = w.rows
    shapes = [row.output for row in rows[-2::-1]] + [row.input for row in rows[:1]]
    axes = len(w.axes)
    sides = tuple([axis.floor for axis in w.axes])
    return [
        *(volume_in_order(s[1:], s[0], w.order) for s in shapes if len(s) == axes + 1),
        *(Way(volume_in_order(sides, s[0], w.order), "channels of another row") for s in shapes),
    ]


mistake(
    "net.another-layer", "volume", "the volume of another layer", "another row", _another_volume,
    "That is what another layer gives. Which layer is asked for?",
)  # fmt: skip

mistake(
    "net.pool-missing", _NETWORK, "a pool left out", "without one of the pools",
    lambda w: answers(w, [*without(w, _is_pool)]),
    "Go through the layers again: is there a pool that you left out?",
    carried="model",
)  # fmt: skip
mistake(
    "net.pool-twice", _NETWORK, "a pool too many", "with one of the pools twice",
    lambda w: answers(w, [*with_another(w, _is_pool)]),
    "Go through the layers again: how many pools are there?",
    carried="model",
)  # fmt: skip
mistake(
    "net.layer-missing", "", "a layer left out", "without one of the layers",
    lambda w: answers(w, [*without(w, lambda row: bool(row.weights))]),
    "Go through the layers again: did you leave one out?",
    carried=f"{_NETWORK} model",
    seldom=True,
)  # fmt: skip
mistake(
    "net.layer-twice", "", "a layer too many", "with one of the layers twice",
    lambda w: answers(w, [*with_another(w, lambda row: bool(row.weights))]),
    "Go through the layers again: how many are there?",
    carried=f"{_NETWORK} model",
    seldom=True,
)  # fmt: skip
mistake(
    "net.grey-for-colour", "model", "an image of another number of channels", "cin = 1 or 3",
    lambda w: [
        way
        for channels in (1, 3)
        if w.rows[0].input[0] != channels
        for way in answers(w, on_channels(w, channels), f"cin = {channels}")
    ],
    "How many channels does the image have?",
)  # fmt: skip
