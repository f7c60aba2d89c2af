"""How fast is the witness, compared with PyTorch and with a bare matrix product?

    python benchmarks/witness.py                     everything, on 1 and 2 threads
    python benchmarks/witness.py --threads 1 --runs 5 --only resnet50 depthwise

Method: each library runs in a separate process, with the same number of threads and the same
malloc settings (memory is kept, not returned to the system after each layer, because that would
measure page faults). The two take turns, one run each, so a slow minute of the machine affects both.
The report has the medians, their ratio, and the spread of the ratio (quartiles over pairs of runs).
Weights and inputs come from one seed; the outputs are compared too. Without PyTorch the comparisons
with it are left out, with a note.

With as many threads as processors, both libraries wait for the slowest thread, so any other running
program slows both several times: those lines are only valid on an idle machine.
"""

import argparse
import importlib.util
import json
import os
import statistics
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

Step = tuple[Any, ...]
"""("conv", out, kernel, stride, padding, bias) | ("maxpool", kernel, stride, padding) | ("linear",
out) | ("block", steps, shortcut steps) | ("norm",) | ("relu",) | ("mean",) | ("flatten",)."""

IMAGE = (3, 224, 224)
WIDTHS = (64, 64, 0, 128, 128, 0, 256, 256, 256, 0, 512, 512, 512, 0, 512, 512, 512, 0)
"""VGG-16's convolutions, 0 for a pool (Simonyan & Zisserman 2015, configuration D)."""
STAGES = ((64, 3), (128, 4), (256, 6), (512, 3))
"""ResNet-50's stages: width and number of blocks (He et al. 2016; stride in the 3×3)."""
DEPTHWISE = ((32, 112), (144, 56), (384, 14), (960, 7))
"""Maps and size of 3×3 depthwise layers, as in MobileNetV2."""
TARGETS = {
    ("vgg16", "float32"): 1.05,
    ("vgg16", "float64"): 1.00,
    ("resnet50", "float32"): 1.00,
    ("resnet50", "float64"): 1.00,
    ("layer", "float32"): 1.10,
    ("layer", "float64"): 1.10,
    ("depthwise", "float32"): 3.50,
    ("depthwise", "float64"): 3.50,
}


def vgg16() -> Iterator[Step]:
    """VGG-16, layer by layer."""
    for width in WIDTHS:
        if width:
            yield from (("conv", width, 3, 1, 1, True), ("relu",))
        else:
            yield ("maxpool", 2, 2, 0)
    yield ("flatten",)
    yield from (("linear", 4096), ("relu",), ("linear", 4096), ("relu",), ("linear", 1000))


def resnet50() -> Iterator[Step]:
    """ResNet-50, layer by layer."""
    yield from (("conv", 64, 7, 2, 3, False), ("norm",), ("relu",), ("maxpool", 3, 2, 1))
    for stage, (width, blocks) in enumerate(STAGES):
        for block in range(blocks):
            stride = 2 if block == 0 and stage > 0 else 1
            shortcut = [("conv", 4 * width, 1, stride, 0, False), ("norm",)] if block == 0 else []
            steps: list[Step] = [
                *(("conv", width, 1, 1, 0, False), ("norm",), ("relu",)),
                *(("conv", width, 3, stride, 1, False), ("norm",), ("relu",)),
                *(("conv", 4 * width, 1, 1, 0, False), ("norm",)),
            ]
            yield from (("block", steps, shortcut), ("relu",))
    yield from (("mean",), ("flatten",), ("linear", 1000))


def vgg_layers() -> Iterator[tuple[str, int, int, int]]:
    """VGG-16's convolutions from the second on: name, maps in, maps out, size."""
    maps, size, stage, number = 3, 224, 1, 0
    for width in WIDTHS:
        if not width:
            size, stage, number = size // 2, stage + 1, 0
            continue
        number += 1
        if maps != IMAGE[0]:
            yield f"conv{stage}_{number}", maps, width, size
        maps = width


# -- the two libraries, with the same interface ------------------------------------------------------


class Witness:
    """The layers in NumPy, by convcalc's witness."""

    def __init__(self) -> None:
        """Import only the measured library."""
        sys.path.insert(0, str(Path(__file__).parents[1]))
        from convcalc.reference import fast, fast_pointwise, fast_pool, gather  # noqa: PLC0415

        self.fast, self.pool, self.units, self.gather = fast, fast_pool, fast_pointwise, gather

    def array(self, values: np.ndarray) -> Any:
        return values

    def numbers(self, y: Any) -> np.ndarray:
        return y

    def conv(self, x: Any, w: Any, b: Any, stride: int, padding: int, groups: int = 1) -> Any:
        return self.fast.conv(x, w, b, stride=stride, padding=padding, groups=groups)

    def maxpool(self, x: Any, kernel: int, stride: int, padding: int) -> Any:
        return self.pool.maxpool(x, kernel, stride=stride, padding=padding)

    def norm(self, x: Any, mean: Any, variance: Any, weight: Any, bias: Any) -> Any:
        return self.units.batchnorm(x, mean, variance, weight, bias)

    def relu(self, x: Any) -> Any:
        return self.units.relu(x)

    def add(self, x: Any, y: Any) -> Any:
        return self.units.add([x, y])

    def mean(self, x: Any) -> Any:
        return self.pool.global_avgpool(x)

    def flatten(self, x: Any) -> Any:
        return self.units.flatten(x)

    def linear(self, x: Any, w: Any, b: Any) -> Any:
        return self.fast.linear(x, w, b)


class Torch:
    """The layers in PyTorch, with a batch of one."""

    def __init__(self) -> None:
        import torch  # noqa: PLC0415  (only its own process pays for it)

        torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
        torch.set_grad_enabled(False)
        self.torch, self.f = torch, torch.nn.functional

    def array(self, values: np.ndarray) -> Any:
        made = self.torch.from_numpy(values)
        return made[None] if made.ndim == len(IMAGE) else made

    def numbers(self, y: Any) -> np.ndarray:
        return y.numpy()[0]

    def conv(self, x: Any, w: Any, b: Any, stride: int, padding: int, groups: int = 1) -> Any:
        return self.f.conv2d(x, w, b, stride=stride, padding=padding, groups=groups)

    def maxpool(self, x: Any, kernel: int, stride: int, padding: int) -> Any:
        return self.f.max_pool2d(x, kernel, stride=stride, padding=padding)

    def norm(self, x: Any, mean: Any, variance: Any, weight: Any, bias: Any) -> Any:
        return self.f.batch_norm(x, mean, variance, weight, bias)

    def relu(self, x: Any) -> Any:
        return self.f.relu(x)

    def add(self, x: Any, y: Any) -> Any:
        return x + y

    def mean(self, x: Any) -> Any:
        return self.f.adaptive_avg_pool2d(x, 1)

    def flatten(self, x: Any) -> Any:
        return x.flatten(1)

    def linear(self, x: Any, w: Any, b: Any) -> Any:
        return self.f.linear(x, w, b)


Run = Callable[[Any], Any]


def built(
    library: Any, steps: Iterator[Step], shape: tuple[int, ...], draw: Any
) -> tuple[Run, Any]:
    """The steps with their weights made: a function from input to output, and the output's shape."""
    runs: list[Run] = []
    for step in steps:
        run, shape = layer(library, step, shape, draw)
        runs.append(run)

    def forward(x: Any) -> Any:
        for run in runs:
            x = run(x)
        return x

    return forward, shape


def layer(library: Any, step: Step, shape: tuple[int, ...], draw: Any) -> tuple[Run, Any]:
    """One step with its weights made."""
    kind, *numbers = step
    if kind == "conv":
        out, k, s, p, bias = numbers
        w = library.array(draw((out, shape[0], k, k), shape[0] * k * k))
        b = library.array(draw((out,), 1)) if bias else None
        size = len(range(0, shape[1] + 2 * p - k + 1, s))
        return lambda x: library.conv(x, w, b, s, p), (out, size, size)
    if kind == "maxpool":
        k, s, p = numbers
        size = len(range(0, shape[1] + 2 * p - k + 1, s))
        return lambda x: library.maxpool(x, k, s, p), (shape[0], size, size)
    if kind == "norm":
        parts = [library.array(abs(draw((shape[0],), 1)) + 0.5) for _ in range(4)]
        return lambda x: library.norm(x, *parts), shape
    if kind == "linear":
        w = library.array(draw((numbers[0], shape[0]), shape[0]))
        b = library.array(draw((numbers[0],), 1))
        return lambda x: library.linear(x, w, b), (numbers[0],)
    if kind == "block":
        main, after = built(library, iter(numbers[0]), shape, draw)
        side, _ = built(library, iter(numbers[1]), shape, draw)
        return lambda x: library.add(main(x), side(x)), after
    if kind == "mean":
        return library.mean, (shape[0], 1, 1)
    if kind == "flatten":
        return library.flatten, (int(np.prod(shape)),)
    return library.relu, shape


def drawing(dtype: str) -> Callable[[tuple[int, ...], int], np.ndarray]:
    """Random weights whose sums over a number of inputs neither grow nor vanish."""
    rng = np.random.default_rng(0)

    def draw(shape: tuple[int, ...], terms: int) -> np.ndarray:
        values = rng.random(shape, dtype=np.float32) - np.float32(0.5)
        return (values * np.float32(np.sqrt(24 / terms))).astype(dtype)

    return draw


def workload(library: Any, name: str, dtype: str) -> Callable[[], Any]:
    """Something to be timed: vgg16, resnet50, depthwise:MAPSxSIZE, layer:…, product:…."""
    draw = drawing(dtype)
    if name in ("vgg16", "resnet50"):
        steps = vgg16() if name == "vgg16" else resnet50()
        forward, _ = built(library, steps, IMAGE, draw)
        x = library.array(draw(IMAGE, 1))
        return lambda: forward(x)
    kind, _, numbers = name.partition(":")
    maps, out, size = map(int, numbers.split("x"))
    x = library.array(draw((maps, size, size), 1))
    if kind == "depthwise":
        w = library.array(draw((maps, 1, 3, 3), 9))
        return lambda: library.conv(x, w, None, 1, 1, groups=maps)
    if kind == "layer":
        w = library.array(draw((out, maps, 3, 3), maps * 9))
        return lambda: library.conv(x, w, None, 1, 1)
    left, right = draw((out, maps * 9), maps * 9), draw((maps * 9, size * size), 1)
    return lambda: np.matmul(left, right)


# -- the measuring process, and the controlling one ------------------------------------------------


def work(library_name: str) -> None:
    """Answer requests from standard input: prepare a workload, run it, or measure its memory."""
    library = Torch() if library_name == "torch" else Witness()
    ready: dict[str, Callable[[], Any]] = {}
    for line in sys.stdin:
        request = json.loads(line)
        name, dtype = request["name"], request["dtype"]
        if request["do"] == "prepare":
            ready = {name: workload(library, name, dtype)} | (ready if request["keep"] else {})
            output = ready[name]()
            first = library.numbers(output).ravel()[:1000] if request["compare"] else np.zeros(1)
            answer: Any = first.astype(float).tolist()
        elif request["do"] == "weigh":
            run = workload(library, name, dtype)
            run()
            tracemalloc.start()
            kept = run()
            peak = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
            rows, size = 64 * 9, (224, 224)
            cut = library.gather.blocks(size, rows)
            places = max(library.gather.length(run) for _, run in cut)
            tile = rows * places * np.dtype(dtype).itemsize
            answer = [peak - kept.nbytes, tile]
        else:
            run = ready[name]
            begin = time.perf_counter()
            for _ in range(request["times"]):
                run()
            answer = (time.perf_counter() - begin) / request["times"]
        print(json.dumps(answer), flush=True)


class Process:
    """One library in a separate process."""

    def __init__(self, library: str, threads: int) -> None:
        """Start it, with its threads and malloc fixed."""
        names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
        large = str(1 << 32)
        malloc = {"MALLOC_MMAP_THRESHOLD_": large, "MALLOC_TRIM_THRESHOLD_": large}
        command = [sys.executable, __file__, "--worker", library]
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | malloc | dict.fromkeys(names, str(threads)),
        )

    def ask(self, **request: Any) -> Any:
        """Send a request and wait for the answer."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        print(json.dumps(request), file=self.process.stdin, flush=True)
        return json.loads(self.process.stdout.readline())

    def close(self) -> None:
        """End it by closing its input."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait()


def compared(
    left: Process, left_name: str, right: Process, right_name: str, dtype: str, runs: int
) -> tuple[list[float], list[float], float]:
    """Seconds of both, run in turn, and how far their outputs differ."""
    same = left_name == right_name
    a = left.ask(do="prepare", name=left_name, dtype=dtype, keep=False, compare=same)
    b = right.ask(do="prepare", name=right_name, dtype=dtype, keep=left is right, compare=same)
    apart = float(np.max(np.abs(np.subtract(a, b))) / max(np.max(np.abs(b)), 1e-30))
    once = left.ask(do="run", name=left_name, dtype=dtype, times=1)
    times = max(1, int(0.02 / once))  # a single run of less than 20 ms is repeated
    seconds: tuple[list[float], list[float]] = ([], [])
    for _ in range(runs):
        for process, name, kept in ((left, left_name, 0), (right, right_name, 1)):
            process.ask(do="run", name=name, dtype=dtype, times=1)  # wakes it up
            seconds[kept].append(process.ask(do="run", name=name, dtype=dtype, times=times))
    return *seconds, apart


def line(label: str, target: float, left: list[float], right: list[float], apart: float) -> str:
    """One result as a line of the report."""
    ratios = sorted(a / b for a, b in zip(left, right, strict=True))
    low, high = np.quantile(ratios, [0.25, 0.75])
    ratio = statistics.median(left) / statistics.median(right)
    verdict = "within" if ratio <= target else "above "
    return (
        f"  {label:<30} {statistics.median(left) * 1e3:9.2f} {statistics.median(right) * 1e3:9.2f}"
        f"   {ratio:5.2f}  {low:5.2f} … {high:4.2f}   {verdict} {target:.2f}"
        + (f"   outputs apart {apart:.0e}" if apart else "")
    )


def report(threads: int, runs: int, only: list[str], dtypes: list[str]) -> None:
    """Measure with this many threads and print as results come."""
    witness = Process("witness", threads)
    torch = Process("torch", threads) if importlib.util.find_spec("torch") else None
    print(f"\n{threads} thread{'s' * (threads > 1)}")
    print(
        f"  {'':<30} {'witness':>9} {'other':>9}   ratio   quartiles     target   (medians in ms)"
    )
    for dtype in dtypes:
        for net in ("vgg16", "resnet50"):
            if torch and net in only:
                result = compared(witness, net, torch, net, dtype, runs)
                print(line(f"{net} {dtype} / torch", TARGETS[net, dtype], *result), flush=True)
        if torch and "depthwise" in only:
            for maps, size in DEPTHWISE:
                name = f"depthwise:{maps}x{maps}x{size}"
                result = compared(witness, name, torch, name, dtype, 2 * runs)
                label = f"depthwise {maps}@{size} {dtype} / torch"
                print(line(label, TARGETS["depthwise", dtype], *result), flush=True)
        if "layers" in only:
            for name, maps, out, size in dict.fromkeys(vgg_layers()):
                numbers = f"{maps}x{out}x{size}"
                result = compared(
                    witness, f"layer:{numbers}", witness, f"product:{numbers}", dtype, runs
                )
                label = f"{name} {dtype} / matmul"
                print(line(label, TARGETS["layer", dtype], *result), flush=True)
        if "memory" in only:
            peak, tile = witness.ask(do="weigh", name="layer:64x64x224", dtype=dtype)
            over = (peak - tile) / 2**20
            print(
                f"  64→64 3×3 at 224 {dtype}: {peak / 2**20:.2f} MiB beside the output: "
                f"the tile's {tile / 2**20:.2f} {over:+.2f}   target + 2.00"
            )
    if torch is None:
        print("  PyTorch is not installed: comparisons with it are left out")
    for process in (witness, torch):
        if process:
            process.close()


def main() -> None:
    """Read the command line and measure."""
    parts = ["vgg16", "resnet50", "depthwise", "layers", "memory"]
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--runs", type=int, default=7, help="pairs of runs (default 7)")
    parser.add_argument("--only", nargs="+", choices=parts, default=parts)
    parser.add_argument("--dtypes", nargs="+", default=["float32", "float64"])
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.worker:
        work(given.worker)
        return
    print(f"NumPy {np.__version__}, {os.cpu_count()} processors, {given.runs} pairs of runs")
    for threads in given.threads:
        report(threads, given.runs, given.only, given.dtypes)


if __name__ == "__main__":
    main()
