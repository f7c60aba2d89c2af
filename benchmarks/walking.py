"""Microseconds per layer for loading and walking, from 1,000 to 100,000 layers, repeated and written out.

    python benchmarks/walking.py

The last column compares the time with the line above: ten times the layers should take about ten
times as long. The peer is PyYAML, which only composes the same text.
"""

from __future__ import annotations

import os
import time
import tracemalloc

import yaml

from convcalc.analysis.report import report_of
from convcalc.analysis.walk import walk
from convcalc.formats import FORMATS
from convcalc.network.load import loads

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def repeated(layers: int) -> str:
    return (
        f"input: [8, 64, 64]\nlayers:\n  - repeat: {layers // 2}\n    layers:\n"
        "      - conv: {out_channels: 8, kernel_size: 3, padding: 1}\n      - relu\n"
    )


def written_out(layers: int) -> str:
    lines = (
        f"  - conv: {{out_channels: {8 + i % 97}, kernel_size: 3, padding: 1}}\n"
        for i in range(layers)
    )
    return "input: [3, 64, 64]\nlayers:\n" + "".join(lines)


def main() -> None:
    print(
        f"{'':14} {'layers':>8} {'load µs':>8} {'PyYAML µs':>10} {'walk µs':>8} {'walk ratio':>11}"
    )
    for name, text_of in (("repeat", repeated), ("written out", written_out)):
        before = 0.0
        for layers in (1_000, 10_000, 100_000):
            text = text_of(layers)
            start = time.perf_counter()
            network = loads(text)
            loaded = time.perf_counter()
            yaml.compose(text, LOADER)
            composed = time.perf_counter()
            times = []
            for _ in range(3):
                begin = time.perf_counter()
                walk(network)
                times.append(time.perf_counter() - begin)
            took = sorted(times)[1]
            each = 1e6 / layers
            ratio = f"{took / before:.1f}" if before else ""
            print(
                f"{name:14} {layers:8,} {(loaded - start) * each:8.1f} {(composed - loaded) * each:10.1f} "
                f"{took * each:8.1f} {ratio:>11}"
            )
            before = took
    report = report_of(walk(loads(written_out(100_000))))
    tracemalloc.start()
    with open(os.devnull, "w", encoding="utf-8") as out:
        out.writelines(FORMATS.find("csv").lines(report))
    print(
        f"memory to print 100,000 rows as CSV, beyond the rows: {tracemalloc.get_traced_memory()[1] / 1e6:.2f} MB"
    )


if __name__ == "__main__":
    main()
