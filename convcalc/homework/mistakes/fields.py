"""Mistakes about receptive fields: in one layer, in dilations, and in the steps between units.

All take time proportional to the number of layers: the sums before and after each layer are
computed once for all mistakes.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate
from math import prod
from typing import Any, NamedTuple

from convcalc.homework.mistakes.base import Way, mistake
from convcalc.homework.questions.quantities import Rf, rf_size

_MOST_EARLIER = 30  # most layers
_MOST_PLACES = 20  # most positions of one mistake; more would explain every number
_MOST = 10**15  # nobody answers with a larger product


def _field(
    name: str, about: str, formula: str, wrong: Any, line: str, *, seldom: bool = True
) -> None:
    """A mistake about receptive fields."""
    mistake(f"rf.{name}", "rf", about, formula, wrong, line, seldom=seldom)


def _asked(quantities: Rf, side: int) -> int:
    """A side in the form that the question asks for."""
    return side**quantities.axes if quantities.pixels else side


def _side(quantities: Rf) -> int:
    """The right side in pixels."""
    return rf_size(quantities._replace(pixels=False))


class _Place(NamedTuple):
    """A layer, and the sums before and after it.

    Attributes:
        k, s, d: its kernel, stride and dilation.
        jump: the pixels between neighbouring cells that it reads.
        before, after: the pixels that the layers before and after it add.
    """

    k: int
    s: int
    d: int
    jump: int
    before: int
    after: int

    @property
    def adds(self) -> int:
        """The pixels that it adds."""
        return self.d * (self.k - 1) * self.jump


def _jumps(layers: tuple[Any, ...]) -> Iterator[int]:
    """The product of the strides before each layer."""
    return accumulate([layer.s for layer in layers[:-1]], int.__mul__, initial=1)


def _places(quantities: Rf) -> list[_Place]:
    """The layers with different effects; none if there are too many different ones."""
    found: dict[tuple[int, ...], _Place] = {}
    before, whole = 0, _side(quantities) - 1
    for layer, jump in zip(quantities.layers, _jumps(quantities.layers)):
        adds = layer.d * (layer.k - 1) * jump
        if adds or layer.s > 1:
            place = _Place(layer.k, layer.s, layer.d, jump, before, whole - before - adds)
            found.setdefault(place[:4], place)
        before += adds
    return [*found.values()] if len(found) <= _MOST_PLACES else []


def _ways(quantities: Rf, found: list[tuple[int, str]]) -> list[Way]:
    """Sides and their formulas, in the form that the question asks for."""
    return [Way(_asked(quantities, side), text) for side, text in found if side > 0]


def _another(w: Rf) -> list[Way]:
    """One of the layers twice, and one left out."""
    if len(w.layers) < 2:
        return []
    found = []
    for each in _places(w):
        again = 1 + each.before + each.adds + (each.adds + each.after) * each.s
        found.append((again, "a layer twice"))
        found.append((1 + each.before + each.after // each.s, "a layer left out"))
    return _ways(w, found)


def _one_layer(w: Rf) -> list[Way]:
    """A mistake in one layer; the same in all layers is another mistake."""
    right, found = _side(w), []
    several = len(w.layers) > 1
    for each in _places(w) if several else []:
        if each.s > 1:
            text = "1 + Σ d·(k − 1)·(strides before), one stride left out"
            found.append((1 + each.before + each.adds + each.after // each.s, text))
            found.append(
                (
                    right + each.adds * (each.s - 1),
                    "1 + Σ d·(k − 1)·(strides before), in one layer also its own",
                )
            )
        if each.d > 1:
            less = (each.d - 1) * (each.k - 1) * each.jump
            found.append((right - less, "1 + Σ d·(k − 1)·(strides before), one dilation left out"))
        found.append(
            (
                right + each.d * each.jump,
                "1 + Σ d·(k − 1)·(strides before), k for k − 1 in one layer",
            )
        )
    return _ways(w, found)  # fmt: skip


def _earlier(w: Rf) -> list[Way]:
    """The fields after fewer layers, the last ones first."""
    sides = [1]
    for layer, jump in zip(w.layers, _jumps(w.layers)):
        sides.append(sides[-1] + layer.d * (layer.k - 1) * jump)
    return _ways(
        w,
        [(side, "after fewer layers") for side in sides[-3 : -_MOST_EARLIER - 1 : -1] if side > 1],
    )


_field(
    "earlier-layer", "the receptive field of an earlier layer", "after fewer layers", _earlier,
    "That is what a unit of an earlier layer sees: go on to the last one.",
)  # fmt: skip

# -------------------------------------------------------------------------------- dilations


def _is_dilated(w: Rf) -> bool:
    """Whether a kernel has gaps."""
    return any(layer.d > 1 for layer in w.layers)


def _stacks(w: Rf) -> int:
    """How often the same layers are repeated, such as dilations 1, 2, 4, 1, 2, 4."""
    if w.blocks > 1:
        return w.blocks
    layers = w.layers
    first = layers[0]
    again = [place for place in range(2, len(layers) // 2 + 1) if layers[place] == first]
    for period in again[:_MOST_PLACES]:
        if len(layers) % period == 0 and layers == layers[:period] * (len(layers) // period):
            return len(layers) // period if len(set(layers[:period])) > 1 else 1
    return 1


def _last_dilation(w: Rf) -> list[Way]:
    """The last dilation in place of all of them."""
    last, stacks = w.layers[-1], _stacks(w)
    if not _is_dilated(w):
        return []
    found = [
        (last.k * last.d, "k·d, of the last layer"),
        (last.d * (last.k - 1) + 1, "d·(k − 1) + 1, of the last layer"),
        (
            1 + sum([(each.k - 1) * last.d for each in w.layers]),
            "1 + Σ (k − 1)·d, each with the last d",
        ),
    ]
    if stacks > 1:
        found += [
            (last.k * last.d * stacks, "k·d·(stacks), of the last layer"),
            ((last.d * (last.k - 1) + 1) * stacks, "(d·(k − 1) + 1)·(stacks), of the last layer"),
        ]
    return _ways(w, found)  # fmt: skip


def _one_stack(w: Rf) -> list[Way]:
    """One of several equal stacks, or their fields added up."""
    stacks = _stacks(w)
    if stacks < 2:
        return []
    one = w._replace(layers=w.layers[: len(w.layers) // stacks], blocks=1, pixels=False)
    side = rf_size(one)
    found = [(side, "the field of one stack"), (stacks * side, "(stacks)·(field of one)")]
    return _ways(w, [*found, ((stacks * (side - 1)), "(stacks)·(field of one − 1)")])


def _dilations(w: Rf) -> list[Way]:
    """Dilations added up, or multiplied like strides."""
    if not _is_dilated(w):
        return []
    total = sum([layer.d for layer in w.layers])
    kernel, largest = w.layers[-1].k, max(layer.d for layer in w.layers)
    r, apart = 1, 1
    for layer in w.layers:
        apart *= layer.d
        r += (layer.k - 1) * apart
        apart *= layer.s
        if apart > _MOST:
            break
    found = [
        (total, "Σ d"),
        (total + 1, "Σ d + 1"),
        (kernel * total, "k·Σ d"),
        (kernel + total, "k + Σ d"),
        (2 * largest, "2·(the largest d)"),
    ]
    return _ways(
        w, [(r, "1 + Σ (k − 1)·(dilations up to it)"), *found] if apart <= _MOST else found
    )


def _spread(w: Rf, more: int) -> Rf | None:
    """The dilation added to the kernel."""
    if not _is_dilated(w):
        return None
    wide = [layer._replace(k=layer.k + layer.d - more, d=1) if layer.d > 1 else layer for layer in w.layers]  # fmt: skip
    return w._replace(layers=tuple(wide))


_field(
    "last-dilation", "the last dilation used for all layers", "k·d, of the last layer", _last_dilation,
    "Every layer adds to the field by its own dilation.",
)  # fmt: skip
_field(
    "stacks", "one of several equal stacks, or their fields added up", "the field of one stack", _one_stack,
    "Each stack starts from what the stack before it sees: how many pixels does it add?",
)  # fmt: skip
_field(
    "dilation-sum", "dilations added up, or multiplied as strides are", "k·Σ d", _dilations,
    "A dilation spreads one kernel: it counts for its own layer only.",
)  # fmt: skip
_field(
    "dilation-added", "dilation added to the kernel", "k + d − 1 for d·(k − 1) + 1",
    lambda w: [
        Way(_spread(w, 1), "k + d − 1 for d·(k − 1) + 1"),
        Way(_spread(w, 0), "k + d for d·(k − 1) + 1"),
    ],
    "There are k − 1 gaps in a kernel, and each of them becomes d wide.",
)  # fmt: skip

# ------------------------------------------------------------------- strides, and working back


def _is_strided(w: Rf) -> bool:
    """Whether there is a stride."""
    return any(layer.s > 1 for layer in w.layers)


def _all_strides(w: Rf) -> list[Way]:
    """All strides counted for each layer, or for the whole field."""
    total = prod([layer.s for layer in w.layers])
    if total == 1 or total > _MOST:
        return []
    plain = sum([layer.d * (layer.k - 1) for layer in w.layers])
    return _ways(
        w,
        [
            (1 + plain * total, "1 + Σ (k − 1)·(all strides)"),
            ((1 + plain) * total, "(1 + Σ (k − 1))·(all strides)"),
            (_side(w) * total, "r·(all strides)"),
            (_side(w) + total - 1, "r + (all strides) − 1"),
            (sum([layer.k for layer in w.layers]) * total, "Σ k · (all strides)"),
        ],
    )


def _other_jumps(w: Rf) -> list[Way]:
    """The strides before a layer added, or only the one just before it."""
    if not _is_strided(w):
        return []
    added = previous = 1
    total, last = 0, 1
    for layer in w.layers:
        added += layer.d * (layer.k - 1) * (total or 1)
        previous += layer.d * (layer.k - 1) * last
        total, last = total + layer.s, layer.s
    return _ways(
        w,
        [
            (previous, "1 + Σ (k − 1)·(the stride just before)"),
            (added, "1 + Σ (k − 1)·(sum of the strides before)"),
            (1 + sum([layer.k - layer.s for layer in w.layers]), "1 + Σ (k − s)"),
            (sum([layer.k * layer.s for layer in w.layers]), "Σ k·s"),
            (sum([layer.k + layer.s for layer in w.layers]), "Σ (k + s)"),
        ],
    )


def _last_step(w: Rf) -> list[Way]:
    """Only the last layer, in pixels."""
    if len(w.layers) < 2 or not _is_strided(w):
        return []
    *_, jump = _jumps(w.layers)
    last = w.layers[-1]
    found = [
        (last.k * jump, "k·(strides before), of the last layer"),
        (last.d * (last.k - 1) * jump, "(k − 1)·(strides before), of the last layer"),
        (last.d * (last.k - 1) * jump + 1, "1 + (k − 1)·(strides before), of the last layer"),
        (jump, "strides before the last layer"),
    ]
    return _ways(w, found) if jump <= _MOST else []


_BACK = (
    ("r·s + k, from the last layer to the first", 0, 0),
    ("r·s + k − 1, from the last layer to the first", 0, 1),
    ("(r − 1)·s + k − 1, from the last layer to the first", 1, 1),
)


def _back(w: Rf) -> list[Way]:
    """Mistakes in the rule for going back through the layers: (r − 1)·s + k."""
    found = []
    for text, off, less in _BACK:
        r = 1
        for layer in reversed(w.layers):
            r = (r - off) * layer.s + layer.d * (layer.k - 1) + 1 - less
            if r > _MOST:
                break
        found.append((r, text))
    return _ways(w, [each for each in found if each[0] <= _MOST])


def _strides_of(w: Rf, *, pools: bool) -> Rf | None:
    """Without the strides of the pools, or without those of the other layers."""
    changed = [
        layer._replace(s=1) if (layer.k == layer.s > 1) == pools else layer for layer in w.layers
    ]
    left = any(layer.s > 1 for layer in changed)
    return w._replace(layers=tuple(changed)) if left and _is_strided(w) else None


_field(
    "some-strides", "strides of pools ignored, or those of the other layers",
    "1 + Σ (k − 1)·(strides before), without those of the pools",
    lambda w: [
        Way(_strides_of(w, pools=True), "1 + Σ (k − 1)·(strides before), without those of the pools"),
        Way(_strides_of(w, pools=False), "1 + Σ (k − 1)·(strides before), with those of the pools only"),
    ],
    "Every stride counts for the layers after it, whether it is one of a pool or of a convolution.",
)  # fmt: skip
_field(
    "all-strides", "all strides counted for every layer", "1 + Σ (k − 1)·(all strides)", _all_strides,
    "For a layer only the strides before it count.",
)  # fmt: skip
_field(
    "other-strides", "strides added, or only the one just before", "1 + Σ (k − 1)·(the stride just before)",
    _other_jumps,
    "How far apart in the image are two neighbouring cells that this layer reads?",
)  # fmt: skip
_field(
    "last-step", "only the last layer, in pixels", "k·(strides before), of the last layer", _last_step,
    "That is what the last layer adds: what do the layers before it add?",
)  # fmt: skip
_field(
    "back", "a mistake in the rule that goes back through the layers", "r·s + k, from the last layer to the first",
    _back,
    "Going back, r windows that are s apart cover (r − 1)·s + k cells.",
)  # fmt: skip
_field(
    "radius", "half of the field, or the field used as its half", "(r − 1)/2 or 2·r + 1",
    lambda w: _ways(w, [
        (_side(w) // 2, "⌊r/2⌋"), (-(-_side(w) // 2), "⌈r/2⌉"), (2 * _side(w) - 1, "2·r − 1"),
        (2 * _side(w) + 1, "2·r + 1"), (2 * _side(w), "2·r"),
    ]),
    "Is that the whole width of the field, from end to end?",
)  # fmt: skip


def _from_counts(w: Rf) -> list[Way]:
    """Answers only from the kernel and the number of layers."""
    depth, kernel = len(w.layers), w.layers[0].k
    if depth < 2 or len({layer.k for layer in w.layers}) > 1:
        return []
    found = [
        (depth * (kernel - 1), "L·(k − 1)"),
        (depth * kernel + 1, "L·k + 1"),
        (depth * kernel - 1, "L·k − 1"),
        (depth + kernel, "L + k"),
        (depth + kernel - 1, "L + k − 1"),
    ]
    return _ways(w, found)


_field(
    "counted-layers", "kernel and number of layers combined in another way", "L·(k − 1)", _from_counts,
    "The first layer sees k pixels; how many does each further one add?",
)  # fmt: skip

# --------------------------------------------------------------------------- in a network


def _paths(w: Rf) -> list[Way]:
    """Other ways through a network with branches."""
    found = [
        (w.narrow, "1 + Σ d·(k − 1)·(strides before), on the shortest path"),
        (w.every, "1 + Σ d·(k − 1)·(strides before), all branches one after the other"),
    ]
    plain = w._replace(pixels=False)
    return _ways(w, [(rf_size(plain._replace(layers=path)), text) for path, text in found if path])


_field(
    "branches", "the shortest of several paths, or all of them in a row",
    "1 + Σ d·(k − 1)·(strides before), on the shortest path", _paths,
    "Where paths meet, a unit sees what any of them sees: follow the one that sees most.",
    seldom=False,
)  # fmt: skip
_field(
    "next-layer", "the receptive field of the next layer", "with the next layer",
    lambda w: _ways(w, [(_side(w._replace(layers=w.layers + w.after)), "with the next layer")]) if w.after else None,
    "Which layer does the question ask about?",
    seldom=False,
)  # fmt: skip
_field(
    "gathered", "the whole image, because a layer reads a whole map", "n",
    lambda w: _asked(w, w.image) if w.gathers else None,
    "Follow the windows only: what does a unit see without gates and without norms over the whole map?",
    seldom=False,
)  # fmt: skip

# ------------------------------------------------------- in one of the layers: searched for last

_field(
    "another-layer", "one of the layers twice, or left out", "one more or less in the middle", _another,
    "Count the layers again: how many are there of each kind?",
)  # fmt: skip
_field(
    "one-layer", "a mistake in one of the layers", "1 + Σ d·(k − 1)·(strides before), one of them wrong", _one_layer,
    "Go through the layers again: each of them adds d·(k − 1) times all strides before it.",
)  # fmt: skip
