"""Networks and layer configurations per second, in blocks, compared with a loop over ints and with bare NumPy products.

    python benchmarks/sweeping.py [--runs 5] [--long]

All on one core, in turn, so that a change of the machine's speed affects all of them. MobileNet V1 at 1,024 widths
and 1,024 sizes of the input; its 28 layers with weights are 28 layer configurations. ``--long`` also measures the
memory of a sweep of 10⁸ points compared with one of 10⁶.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from convcalc.solve.asking import sweep_of
from convcalc.solve.points import FileOrigin
from convcalc.solve.sweep import Worker

LAYERS = 28  # of MobileNet V1 that have weights
BLOCK = 8192
# for each separable block its output channels, as multiples of the width, and its stride
BLOCKS = (
    (2, 1), (4, 2), (4, 1), (8, 2), (8, 1), (16, 2), (16, 1), (16, 1), (16, 1), (16, 1), (16, 1), (32, 2), (32, 1),
)  # fmt: skip
ONE_LAYER = """
input: [16, $n, $n]
parameters: {n: 56, k: 3, s: 1, p: 1, c: 32}
layers:
  - conv: {out_channels: $c, kernel_size: $k, stride: $s, padding: $p}
"""
Timed = Callable[[], tuple[int, float]]


def mobilenet(width: object, side: object) -> tuple[object, object]:
    """Parameters without batch norm, and multiply-adds, for numbers or arrays."""
    n = (side + 1) // 2  # type: ignore[operator]
    params = 27 * width  # type: ignore[operator]
    macs = params * n * n
    before = width
    for times, stride in BLOCKS:
        n = (n + stride - 1) // stride
        depthwise, pointwise = 9 * before, before * (times * width)  # type: ignore[operator]
        params = params + depthwise + pointwise
        macs = macs + (depthwise + pointwise) * n * n
        before = times * width  # type: ignore[operator]
    return params + 1000 * before, macs + 1000 * before  # type: ignore[operator]


def loop() -> tuple[int, float]:
    """A loop over ints."""
    start, count = time.process_time(), 20_000
    for point in range(count):
        mobilenet(8 + point % 1024, 128 + point // 1024)
    return count, time.process_time() - start


def products() -> tuple[int, float]:
    """The same products on whole arrays, in blocks that fit into the cache."""
    start, count = time.process_time(), 2**20
    for first in range(0, count, BLOCK):
        points = np.arange(first, first + BLOCK)
        mobilenet(8 + points % 1024, 128 + points // 1024)
    return count, time.process_time() - start


def sweep(target: str, columns: str, sets: list[tuple[str, object]], sizes: object = None) -> Timed:
    """All points of a sweep, in blocks; its walks are traced again each time."""

    def run() -> tuple[int, float]:
        start = time.process_time()
        found, _ = sweep_of(
            FileOrigin(target),
            sets,
            [] if sizes is None else [("", sizes)],
            columns=columns,
            max_points=10**9,
        )
        worker = Worker(found.setup, found.choice)
        count = sum(worker.block(box).walked for box in found.setup.grid.boxes(worker.most))
        return count, time.process_time() - start

    return run


def rows() -> tuple[int, float]:
    """A whole command that writes a CSV file of all points."""
    words = "sweep mobilenet_v1 --set width=8..1031 --input 128..1151 --columns params,macs -o"
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "convcalc", *words.split(), str(Path(folder) / "all.csv")]
        with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
    assert not process.returncode
    return 2**20, usage.ru_utime + usage.ru_stime


def memory(widths: int) -> float:
    """MB of a sweep that keeps few of its points."""
    words = f"sweep mobilenet_v1 --set width=1..{widths} --input 1..1000 --columns macs --format csv --max-points 1000000000"
    command = [sys.executable, "-m", "convcalc", *words.split(), "--where", "macs < 20k"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert not process.returncode
    return usage.ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--long", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        layer = Path(folder) / "layer.yaml"
        layer.write_text(ONE_LAYER, encoding="utf-8")
        grid: list[tuple[str, object]] = [("width", range(8, 1032))]
        sides = range(128, 1152)
        options: list[tuple[str, object]] = [
            ("n", range(24, 124)), ("k", range(1, 12)), ("s", range(1, 5)), ("p", range(6)), ("c", range(8, 88)),
        ]  # fmt: skip
        cases: dict[str, tuple[Timed, int]] = {
            "a loop over ints": (loop, LAYERS),
            "bare NumPy products": (products, LAYERS),
            "sweep: params, macs": (sweep("mobilenet_v1", "params,macs", grid, sides), LAYERS),
            "sweep: the usual five columns": (sweep("mobilenet_v1", "", grid, sides), LAYERS),
            "sweep to a CSV file, whole command": (rows, LAYERS),
            "one layer: params, macs": (sweep(str(layer), "params,macs", options), 1),
        }
        times: dict[str, list[float]] = {name: [] for name in cases}
        for _ in range(asked.runs):
            for name, (run, _) in cases.items():
                count, seconds = run()
                times[name].append(count / seconds)
    first = statistics.median(times["bare NumPy products"])
    print(f"{'':36} {'networks/s':>12} {'layers/s':>14} {'× NumPy':>8}")
    for name, (_, layers) in cases.items():
        speed = statistics.median(times[name])
        print(f"{name:36} {speed:12,.0f} {speed * layers:14,.0f} {speed / first:8.2f}")
    for widths in (1_000, 100_000) if asked.long else (1_000,):
        print(f"memory of {widths * 1000:,} points: {memory(widths):.0f} MB")


if __name__ == "__main__":
    main()
