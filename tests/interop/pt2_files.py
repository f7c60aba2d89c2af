"""Small exported programs, built in the format of PyTorch's torch/_export/serde/schema.py."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

Arg = Any


def ref(name: str) -> Arg:
    return {"as_tensor": {"name": name}}


def refs(*names: str) -> Arg:
    return {"as_tensors": [{"name": name} for name in names]}


def ints(*numbers: int) -> Arg:
    return {"as_ints": list(numbers)}


def meta(*sides: Any) -> dict[str, Any]:
    """The file's data on a tensor; a side that is a text is dynamic, with example size 4."""
    sizes = [{"as_int": side} if isinstance(side, int) else _open(side) for side in sides]
    return {"dtype": 7, "sizes": sizes, "requires_grad": False, "strides": sizes, "layout": 7}


def _open(name: str) -> dict[str, Any]:
    return {"as_expr": {"expr_str": name, "hint": {"as_int": 4}}}


class Built:
    """A program, built operation by operation."""

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.metas: dict[str, Any] = {}
        self.specs: list[Any] = []
        self.outputs: list[str] = []
        self.calls: list[str] = [""]
        self.stored: dict[str, str] = {}

    def enter(self, name: str, *sides: Any) -> str:
        self.metas[name] = meta(*sides)
        self.specs.append({"user_input": {"arg": ref(name)}})
        return name

    def param(self, name: str, *sides: int, kind: str = "parameter") -> str:
        arg = f"{kind[0]}_{name.replace('.', '_')}"
        self.metas[arg] = meta(*sides)
        self.specs.append({kind: {"arg": {"name": arg}, f"{kind}_name": name}})
        return arg

    def op(
        self, target: str, sides: tuple[Any, ...], /, *, at: str = "", out: str = "", **args: Arg
    ) -> str:
        """An operation of ATen; arguments that are texts name tensors."""
        name = out or f"{target.split('.', maxsplit=1)[0]}_{len(self.nodes)}"
        inputs = [
            {"name": key, "arg": ref(arg) if isinstance(arg, str) else arg, "kind": 1}
            for key, arg in args.items()
        ]
        stack = f"L__self__,,Net;L__self__{at},{at},torch.nn.Module" if at else "L__self__,,Net"
        self.metas[name] = meta(*sides)
        self.nodes.append(
            {
                "target": f"torch.ops.aten.{target if '.' in target else target + '.default'}",
                "inputs": inputs,
                "outputs": [ref(name)],
                "metadata": {"nn_module_stack": stack, "stack_trace": "File a.py, line 1"},
            }
        )
        return name

    def model(self) -> dict[str, Any]:
        graph = {
            "inputs": [],
            "outputs": [ref(name) for name in self.outputs],
            "nodes": self.nodes,
            "tensor_values": self.metas,
            "sym_int_values": {},
        }
        return {
            "graph_module": {
                "graph": graph,
                "signature": {"input_specs": self.specs, "output_specs": []},
                "module_call_graph": [{"fqn": name, "signature": None} for name in self.calls],
            },
            "schema_version": {"major": 8, "minor": 20},
            "torch_version": "2.13.0",
        }

    def file(self, *, old: bool = False) -> bytes:
        text = json.dumps(self.model())
        if old:
            return archive({"serialized_exported_program.json": text, "version": "1"})
        config = {"config": {name: {"path_name": path} for name, path in self.stored.items()}}
        return archive(
            {
                "net/models/model.json": text,
                "net/data/weights/model_weights_config.json": json.dumps(config),
                "net/data/sample_inputs/model.pt": b"cos\nsystem\n(S'touch hacked'\ntR.",
            }
        )


def archive(files: dict[str, str | bytes], compression: int = zipfile.ZIP_STORED) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", compression) as packed:
        for name, text in files.items():
            packed.writestr(name, text)
    return data.getvalue()


def small(batch: Any = 2) -> Built:
    """A convolution, its norm, a pool and a classifier."""
    net = Built()
    weight, bias = net.param("conv.weight", 8, 3, 3, 3), net.param("conv.bias", 8)
    scale, shift = net.param("bn.weight", 8), net.param("bn.bias", 8)
    mean, var = (net.param(f"bn.running_{word}", 8, kind="buffer") for word in ("mean", "var"))
    net.param("bn.num_batches_tracked", kind="buffer")
    fc, fc_bias = net.param("fc.weight", 10, 8), net.param("fc.bias", 10)
    x = net.enter("x", batch, 3, 8, 8)
    x = net.op(
        "conv2d",
        (batch, 8, 4, 4),
        at="conv",
        input=x,
        weight=weight,
        bias=bias,
        stride=ints(2, 2),
        padding=ints(1, 1),
    )
    x = net.op(
        "batch_norm", (batch, 8, 4, 4), at="bn", input=x, weight=scale, bias=shift, running_mean=mean, running_var=var,
        training={"as_bool": False},
    )  # fmt: skip
    x = net.op("relu_", (batch, 8, 4, 4), at="", self=x)
    x = net.op("mean.dim", (batch, 8), self=x, dim=ints(2, 3))
    x = net.op("linear", (batch, 10), at="fc", input=x, weight=fc, bias=fc_bias)
    net.outputs = [x]
    return net
