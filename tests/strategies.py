"""Random inputs for properties: windows that fit, layers of every kind, small networks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any, NamedTuple, TypeVar

from hypothesis import settings
from hypothesis import strategies as st

from convcalc.layers import Layer, every
from convcalc.network.network import Network, Node
from measured import measured_at_first

Shape = tuple[int, ...]
Options = dict[str, Any]
Test = TypeVar("Test", bound=Callable[..., None])


def _tried(share: float) -> Callable[[Test], Test]:
    """How often a property is tried, as a share of the profile's number.

    A property defined inside a test is also measured only at its first examples.
    """

    def decorate(test: Test) -> Test:
        handle: Any = test.hypothesis  # type: ignore[attr-defined]
        handle.inner_test = measured_at_first(handle.inner_test)
        return settings(max_examples=int(share * settings().max_examples), deadline=None)(test)

    return decorate


# The whole suite must stay fast.
often = _tried(3)
some = _tried(1)
few = _tried(0.4)
of_each = _tried(0.25)  # for a property of every kind, option or formula


class Window(NamedTuple):
    """One axis: input, kernel, stride, padding before and after, dilation."""

    n: int
    k: int
    s: int
    before: int
    after: int
    d: int

    @property
    def reach(self) -> int:
        """Cells from the first tap to the last, counted tap by tap."""
        return 1 + sum(self.d for _ in range(self.k - 1))

    @property
    def room(self) -> int:
        return self.n + self.before + self.after

    def starts(self) -> range:
        """The starts of the windows that fit, counted from the start of the padding."""
        return range(0, self.room - self.reach + 1, self.s)


@st.composite
def windows(draw: st.DrawFn, largest: int = 300) -> Window:
    """A window that fits at least once."""
    k, d = draw(st.integers(1, 12)), draw(st.integers(1, 5))
    before, after = draw(st.integers(0, 9)), draw(st.integers(0, 9))
    least = max(1, d * (k - 1) + 1 - before - after)
    n = draw(st.integers(least, least + largest))
    return Window(n, k, draw(st.integers(1, 9)), before, after, d)


# ------------------------------------------------------------------- layers of every kind


def layer_of(kind: str, **options: Any) -> Any:
    """A layer by the name of its kind."""
    return built(every()[kind], options)


def built(cls: type[Layer], options: Mapping[str, Any]) -> Any:
    """A layer from its options by name; names that are also methods are fields with a _ at their end."""
    known = {field.name for field in fields(cls)}
    return cls(**{name if name in known else f"{name}_": value for name, value in options.items()})


PROVEN = [kind for kind, cls in every().items() if cls.is_proven]
"""The kinds that have a witness."""


class Made(NamedTuple):
    """A layer, its options, and input shapes."""

    layer: Layer
    options: Options
    shapes: tuple[Shape, ...]

    @property
    def out(self) -> Shape:
        return self.layer.out_shape(*self.shapes)

    def __repr__(self) -> str:
        return f"{self.layer.kind}({self.options}) on {self.shapes}"


def maps(least: int = 1, most: int = 7, channels: int = 4) -> st.SearchStrategy[Shape]:
    """(C, L), (C, H, W) or (C, D, H, W), small enough to compute by hand."""
    sides = st.integers(least, most)
    return st.one_of(
        st.tuples(st.integers(1, channels), sides),
        st.tuples(st.integers(1, channels), sides, sides),
        st.tuples(st.integers(1, channels), *(st.integers(least, max(least, 4)),) * 3),
    )


@st.composite
def per_axis(draw: st.DrawFn, axes: int, least: int, most: int) -> Any:
    """One number for all axes, or one per axis."""
    if draw(st.booleans()):
        return draw(st.integers(least, most))
    return tuple(draw(st.integers(least, most)) for _ in range(axes))


def chosen(options: Options, draw: st.DrawFn) -> Options:
    """Some of the options; those left out keep their defaults."""
    return {name: value for name, value in options.items() if draw(st.booleans())}


def listed(value: Any, axes: int) -> tuple[int, ...]:
    """One number per axis."""
    return value if isinstance(value, tuple) else (value,) * axes


def divisors(number: int) -> list[int]:
    """The divisors of a number."""
    return [d for d in range(1, number + 1) if number % d == 0]


AXES = {
    2: ("channels", "length"),
    3: ("channels", "height", "width"),
    4: ("channels", "depth", "height", "width"),
}


def named(shape: Shape, place: int) -> st.SearchStrategy[int | str]:
    """The names of one axis: its word, and its number from either end."""
    return st.sampled_from([AXES[len(shape)][place], place, place - len(shape)])


def axis_of(shape: Shape) -> st.SearchStrategy[int | str]:
    """An axis of a map, by one of its names."""
    return st.integers(0, len(shape) - 1).flatmap(lambda place: named(shape, place))


@st.composite
def axes_of(draw: st.DrawFn, shape: Shape) -> tuple[int | str, ...]:
    """Some axes of a map, each once."""
    places = draw(st.lists(st.integers(0, len(shape) - 1), min_size=1, unique=True))
    return tuple(draw(named(shape, place)) for place in places)


@st.composite
def windowed(
    draw: st.DrawFn,
    *,
    dilated: bool = True,
    padded: bool = True,
    fits: bool = True,
    pool: bool = False,
) -> tuple[Options, Shape]:
    """Options of a window, and a map on which it fits."""
    axes = draw(st.integers(1, 3))
    kernel = draw(per_axis(axes, 1, 3))
    options: Options = {"kernel_size": kernel}
    stride = draw(per_axis(axes, 1, 3))
    dilation = draw(per_axis(axes, 1, 2)) if dilated else 1
    given = chosen({"stride": stride, "dilation": dilation}, draw)
    if not dilated:
        given.pop("dilation", None)
    options |= given
    spans = [
        d * (k - 1) + 1
        for k, d in zip(listed(kernel, axes), listed(options.get("dilation", 1), axes))
    ]
    if padded and draw(st.booleans()):
        most = [min(span - 1, 2) if pool else 2 for span in spans]
        words = ["valid", "same", "same_lower", "full"]
        words += ["causal"] if axes == 1 and not pool else []
        options["padding"] = draw(
            st.one_of(
                st.sampled_from(words),
                st.integers(0, min(most)),
                st.tuples(*(st.integers(0, m) for m in most)),
                st.tuples(*(st.tuples(st.integers(0, m), st.integers(0, m)) for m in most)),
            )
        )
    overhang = [0] * axes
    if fits and draw(st.booleans()):
        options["fit"] = draw(st.sampled_from(["floor", "ceil", "caffe"]))
        if options["fit"] != "floor":  # the only window may go past the end by less than a stride
            given_stride = options.get("stride", kernel if pool else 1)
            overhang = [s - 1 for s in listed(given_stride, axes)]
    sides = [st.integers(max(1, s - over), s + 4) for s, over in zip(spans, overhang)]
    return options, (draw(st.integers(1, 4)), *map(draw, sides))


Drawn = tuple[Options, tuple[Shape, ...]]
KIND_STRATEGIES: dict[str, Callable[[], st.SearchStrategy[Drawn]]] = {}


def of_kind(
    *kinds: str,
) -> Callable[[Callable[[st.DrawFn, str], Drawn]], Callable[[st.DrawFn, str], Drawn]]:
    """Register how options and shapes of some kinds are drawn."""

    def keep(function: Callable[[st.DrawFn, str], Drawn]) -> Callable[[st.DrawFn, str], Drawn]:
        for kind in kinds:

            @st.composite
            def drawn(draw: st.DrawFn, kind: str = kind) -> Drawn:
                return function(draw, kind)

            KIND_STRATEGIES[kind] = drawn
        return function

    return keep


def maybe(draw: st.DrawFn, name: str, values: st.SearchStrategy[Any]) -> Options:
    """An option, or its default."""
    return {name: draw(values)} if draw(st.booleans()) else {}


@of_kind("conv")
def _conv(draw: st.DrawFn, kind: str) -> Drawn:
    options, (channels, *sides) = draw(windowed())
    options["out_channels"] = draw(st.integers(1, 4))
    how = draw(st.sampled_from(["plain", "groups", "connections"]))
    if how == "groups":
        groups = draw(st.integers(1, 3))
        options |= {"groups": groups, "out_channels": groups * draw(st.integers(1, 2))}
        channels = groups * draw(st.integers(1, 2))
    elif how == "connections":
        rows = st.lists(st.integers(0, channels - 1), min_size=1, unique=True).map(tuple)
        options["connections"] = tuple(draw(rows) for _ in range(options["out_channels"]))
    return options | maybe(draw, "bias", st.booleans()), ((channels, *sides),)


@of_kind("depthwise_conv")
def _depthwise(draw: st.DrawFn, kind: str) -> Drawn:
    options, shape = draw(windowed())
    options |= maybe(draw, "multiplier", st.integers(1, 3)) | maybe(draw, "bias", st.booleans())
    return options, (shape,)


@of_kind("separable_conv")
def _separable(draw: st.DrawFn, kind: str) -> Drawn:
    options, shape = draw(windowed())
    options |= maybe(draw, "multiplier", st.integers(1, 3)) | maybe(draw, "bias", st.booleans())
    return options | {"out_channels": draw(st.integers(1, 4))}, (shape,)


@of_kind("local_conv")
def _local(draw: st.DrawFn, kind: str) -> Drawn:
    options, shape = draw(windowed())
    options |= maybe(draw, "bias", st.booleans()) | {"out_channels": draw(st.integers(1, 3))}
    return options, (shape,)


@of_kind("conv_transpose")
def _transposed(draw: st.DrawFn, kind: str) -> Drawn:
    axes = draw(st.integers(1, 3))
    groups = draw(st.integers(1, 2))
    options: Options = {
        "out_channels": groups * draw(st.integers(1, 2)),
        "kernel_size": draw(per_axis(axes, 1, 4)),
    }
    options |= maybe(draw, "stride", per_axis(axes, 1, 3))
    options |= maybe(draw, "dilation", per_axis(axes, 1, 2)) | maybe(draw, "bias", st.booleans())
    options |= {"groups": groups} if groups > 1 else {}
    options |= maybe(draw, "size_rule", st.sampled_from(["pytorch", "keras"]))
    padding = draw(st.sampled_from(["none", "word", "numbers"]))
    strides = listed(options.get("stride", 1), axes)
    dilations = listed(options.get("dilation", 1), axes)
    if padding == "word":
        options["padding"] = draw(st.sampled_from(["valid", "same", "same_lower"]))
    elif padding == "numbers":
        # cut no more than the first input writes, so that something remains
        spans = [d * (k - 1) + 1 for k, d in zip(listed(options["kernel_size"], axes), dilations)]
        cuts = [st.integers(0, (span - 1) // 2) for span in spans]
        options["padding"] = draw(
            st.one_of(st.tuples(*cuts), st.tuples(*(st.tuples(cut, cut) for cut in cuts)))
        )
    if padding != "word" and draw(st.booleans()):
        options["output_padding"] = tuple(
            draw(st.integers(0, max(s, d) - 1)) for s, d in zip(strides, dilations)
        )
    shape = (groups * draw(st.integers(1, 2)), *(draw(st.integers(1, 4)) for _ in range(axes)))
    if draw(st.booleans()):
        options["output_shape"] = draw(_reached(options, shape))
    return options, (shape,)


@st.composite
def _reached(draw: st.DrawFn, options: Options, shape: Shape) -> tuple[int, ...]:
    """Possible sizes of a transposed convolution; with cuts it has no output padding."""
    axes, padding, sizes = len(shape) - 1, options.get("padding", 0), []
    is_cut = not isinstance(padding, str) and str(padding).strip("(0, )") != ""
    if is_cut:
        options.pop("output_padding", None)
    for axis, n in enumerate(shape[1:]):
        k, s, d = (
            listed(options.get(name, 1), axes)[axis]
            for name in ("kernel_size", "stride", "dilation")
        )
        cut = listed(padding, axes)[axis] if is_cut else 0
        end = (n - 1) * s + d * (k - 1) + 1 - (sum(cut) if isinstance(cut, tuple) else 2 * cut)
        sizes.append(draw(st.integers(end if is_cut else 1, end + max(s, d) - 1)))
    return tuple(sizes)


@of_kind("maxpool", "avgpool", "lppool")
def _pool(draw: st.DrawFn, kind: str) -> Drawn:
    options, shape = draw(windowed(pool=True))
    if options.get("fit", "floor") != "caffe":
        options |= maybe(draw, "ceil_mode", st.booleans())
    if kind == "avgpool":
        options |= maybe(draw, "count_include_pad", st.booleans())
    if kind == "lppool":
        options |= maybe(draw, "norm_type", st.integers(1, 3))
    return options, (shape,)


@of_kind("subsample")
def _subsample(draw: st.DrawFn, kind: str) -> Drawn:
    options, shape = draw(windowed(dilated=False, padded=False, fits=False))
    return options, (shape,)


@of_kind("unpool")
def _unpool(draw: st.DrawFn, kind: str) -> Drawn:
    shape = draw(maps())
    kernel = draw(st.integers(2, 3))
    options: Options = {"kernel_size": kernel}
    options |= maybe(draw, "stride", st.integers(kernel, kernel + 1))
    return options | maybe(draw, "padding", st.integers(0, 0)), (shape,)


@of_kind("adaptive_avgpool", "adaptive_maxpool")
def _adaptive(draw: st.DrawFn, kind: str) -> Drawn:
    shape = draw(maps())
    return {"output_size": draw(per_axis(len(shape) - 1, 1, 6))}, (shape,)


@of_kind("linear", "rbf")
def _linear(draw: st.DrawFn, kind: str) -> Drawn:
    options: Options = {"out_features": draw(st.integers(1, 9))}
    if kind == "linear":
        options |= maybe(draw, "bias", st.booleans())
        if draw(st.booleans()):
            shape = draw(maps(most=4))
            return options | {"axis": draw(axis_of(shape))}, (shape,)
    return options, ((draw(st.integers(1, 12)),),)


@of_kind("upsample")
def _upsample(draw: st.DrawFn, kind: str) -> Drawn:
    shape = draw(maps(most=5))
    options: Options = {"scale_factor": draw(per_axis(len(shape) - 1, 1, 3))}
    return options | maybe(draw, "mode", st.sampled_from(["nearest", "linear"])), (shape,)


@of_kind("resize")
def _resize(draw: st.DrawFn, kind: str) -> Drawn:
    shape = draw(maps(most=5))
    axes = len(shape) - 1
    options: Options = maybe(draw, "mode", st.sampled_from(["nearest", "linear", "cubic"]))
    if options.get("mode", "nearest") != "nearest":
        options |= maybe(draw, "align_corners", st.booleans())
    sizes = tuple(draw(st.integers(1, 6)) for _ in range(axes))
    match draw(st.sampled_from(["size", "scale", "like"])):
        case "size":
            return options | {"size": draw(per_axis(axes, 1, 6))}, (shape,)
        case "like":
            return options | {"like": "other"}, (shape, (draw(st.integers(1, 4)), *sizes))
        case _:
            enough = [r for r in (2, 3, "3/2", "5/3", "1/2", "2/3") if times_of(r, min(shape[1:]))]
            return options | {"scale": draw(st.sampled_from(enough))}, (shape,)


def times_of(scale: int | str, cells: int) -> int:
    """A scaled number of cells, only whole ones."""
    above, _, below = str(scale).partition("/")
    return cells * int(above) // int(below or 1)


@of_kind("attention")
def _attention(draw: st.DrawFn, kind: str) -> Drawn:
    heads, each = draw(st.integers(1, 3)), draw(st.integers(1, 2))
    _, *sides = draw(maps(most=3))
    options: Options = {"heads": heads} | maybe(draw, "bias", st.booleans())
    options |= maybe(draw, "key_dim", st.integers(1, 3))
    options |= maybe(draw, "value_dim", st.integers(1, 3))
    options |= maybe(draw, "kv_heads", st.sampled_from(divisors(heads)))
    return options, ((heads * each, *sides),)


@of_kind("matmul")
def _matmul(draw: st.DrawFn, kind: str) -> Drawn:
    m, k, n = (draw(st.integers(1, 4)) for _ in range(3))
    options = maybe(draw, "transpose_a", st.booleans()) | maybe(draw, "transpose_b", st.booleans())
    lead = tuple(draw(st.integers(1, 3)) for _ in range(draw(st.integers(0, 2))))
    other = tuple(draw(st.sampled_from([1, side])) for side in lead)
    one = (k, m) if options.get("transpose_a") else (m, k)
    two = (n, k) if options.get("transpose_b") else (k, n)
    return options, ((*lead, *one), (*other, *two))


@of_kind("blur_pool")
def _blur_pool(draw: st.DrawFn, kind: str) -> Drawn:
    shape = draw(maps(least=3))
    axes = len(shape) - 1
    options: Options = maybe(draw, "kernel_size", per_axis(axes, 1, 5))
    return options | maybe(draw, "stride", per_axis(axes, 1, 3)), (shape,)


def stated(draw: st.DrawFn, shape: Shape) -> Any:
    """A number, or an expression of the sides of a shape."""
    sides = {1: "c", 2: "cl", 3: "chw", 4: "cdhw"}[len(shape)]
    one, other = draw(st.sampled_from(sides)), draw(st.sampled_from(sides))
    return draw(
        st.sampled_from([7, 0, one, f"{one}*{other}", f"3*{one}+(2-{other})*0", f"{one}//1"])
    )


@of_kind("custom", "opaque", "opaque_join")
def _unproven(draw: st.DrawFn, kind: str) -> Drawn:
    shape = draw(maps())
    sides = {2: ("l",), 3: ("h", "w"), 4: ("d", "h", "w")}[len(shape)]
    how = draw(st.sampled_from(["unit", "all", "unknown", (3, 1, 1)]))
    options: Options = {"output": ("c*2", *sides), "rf": how}
    options |= maybe(draw, "type", st.sampled_from(["LSTM", "Grid sample"]))
    if kind == "opaque":
        return options, (shape,)
    if kind == "opaque_join":
        return options, (shape, draw(maps()))
    options |= {"params": stated(draw, shape), "macs": stated(draw, shape)}
    options |= maybe(draw, "backward", st.just(stated(draw, shape)))
    options |= maybe(draw, "keeps", st.sampled_from(["input", "output", "none"]))
    counts = (("adds", stated(draw, shape)), ("roots", 2))
    return options | maybe(draw, "counts", st.just(counts)), (shape,)


@of_kind("batchnorm")
def _batchnorm(draw: st.DrawFn, kind: str) -> Drawn:
    options = _affine(draw)
    return options | maybe(draw, "track_running_stats", st.booleans()), (draw(maps()),)


def _affine(draw: st.DrawFn) -> Options:
    """Whether a norm has a scale and a shift."""
    words = ("affine", "scale", "shift")
    return {
        name: value for word in words for name, value in maybe(draw, word, st.booleans()).items()
    }


@of_kind("scale")
def _scale(draw: st.DrawFn, kind: str) -> Drawn:
    options = maybe(draw, "per_channel", st.booleans()) | maybe(draw, "trainable", st.booleans())
    kept = draw(st.sampled_from([{}, {"bias": True}, {"factor": False, "bias": True}]))
    return options | kept, (draw(maps()),)


@of_kind("layernorm", "instancenorm")
def _norm(draw: st.DrawFn, kind: str) -> Drawn:
    shape = draw(maps())
    options = _affine(draw)
    if kind == "layernorm":
        options |= maybe(draw, "axes", axes_of(shape))
    return options, (shape,)


@of_kind("groupnorm")
def _groupnorm(draw: st.DrawFn, kind: str) -> Drawn:
    shape = draw(maps())
    options: Options = {"num_groups": draw(st.sampled_from(divisors(shape[0])))}
    return options | _affine(draw), (shape,)


@of_kind("lrn")
def _lrn(draw: st.DrawFn, kind: str) -> Drawn:
    return maybe(draw, "size", st.integers(1, 6)), (draw(maps()),)


@of_kind("prelu")
def _prelu(draw: st.DrawFn, kind: str) -> Drawn:
    return maybe(draw, "per_channel", st.booleans()), (draw(maps()),)


@of_kind("leaky_relu")
def _leaky(draw: st.DrawFn, kind: str) -> Drawn:
    return maybe(draw, "negative_slope", st.floats(0, 1)), (draw(maps()),)


@of_kind("gelu")
def _gelu(draw: st.DrawFn, kind: str) -> Drawn:
    return maybe(draw, "approximate", st.sampled_from(["none", "tanh"])), (draw(maps()),)


@of_kind("clip")
def _clip(draw: st.DrawFn, kind: str) -> Drawn:
    limits = {"min": draw(st.floats(-3, 0)), "max": draw(st.floats(0, 6))}
    for name in draw(st.sampled_from([(), ("min",), ("max",)])):
        del limits[name]
    return limits, (draw(maps()),)


@of_kind("glu")
def _glu(draw: st.DrawFn, kind: str) -> Drawn:
    channels, *sides = draw(maps())
    return {}, ((2 * channels, *sides),)


@of_kind("dropout")
def _dropout(draw: st.DrawFn, kind: str) -> Drawn:
    return maybe(draw, "p", st.floats(0, 0.9)), (draw(maps()),)


@of_kind(
    *("relu", "relu6", "elu", "silu", "hardswish", "sigmoid", "tanh", "hardtanh"),
    *("hardsigmoid", "softplus", "logsigmoid", "mish", "selu", "softsign"),
    *("global_avgpool", "global_maxpool"),
)
def _plain(draw: st.DrawFn, kind: str) -> Drawn:
    return {}, (draw(maps()),)


@of_kind("pad")
def _pad(draw: st.DrawFn, kind: str) -> Drawn:
    shape = draw(maps(most=4))
    side = st.integers(0, 2)
    axes = len(shape) - 1
    if draw(st.booleans()):
        sizes = tuple(n + draw(side) for n in shape[1:])
        return {"like": "other"}, (shape, (draw(st.integers(1, 4)), *sizes))
    sides = st.one_of(side, st.tuples(*(st.one_of(side, st.tuples(side, side)),) * axes))
    return {"padding": draw(sides)} | maybe(draw, "channels", st.tuples(side, side)), (shape,)


@of_kind("crop")
def _crop(draw: st.DrawFn, kind: str) -> Drawn:
    shape = draw(maps())
    sizes = tuple(draw(st.integers(1, n)) for n in shape[1:])
    how = draw(st.sampled_from(["size", "padding", "like", "offset"]))
    if how == "size":
        return {"size": sizes}, (shape,)
    offset = tuple(draw(st.integers(0, n - o)) for n, o in zip(shape[1:], sizes))
    if how == "padding":
        cuts = tuple((cut, n - o - cut) for n, o, cut in zip(shape[1:], sizes, offset))
        return {"padding": cuts}, (shape,)
    if how == "offset":
        return {"size": sizes, "offset": offset}, (shape,)
    return {"like": "other"}, (shape, (draw(st.integers(1, 4)), *sizes))


@of_kind("flatten")
def _flatten(draw: st.DrawFn, kind: str) -> Drawn:
    shape = draw(maps())
    first = draw(st.integers(0, len(shape) - 1))
    last = draw(st.integers(first, len(shape) - 1))
    options = maybe(draw, "start_axis", named(shape, first))
    last = last if options else len(shape) - 1
    return options | maybe(draw, "end_axis", named(shape, last)), (shape,)


@of_kind("slice")
def _slice(draw: st.DrawFn, kind: str) -> Drawn:
    shape = draw(maps())
    place = draw(st.integers(0, len(shape) - 1))
    n = shape[place]
    options = {"axis": draw(named(shape, place))}
    if draw(st.booleans()):
        parts = draw(st.sampled_from(divisors(n)))
        return options | {"into": parts, "take": draw(st.integers(-parts, parts - 1))}, (shape,)
    start = draw(st.integers(0, n - 1))
    stop = draw(st.integers(start + 1, n))
    options |= {"start": draw(st.sampled_from([start, start - n]))}
    options |= maybe(draw, "stop", st.sampled_from([stop, stop - n] if stop < n else [stop]))
    return options | maybe(draw, "step", st.integers(1, 3)), (shape,)


@of_kind("space_to_depth")
def _blocks(draw: st.DrawFn, kind: str) -> Drawn:
    channels, *places = draw(maps(most=3, channels=3))
    size = draw(st.integers(1, 2))
    options: Options = {"block_size": size}
    options |= maybe(draw, "order", st.sampled_from(["pytorch", "onnx", "focus"]))
    return options, ((channels, *(n * size for n in places)),)


@of_kind("permute")
def _permute(draw: st.DrawFn, kind: str) -> Drawn:
    shape = draw(maps())
    order = draw(st.permutations(range(len(shape))))
    return {"order": tuple(draw(named(shape, place)) for place in order)}, (shape,)


@of_kind("reduce")
def _reduce(draw: st.DrawFn, kind: str) -> Drawn:
    shape = draw(maps())
    options = maybe(draw, "axes", axes_of(shape))
    options |= maybe(draw, "op", st.sampled_from(["mean", "sum", "max", "min"]))
    if len(options.get("axes", ())) < len(shape):
        options |= maybe(draw, "keep", st.booleans())
    return options, (shape,)


@of_kind("parameter")
def _parameter(draw: st.DrawFn, kind: str) -> Drawn:
    return {"shape": draw(maps()), **maybe(draw, "trainable", st.booleans())}, (draw(maps()),)


@of_kind("softmax", "log_softmax")
def _softmax(draw: st.DrawFn, kind: str) -> Drawn:
    shape = draw(maps())
    return maybe(draw, "axis", axis_of(shape)), (shape,)


@of_kind("reshape")
def _reshape(draw: st.DrawFn, kind: str) -> Drawn:
    shape = draw(maps())
    values = 1
    for side in shape:
        values *= side
    first = draw(st.sampled_from(divisors(values)))
    second = draw(st.sampled_from(divisors(values // first)))
    return {"shape": (first, second, values // first // second)}, (shape,)


@of_kind("channel_shuffle")
def _shuffle(draw: st.DrawFn, kind: str) -> Drawn:
    shape = draw(maps(channels=6))
    return {"groups": draw(st.sampled_from(divisors(shape[0])))}, (shape,)


@of_kind("pixel_shuffle")
def _pixels(draw: st.DrawFn, kind: str) -> Drawn:
    shape = draw(maps(most=4, channels=3))
    factor = draw(st.integers(1, 2))
    options = {"upscale_factor": factor} | maybe(
        draw, "order", st.sampled_from(["pytorch", "onnx"])
    )
    return options, ((shape[0] * factor ** (len(shape) - 1), *shape[1:]),)


@of_kind("add", "multiply")
def _broadcast(draw: st.DrawFn, kind: str) -> Drawn:
    shape = draw(maps())
    paths = draw(st.integers(2, 4))
    others = [
        draw(st.sampled_from([shape, (shape[0], *(1,) * (len(shape) - 1))]))
        for _ in range(1, paths)
    ]
    return {}, (shape, *others)


@of_kind("maximum", "minimum", "average")
def _several(draw: st.DrawFn, kind: str) -> Drawn:
    return _broadcast(draw, kind)


@of_kind("subtract", "divide")
def _pairs(draw: st.DrawFn, kind: str) -> Drawn:
    _, shapes = _broadcast(draw, kind)
    return {}, shapes[:2]


@of_kind("concat")
def _concat(draw: st.DrawFn, kind: str) -> Drawn:
    shape = draw(maps())
    place = draw(st.integers(0, len(shape) - 1))
    options = maybe(draw, "axis", named(shape, place))
    place = place if options else 0
    more = draw(st.lists(st.integers(1, 4), min_size=1, max_size=3))
    return options, (shape, *((*shape[:place], n, *shape[place + 1 :]) for n in more))


def drawn_of(kind: str) -> st.SearchStrategy[Made]:
    """Layers of one kind, with input shapes."""

    def make(drawn: Drawn) -> Made:
        options, shapes = drawn
        return Made(layer_of(kind, **options), options, shapes)

    return KIND_STRATEGIES[kind]().map(make)


def layers(*kinds: str) -> st.SearchStrategy[Made]:
    """Layers of some kinds, or of every kind."""
    return st.sampled_from(kinds or sorted(PROVEN)).flatmap(drawn_of)


# ------------------------------------------------------------------------ small networks


@st.composite
def lines(draw: st.DrawFn, steps: int = 5) -> Network:
    """Layers one after the other along one axis, of every kind that moves or mixes cells."""
    shape: Shape = (1, draw(st.integers(4, 16)))
    nodes: list[Node] = []
    current = shape
    for _ in range(draw(st.integers(1, steps))):
        layer = draw(mover(current))
        nodes.append(Node(f"step{len(nodes)}", layer, (len(nodes) - 1,)))
        current = layer.out_shape(current)
    return Network("line", "", shape, nodes)


@st.composite
def graphs(draw: st.DrawFn) -> Network:
    """Small networks whose paths branch and are added or concatenated again."""
    shape: Shape = (1, draw(st.integers(4, 12)))
    nodes: list[Node] = []
    sizes: dict[int, Shape] = {-1: shape}

    def append(layer: Layer, inputs: tuple[int, ...]) -> None:
        place = len(nodes)
        nodes.append(Node(f"node{place}", layer, inputs))
        sizes[place] = layer.out_shape(*(sizes[i] for i in inputs))

    for _ in range(draw(st.integers(2, 7))):
        one = draw(st.sampled_from(sorted(sizes)))
        alike = [i for i in sizes if i != one and sizes[i][1:] == sizes[one][1:]]
        join: bool = bool(alike) and draw(st.booleans())
        if join:
            other = draw(st.sampled_from(alike))
            same_channels = sizes[one] == sizes[other]
            kind = draw(
                st.sampled_from(["concat", *(["add", "multiply"] if same_channels else [])])
            )
            append(every()[kind](), (one, other))
        else:
            append(draw(mover(sizes[one])), (one,))
    return Network("graph", "", shape, nodes)


@st.composite
def mover(draw: st.DrawFn, shape: Shape) -> Any:
    """A layer on a map of one axis that reads cells at other places."""
    n = shape[1]
    small = n <= 40
    sorts = ["conv", "pool", "pad", "relu", "adaptive"]
    sorts += ["transposed", "nearest", "linear"] if small else []
    sorts += ["crop"] if n > 2 else []
    match draw(st.sampled_from(sorts)):
        case "conv":
            k, d, p = draw(st.integers(1, 4)), draw(st.integers(1, 3)), draw(st.integers(0, 3))
            after = draw(st.integers(0, 3))
            while d * (k - 1) + 1 > n + p + after:
                k -= 1
            return layer_of(
                "conv", out_channels=1, kernel_size=k, dilation=d, padding=((p, after),),
                stride=draw(st.integers(1, 3)),
            )  # fmt: skip
        case "pool":
            k = min(draw(st.integers(1, 3)), n)
            return layer_of(
                "maxpool",
                kernel_size=k,
                padding=draw(st.integers(0, k // 2)),
                ceil_mode=draw(st.booleans()),
            )
        case "pad":
            return layer_of("pad", padding=((draw(st.integers(0, 2)), draw(st.integers(0, 2))),))
        case "crop":
            cut = draw(st.integers(0, n - 1))
            return layer_of("crop", padding=((cut, draw(st.integers(0, n - 1 - cut))),))
        case "adaptive":
            return layer_of("adaptive_avgpool", output_size=draw(st.integers(1, 6)))
        case "nearest":
            return layer_of("upsample", scale_factor=draw(st.integers(1, 3)))
        case "linear":
            return layer_of("upsample", scale_factor=draw(st.integers(1, 3)), mode="linear")
        case "transposed":
            k, d, s = draw(st.integers(1, 4)), draw(st.integers(1, 3)), draw(st.integers(1, 3))
            p = draw(st.integers(0, (d * (k - 1)) // 2))
            return layer_of(
                "conv_transpose", out_channels=1, kernel_size=k, dilation=d, stride=s, padding=p,
                output_padding=draw(st.integers(0, max(s, d) - 1)),
            )  # fmt: skip
        case _:
            return layer_of("relu")


def reads(layer: Layer, shape: Shape, out: Shape, unit: int) -> set[int]:
    """The cells of a one-axis map that one output of a `mover` reads, by checking every cell."""
    n, o = shape[1], out[1]
    options = layer.__dict__ if hasattr(layer, "__dict__") else {}

    def side(name: str) -> tuple[int, int]:
        given = options.get(name) or 0
        given = given[0] if isinstance(given, tuple) else given
        return given if isinstance(given, tuple) else (given, given)

    match layer.kind:
        case "conv" | "maxpool":
            k, d = options["kernel_size"], options["dilation"]
            s = options["stride"] or k
            taps = {unit * s - side("padding")[0] + d * t for t in range(k)}
            return {cell for cell in range(n) if cell in taps}
        case "conv_transpose":
            k, d, s = options["kernel_size"], options["dilation"], options["stride"]
            place = unit + side("padding")[0]
            return {i for i in range(n) if any(i * s + d * t == place for t in range(k))}
        case "pad":
            return {cell for cell in range(n) if cell == unit - side("padding")[0]}
        case "crop":
            return {unit + side("padding")[0]}
        case "adaptive_avgpool":
            return {c for c in range(n) if c * o < (unit + 1) * n and (c + 1) * o > unit * n}
        case "upsample" if options["mode"] == "nearest":
            return {unit // options["scale_factor"]}
        case "upsample":
            # the output's centre, in cells: cells at a distance below one have a share
            r = options["scale_factor"]
            doubled = 2 * unit + 1 - r  # 2r times the centre
            return {c for c in range(n) if abs(2 * r * c - doubled) < 2 * r}
        case _:
            return {unit}
