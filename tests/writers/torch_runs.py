"""Written PyTorch code, run by PyTorch; needs torch, so no test runs it.

Run it in an environment with torch and the packages that convcalc needs:
``PYTHONPATH=.:tests python tests/writers/torch_runs.py [WORD]``.
Every bundled network, and 300 random layers of each kind, run on tensors without values (meta), to compare
the parameters, in total and of each layer, and the shape after every layer. Then 40 random layers of
each kind get the arrays of the witness, and their values are compared with its own.
"""

# mypy: ignore-errors
from __future__ import annotations

import sys
import warnings
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.overrides import TorchFunctionMode

import random_layers
from convcalc.analysis.analysis import Analysis
from convcalc.errors import ConvcalcError
from convcalc.interop.writers import WRITERS
from convcalc.network.load import load
from convcalc.network.network import Network, Node
from convcalc.reference import WITNESSES, Tally

BATCH = 2
ARCHITECTURES = Path(__file__).parents[2] / "architectures"
warnings.filterwarnings("ignore", message="Using padding='same' with even kernel")


class Shapes(TorchFunctionMode):
    """Records the shape of each function's output."""

    def __init__(self) -> None:
        super().__init__()
        self.found: Counter[tuple[int, ...]] = Counter()

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        out = func(*args, **(kwargs or {}))
        for each in out if isinstance(out, tuple | list) else (out,):
            if isinstance(each, torch.Tensor):
                self.found[tuple(each.shape[1:])] += 1
        return out


def module_of(code: bytes, device: str = "meta") -> nn.Module:
    """The module of some code: its last class."""
    room: dict[str, Any] = {"__name__": "written"}
    exec(code, room)
    cls = [each for each in room.values() if isinstance(each, type)][-1]
    with torch.device(device):
        return cls().eval()


def path_of(name: str, modules: dict[str, nn.Module], renamed: dict[str, str]) -> str | None:
    """The path of a layer's module; numbers may begin at 0 instead of 1."""
    path = whole = ""
    for given in name.split("."):
        whole = f"{whole}.{given}".lstrip(".")
        word = renamed.get(whole, given)
        if word.isdigit() and f"{path}.0".lstrip(".") in modules and "numbers" in renamed:
            word = str(int(word) - 1)
        path = f"{path}.{word}".lstrip(".")
        if path not in modules:
            return None
    return path


def renamed_in(code: str) -> dict[str, str]:
    """The changed names in the comment at the top."""
    lines = [line[2:] for line in code.splitlines() if line.startswith("# ")]
    pairs = [line.removesuffix(" in convcalc").split(" is ") for line in lines if " is " in line]
    numbers = {"numbers": "0"} if "# Numbers begin at 0 here" in code else {}
    return {
        old: new.rpartition(".")[2] for new, old in [pair for pair in pairs if len(pair) == 2]
    } | numbers


def wrong(analysis: Analysis) -> list[str]:
    """The differences from PyTorch."""
    code = WRITERS["pytorch"].write(analysis).data
    module = module_of(code)
    modules, shapes = dict(module.named_modules()), {}

    def note(path: str) -> Any:
        def hook(_module: Any, _inputs: Any, out: Any) -> None:
            if isinstance(out, torch.Tensor):
                shapes.setdefault(path, []).append(tuple(out.shape[1:]))

        return hook

    for path, each in modules.items():
        each.register_forward_hook(note(path))
    inputs = [torch.zeros(BATCH, *image.output, device="meta") for image in analysis.images]
    with torch.device("meta"), torch.no_grad(), Shapes() as seen:
        outs = module(*inputs)
    outs = outs if isinstance(outs, tuple) else (outs,)
    found = []
    params = sum(each.numel() for each in module.parameters() if each.requires_grad)
    if params != analysis.totals["params"]:
        found.append(f"{params} params, not {analysis.totals['params']}")
    if [tuple(out.shape[1:]) for out in outs] != [step.output for step in analysis.outputs]:
        found.append(f"gives {[tuple(out.shape) for out in outs]}")
    renamed = renamed_in(code.decode())
    hidden = 0
    for step in analysis.steps:
        owner = step.owner or step
        path = path_of(owner.name, modules, renamed)
        if path is None:
            hidden += 1
            if step.output not in seen.found:
                found.append(f"{step.name}: nothing has the shape {step.output}")
            continue
        own = sum(each.numel() for each in modules[path].parameters() if each.requires_grad)
        if own != owner.params:
            found.append(f"{step.name}: {own} params, not {owner.params}")
        # Cuts and padding around a module are in the form, so they appear in the next module.
        if step.output not in shapes.get(path, ()) and step.output not in seen.found:
            found.append(f"{step.name}: {shapes.get(path)}, not {step.output}")
    return found


def networks(word: str) -> None:
    """Compare the bundled networks whose name contains a word."""
    right = all_ = 0
    for path in sorted(ARCHITECTURES.glob("*.yaml")):
        if word not in path.stem:
            continue
        all_ += 1
        analysis = load(path.stem).walk()
        try:
            found = wrong(analysis)
        except ConvcalcError as error:
            print(f"{path.stem}: refused: {error}", flush=True)
            continue
        except Exception as error:  # noqa: BLE001 - every refusal of PyTorch is printed
            found = [f"{type(error).__name__}: {str(error)[:300]}"]
        right += not found
        if found:
            print(f"{path.stem}: {len(found)} wrong: {found[:5]}", flush=True)
    print(f"{right} of {all_} networks are right")


def network_of(layer: Any, shapes: list[Any]) -> Network:
    """A network of one layer, with an input for each shape."""
    node = Node("layer", layer, tuple(range(-1, -len(shapes) - 1, -1)))
    network = Network("One layer", "", shapes[0], [node], input_name="input0")
    network.more_inputs = {f"input{at}": shape for at, shape in enumerate(shapes) if at}
    return network


def layers(count: int, word: str) -> None:
    """Compare random layers of the kinds whose name contains a word."""
    for kind in random_layers.KINDS:
        if word not in kind:
            continue
        right, refused, bad = 0, Counter(), []
        for seed in range(count):
            layer, shapes = random_layers.Draw(seed).layer(random_layers.KINDS[kind])
            network = network_of(layer, shapes)
            try:
                found = wrong(network.walk())
            except ConvcalcError as error:
                refused[str(error).splitlines()[-1][:160]] += 1
                continue
            except Exception as error:  # noqa: BLE001 - as above
                found = [f"{type(error).__name__}: {str(error)[:200]}"]
            right += not found
            if found:
                bad.append((layer.options(), shapes, found))
        print(
            f"{kind}: {right} right, {sum(refused.values())} refused, {len(bad)} wrong", flush=True
        )
        for reason, times in refused.most_common(4):
            print(f"    {times} × {reason}")
        for each in bad[:3]:
            print("    WRONG", *each)


def loaded(module: nn.Module, arrays: dict[str, Any]) -> bool:
    """Give a module the arrays of a witness; returns whether it has the same arrays."""
    state = module.state_dict()
    left = {name for name in state if not name.endswith("num_batches_tracked")}
    for name, array in arrays.items():
        bare = name.removeprefix("fixed_")
        ways = (
            bare,
            bare.replace("_weight", ".weight").replace("_bias", ".bias"),
            f"pointwise.{bare}",
        )
        key = next((k for k in ("layer", *[f"layer.{way}" for way in ways]) if k in left), "")
        if not key or state[key].numel() != array.size:
            return False
        state[key] = torch.from_numpy(np.array(array)).reshape(state[key].shape)
        left.discard(key)
    module.load_state_dict(state)
    return not left


def values(count: int, word: str) -> None:
    """Compare the outputs of random layers with those of the witness."""
    torch.set_default_dtype(torch.float64)
    for kind in [kind for kind in random_layers.KINDS if word in kind]:
        right, bad = 0, []
        for seed in range(count):
            draw = random_layers.Draw(seed)
            layer, shapes = draw.layer(random_layers.KINDS[kind])
            witness, options = WITNESSES[kind], layer.options()
            arrays = witness.arrays(options, shapes, draw.rng, np.float64)
            inputs = [draw.rng.standard_normal(shape) for shape in shapes]
            try:
                code = WRITERS["pytorch"].write(network_of(layer, shapes).walk()).data
            except ConvcalcError:
                continue
            module = module_of(code, "cpu")
            if not loaded(module, arrays):
                continue
            with torch.no_grad():
                given = module(*[torch.from_numpy(np.stack([x] * BATCH)) for x in inputs])[
                    0
                ].numpy()
            wanted = witness.fast(options, inputs, arrays, Tally())
            agrees = np.allclose(given, wanted, rtol=1e-4, atol=2e-4, equal_nan=True)
            right += agrees
            if not agrees:
                bad.append((options, shapes, np.abs(given - wanted).max()))
        print(f"{kind}: values of {right} right, {len(bad)} wrong", *bad[:2], flush=True)


if __name__ == "__main__":
    WORD = sys.argv[1] if len(sys.argv) > 1 else ""
    networks(WORD)
    layers(300, WORD)
    values(40, WORD)
