"""Whole commands, compared with the imports that they need, and with torchinfo if it is installed.

    python benchmarks/start_up.py [--runs 15]

Each command runs in turn with its peer, so that a change of the machine's speed affects both; the
ratio counts. Peak memory is the operating system's number for the process.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
from importlib.util import find_spec

TABLE = "import click, rich.table"
YAML = "import click, yaml, rich.table"
NUMPY = "import click, yaml, rich.table, numpy"
TORCHINFO = (
    "import torch, torchinfo; "
    "torchinfo.summary(torch.nn.Conv2d(1, 1, 5, 3), (1, 1, 32, 32), verbose=0)"
)
# command, peer, largest allowed ratio
CASES = [
    ("--version", TABLE, 1.15),
    ("--help", TABLE, 1.15),
    ("layer --n 32 --k 5 --s 3", TABLE, 1.15),
    ("chain --input 1x32x32 conv:k5c6 pool:k2 fc:10", TABLE, 1.15),
    ("arch vgg16.yaml", YAML, 1.6),
    ("arch resnet152", YAML, 2.0),
    ("arch resnet152 --all", YAML, 4.0),
    ("arch resnet152 --format csv", YAML, 1.6),
    ("arch resnet152 --format json", YAML, 1.6),
    ("solve --n 32 --o 10", TABLE, 1.6),
    ("solve mirror resnet18 --sizes 32..96", YAML, 1.6),
    ("budget mobilenet_v1 --macs 150M --vary width", YAML, 2.0),  # and 13 networks walked
    ("count resnet50_torchvision", YAML, 1.6),
    ("reconcile resnet50 3.8G", YAML, 1.6),
    ("memory resnet50 --batch 32", YAML, 1.6),
    ("roofline resnet50 --device a100", YAML, 1.6),
    ("sweep mobilenet_v1 --set width=8..32:8 --input 128..224:32", NUMPY, 1.3),
]


def once(command: list[str]) -> tuple[float, float]:
    """Seconds of wall time, and peak memory in MB."""
    start = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{' '.join(command)} failed")
    return time.perf_counter() - start, usage.ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=15)
    runs = parser.parse_args().runs
    print(f"{'convcalc …':48} {'ms':>6} {'ratio':>6} {'spread':>13} {'limit':>6} {'MB':>6}")
    cases = list(CASES)
    if find_spec("torchinfo"):
        cases.append(("layer --n 32 --k 5 --s 3", TORCHINFO, 0.05))
    else:
        print("torchinfo is not installed: its comparison is left out", file=sys.stderr)
    for words, peer, limit in cases:
        ours = [sys.executable, "-m", "convcalc", *words.split()]
        theirs = [sys.executable, "-c", peer]
        once(ours), once(theirs)
        pairs = [(once(ours), once(theirs)[0]) for _ in range(runs)]
        ratios = sorted(a[0] / b for a, b in pairs)
        middle = statistics.median(a[0] for a, _ in pairs)
        memory = max(a[1] for a, _ in pairs)
        name = words if peer is not TORCHINFO else f"{words} / torchinfo"
        spread = f"{ratios[0]:.2f}-{ratios[-1]:.2f}"
        print(
            f"{name:48} {1000 * middle:6.0f} {statistics.median(ratios):6.2f} {spread:>13} {limit:6.2f} {memory:6.1f}"
        )


if __name__ == "__main__":
    main()
