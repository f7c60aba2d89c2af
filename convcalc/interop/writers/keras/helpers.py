"""Code for what Keras does not have, written above a network that needs it."""

from __future__ import annotations

import re

_HELPERS = {
    "Scale": '''class Scale(layers.Layer):
    """Multiplies each channel by its own number, and adds one to it."""

    def __init__(self, scale=True, shift=False, per_channel=True, **kwargs):
        super().__init__(**kwargs)
        self.has_scale, self.has_shift = scale, shift
        self.per_channel = per_channel

    def build(self, shape):
        sides = (shape[-1] if self.per_channel else 1,)
        if self.has_scale:
            self.scale = self.add_weight(shape=sides, initializer="ones", name="scale")
        if self.has_shift:
            self.shift = self.add_weight(shape=sides, initializer="zeros", name="shift")

    def call(self, x):
        x = x * self.scale if self.has_scale else x
        return x + self.shift if self.has_shift else x
''',
    "Parameter": '''class Parameter(layers.Layer):
    """A trained array, the same for each sample of the input."""

    def __init__(self, shape, **kwargs):
        super().__init__(**kwargs)
        self.sides = shape

    def build(self, shape):
        self.array = self.add_weight(shape=self.sides, name="array")

    def call(self, x):
        return ops.repeat(self.array[None], ops.shape(x)[0], axis=0)

    def compute_output_shape(self, shape):
        return (shape[0], *self.sides)
''',
    "RBF": '''class RBF(layers.Layer):
    """The squared distance to fixed vectors, one for each unit."""

    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units

    def build(self, shape):
        sides = (self.units, shape[-1])
        self.centers = self.add_weight(shape=sides, trainable=False, name="centers")

    def call(self, x):
        return ops.sum(ops.square(x[:, None] - self.centers), axis=-1)
''',
    "BlurPool": '''class BlurPool(layers.Layer):
    """Blurs each map by a fixed binomial kernel, then takes every strides-th cell."""

    def __init__(self, kernel_size, strides, **kwargs):
        super().__init__(**kwargs)
        self.kernel_size, self.strides = kernel_size, strides

    def build(self, shape):
        rows, columns = map(self.binomial, self.kernel_size)
        kernel = [[[[r * c]] * shape[-1] for c in columns] for r in rows]
        self.kernel = self.add_weight(
            shape=(*self.kernel_size, shape[-1], 1),
            initializer=lambda shape, dtype: ops.cast(kernel, dtype),
            trainable=False,
            name="kernel",
        )

    @staticmethod
    def binomial(size):
        return [math.comb(size - 1, k) / 2 ** (size - 1) for k in range(size)]

    def call(self, x):
        pads = [((k - 1) // 2, k // 2) for k in self.kernel_size]
        x = ops.pad(x, [(0, 0), *pads, (0, 0)], mode="reflect")
        return ops.depthwise_conv(x, self.kernel, strides=self.strides)
''',
    "LocallyConnected": '''class LocallyConnected(layers.Layer):
    """A convolution with its own filters at every position."""

    def __init__(
        self, filters, kernel_size, strides=1, dilation_rate=1, use_bias=True, **kwargs
    ):
        super().__init__(**kwargs)
        axes = len(kernel_size)
        self.filters, self.kernel_size, self.use_bias = filters, kernel_size, use_bias
        self.strides = (strides,) * axes if isinstance(strides, int) else strides
        self.dilation = (
            (dilation_rate,) * axes if isinstance(dilation_rate, int) else dilation_rate
        )

    def sizes(self, shape):
        windows = zip(
            shape[1:-1], self.kernel_size, self.strides, self.dilation, strict=True
        )
        return [(n - d * (k - 1) - 1) // s + 1 for n, k, s, d in windows]

    def build(self, shape):
        positions = math.prod(self.sizes(shape))
        taps = math.prod(self.kernel_size) * shape[-1]
        self.kernel = self.add_weight(
            shape=(positions, taps, self.filters), name="kernel"
        )
        if self.use_bias:
            sides = (*self.sizes(shape), self.filters)
            self.bias = self.add_weight(shape=sides, initializer="zeros", name="bias")

    def call(self, x):
        sizes = self.sizes(x.shape)
        cells = []  # for each tap of the kernel the cells that it reads
        for tap in itertools.product(*map(range, self.kernel_size)):
            along = [
                slice(t * d, t * d + (o - 1) * s + 1, s)
                for t, d, o, s in zip(
                    tap, self.dilation, sizes, self.strides, strict=True
                )
            ]
            cells.append(x[(slice(None), *along)])
        windows = ops.concatenate(cells, axis=-1)
        windows = ops.reshape(windows, (-1, *self.kernel.shape[:2]))
        x = ops.einsum("npk,pkf->npf", windows, self.kernel)
        x = ops.reshape(x, (-1, *sizes, self.filters))
        return x + self.bias if self.use_bias else x

    def compute_output_shape(self, shape):
        return (shape[0], *self.sizes(shape), self.filters)
''',
    "table_conv2d": '''def table_conv2d(x, table, kernel_size, name, **options):
    """A convolution where each output map sees some of the input maps."""
    maps = []
    for number, seen in enumerate(table):
        conv = layers.Conv2D(1, kernel_size, name=f"{name}_{number}", **options)
        maps.append(conv(ops.take(x, seen, axis=-1)))
    return layers.Concatenate(name=name)(maps)
''',
    "mean_pool2d": '''def mean_pool2d(x, pool_size, strides, pads, name):
    """The mean of each window over the cells that are not padding."""
    pad = layers.ZeroPadding2D(pads, name=f"{name}_pad")
    pool = layers.AveragePooling2D(pool_size, strides=strides, name=name)
    return pool(pad(x)) / pool(pad(ops.ones_like(x)))
''',
    "local_response_norm": '''def local_response_norm(x, size=5, alpha=1e-4, beta=0.75, bias=1.0):
    """Divides each value by a power of its neighbours' squares across channels."""
    channels, axes = x.shape[-1], len(x.shape)
    pads = [(0, 0)] * (axes - 1) + [(size // 2, (size - 1) // 2)]
    squares = ops.pad(ops.square(x), pads)
    total = sum(squares[..., i : i + channels] for i in range(size))
    return x / ops.power(bias + alpha / size * total, beta)
''',
    "channel_shuffle": '''def channel_shuffle(x, groups):
    """Reorders the channels, so that the next grouped convolution sees all groups."""
    sides = x.shape[1:]
    x = ops.reshape(x, (-1, *sides[:-1], groups, sides[-1] // groups))
    return ops.reshape(ops.swapaxes(x, -1, -2), (-1, *sides))
''',
    "depth_to_space": '''def depth_to_space(x, size, order="onnx"):
    """Turns channels into maps that are size times as large along each axis."""
    *sides, channels = x.shape[1:]
    axes = len(sides)
    left, block = channels // size**axes, (size,) * axes
    if order == "pytorch":  # the cells of a channel stand together
        x = ops.reshape(x, (-1, *sides, left, *block))
        x = ops.moveaxis(x, axes + 1, -1)
    else:
        x = ops.reshape(x, (-1, *sides, *block, left))
    order = [0]
    for axis in range(1, axes + 1):
        order += [axis, axis + axes]
    x = ops.transpose(x, (*order, 2 * axes + 1))
    return ops.reshape(x, (-1, *[side * size for side in sides], left))
''',
    "space_to_depth": '''def space_to_depth(x, size, order="onnx"):
    """Puts each block of cells into the channels."""
    *sides, channels = x.shape[1:]
    axes = len(sides)
    parts = [part for side in sides for part in (side // size, size)]
    x = ops.reshape(x, (-1, *parts, channels))
    blocks = list(range(2, 2 * axes + 1, 2))
    if order == "focus":  # the columns of a block first
        blocks.reverse()
    last = [*blocks, 2 * axes + 1]
    if order == "pytorch":  # the cells of a channel stand together
        last = [2 * axes + 1, *blocks]
    x = ops.transpose(x, (0, *range(1, 2 * axes, 2), *last))
    sides = [side // size for side in sides]
    return ops.reshape(x, (-1, *sides, channels * size**axes))
''',
}


def helper(name: str) -> str:
    """The code of a helper; empty if a name is not a helper.

    >>> helper("layers.Conv2D")
    ''
    """
    if name in _HELPERS:
        return _HELPERS[name]
    axes = re.fullmatch(r"(table_conv|mean_pool)([13])d", name)
    if not axes:
        return ""
    return re.sub(r"2(?=[dD]\b)", axes[2], _HELPERS[f"{axes[1]}2d"])
