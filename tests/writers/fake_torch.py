"""A small replacement for PyTorch: it runs modules on shapes, and is independent of convcalc.

Sizes are found by placing windows on an axis, one after the other, like PyTorch's loops, and counting
them. A call with an argument that PyTorch does not have is a TypeError, as there.
"""

from __future__ import annotations

import math
import types
from collections.abc import Iterator
from typing import Any

Shape = tuple[int, ...]


def prod(sides: Any) -> int:
    return math.prod(sides)


def many(value: Any, axes: int) -> tuple[Any, ...]:
    given = value if isinstance(value, tuple | list) else (value,) * axes
    assert len(given) == axes, f"{given} for {axes} axes"
    return tuple(given)


class Tensor:
    """A shape, with the batch."""

    def __init__(self, *shape: int) -> None:
        assert all(isinstance(side, int) and side > 0 for side in shape), shape
        self.shape: Shape = shape

    def _joined(self, other: Any) -> Tensor:
        if not isinstance(other, Tensor):
            return Tensor(*self.shape)
        pair: list[Shape] = sorted((self.shape, other.shape), key=len)
        short = (1,) * (len(pair[1]) - len(pair[0])) + pair[0]
        assert all(1 in ends or ends[0] == ends[1] for ends in zip(short, pair[1])), pair
        return Tensor(*map(max, zip(short, pair[1])))

    __add__ = __radd__ = __sub__ = __mul__ = __rmul__ = __truediv__ = _joined

    def __matmul__(self, other: Tensor) -> Tensor:
        assert self.shape[-1] == other.shape[-2], (self.shape, other.shape)
        stacks = Tensor(*self.shape[:-2], 1)._joined(Tensor(*other.shape[:-2], 1)).shape[:-1]
        return Tensor(*stacks, self.shape[-2], other.shape[-1])

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, key: Any) -> Tensor:
        left, made = [*self.shape], []
        for one in key if isinstance(key, tuple) else (key,):
            if one is None:
                made.append(1)
            elif one is Ellipsis:
                made, left = [*made, *left], []
            else:
                n = left.pop(0)
                cells: Any = one if isinstance(one, list) else range(n)[one]
                made.append(len(cells))
        return Tensor(*made, *left)

    @property
    def mT(self) -> Tensor:  # noqa: N802 - PyTorch's name
        return self.transpose(-2, -1)

    def dim(self) -> int:
        return len(self.shape)

    def transpose(self, a: int, b: int) -> Tensor:
        sides = [*self.shape]
        sides[a], sides[b] = sides[b], sides[a]
        return Tensor(*sides)

    def movedim(self, source: int, to: int) -> Tensor:
        sides = [*self.shape]
        side = sides.pop(source)
        sides.insert(to % len(self.shape), side)
        return Tensor(*sides)

    def permute(self, *places: Any) -> Tensor:
        order = places[0] if isinstance(places[0], tuple) else places
        assert sorted(order) == [*range(self.dim())]
        return Tensor(*[self.shape[at] for at in order])

    def flatten(self, start: int = 0, end: int = -1) -> Tensor:
        start, end = start % self.dim(), end % self.dim()
        row = prod(self.shape[start : end + 1])
        return Tensor(*self.shape[:start], row, *self.shape[end + 1 :])

    def unflatten(self, dim: int, sizes: Shape) -> Tensor:
        inner = Tensor(self.shape[dim]).reshape(*sizes).shape
        return Tensor(*self.shape[:dim], *inner, *self.shape[dim + 1 :])

    def reshape(self, *sides: Any) -> Tensor:
        wanted = [*sides[0]] if isinstance(sides[0], tuple) else [*sides]
        if -1 in wanted:
            wanted[wanted.index(-1)] = prod(self.shape) // abs(prod(wanted))
        assert prod(wanted) == prod(self.shape), (self.shape, sides)
        return Tensor(*wanted)

    view = reshape

    def expand(self, *sides: int) -> Tensor:
        pairs = [*zip(self.shape, sides, strict=True)]
        assert all(new in (-1, old) or old == 1 for old, new in pairs), pairs
        return Tensor(*[old if new == -1 else new for old, new in pairs])

    def repeat(self, *times: int) -> Tensor:
        sides = (1,) * (len(times) - self.dim()) + self.shape
        return Tensor(*[side * each for side, each in zip(sides, times, strict=True)])

    def repeat_interleave(self, times: int, dim: int) -> Tensor:
        return Tensor(*[n * times if at == dim else n for at, n in enumerate(self.shape)])

    def narrow(self, dim: int, start: int, size: int) -> Tensor:
        assert 0 <= start <= start + size <= self.shape[dim]
        return Tensor(*[size if at == dim else n for at, n in enumerate(self.shape)])

    def chunk(self, parts: int, dim: int) -> list[Tensor]:
        assert self.shape[dim] % parts == 0
        return [self.narrow(dim, 0, self.shape[dim] // parts)] * parts

    def unfold(self, dim: int, size: int, step: int) -> Tensor:
        places = len(range(0, self.shape[dim] - size + 1, step))
        sides = [places if at == dim else n for at, n in enumerate(self.shape)]
        return Tensor(*sides, size)

    def _reduced(self, dim: Any = None, *, keepdim: bool = False) -> Tensor:
        gone = range(self.dim()) if dim is None else dim if isinstance(dim, tuple) else (dim,)
        places = {at % self.dim() for at in gone}
        sides = [(at in places, n) for at, n in enumerate(self.shape)]
        return Tensor(*[1 if out else n for out, n in sides if keepdim or not out])

    mean = sum = amax = amin = _reduced

    def clamp(self, min: float | None = None, max: float | None = None) -> Tensor:  # noqa: A002 - PyTorch's names
        assert min is not None or max is not None
        return self

    def square(self) -> Tensor:
        return self


class Parameter(Tensor):
    def __init__(self, data: Tensor, requires_grad: bool = True) -> None:
        super().__init__(*data.shape)
        self.requires_grad = requires_grad


# ----------------------------------------------------------------------------------- modules


class Module:
    """A module; every call is recorded in `calls`."""

    def __init__(self) -> None:
        self.calls: list[Shape] = []

    def __call__(self, *inputs: Any) -> Any:
        out = self.forward(*inputs)
        if isinstance(out, Tensor):
            self.calls.append(out.shape)
        return out

    def forward(self, *inputs: Any) -> Any:
        raise NotImplementedError

    def register_buffer(self, name: str, tensor: Tensor) -> None:
        setattr(self, name, tensor)

    def register_parameter(self, name: str, parameter: None) -> None:
        assert hasattr(self, name)
        setattr(self, name, parameter)

    def children(self) -> dict[str, Module]:
        return {name: each for name, each in vars(self).items() if isinstance(each, Module)}

    def named_modules(self, path: str = "") -> Iterator[tuple[str, Module]]:
        yield path, self
        for name, each in self.children().items():
            yield from each.named_modules(f"{path}.{name}".lstrip("."))

    def parameters(self) -> dict[int, Parameter]:
        own = [each for each in vars(self).values() if isinstance(each, Parameter)]
        found = {id(each): each for each in own if each.requires_grad}
        for child in self.children().values():
            found |= child.parameters()
        return found

    def numel(self) -> int:
        return sum(prod(each.shape) for each in self.parameters().values())


class ModuleList(Module):
    def __init__(self, modules: Any = ()) -> None:
        super().__init__()
        for at, each in enumerate(modules):
            setattr(self, str(at), each)

    def __iter__(self) -> Iterator[Module]:
        return iter(self.children().values())

    def __getitem__(self, at: int) -> Module:
        return list(self.children().values())[at]


class ModuleDict(Module):
    def __init__(self, modules: dict[str, Module]) -> None:
        super().__init__()
        for name, each in modules.items():
            assert not hasattr(type(self), name)
            setattr(self, name, each)

    def __getitem__(self, name: str) -> Module:
        return self.children()[name]


class Sequential(Module):
    def __init__(self, *modules: Module) -> None:
        super().__init__()
        for at, each in enumerate(modules):
            setattr(self, str(at), each)

    def forward(self, x: Any) -> Any:
        for each in self.children().values():
            x = each(x)
        return x


def windows(n: int, k: int, s: int, p: int, d: int) -> int:
    """How many whole windows fit on an axis."""
    cells = n + 2 * p
    return len([start for start in range(0, cells, s) if start + d * (k - 1) < cells])


class _Conv(Module):
    axes = 0

    def __init__(
        self, in_channels: int, out_channels: int, kernel_size: Any, stride: Any = 1, padding: Any = 0,
        dilation: Any = 1, groups: int = 1, bias: bool = True,
    ) -> None:  # fmt: skip
        super().__init__()
        assert in_channels % groups == out_channels % groups == 0
        self.channels = in_channels, out_channels
        self.kernel_size, self.stride = many(kernel_size, self.axes), many(stride, self.axes)
        self.dilation = many(dilation, self.axes)
        self.padding = padding if padding == "same" else many(padding, self.axes)
        assert padding != "same" or set(self.stride) == {1}
        self.weight = Parameter(self.filters(in_channels, out_channels, groups))
        self.bias = Parameter(Tensor(out_channels)) if bias else None

    def filters(self, in_channels: int, out_channels: int, groups: int) -> Tensor:
        return Tensor(out_channels, in_channels // groups, *self.kernel_size)

    def forward(self, x: Tensor) -> Tensor:
        n, c, *sizes = x.shape
        assert (c, len(sizes)) == (self.channels[0], self.axes), (x.shape, self.channels)
        if self.padding == "same":
            return Tensor(n, self.channels[1], *sizes)
        options = zip(sizes, self.kernel_size, self.stride, self.padding, self.dilation)
        return Tensor(n, self.channels[1], *[windows(*each) for each in options])


class _Transposed(_Conv):
    def __init__(
        self, in_channels: int, out_channels: int, kernel_size: Any, stride: Any = 1, padding: Any = 0,
        output_padding: Any = 0, groups: int = 1, bias: bool = True, dilation: Any = 1,
    ) -> None:  # fmt: skip
        super().__init__(
            in_channels, out_channels, kernel_size, stride, padding, dilation, groups, bias
        )
        self.more = many(output_padding, self.axes)

    def filters(self, in_channels: int, out_channels: int, groups: int) -> Tensor:
        return Tensor(in_channels, out_channels // groups, *self.kernel_size)

    def forward(self, x: Tensor) -> Tensor:
        n, c, *sizes = x.shape
        assert c == self.channels[0], (x.shape, self.channels)
        made = []
        for side, k, s, p, d, more in zip(
            sizes,
            self.kernel_size,
            self.stride,
            self.padding,
            self.dilation,
            self.more,
            strict=True,
        ):
            assert more == 0 or more < max(s, d)
            last = max(range(0, side * s, s)) + max(range(0, k * d, d))
            made.append(last + 1 - 2 * p + more)
        return Tensor(n, self.channels[1], *made)


class _Pool(Module):
    axes = 0

    def _set(self, kernel: Any, stride: Any, padding: Any, dilation: Any, *, ceil: bool) -> None:
        self.kernel, self.ceil = many(kernel, self.axes), ceil
        self.stride = self.kernel if stride is None else many(stride, self.axes)
        self.padding, self.dilation = many(padding, self.axes), many(dilation, self.axes)
        assert all(2 * p <= k for p, k in zip(self.padding, self.kernel))

    def forward(self, x: Tensor) -> Tensor:
        n, c, *sizes = x.shape
        assert len(sizes) == self.axes
        made = []
        for side, k, s, p, d in zip(sizes, self.kernel, self.stride, self.padding, self.dilation):
            count = windows(side, k, s, p, d)
            reach = d * (k - 1) + 1
            # One more goes past the end, but begins on the map or in the padding before it.
            over = self.ceil and count * s < side + p and (count - 1) * s + reach < side + 2 * p
            made.append(count + over)
        return Tensor(n, c, *made)


class _MaxPool(_Pool):
    def __init__(
        self, kernel_size: Any, stride: Any = None, padding: Any = 0, dilation: Any = 1,
        return_indices: bool = False, ceil_mode: bool = False,
    ) -> None:  # fmt: skip
        super().__init__()
        self._set(kernel_size, stride, padding, dilation, ceil=ceil_mode)
        self.both = return_indices

    def forward(self, x: Tensor) -> Any:
        out = super().forward(x)
        return (out, out) if self.both else out


class _MaxUnpool(Module):
    axes = 0

    def __init__(self, kernel_size: Any, stride: Any = None, padding: Any = 0) -> None:
        super().__init__()
        self.kernel = many(kernel_size, self.axes)
        self.stride = self.kernel if stride is None else many(stride, self.axes)
        self.padding = many(padding, self.axes)

    def forward(self, x: Tensor, places: Tensor) -> Tensor:
        assert x.shape == places.shape
        options = zip(x.shape[2:], self.kernel, self.stride, self.padding, strict=True)
        return Tensor(*x.shape[:2], *[max(range(n)) * s + k - 2 * p for n, k, s, p in options])


class _AvgPool(_Pool):
    def __init__(
        self, kernel_size: Any, stride: Any = None, padding: Any = 0, ceil_mode: bool = False,
        count_include_pad: bool = True,
    ) -> None:  # fmt: skip
        super().__init__()
        self._set(kernel_size, stride, padding, 1, ceil=ceil_mode)


class _LPPool(_Pool):
    def __init__(
        self, norm_type: int, kernel_size: Any, stride: Any = None, ceil_mode: bool = False
    ) -> None:
        super().__init__()
        self._set(kernel_size, stride, 0, 1, ceil=ceil_mode)


class _AdaptivePool(Module):
    axes = 0

    def __init__(self, output_size: Any) -> None:
        super().__init__()
        self.size = many(output_size, self.axes)

    def forward(self, x: Tensor) -> Tensor:
        assert x.dim() == self.axes + 2
        return Tensor(*x.shape[:2], *self.size)


class _BatchNorm(Module):
    axes = 0
    sides: Shape = ()

    def __init__(
        self, num_features: int, affine: bool = True, track_running_stats: bool = True
    ) -> None:
        super().__init__()
        self.channels = num_features
        self.weight = Parameter(Tensor(num_features)) if affine else None
        self.bias = Parameter(Tensor(num_features)) if affine else None

    def forward(self, x: Tensor) -> Tensor:
        assert x.shape[1] == self.channels
        assert x.dim() in ((2, 3) if self.axes == 1 else (self.axes + 2,))
        return x


class _InstanceNorm(_BatchNorm):
    def __init__(self, num_features: int, affine: bool = False) -> None:
        super().__init__(num_features, affine)

    def forward(self, x: Tensor) -> Tensor:
        assert x.dim() == self.axes + 2
        assert prod(x.shape[2:]) > 1
        return super().forward(x)


class GroupNorm(_BatchNorm):
    def __init__(self, num_groups: int, num_channels: int, affine: bool = True) -> None:
        super().__init__(num_channels, affine)
        assert num_channels % num_groups == 0

    def forward(self, x: Tensor) -> Tensor:
        assert x.shape[1] == self.channels
        return x


class LayerNorm(Module):
    def __init__(self, normalized_shape: Any, elementwise_affine: bool = True) -> None:
        super().__init__()
        whole = isinstance(normalized_shape, tuple)
        self.sides: Shape = normalized_shape if whole else (normalized_shape,)
        self.weight = Parameter(Tensor(*self.sides)) if elementwise_affine else None
        self.bias = Parameter(Tensor(*self.sides)) if elementwise_affine else None

    def forward(self, x: Tensor) -> Tensor:
        assert x.shape[-len(self.sides) :] == self.sides, (x.shape, self.sides)
        return x


class Linear(Module):
    def __init__(self, in_features: int, out_features: int, bias: bool = True) -> None:
        super().__init__()
        self.weight = Parameter(Tensor(out_features, in_features))
        self.bias = Parameter(Tensor(out_features)) if bias else None

    def forward(self, x: Tensor) -> Tensor:
        out, features = self.weight.shape
        assert x.shape[-1] == features, (x.shape, features)
        return Tensor(*x.shape[:-1], out)


class MultiheadAttention(Module):
    def __init__(self, embed_dim: int, num_heads: int, bias: bool = True) -> None:
        super().__init__()
        assert embed_dim % num_heads == 0
        self.in_proj_weight = Parameter(Tensor(3 * embed_dim, embed_dim))
        self.in_proj_bias = Parameter(Tensor(3 * embed_dim)) if bias else None
        self.out_proj = Linear(embed_dim, embed_dim, bias)

    def forward(self, query: Tensor, key: Tensor, value: Tensor, need_weights: bool = True) -> Any:
        assert query.shape[-1] == self.in_proj_weight.shape[1]
        return query, None


class PReLU(Module):
    def __init__(self, num_parameters: int = 1) -> None:
        super().__init__()
        self.weight = Parameter(Tensor(num_parameters))

    def forward(self, x: Tensor) -> Tensor:
        assert self.weight.shape[0] in (1, x.shape[1])
        return x


class _Same(Module):
    """Modules that keep the shape."""

    known: tuple[str, ...] = ()

    def __init__(self, **options: Any) -> None:
        super().__init__()
        assert not {*options} - {*self.known}, options

    def forward(self, x: Tensor) -> Tensor:
        return x


class LocalResponseNorm(_Same):
    def __init__(self, size: int) -> None:
        super().__init__()


class ChannelShuffle(Module):
    def __init__(self, groups: int) -> None:
        super().__init__()
        self.groups = groups

    def forward(self, x: Tensor) -> Tensor:
        assert x.dim() > 2
        assert x.shape[1] % self.groups == 0
        return x


class GLU(Module):
    def __init__(self, dim: int = -1) -> None:
        super().__init__()
        self.dim = dim

    def forward(self, x: Tensor) -> Tensor:
        return x.chunk(2, dim=self.dim)[0]


class Flatten(Module):
    def __init__(self, start_dim: int = 1, end_dim: int = -1) -> None:
        super().__init__()
        self.ends = start_dim, end_dim

    def forward(self, x: Tensor) -> Tensor:
        return x.flatten(*self.ends)


class PixelShuffle(Module):
    def __init__(self, upscale_factor: int) -> None:
        super().__init__()
        self.r = upscale_factor

    def forward(self, x: Tensor) -> Tensor:
        n, c, h, w = x.shape
        assert c % self.r**2 == 0
        return Tensor(n, c // self.r**2, h * self.r, w * self.r)


class PixelUnshuffle(Module):
    def __init__(self, downscale_factor: int) -> None:
        super().__init__()
        self.r = downscale_factor

    def forward(self, x: Tensor) -> Tensor:
        n, c, h, w = x.shape
        assert h % self.r == w % self.r == 0
        return Tensor(n, c * self.r**2, h // self.r, w // self.r)


class Upsample(Module):
    def __init__(
        self, size: Any = None, scale_factor: Any = None, mode: str = "nearest", align_corners: Any = None
    ) -> None:  # fmt: skip
        super().__init__()
        self.size, self.factor, self.mode, self.corners = size, scale_factor, mode, align_corners

    def forward(self, x: Tensor) -> Tensor:
        if self.size is None:
            factors = many(self.factor, x.dim() - 2)
            size: Any = tuple(math.floor(n * each) for n, each in zip(x.shape[2:], factors))
        else:
            size = many(self.size, x.dim() - 2)
        return interpolate(x, size, self.mode, self.corners)


class _ZeroPad(Module):
    axes = 0

    def __init__(self, padding: Any) -> None:
        super().__init__()
        self.padding = many(padding, 2 * self.axes)

    def forward(self, x: Tensor) -> Tensor:
        assert x.dim() == self.axes + 2
        return pad(x, self.padding)


# --------------------------------------------------------------------------------- functions


def pad(x: Tensor, sides: Any, mode: str = "constant", value: float = 0) -> Tensor:
    made = [*x.shape]
    for at in range(len(sides) // 2):
        made[-1 - at] += sides[2 * at] + sides[2 * at + 1]
        assert mode != "reflect" or max(sides[2 * at : 2 * at + 2]) < x.shape[-1 - at]
    return Tensor(*made)


_MODES = {
    "nearest": (3, 4, 5),
    "linear": (3,),
    "bilinear": (4,),
    "trilinear": (5,),
    "bicubic": (4,),
}


def interpolate(x: Tensor, size: Any, mode: str = "nearest", align_corners: Any = None) -> Tensor:
    assert x.dim() in _MODES[mode]
    assert mode != "nearest" or align_corners is None
    return Tensor(*x.shape[:2], *size)


def _conv(axes: int) -> Any:
    def conv(x: Tensor, weight: Tensor, stride: Any = 1, groups: int = 1) -> Tensor:
        assert weight.shape[1] * groups == x.shape[1]
        options = zip(x.shape[2:], weight.shape[2:], many(stride, axes))
        return Tensor(x.shape[0], weight.shape[0], *[windows(n, k, s, 0, 1) for n, k, s in options])

    return conv


def scaled_dot_product_attention(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    return (query @ key.mT) @ value


def cat(tensors: list[Tensor], dim: int) -> Tensor:
    assert len({(*t.shape[:dim], *t.shape[dim + 1 :]) for t in tensors}) == 1, "sizes must match"
    total = sum(t.shape[dim] for t in tensors)
    return Tensor(*tensors[0].shape[:dim], total, *tensors[0].shape[dim + 1 :])


def new(*sides: Any) -> Tensor:
    return Tensor(*(sides[0] if sides and isinstance(sides[0], tuple) else sides))


def einsum(equation: str, *tensors: Tensor) -> Tensor:
    inputs, output = equation.split("->")
    sizes: dict[str, int] = {}
    for letters, tensor in zip(inputs.split(","), tensors, strict=True):
        for letter, side in zip(letters, tensor.shape, strict=True):
            assert sizes.setdefault(letter, side) == side, equation
    return Tensor(*[sizes[letter] for letter in output])


def _torch() -> dict[str, types.ModuleType]:
    """The modules by the names under which they are imported."""
    nn, functional = types.ModuleType("torch.nn"), types.ModuleType("torch.nn.functional")
    torch = types.ModuleType("torch")
    plain = (Module, Sequential, ModuleList, ModuleDict, Parameter, Linear, LayerNorm, GroupNorm, PReLU, GLU,
             MultiheadAttention, LocalResponseNorm, ChannelShuffle, Flatten, PixelShuffle, PixelUnshuffle,
             Upsample)  # fmt: skip
    for cls in plain:
        setattr(nn, cls.__name__, cls)
    bases = {"Conv": _Conv, "ConvTranspose": _Transposed, "MaxPool": _MaxPool, "MaxUnpool": _MaxUnpool, "AvgPool": _AvgPool,
             "LPPool": _LPPool, "AdaptiveAvgPool": _AdaptivePool, "AdaptiveMaxPool": _AdaptivePool,
             "BatchNorm": _BatchNorm, "InstanceNorm": _InstanceNorm, "ZeroPad": _ZeroPad}  # fmt: skip
    for name, base in bases.items():
        for axes in (1, 2, 3):
            setattr(nn, f"{name}{axes}d", type(f"{name}{axes}d", (base,), {"axes": axes}))
    same = {"ReLU": (), "ReLU6": (), "ELU": (), "SiLU": (), "Hardswish": (), "Sigmoid": (), "Tanh": (),
            "Hardtanh": (), "Hardsigmoid": (), "Softplus": (), "Mish": (), "SELU": (), "Softsign": (),
            "LogSigmoid": (), "LeakyReLU": ("negative_slope",), "GELU": ("approximate",),
            "Softmax": ("dim",), "LogSoftmax": ("dim",), "Dropout": ("p",)}  # fmt: skip
    for name, known in same.items():
        setattr(nn, name, type(name, (_Same,), {"known": known}))
    for function in (pad, interpolate, scaled_dot_product_attention):
        setattr(functional, function.__name__, function)
    for axes in (1, 2, 3):
        setattr(functional, f"conv{axes}d", _conv(axes))
    own: dict[str, Any] = {
        "cat": cat, "einsum": einsum, "zeros": new, "ones": new, "randn": new,
        "tensor": lambda values: Tensor(len(values)), "maximum": Tensor._joined,
        "minimum": Tensor._joined, "nn": nn,
    }  # fmt: skip
    vars(torch).update(own)
    nn.functional = functional  # type: ignore[attr-defined]  # as in the package
    return {"torch": torch, "torch.nn": nn, "torch.nn.functional": functional}


TORCH = _torch()
