"""Keras code: Python that a person could have written; every kind is written or refused; names stay names.

``keras_runs.py``, run manually, runs the code with Keras.
"""

from __future__ import annotations

import ast
import functools
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import random_layers
from convcalc.analysis.analysis import Analysis
from convcalc.errors import UsageError
from convcalc.interop.writers import WRITERS
from convcalc.interop.writers.keras.said import SAYS
from convcalc.layers import every
from convcalc.network.find import bundled_names
from convcalc.network.load import load, loads
from convcalc.network.network import Network, Node
from strategies import layer_of

Run = Callable[..., Any]
SHOWN = ("googlenet", "lenet5", "lenet5_1998", "mobilenet_v2", "resnet18", "resnet50", "shufflenet_v2_x1_0",
         "unet", "vgg16", "vit_b_16", "wavenet", "retinanet_resnet50", "dcgan_generator")  # fmt: skip
REFUSED = {
    "pspnet_resnet50": (
        "PSPNet (ResNet-50): Keras cannot express 2 layers; change them, or choose another --to:\n"
        "  level3.adaptive_avgpool1: adaptive_avgpool: its 3 windows on 64 cells differ; use a size that divides 64\n"
        "  level4.adaptive_avgpool1: adaptive_avgpool: its 6 windows on 64 cells differ; use a size that divides 64"
    ),
    "ssd300": (
        "SSD300 (VGG-16): Keras cannot express 1 layer; change it, or choose another --to:\n"
        "  normalize: custom: what L2Normalize computes is not known; replace it by layers that are"
    ),
}


def code_of(analysis: Analysis) -> str:
    return WRITERS["keras"].write(analysis).data.decode()


def spec(text: str, head: str = "input: [3, 8, 8]") -> str:
    """The code of some layers in YAML."""
    return code_of(loads(f"{head}\nlayers:\n{text}").walk())


@functools.cache
def written() -> dict[str, str]:
    """The code of all bundled networks that Keras supports."""
    return {name: code_of(load(name).walk()) for name in bundled_names() if name not in REFUSED}


@pytest.mark.unmeasured
def test_every_bundled_network_is_written_or_refused_with_the_reason() -> None:
    assert len(written()) == len(bundled_names()) - len(REFUSED)
    for name, message in REFUSED.items():
        with pytest.raises(UsageError) as caught:
            code_of(load(name).walk())
        assert str(caught.value) == message


@pytest.mark.unmeasured
def test_the_code_has_every_layer_by_its_name_once() -> None:
    """Names in blocks consist of the block's and the layer's names."""
    for name in ("vgg16", "googlenet", "unet"):
        analysis = load(name).walk()
        tree = ast.parse(written()[name])
        texts = [
            ast.unparse(each.value)
            for each in ast.walk(tree)
            if isinstance(each, ast.keyword) and each.arg == "name"
        ]
        own = [text for text in texts if text.startswith("'")]
        assert len(own) == len(set(own)), name
        for step in analysis:
            last = step.name.rpartition(".")[2]
            assert any(last in text for text in texts) or not step.weights, step.name


@pytest.mark.unmeasured
def test_the_code_is_clean(tmp_path: Path) -> None:
    for name, code in written().items():
        (tmp_path / f"{name}.py").write_text(code, encoding="utf-8")
    found = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--select", "E,F,I,UP,B", "--isolated", "--no-cache", str(tmp_path)],
        capture_output=True, text=True, timeout=100, check=False,
    )  # fmt: skip
    assert found.returncode == 0, found.stdout[:3000] + found.stderr


@pytest.mark.parametrize("name", SHOWN)
def test_the_code_of_networks_that_people_look_at(
    name: str, golden: Callable[[str, str], None]
) -> None:
    golden(f"export/keras/{name}.txt", code_of(load(name).walk()))


def test_resnet50_fits_on_90_lines() -> None:
    assert len(code_of(load("resnet50").walk()).splitlines()) <= 90


# ------------------------------------------------------------------------------- every kind


def said_or_refused(analysis: Analysis) -> tuple[str, str]:
    """The code, or the reason why there is none."""
    try:
        return code_of(analysis), ""
    except UsageError as error:
        return "", str(error)


@pytest.mark.parametrize("kind", sorted(random_layers.KINDS))
def test_random_layers_of_a_kind_are_said_or_refused(kind: str) -> None:
    assert kind in SAYS
    said = refused = 0
    for seed in range(8):
        layer, shapes = random_layers.Draw(seed).layer(every()[kind])
        (first, *more) = shapes
        names = {f"in{number}": shape for number, shape in enumerate(more, 1)}
        node = Node("layer", layer, tuple(-1 - at for at in range(len(shapes))))
        analysis = Network("net", "", first, [node], more_inputs=names).walk()
        code, message = said_or_refused(analysis)
        if message:
            refused += 1
            assert f"\n  layer: {kind}: " in message
            assert (
                "net: Keras cannot express 1 layer; change it, or choose another --to:" in message
            )
            continue
        said += 1
        compile(code, kind, "exec")
        assert "keras.Model(" in code
    assert said or refused


@pytest.mark.parametrize("kind", ["custom", "opaque"])
def test_what_nobody_knows_is_refused(kind: str) -> None:
    options, shape = every()[kind].example
    layer = layer_of(kind, **options)
    analysis = Network("net", "", shape, [Node("layer", layer, (-1,))]).walk()
    with pytest.raises(UsageError, match="is not known; replace it by layers that are"):
        code_of(analysis)


# ------------------------------------------------------------------------------ names and notes


@pytest.mark.parametrize(
    "name",
    ['"; import os; "', "a\\nb", "x = 1 #", "{x}", "class", "a/b/c", "\u202eabc", "' + name + '"],
)
def test_names_are_only_names(name: str) -> None:
    analysis = loads("{input: [3, 8, 8], layers: [relu, {relu: {name: r}}]}").walk()
    nodes = [
        node._replace(name=name) if node.name == "r" else node for node in analysis.network.nodes
    ]
    code = code_of(Network(name, name, (3, 8, 8), nodes).walk())
    tree = ast.parse(code)
    assert not [
        each
        for each in ast.walk(tree)
        if isinstance(each, ast.Import) and each.names[0].name == "os"
    ]
    called = {
        each.func.attr
        for each in ast.walk(tree)
        if isinstance(each, ast.Call) and isinstance(each.func, ast.Attribute)
    }
    assert called == {"Input", "ReLU", "Model"}


def test_a_slash_in_a_name_is_told() -> None:
    analysis = loads("{input: [3, 8, 8], layers: [{relu: {name: a/b}}]}").walk()
    written = WRITERS["keras"].write(analysis)
    assert written.notes == (
        "1 name is changed, because Keras allows no / and each name once: a/b is a_b",
    )


def test_a_flatten_is_told(convcalc: Run) -> None:
    ran = convcalc("export", "lenet5", "--to", "keras")
    assert (ran.code, ran.err) == (
        0,
        "note: The channels are last in Keras, so flatten puts the values in another order than with "
        "channels first; sizes and numbers of parameters are the same.\n",
    )


def test_two_tools_write_py_files(convcalc: Run, tmp_path: Path) -> None:
    ran = convcalc("export", "lenet5", "-o", str(tmp_path / "net.py"))
    assert ran.code == 2
    assert "pytorch" in ran.err
    assert "keras" in ran.err


def test_shared_weights_are_one_layer() -> None:
    code = spec(
        "  - conv: {name: one, out_channels: 3, kernel_size: 3, padding: 1}\n"
        "  - conv: {name: two, weights: one, out_channels: 3, kernel_size: 3, padding: 1}\n"
    )
    assert code.count("layers.Conv2D(") == 1
