"""Whole commands on files of other tools, compared with the imports that they need.

    python benchmarks/reading.py [--runs 15] [--layers 800]

The files are written by this program, with a given number of layers. The comparison uses processor time, which other
programs on the machine disturb less than the clock. ONNX is compared with importing onnx, if it is installed.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import zipfile
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

TABLE = "import click, yaml, rich.table"
ONNX = "import onnx, onnx.shape_inference"
MOST, MOST_MB = 1.6, 60.0  # times the imports, and peak memory
MORE = 0.2  # seconds beyond importing onnx
WIDTH = 16  # channels


def darknet(layers: int) -> str:
    """Convolutions with their norm and activation."""
    section = f"[convolutional]\nbatch_normalize=1\nfilters={WIDTH}\nsize=3\nstride=1\npad=1\nactivation=leaky\n"
    return "[net]\nheight=32\nwidth=32\nchannels=3\n" + section * (layers // 3)


def caffe(layers: int) -> str:
    """Convolutions and activations in turn."""
    text, before = (
        ['input: "data"\ninput_dim: 1\ninput_dim: 3\ninput_dim: 32\ninput_dim: 32\n'],
        "data",
    )
    for place in range(layers // 2):
        text.append(
            f'layer {{\n  name: "conv{place}"\n  type: "Convolution"\n  bottom: "{before}"\n  top: "conv{place}"\n'
            f"  convolution_param {{\n    num_output: {WIDTH}\n    kernel_size: 3\n    pad: 1\n  }}\n}}\n"
            f'layer {{\n  name: "relu{place}"\n  type: "ReLU"\n  bottom: "conv{place}"\n  top: "conv{place}"\n}}\n'
        )
        before = f"conv{place}"
    return "".join(text)


def keras(layers: int) -> str:
    """Convolutions and activations in turn, one after the other."""
    rows: list[dict[str, Any]] = [
        {"class_name": "InputLayer", "config": {"batch_shape": [None, 32, 32, 3], "name": "in"}}
    ]
    for place in range(layers // 2):
        conv = {"name": f"conv{place}", "filters": WIDTH, "kernel_size": [3, 3], "padding": "same"}
        rows.append({"class_name": "Conv2D", "config": conv})
        rows.append({"class_name": "ReLU", "config": {"name": f"relu{place}"}})
    return json.dumps({"class_name": "Sequential", "config": {"name": "net", "layers": rows}})


def exported(layers: int) -> dict[str, Any]:
    """The graph of an exported program: convolutions and activations in turn."""
    metas: dict[str, Any] = {}
    specs, nodes = [], []

    def tensor(name: str, *sides: int) -> dict[str, Any]:
        sizes = [{"as_int": side} for side in sides]
        metas[name] = {"dtype": 7, "sizes": sizes, "strides": sizes}
        return {"as_tensor": {"name": name}}

    def node(op: str, at: str, out: dict[str, Any], **args: Any) -> None:
        inputs = [{"name": key, "arg": arg, "kind": 1} for key, arg in args.items()]
        stack = f"L__self__,,Net;L__self___{at},{at},torch.nn.modules.conv.Conv2d"
        nodes.append({
            "target": f"torch.ops.aten.{op}.default", "inputs": inputs, "outputs": [out],
            "metadata": {"nn_module_stack": stack, "stack_trace": "File net.py, line 1, in forward\n" * 5},
        })  # fmt: skip

    value, width = tensor("x", 1, 3, 32, 32), 3
    specs.append({"user_input": {"arg": value}})
    for place in range(layers // 2):
        parts = []
        for word, sides in (("weight", (WIDTH, width, 3, 3)), ("bias", (WIDTH,))):
            name = f"p_{place}_{word}"
            parts.append(tensor(name, *sides))
            own = f"conv{place}.{word}"
            specs.append({"parameter": {"arg": {"name": name}, "parameter_name": own}})
        made = [tensor(f"{word}_{place}", 1, WIDTH, 32, 32) for word in ("conv", "relu")]
        node(
            "conv2d", f"conv{place}", made[0], input=value, weight=parts[0], bias=parts[1],
            stride={"as_ints": [1, 1]}, padding={"as_ints": [1, 1]},
        )  # fmt: skip
        node("relu", f"relu{place}", made[1], self=made[0])
        value, width = made[1], WIDTH
    graph = {"inputs": [], "outputs": [value], "nodes": nodes, "tensor_values": metas}
    return {"graph_module": {"graph": graph, "signature": {"input_specs": specs}}}


def write_onnx(path: Path, layers: int) -> None:
    """Convolutions and activations in turn, without their weights."""
    onnx = import_module("onnx")
    helper, kind = onnx.helper, onnx.TensorProto.FLOAT
    nodes, stored, before, width = [], [], "x", 3
    for place in range(layers // 2):
        sides = [WIDTH, width, 3, 3]
        numbers = bytes(4 * WIDTH * width * 9)
        stored.append(helper.make_tensor(f"w{place}", kind, sides, numbers, raw=True))
        nodes.append(
            helper.make_node("Conv", [before, f"w{place}"], [f"c{place}"], pads=[1, 1, 1, 1])
        )
        nodes.append(helper.make_node("Relu", [f"c{place}"], [f"r{place}"]))
        before, width = f"r{place}", WIDTH
    ends = [
        helper.make_tensor_value_info(name, kind, [1, channels, 32, 32])
        for name, channels in (("x", 3), (before, WIDTH))
    ]
    graph = helper.make_graph(nodes, "net", ends[:1], ends[1:], stored)
    onnx.save(helper.make_model(graph), str(path))


def write_all(folder: Path, layers: int) -> None:
    """Write a file of each format."""
    texts = {"net.cfg": darknet, "net.prototxt": caffe, "net.json": keras}
    for name, text in texts.items():
        (folder / name).write_text(text(layers), encoding="utf-8")
    with zipfile.ZipFile(folder / "net.keras", "w") as archive:
        archive.writestr("config.json", keras(layers))
        archive.writestr("metadata.json", '{"keras_version": "3.15.1"}')
    with zipfile.ZipFile(folder / "net.pt2", "w") as archive:
        archive.writestr("net/models/model.json", json.dumps(exported(layers)))
    if find_spec("onnx"):
        write_onnx(folder / "net.onnx", layers)


def once(command: list[str]) -> tuple[float, float]:
    """Seconds of the processor, and peak memory in MB."""
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{' '.join(command)} failed")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("--layers", type=int, default=800)
    parser.add_argument("--write", metavar="FOLDER", help="only write the files")
    given = parser.parse_args()
    if given.write:
        write_all(Path(given.write), given.layers)
        return
    if not find_spec("onnx"):
        print("onnx is not installed: its files are left out", file=sys.stderr)
    print(f"{'convcalc arch …':16} {'ms':>6} {'imports':>8} {'ratio':>6} {'limit':>16} {'MB':>6}")
    with tempfile.TemporaryDirectory() as folder:
        # In a separate process: the peak memory of a process begins with that of its parent.
        own_work = [sys.executable, __file__, "--write", folder, "--layers", str(given.layers)]
        subprocess.run(own_work, check=True)
        for path in sorted(Path(folder).iterdir()):
            is_onnx = path.suffix == ".onnx"
            ours = [sys.executable, "-m", "convcalc", "arch", str(path)]
            theirs = [sys.executable, "-c", ONNX if is_onnx else TABLE]
            once(ours), once(theirs)
            pairs = [(once(ours), once(theirs)[0]) for _ in range(given.runs)]
            own, peer = (
                statistics.median(times)
                for times in ([a[0] for a, _ in pairs], [b for _, b in pairs])
            )
            ratio = statistics.median(a[0] / b for a, b in pairs)
            limit = f"imports + {1000 * MORE:.0f} ms" if is_onnx else f"{MOST} · {MOST_MB:.0f} MB"
            print(
                f"{path.name:16} {1000 * own:6.0f} {1000 * peer:8.0f} {ratio:6.2f} {limit:>16} "
                f"{max(a[1] for a, _ in pairs):6.1f}"
            )


if __name__ == "__main__":
    main()
