"""Seconds for `convcalc check` on a folder of 100 network files; the limit is 1.

    python benchmarks/checking.py [--files 100]

Half of the files are residual networks of repeated blocks, half are plain stacks; each has its expectations.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

MOST = 1.0  # seconds for 100 files
RUNS = 5
PLAIN = """
input: [3, 64, 64]
layers:
  - repeat: 6
    layers:
      - conv: {{out_channels: {width}, kernel_size: 3, padding: 1}}
      - relu
  - global_avgpool
  - flatten
  - linear: {{out_features: 10}}
expect: {{params: "<= 5M", macs: "<= 5G", memory: "<= 64 MB"}}
"""
RESIDUAL = """
input: [3, 64, 64]
blocks:
  residual:
    layers:
      - add:
          - [{{conv: {{out_channels: {width}, kernel_size: 3, padding: 1, bias: false}}}}, batchnorm, relu]
          - []
layers:
  - conv: {{out_channels: {width}, kernel_size: 3, padding: 1}}
  - repeat: 8
    layers: [residual]
expect: {{params: "<= 5M", macs: "<= 5G", rf_size: ">= 19"}}
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--files", type=int, default=100)
    files = parser.parse_args().files
    with tempfile.TemporaryDirectory() as folder:
        for number in range(files):
            text = (PLAIN, RESIDUAL)[number % 2].format(width=8 + number)
            (Path(folder) / f"net{number}.yaml").write_text(text, encoding="utf-8")
        seconds = []
        for _ in range(RUNS):
            start = time.perf_counter()
            done = subprocess.run(
                [sys.executable, "-m", "convcalc", "check", folder],
                capture_output=True, text=True, check=False, env=dict(os.environ),
            )  # fmt: skip
            seconds.append(time.perf_counter() - start)
            if done.returncode:
                print(done.stdout, done.stderr)
                return 1
    middle = statistics.median(seconds)
    print(f"{files} files: {middle:.2f} s, at most {MOST * files / 100:.2f} s")
    return int(middle > MOST * files / 100)


if __name__ == "__main__":
    sys.exit(main())
