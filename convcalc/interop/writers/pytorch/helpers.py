"""Short classes and functions for layers without a PyTorch module, written above the network."""

from __future__ import annotations

import re

_TEXTS: dict[str, str] = {
    "SeparableConv{n}d": '''
class SeparableConv{n}d(nn.Sequential):
    """A depthwise convolution, then a pointwise one that mixes the channels."""

    def __init__(self, in_channels, out_channels, multiplier=1, bias=True, **options):
        super().__init__()
        middle = in_channels * multiplier
        self.depthwise = nn.Conv{n}d(
            in_channels, middle, groups=in_channels, bias=False, **options
        )
        self.pointwise = nn.Conv{n}d(middle, out_channels, kernel_size=1, bias=bias)
''',
    "CausalConv1d": '''
class CausalConv1d(nn.Conv1d):
    """A convolution that sees only earlier steps: all padding is in front."""

    def forward(self, x):
        before = self.dilation[0] * (self.kernel_size[0] - 1)
        return super().forward(F.pad(x, (before, 0)))
''',
    "TableConv{n}d": '''
class TableConv{n}d(nn.Module):
    """A convolution in which each output map sees the maps in its row of a table."""

    def __init__(self, table, **options):
        super().__init__()
        self.table = table
        self.maps = nn.ModuleList(nn.Conv{n}d(len(row), 1, **options) for row in table)

    def forward(self, x):
        seen = zip(self.maps, self.table, strict=True)
        return torch.cat([conv(x[:, list(row)]) for conv, row in seen], dim=1)
''',
    "LocalConv": '''
class LocalConv(nn.Module):
    """A convolution with its own filters at every position."""

    def __init__(
        self,
        in_channels,
        out_channels,
        output_size,
        kernel_size,
        stride,
        bias=True,
    ):
        super().__init__()
        self.kernel_size, self.stride = kernel_size, stride
        shape = (out_channels, *output_size, in_channels, *kernel_size)
        self.weight = nn.Parameter(0.01 * torch.randn(shape))
        start = torch.zeros(out_channels, *output_size)
        self.bias = nn.Parameter(start) if bias else 0

    def forward(self, x):
        for axis, kernel in enumerate(self.kernel_size):
            x = x.unfold(axis + 2, kernel, self.stride[axis])
        sizes, taps = "hwd"[: len(self.stride)], "ijk"[: len(self.stride)]
        equation = f"nc{sizes}{taps},o{sizes}c{taps}->no{sizes}"
        return torch.einsum(equation, x, self.weight) + self.bias
''',
    "LinearAlong": '''
class LinearAlong(nn.Linear):
    """A linear layer along another dimension than the last, usually the channels."""

    def __init__(self, in_features, out_features, bias=True, dim=1):
        super().__init__(in_features, out_features, bias)
        self.dim = dim

    def forward(self, x):
        return super().forward(x.movedim(self.dim, -1)).movedim(-1, self.dim)
''',
    "LayerNormAlong": '''
class LayerNormAlong(nn.LayerNorm):
    """A layer norm along another dimension than the last, usually the channels."""

    def __init__(self, normalized_shape, elementwise_affine=True, dim=1):
        super().__init__(normalized_shape, elementwise_affine=elementwise_affine)
        self.dim = dim

    def forward(self, x):
        return super().forward(x.movedim(self.dim, -1)).movedim(-1, self.dim)
''',
    "RBF": '''
class RBF(nn.Module):
    """The squared distance to fixed centres."""

    def __init__(self, in_features, out_features):
        super().__init__()
        self.register_buffer("weight", torch.zeros(out_features, in_features))

    def forward(self, x):
        return (x[:, None] - self.weight).square().sum(dim=-1)
''',
    "SelfAttention": '''
class SelfAttention(nn.MultiheadAttention):
    """Attention between the positions of a map, with the channels first."""

    def forward(self, x):
        tokens = x.flatten(2).mT
        attended, _ = super().forward(tokens, tokens, tokens, need_weights=False)
        return attended.mT.reshape(x.shape)
''',
    "WideAttention": '''
class WideAttention(nn.Module):
    """Attention between the positions of a map, with heads of any width."""

    def __init__(self, embed_dim, num_heads, kv_heads, key_dim, value_dim, bias=True):
        super().__init__()
        self.heads, self.kv_heads = num_heads, kv_heads
        self.query = nn.Linear(embed_dim, num_heads * key_dim, bias)
        self.key = nn.Linear(embed_dim, kv_heads * key_dim, bias)
        self.value = nn.Linear(embed_dim, kv_heads * value_dim, bias)
        self.out = nn.Linear(num_heads * value_dim, embed_dim, bias)

    def forward(self, x):
        tokens = x.flatten(2).mT
        query = self.query(tokens).unflatten(2, (self.heads, -1)).transpose(1, 2)
        key = self.key(tokens).unflatten(2, (self.kv_heads, -1)).transpose(1, 2)
        value = self.value(tokens).unflatten(2, (self.kv_heads, -1)).transpose(1, 2)
        shared = self.heads // self.kv_heads
        key, value = (part.repeat_interleave(shared, dim=1) for part in (key, value))
        attended = F.scaled_dot_product_attention(query, key, value)
        return self.out(attended.transpose(1, 2).flatten(2)).mT.reshape(x.shape)
''',
    "Subsample{n}d": '''
class Subsample{n}d(nn.Module):
    """The sum of each window, times a trained factor, plus a bias, for each map."""

    def __init__(self, channels, kernel_size, stride=None):
        super().__init__()
        self.pool = nn.LPPool{n}d(1, kernel_size, stride)
        self.weight = nn.Parameter(torch.ones(channels))
        self.bias = nn.Parameter(torch.zeros(channels))

    def forward(self, x):
        shape = (-1, *[1] * (x.dim() - 2))
        return self.pool(x) * self.weight.view(shape) + self.bias.view(shape)
''',
    "BlurPool{n}d": '''
class BlurPool{n}d(nn.Module):
    """A fixed blur of each map; every stride-th cell is kept."""

    def __init__(self, channels, kernel_size, stride):
        super().__init__()
        self.stride = stride
        self.pads = [side for k in kernel_size[::-1] for side in ((k - 1) // 2, k // 2)]
        kernel = torch.ones(())
        for k in kernel_size:
            row = torch.tensor([float(math.comb(k - 1, i)) for i in range(k)])
            kernel = kernel[..., None] * row / row.sum()
        self.register_buffer("kernel", kernel.repeat(channels, 1, *[1] * len(kernel_size)))

    def forward(self, x):
        x = F.pad(x, self.pads, mode="reflect")
        return F.conv{n}d(x, self.kernel, stride=self.stride, groups=x.shape[1])
''',
    "PadChannels": '''
class PadChannels(nn.Module):
    """Maps of zeros before and after the others."""

    def __init__(self, before, after):
        super().__init__()
        self.before, self.after = before, after

    def forward(self, x):
        sides = [0] * 2 * (x.dim() - 2)
        return F.pad(x, (*sides, self.before, self.after))
''',
    "ChannelScale": '''
class ChannelScale(nn.Module):
    """A trained factor for each channel."""

    def __init__(self, channels):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(channels))

    def forward(self, x):
        return x * self.weight.view(-1, *[1] * (x.dim() - 2))
''',
    "Scale": '''
class Scale(nn.Module):
    """A trained factor for each channel, a bias for each, or both."""

    def __init__(self, channels, factor=True, bias=False, trainable=True):
        super().__init__()
        weight, shift = torch.ones(channels), torch.zeros(channels)
        self.weight = nn.Parameter(weight, trainable) if factor else None
        self.bias = nn.Parameter(shift, trainable) if bias else None

    def forward(self, x):
        shape = (-1, *[1] * (x.dim() - 2))
        if self.weight is not None:
            x = x * self.weight.view(shape)
        return x if self.bias is None else x + self.bias.view(shape)
''',
    "regroup": '''
def regroup(x, split, order, shape):
    """Axes that are split, put in another order, and laid together again."""
    return x.reshape(-1, *split).permute(order).reshape(-1, *shape)
''',
    "without": '''
def without(norm, name):
    """A norm without its scale (weight) or without its shift (bias)."""
    norm.register_parameter(name, None)
    return norm
''',
    "crop_like": '''
def crop_like(x, like, offset=None):
    """The middle of x, or what follows an offset, as large as another map."""
    for dim in range(2, x.dim()):
        size = like.shape[dim]
        start = (x.shape[dim] - size) // 2 if offset is None else offset
        x = x.narrow(dim, start, size)
    return x
''',
    "pad_like": '''
def pad_like(x, like, channels=()):
    """Zeros around x, up to the size of another map."""
    sides = []
    for dim in range(x.dim() - 1, 1, -1):
        more = like.shape[dim] - x.shape[dim]
        sides += [more // 2, more - more // 2]
    return F.pad(x, [*sides, *channels])
''',
}
_AXES = re.compile(r"[123](?=d$)")

NAMES = frozenset(name.replace("{n}", axes) for name in _TEXTS for axes in ("1", "2", "3"))
"""What no class or variable of a network may be called."""


def helper_text(name: str) -> str:
    """The code of a class or function by its name, such as ``SeparableConv2d``."""
    axes = _AXES.search(name)
    text = _TEXTS.get(name) or _TEXTS[_AXES.sub("{n}", name)]
    return text.replace("{n}", axes[0]).strip() if axes else text.strip()
