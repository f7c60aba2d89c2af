"""Convolutions and pools as operators of ONNX."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product as every_of
from math import comb, prod
from typing import Any

from convcalc.interop.writers.onnx_graph import At, CannotSayError, operator
from convcalc.layers.window import Axis

Pairs = list[tuple[int, int]]


def _placed(at: At, x: str, outside: float = 0.0, *, inside: bool = False) -> tuple[str, Pairs]:
    """A map and its padding; ONNX rounds down, but with them finds as many windows as the layer.

    Args:
        at: the layer.
        x: the map.
        outside: the value of the cells around it.
        inside: whether these cells become part of the map.
    """
    windows, out = at.layer.windows(at.shape), at.out[1:]
    pairs = [(axis.before, axis.after) for axis in windows]
    ends = [(o - 1) * a.s + a.effective_kernel for a, o in zip(windows, out)]  # of the last window
    if any(a.floor != o for a, o in zip(windows, out)):
        pairs = [(a.before, end - a.n - a.before) for a, end in zip(windows, ends)]
    short = [after < 0 for _, after in pairs]
    if not any(short) and not inside:
        return x, pairs
    x = at.pad(x, [(0, 0), *[(before, max(after, 0)) for before, after in pairs]], value=outside)
    if any(short):
        x = at.slices(x, [(place, 0, end, 1) for place, end in enumerate(ends, 1)], part="reached")
    return x, [(0, 0) for _ in pairs]


def _pads(pairs: Pairs) -> list[int]:
    """Padding in ONNX's order: all values before, then all values after."""
    return [before for before, _ in pairs] + [after for _, after in pairs]


def _slid(windows: Sequence[Axis], pairs: Pairs) -> dict[str, Any]:
    """The attributes of windows with this padding."""
    dilations = [axis.d for axis in windows]
    return {
        "kernel_shape": [axis.k for axis in windows],
        "strides": [axis.s for axis in windows],
        "pads": _pads(pairs),
        "dilations": dilations if any(d > 1 for d in dilations) else None,
    }


# ------------------------------------------------------------------------------- convolutions


def convolve(
    at: At, x: str, weight: str, bias: str = "", *, groups: int = 1, part: str = ""
) -> str:
    """The windows of the layer over a value, with a weight and, if there is one, a bias."""
    x, pairs = _placed(at, x)
    reads = [x, weight, bias] if bias else [x, weight]
    given = _slid(at.layer.windows(at.shape), pairs)
    return at.node("Conv", *reads, part=part, group=groups, **given)


def one_by_one(
    at: At, x: str, weight: str, bias: str = "", *, groups: int = 1, part: str = ""
) -> str:
    """A 1 × 1 convolution."""
    reads = [x, weight, bias] if bias else [x, weight]
    return at.node("Conv", *reads, part=part, group=groups)


def _bias(at: At) -> str:
    return at.array("bias") if at.has("bias") else ""


@operator("conv")
def _conv(at: At) -> str:
    if at.layer.connections is None:
        return convolve(at, at.x, at.array("weight"), _bias(at), groups=at.layer.groups)
    return _conv_by_table(at, at.layer.connections)


def _conv_by_table(at: At, table: Sequence[Sequence[int]]) -> str:
    """A convolution for each output map, on the maps that it sees."""
    lengths = [len(row) for row in table]
    weights = at.split(at.array("weight"), lengths, 0, "weights")
    kernel = [axis.k for axis in at.layer.windows(at.shape)]
    made = []
    for row, weight in zip(table, weights):
        filters = at.node("Reshape", weight, at.whole(1, len(row), *kernel), part="filter")
        made.append(convolve(at, _maps(at, row), filters, part="map"))
    joined = at.node("Concat", *made, axis=1) if len(made) > 1 else made[0]
    if not at.has("bias"):
        return joined
    return at.node("Add", joined, at.array("bias", at.out[0], *(1,) * at.axes))


def _maps(at: At, row: Sequence[int]) -> str:
    """Some channels, one after the other."""
    if [*row] == [*range(at.shape[0])]:
        return at.x
    runs: list[list[int]] = []
    for channel in row:
        if runs and runs[-1][-1] + 1 == channel:
            runs[-1].append(channel)
        else:
            runs.append([channel])
    parts = [at.cut(at.x, 0, run[0], run[-1] + 1, part="maps") for run in runs]
    return at.node("Concat", *parts, axis=1, part="maps") if len(parts) > 1 else parts[0]


@operator("depthwise_conv")
def _depthwise(at: At) -> str:
    return convolve(at, at.x, at.array("weight"), _bias(at), groups=at.shape[0])


@operator("separable_conv")
def _separable(at: At) -> str:
    weight = at.array("depthwise_weight")
    maps = convolve(at, at.x, weight, groups=at.shape[0], part="depthwise")
    return one_by_one(at, maps, at.array("pointwise_weight"), _bias(at), part="pointwise")


@operator("local_conv")
def _local(at: At) -> str:
    """All windows as rows; each row times the weights of its position."""
    windows, out = at.layer.windows(at.shape), at.out[1:]
    channels, places, taps = at.shape[0], prod(out), prod([axis.k for axis in windows])
    x, _ = _placed(at, at.x, inside=True)
    read = [
        at.slices(
            x,
            [
                (place + 1, t * a.d, t * a.d + (o - 1) * a.s + 1, a.s)
                for place, (t, a, o) in enumerate(zip(tap, windows, out))
            ],
            part="tap",
        )
        for tap in every_of(*[range(axis.k) for axis in windows])
    ]
    columns = at.node("Concat", *read, axis=1, part="columns") if len(read) > 1 else read[0]
    rows = at.transpose(at.reshape(columns, taps * channels, places), 1, 0)
    rows = at.reshape(rows, places, 1, taps * channels, part="rows")
    weight = at.array("weight", at.out[0], places, channels, taps)
    weight = at.node("Transpose", weight, perm=[1, 3, 2, 0], part="weights")
    sides = at.whole(places, taps * channels, at.out[0])
    y = at.node("MatMul", rows, at.node("Reshape", weight, sides, part="weights"))
    y = at.transpose(at.reshape(y, places, at.out[0]), 1, 0)
    y = at.reshape(y, *at.out)
    return at.node("Add", y, at.array("bias")) if at.has("bias") else y


@operator("conv_transpose")
def _transposed(at: At) -> str:
    """ONNX's output padding is below the stride; more cells come from cut padding, then only the bias."""
    patches = [axis for axis, _ in at.layer.patches(at.shape)]
    ends = [(a.n - 1) * a.s + a.effective_kernel for a in patches]
    pairs = [(axis.before, axis.after) for axis in patches]
    extra = [o - end + sum(pair) for o, end, pair in zip(at.out[1:], ends, pairs)]
    is_usual = all(more < axis.s for more, axis in zip(extra, patches))
    if not is_usual:
        back = [min(more, after) for more, (_, after) in zip(extra, pairs)]
        pairs = [(before, after - cells) for (before, after), cells in zip(pairs, back)]
        extra = [more - cells for more, cells in zip(extra, back)]
    given = _slid(patches, pairs)
    given["output_padding"] = extra if is_usual and any(extra) else None
    bias = [_bias(at)] if at.has("bias") and is_usual else []
    x = at.node("ConvTranspose", at.x, at.array("weight"), *bias, group=at.layer.groups, **given)
    if is_usual:
        return x
    x = at.pad(x, [(0, 0), *[(0, more) for more in extra]])
    return at.node("Add", x, at.array("bias", at.out[0], *(1,) * at.axes)) if at.has("bias") else x


# ------------------------------------------------------------------------------- pools


@operator("maxpool")
def _maxpool(at: At) -> str:
    """Rounded up by ONNX itself if that is the same: it keeps windows that begin past the end."""
    windows = at.layer.windows(at.shape)
    is_usual = all(axis.before == axis.after < axis.k for axis in windows)
    up = [-(-axis.slack // axis.s) + 1 for axis in windows]
    is_up = at.layer.rounding() == "ceil" and any(a.floor != o for a, o in zip(windows, up))
    if is_up and is_usual and up == [*at.out[1:]]:
        pairs = [(axis.before, axis.after) for axis in windows]
        return at.node("MaxPool", at.x, ceil_mode=1, **_slid(windows, pairs))
    return _pool(at, "MaxPool", outside=float("-inf"))


@operator("lppool")
def _lppool(at: At) -> str:
    """ONNX ignores the sign of cells, PyTorch does not: an odd power is written as steps."""
    p = at.layer.norm_type
    if p % 2 == 0:
        return _pool(at, "LpPool", outside=0.0, p=p)
    windows = at.layer.windows(at.shape)
    x = at.node("Pow", at.x, at.numbers([p])) if p > 1 else at.x
    x, none = _placed(at, x, inside=True)
    mean = at.node("AveragePool", x, **_slid(windows, none))
    total = at.node("Mul", mean, at.numbers([prod([axis.k for axis in windows])]), part="sum")
    return at.node("Pow", total, at.numbers([1 / p]), part="root") if p > 1 else total


def _pool(at: At, op: str, *, outside: float, **attributes: Any) -> str:
    """Windows over a map for which padding with this value makes no difference."""
    windows = at.layer.windows(at.shape)
    x, pairs = _placed(at, at.x, outside)
    if _is_refused(windows, pairs):
        x, pairs = _placed(at, at.x, outside, inside=True)
    return at.node(op, x, **_slid(windows, pairs), **attributes)


def _is_refused(windows: Sequence[Axis], pairs: Pairs) -> bool:
    """Whether ONNX runtimes refuse a pool with this much padding."""
    return any(max(pair) >= axis.k for pair, axis in zip(pairs, windows))


@operator("avgpool")
def _avgpool(at: At) -> str:
    """Padding cells count if the layer says so; cells beyond the padding never count."""
    windows, x = at.layer.windows(at.shape), at.x
    pairs = [(axis.before, axis.after) for axis in windows]
    is_plain = all(axis.floor == o for axis, o in zip(windows, at.out[1:]))
    counts = at.layer.count_include_pad and any(map(any, pairs))
    if counts and (not is_plain or _is_refused(windows, pairs)):  # as cells of the map
        x, counts = at.pad(x, [(0, 0), *pairs]), False
        windows = [a._replace(n=a.padded_size, before=0, after=0) for a in windows]
        pairs = [(0, 0) for _ in windows]
    if not is_plain:
        x, pairs = _reached(at, x, windows)
    if any(max(pair) >= axis.effective_kernel for pair, axis in zip(pairs, windows)):
        message = "a window lies wholly outside the map, so its mean has no cells"
        raise CannotSayError(message)
    include = 1 if counts else None
    return at.node("AveragePool", x, count_include_pad=include, **_slid(windows, pairs))


def _reached(at: At, x: str, windows: Sequence[Axis]) -> tuple[str, Pairs]:
    """A map without cells at its end that no window reads, with padding for a window past its end."""
    beyond = [
        (o - 1) * a.s + a.effective_kernel - a.before - a.n for a, o in zip(windows, at.out[1:])
    ]
    if min(beyond) < 0:
        ends = [a.n + min(cells, 0) for a, cells in zip(windows, beyond)]
        x = at.slices(x, [(place, 0, end, 1) for place, end in enumerate(ends, 1)], part="reached")
    return x, [(axis.before, max(cells, 0)) for axis, cells in zip(windows, beyond)]


@operator("subsample")
def _subsample(at: At) -> str:
    windows = at.layer.windows(at.shape)
    mean = at.node("AveragePool", at.x, **_slid(windows, [(0, 0) for _ in windows]))
    total = at.node("Mul", mean, at.numbers([prod([axis.k for axis in windows])]), part="sum")
    weight = at.array("weight", at.out[0], 1, *(1,) * at.axes, fill=1.0)
    return one_by_one(at, total, weight, at.array("bias"), groups=at.out[0])


@operator("global_avgpool")
def _global_avgpool(at: At) -> str:
    return at.node("GlobalAveragePool", at.x)


@operator("global_maxpool")
def _global_maxpool(at: At) -> str:
    return at.node("GlobalMaxPool", at.x)


@operator("adaptive_avgpool")
def _adaptive_avgpool(at: At) -> str:
    return _adaptive(at, "AveragePool", "ReduceMean")


@operator("adaptive_maxpool")
def _adaptive_maxpool(at: At) -> str:
    return _adaptive(at, "MaxPool", "ReduceMax")


def _adaptive(at: At, pool: str, reduce: str) -> str:
    """Equal windows as a pool; along an axis with unequal windows, each window separately."""
    x, sizes = at.x, [*zip(at.shape[1:], at.out[1:])]
    kernel = [1 if n % o else n // o for n, o in sizes]
    if max(kernel) > 1 or not any(n % o for n, o in sizes):
        x = at.node(pool, x, kernel_shape=kernel, strides=kernel)
    for place, (n, o) in enumerate(sizes, 1):
        if n % o:
            bins = [(i * n // o, -(-(i + 1) * n // o)) for i in range(o)]
            parts = [at.cut(x, place, first, stop, part="window") for first, stop in bins]
            axes = at.whole(place + 1)
            made = [at.node(reduce, part, axes, part="value") for part in parts]
            x = at.node("Concat", *made, axis=place + 1) if o > 1 else made[0]
    return x


@operator("unpool")
def _unpool(_: At) -> str:
    message = "MaxUnpool needs the pool that its maxima come from, and the network does not name it"
    raise CannotSayError(message)


@operator("blur_pool")
def _blur_pool(at: At) -> str:
    """The map mirrored at its border, convolved with a fixed kernel."""
    at.graph.fixed.append(at.step.name)
    windows = at.layer.windows(at.shape)
    taps = [axis.k for axis in windows]
    rows = [[comb(k - 1, t) / 2 ** (k - 1) for t in range(k)] for k in taps]
    kernel = at.numbers([prod(each) for each in every_of(*rows)], 1, 1, *taps)
    sides = at.whole(at.shape[0], 1, *taps)
    weight = at.node("Expand", kernel, sides, part="kernel")
    pairs = [(0, 0), *[(axis.before, axis.after) for axis in windows]]
    given = _slid(windows, [(0, 0) for _ in windows])
    return at.node("Conv", at.pad(at.x, pairs, mode="reflect"), weight, group=at.shape[0], **given)
