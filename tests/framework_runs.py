"""The claims on frameworks in the boxes of ``docs/arithmetic``, run on the installed ones.

``python tests/framework_runs.py`` prints every claim; the exit code is 1 if one is false. The test
suite runs those on ONNX. PyTorch, TensorFlow, Keras and JAX need a separate environment:
``pip install torch tensorflow keras jax onnx``.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

Array = Any


class Claim(NamedTuple):
    """A sentence of a box: its statement, and the expected number or cells."""

    framework: str
    statement: str
    about: str
    run: Callable[[Any], Any]
    expected: Any


CLAIMS: list[Claim] = []


def claim(framework: str, statement: str, about: str, expected: Any) -> Callable[..., Any]:
    """Register a function of the framework's module as the proof of a claim."""

    def keep(run: Callable[[Any], Any]) -> Callable[[Any], Any]:
        CLAIMS.append(Claim(framework, statement, about, run, expected))
        return run

    return keep


def refused(run: Callable[[], Any]) -> str:
    """The message of the error raised instead of a result."""
    try:
        run()
    except (ValueError, RuntimeError, TypeError) as error:
        return str(error)
    return ""


def cells(rows: Array) -> list[tuple[int, int]]:
    """The first and last column that is not zero in each row."""
    found = [np.flatnonzero(row) for row in np.asarray(rows)]
    return [(int(row[0]), int(row[-1])) for row in found]


# ----------------------------------------------------------------------------------- PyTorch


def torch_cells(torch: Any, layer: Any, n: int) -> list[tuple[int, int]]:
    """The cells that each output reads, from the gradient of ones."""
    torch.nn.init.ones_(layer.weight)
    rows = torch.autograd.functional.jacobian(layer, torch.zeros(1, 1, n))[0, 0, :, 0, 0]
    return cells(rows.numpy())


def torch_size(layer: Any, torch: Any, n: int) -> int:
    return int(layer(torch.zeros(1, 1, n)).shape[-1])


@claim("torch", "1.1", "refuses a kernel larger than the input", True)
def _(torch: Any) -> bool:
    return bool(refused(lambda: torch_size(torch.nn.Conv1d(1, 1, 5), torch, 4)))


@claim("torch", "1.3", "same with k = 2 puts the zero after", [(0, 1), (1, 2), (2, 3), (3, 3)])
def _(torch: Any) -> Any:
    return torch_cells(torch, torch.nn.Conv1d(1, 1, 2, padding="same"), 4)


@claim("torch", "1.3", "padding k // 2 with even k gives n + 1", 11)
def _(torch: Any) -> int:
    return torch_size(torch.nn.Conv1d(1, 1, 4, padding=2), torch, 10)


@claim("torch", "1.5", "13 without padding, 14 with padding 1", (13, 14))
def _(torch: Any) -> tuple[int, ...]:
    return tuple(torch_size(torch.nn.Conv1d(1, 1, 3, 2, p), torch, 28) for p in (0, 1))


@claim("torch", "3.1", "a pool's stride is its kernel", 3)
def _(torch: Any) -> int:
    return torch_size(torch.nn.MaxPool1d(3), torch, 10)


@claim("torch", "3.2", "32, k3 s2: 15, with ceil_mode 16", (15, 16))
def _(torch: Any) -> tuple[int, ...]:
    pools = (torch.nn.MaxPool1d(3, 2, ceil_mode=ceil) for ceil in (False, True))
    return tuple(torch_size(pool, torch, 32) for pool in pools)


@claim("torch", "3.3", "10, k1 s2, ceil_mode: 5", 5)
def _(torch: Any) -> int:
    return torch_size(torch.nn.MaxPool1d(1, 2, ceil_mode=True), torch, 10)


@claim(
    "torch", "3.4", "padding counts in a mean; cells hung over do not", [[0.667, 1, 0.5], [1, 1, 1]]
)
def _(torch: Any) -> list[list[float]]:
    options = {"stride": 2, "padding": 1, "ceil_mode": True}
    pools = (torch.nn.AvgPool1d(3, **options, count_include_pad=yes) for yes in (True, False))
    ones = torch.ones(1, 1, 4, dtype=torch.float64)
    return [np.round(pool(ones).numpy().ravel(), 3).tolist() for pool in pools]


@claim("torch", "4.1", "same refuses a stride", True)
def _(torch: Any) -> bool:
    return "not supported" in refused(lambda: torch.nn.Conv1d(1, 1, 3, 2, padding="same"))


@claim("torch", "4.3", "padding 1, k3 s2 on 8", [(0, 1), (1, 3), (3, 5), (5, 7)])
def _(torch: Any) -> Any:
    return torch_cells(torch, torch.nn.Conv1d(1, 1, 3, 2, 1, bias=False), 8)


@claim("torch", "5.3", "output_size takes 7 and 8, not 9", "valid sizes range from [7] to [8]")
def _(torch: Any) -> str:
    layer, x = torch.nn.ConvTranspose1d(1, 1, 3, 2, 1), torch.zeros(1, 1, 4)
    assert [layer(x, output_size=[n]).shape[-1] for n in (7, 8)] == [7, 8]
    said = refused(lambda: layer(x, output_size=[9]))
    return said[said.index("valid") : said.index(" (")]


@claim("torch", "5.6", "3, k2 s3: 8", 8)
def _(torch: Any) -> int:
    return torch_size(torch.nn.ConvTranspose1d(1, 1, 2, 3), torch, 3)


@claim("torch", "6.1", "nearest 3 to 5, and nearest-exact", [[0, 0, 1, 1, 2], [0, 0, 1, 2, 2]])
def _(torch: Any) -> Any:
    x = torch.arange(3.0)[None, None]
    resize = torch.nn.functional.interpolate
    return [resize(x, size=5, mode=mode)[0, 0].tolist() for mode in ("nearest", "nearest-exact")]


@claim("torch", "7.1", "arrays of weights", [(12, 2, 3, 3), (8, 16, 3, 3)])
def _(torch: Any) -> Any:
    made = torch.nn.Conv2d(8, 12, 3, groups=4), torch.nn.ConvTranspose2d(8, 16, 3)
    return [tuple(layer.weight.shape) for layer in made]


@claim("torch", "8.3", "Unfold", (27, 36))
def _(torch: Any) -> Any:
    return tuple(torch.nn.Unfold(3)(torch.zeros(1, 3, 8, 8)).shape[1:])


@claim("torch", "8.4", "the gradient is the transposed layer, and 0 where nothing was read", (0, 0))
def _(torch: Any) -> tuple[float, float]:
    x, w = torch.rand(1, 1, 8, requires_grad=True), torch.rand(1, 1, 3)
    y = torch.nn.functional.conv1d(x, w, stride=2)
    g = torch.rand_like(y)
    y.backward(g)
    back = torch.nn.functional.conv_transpose1d(g, w, stride=2, output_padding=1)
    return float(x.grad[0, 0, -1]), round(float((x.grad - back).abs().max()), 6)


# ------------------------------------------------------------------------------------- Keras


def keras_size(layer: Any, n: int) -> int:
    return int(layer(np.zeros((1, n, 1), "float32")).shape[1])


def keras_map(layer: Any, n: int) -> Array:
    """Row u, column i: output u with a one at cell i."""
    layer.build((None, n, 1))
    layer.set_weights([np.ones(w.shape) for w in layer.weights])
    ones = np.eye(n, dtype="float32")[:, :, None]
    return np.asarray(layer(ones))[:, :, 0].T


@claim("keras", "1.1", "refuses a kernel larger than the input", True)
def _(keras: Any) -> bool:
    return bool(refused(lambda: keras_size(keras.layers.Conv1D(1, 5), 4)))


@claim("keras", "1.5", "valid 13, same 14", (13, 14))
def _(keras: Any) -> tuple[int, ...]:
    made = (keras.layers.Conv1D(1, 3, 2, padding=word) for word in ("valid", "same"))
    return tuple(keras_size(layer, 28) for layer in made)


@claim("keras", "2.2", "refuses stride and dilation together", True)
def _(keras: Any) -> bool:
    return bool(refused(lambda: keras.layers.Conv1D(1, 3, 2, dilation_rate=2)))


@claim("keras", "3.4", "zeros do not count in a mean", [1, 1, 1, 1])
def _(keras: Any) -> Any:
    pool = keras.layers.AveragePooling1D(3, 1, padding="same")
    return np.asarray(pool(np.ones((1, 4, 1), "float32"))).ravel().tolist()


@claim("keras", "4.3", "same, k3 s2 on 8", [(0, 2), (2, 4), (4, 6), (6, 7)])
def _(keras: Any) -> Any:
    return cells(keras_map(keras.layers.Conv1D(1, 3, 2, padding="same", use_bias=False), 8))


@claim("keras", "4.4", "causal in one dimension only", ([(0, 0), (0, 2), (2, 4)], True))
def _(keras: Any) -> Any:
    causal = keras.layers.Conv1D(1, 3, 2, padding="causal", use_bias=False)
    return cells(keras_map(causal, 5)), bool(
        refused(lambda: keras.layers.Conv2D(1, 3, padding="causal"))
    )


@claim("keras", "5.6", "same writes 0-2, 2-4, 4-5; valid, k2 s3: 9", ([(0, 2), (2, 4), (4, 5)], 9))
def _(keras: Any) -> Any:
    same = keras.layers.Conv1DTranspose(1, 3, 2, padding="same", use_bias=False)
    return cells(keras_map(same, 3).T), keras_size(keras.layers.Conv1DTranspose(1, 2, 3), 3)


@claim("keras", "7.1", "arrays of weights", [(3, 3, 2, 12), (3, 3, 16, 8)])
def _(keras: Any) -> Any:
    made = keras.layers.Conv2D(12, 3, groups=4), keras.layers.Conv2DTranspose(16, 3)
    for layer in made:
        layer.build((None, 9, 9, 8))
    return [tuple(layer.weights[0].shape) for layer in made]


@claim("keras", "7.3", "SeparableConv2D has one bias", 216)
def _(keras: Any) -> int:
    layer = keras.layers.SeparableConv2D(16, 3)
    layer.build((None, 9, 9, 8))
    return int(layer.count_params())


# --------------------------------------------------------------------------------------- JAX


def jax_map(jax: Any, n: int, k: int, s: int, padding: Any) -> Array:
    kernel = jax.numpy.ones((1, 1, k))

    def layer(x: Array) -> Array:
        return jax.lax.conv_general_dilated(x[None, None], kernel, (s,), padding)[0, 0]

    return np.asarray(jax.jacobian(layer)(jax.numpy.zeros(n)))


@claim("jax", "1.1", "a kernel larger than the input gives no cell", 0)
def _(jax: Any) -> int:
    return len(jax_map(jax, 4, 5, 1, "VALID"))


@claim("jax", "1.2", "padding below 0 cuts cells off", 5)
def _(jax: Any) -> int:
    return len(jax_map(jax, 8, 3, 1, [(-1, 0)]))


@claim("jax", "1.5", "VALID 13, SAME 14", (13, 14))
def _(jax: Any) -> tuple[int, ...]:
    return tuple(len(jax_map(jax, 28, 3, 2, word)) for word in ("VALID", "SAME"))


@claim("jax", "4.3", "SAME, then SAME_LOWER, k3 s2 on 8", [[0, 2, 4, 6], [0, 1, 3, 5]])
def _(jax: Any) -> Any:
    words = ("SAME", "SAME_LOWER")
    return [[first for first, _ in cells(jax_map(jax, 8, 3, 2, word))] for word in words]


@claim("jax", "5.6", "VALID, k2 s3: 9", 9)
def _(jax: Any) -> int:
    x, w = jax.numpy.zeros((1, 3, 1)), jax.numpy.zeros((2, 1, 1))
    named = ("NWC", "WIO", "NWC")
    return int(jax.lax.conv_transpose(x, w, (3,), "VALID", dimension_numbers=named).shape[1])


@claim("jax", "6.2", "blurs where the map becomes smaller", [0.71, 2.29])
def _(jax: Any) -> Any:
    made = np.asarray(jax.image.resize(np.arange(4.0), (2,), "linear"), np.float64)
    return np.round(made, 2).tolist()


# -------------------------------------------------------------------------------- TensorFlow


@claim(
    "tensorflow",
    "6.2",
    "half-pixel places in 2, others in 1",
    [[0, 0.25, 0.75, 1.25, 1.75, 2], [0, 0.5, 1, 1.5, 2, 2]],
)
def _(tf: Any) -> Any:
    x = np.arange(3.0)[None, None, :, None]
    both = (tf.image.resize, tf.compat.v1.image.resize)
    return [np.asarray(resize(x, (1, 6), method="bilinear")).ravel().tolist() for resize in both]


@claim("tensorflow", "8.3", "extract_patches", (6, 6, 27))
def _(tf: Any) -> Any:
    x, ones = np.zeros((1, 8, 8, 3), "float32"), [1, 1, 1, 1]
    return tuple(tf.image.extract_patches(x, [1, 3, 3, 1], ones, ones, "VALID").shape[1:])


# -------------------------------------------------------------------------------------- ONNX


def onnx_run(onnx: Any, operator: str, x: Array, w: Array = None, **attributes: Any) -> list[float]:
    """The output of the reference evaluator for one axis."""
    inputs = {"x": x, **({} if w is None else {"w": w})}
    value = onnx.helper.make_tensor_value_info
    kinds = [value(name, onnx.TensorProto.FLOAT, [1, 1, None]) for name in inputs]
    node = onnx.helper.make_node(operator, list(inputs), ["y"], **attributes)
    out = [value("y", onnx.TensorProto.FLOAT, None)]
    graph = onnx.helper.make_graph([node], "one", kinds, out)
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 19)])
    feeds = {name: np.asarray(array, "float32")[None, None] for name, array in inputs.items()}
    (y,) = onnx.reference.ReferenceEvaluator(model).run(None, feeds)
    return [round(float(number), 3) for number in y.ravel()]


@claim("onnx", "3.1", "the stride of a pool is 1 unless it is given", 8)
def _(onnx: Any) -> int:
    return len(onnx_run(onnx, "MaxPool", np.arange(10), kernel_shape=[3]))


@claim("onnx", "3.2", "32, k3 s2: 15, with ceil_mode 16", (15, 16))
def _(onnx: Any) -> tuple[int, ...]:
    options = {"kernel_shape": [3], "strides": [2]}
    return tuple(
        len(onnx_run(onnx, "MaxPool", np.arange(32), **options, ceil_mode=ceil)) for ceil in (0, 1)
    )


@claim("onnx", "3.3", "10, k1 s2, ceil_mode: 5", 5)
def _(onnx: Any) -> int:
    options = {"kernel_shape": [1], "strides": [2], "ceil_mode": 1}
    return len(onnx_run(onnx, "MaxPool", np.arange(10), **options))


@claim("onnx", "3.4", "zeros count in a mean if asked", [[1, 1, 1, 1], [0.667, 1, 1, 0.667]])
def _(onnx: Any) -> Any:
    options = {"kernel_shape": [3], "pads": [1, 1]}
    return [
        onnx_run(onnx, "AveragePool", np.ones(4), **options, count_include_pad=yes)
        for yes in (0, 1)
    ]


@claim("onnx", "4.3", "SAME_UPPER, then SAME_LOWER, k3 s2 on 8", [[6, 12, 18, 15], [3, 9, 15, 21]])
def _(onnx: Any) -> Any:
    x, options = np.arange(1, 9), {"kernel_shape": [3], "strides": [2]}
    words = ("SAME_UPPER", "SAME_LOWER")
    return [onnx_run(onnx, "Conv", x, np.ones(3), **options, auto_pad=word) for word in words]


@claim(
    "onnx",
    "5.6",
    "SAME_UPPER cuts the cell after, SAME_LOWER the one before; k2 s3: 8 cells",
    [[1, 1, 3, 2, 5, 3], [1, 3, 2, 5, 3, 3], 8],
)
def _(onnx: Any) -> Any:
    x, options = np.arange(1, 4), {"kernel_shape": [3], "strides": [2]}
    words = ("SAME_UPPER", "SAME_LOWER")
    same = [
        onnx_run(onnx, "ConvTranspose", x, np.ones(3), **options, auto_pad=word) for word in words
    ]
    return [*same, len(onnx_run(onnx, "ConvTranspose", x, np.ones(2), strides=[3]))]


def broken(framework: str) -> list[str]:
    """The false claims on a framework, with the real results."""
    module = importlib.import_module(framework)
    if framework == "onnx":
        importlib.import_module("onnx.reference")
    found = []
    for each in CLAIMS:
        if each.framework == framework:
            got = each.run(module)
            if got != each.expected:
                found.append(f"{framework}, {each.statement} {each.about}: {got}")
    return found


def main() -> int:
    wrong: list[str] = []
    for framework in sorted({each.framework for each in CLAIMS}):
        try:
            module = importlib.import_module(framework)
        except ImportError:
            print(f"{framework} is not installed")
            continue
        claims = [each for each in CLAIMS if each.framework == framework]
        found = broken(framework)
        wrong += found
        print(f"{framework} {module.__version__}: {len(claims) - len(found)} of {len(claims)} hold")
    print(*wrong, sep="\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
