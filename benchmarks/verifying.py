"""`convcalc verify vgg16` compared with the bare matrix products of its layers.

    python benchmarks/verifying.py [--runs 5] [network]

Both are whole processes with the same threads, run in turn. The bare products only multiply
matrices of im2col's sizes. Peak memory is the operating system's number, compared with the weights,
the two largest maps and 300 MB.
"""

from __future__ import annotations

import argparse
import statistics
import sys

from start_up import once

from convcalc.network.load import load

PRODUCTS = """
import sys
import numpy as np
from convcalc.network.load import load
from convcalc.analysis.walk import walk

network = load(sys.argv[1])
for node, row in zip(network.nodes, walk(network).steps):
    if row.macs and row.weights:
        places = 1
        for side in row.output[1:]:
            places *= side
        taps = row.macs // (places * row.output[0])
        filters = np.ones((row.output[0], taps), dtype=np.float32)
        filters @ np.ones((taps, places), dtype=np.float32)
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("network", nargs="?", default="vgg16")
    options = parser.parse_args()
    ours = [sys.executable, "-m", "convcalc", "verify", options.network]
    bare = [sys.executable, "-c", PRODUCTS, options.network]
    once(ours)
    once(bare)
    pairs = [(once(ours), once(bare)[0]) for _ in range(options.runs)]
    ratios = sorted(a[0] / b for a, b in pairs)
    seconds = statistics.median(a[0] for a, _ in pairs)
    report = load(options.network).walk()
    largest = sum(sorted(row.activations for row in report.steps)[-2:])
    limit = 4 * (report.totals["params"] + largest) / 1e6 + 300
    memory = max(a[1] for a, _ in pairs) * 2**20 / 1e6
    print(
        f"verify {options.network}: {seconds:.2f} s, {statistics.median(ratios):.2f} x the bare products"
    )
    print(f"  ratios {ratios[0]:.2f}-{ratios[-1]:.2f} over {options.runs} runs; limit 6")
    print(f"  peak memory {memory:.0f} MB; limit {limit:.0f} MB")


if __name__ == "__main__":
    main()
