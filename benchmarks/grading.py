"""Grading classes, as whole processes: time and peak memory; and diagnosing wrong numbers.

    python benchmarks/grading.py            a class of 300 with 20 parts each
    python benchmarks/grading.py 30000      … and one of 30,000

The class of 300 is compared with ``python -c "import click, yaml, rich.table"``, the libraries that
such a command needs. Files are made in a temporary folder. Wrong numbers about networks of 15 to 116
layers are each diagnosed in a separate process, so that nothing is cached; the time is only that of
the diagnosis, and should grow in proportion to the layers.
"""

from __future__ import annotations

import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RUNS = 5
LAYERS = (15, 29, 58, 116)
LIBRARIES = [sys.executable, "-c", "import click, yaml, rich.table"]
SHEET = """
convcalc_sheet: 1
id: ps1
title: Convolution arithmetic
conventions: {fit: strict, flops: macs}
questions:
  - {id: q1, type: volume, given: {n: 32, k: 5, c_in: 3, filters: 6}, points: 3}
  - {id: q2, type: fit, given: {n: 32, k: 5, s: 2}}
  - {id: q3, type: pad-to-keep, given: {k: 7, s: 1}}
  - {id: q4, type: params, given: {k: 5, c_in: 3, filters: 10}}
  - id: q5
    type: arch-table
    input: 128x128x3
    arch: CONV-9-32 POOL-2 CONV-5-64 POOL-2 FC-64
    ask: [shape, weights]
  - {id: q6, type: receptive-field, given: {layers: [3/2, 3/1]}}
  - {id: q7, type: macs, given: {n: 32, k: 5, c_in: 3, filters: 10}}
  - {id: q8, type: output-size, given: {n: 63, k: 7, s: 2}}
  - {id: q9, type: layers-to-reach, given: {n: 224, k: 5, target: 4}}
  - {id: q10, type: params, vary: {k: [3, 5, 7], c_in: {from: 2, to: 8}, filters: {multiple_of: 8, from: 8, to: 64}}}
  - {id: q11, type: output-size, given: {n: 28, k: 5, p: 2}}
"""
ANSWERS = {
    "q1": ["28x28x6", "28×28×6", "28x28x3", "(6, 28, 28)"], "q2": ["no", "14", "14.5", "doesn't fit"],
    "q3": ["3", "6"], "q4": ["760", "260", "750", "7,6.0", "251"], "q6": ["7", "5", "9"],
    "q7": ["588,000", "1,176,000", "768,000", "777"], "q8": ["29", "28", "28.5", "57"], "q9": ["55", "44", "56"],
    "q10": ["1,200", "152", "144", "?"], "q11": ["28", "26", "24", "x"],
}  # fmt: skip
TABLE = """  q5:
    - [120x120x32, {}]
    - 60x60x32
    - [56x56x64, 51200]
    - {}
    - [64, 3211264]
"""


def write_class(folder: Path, count: int) -> None:
    """A sheet of answers for each student: 20 parts, about half of them right."""
    choose = random.Random(count).choice
    folder.mkdir()
    for number in range(count):
        lines = [f"convcalc_answers: 1\nsheet: ps1\nstudent: s{number:05}\nanswers:\n"]
        lines += [f"  {name}: {choose(texts)}\n" for name, texts in ANSWERS.items()]
        lines.append(TABLE.format(choose(["7776", "2592"]), choose(["28x28x64", "27x27x64"])))
        (folder / f"s{number:05}.yaml").write_text("".join(lines), encoding="utf-8")


def timed(command: list[str], **settings: object) -> float:
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, **settings)  # type: ignore[call-overload]
    return time.perf_counter() - start


def grading(folder: Path, count: int, runs: int) -> tuple[float, float]:
    """Seconds and MiB of grading a class, the best of some runs."""
    (folder / "ps1.yaml").write_text(SHEET, encoding="utf-8")
    (folder / "secret").write_text("an old and well kept secret", encoding="utf-8")
    write_class(folder / f"in{count}", count)
    command = [
        sys.executable, "-m", "convcalc", "hw", "grade", str(folder / "ps1.yaml"), str(folder / f"in{count}"),
        "--secret-file", str(folder / "secret"), "--out", str(folder / "out"), "--force",
    ]  # fmt: skip
    times = [timed(command) for _ in range(runs)]
    ran = subprocess.run(
        [sys.executable, "-c", PEAK, *command], check=True, capture_output=True, text=True
    )
    return statistics.median(times), int(ran.stdout.splitlines()[-1]) / 1024


PEAK = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


DIAGNOSIS = """
import json, sys, time
from convcalc.homework import check, loads
kind, layers, how = sys.argv[1], int(sys.argv[2]), sys.argv[3]
arch = " ".join([*(f"conv:k3c{16 + place % 8}p1" for place in range(layers - 1)), "fc:10"])
given = {"input": "32x32x3", "arch": arch, **({"ask": ["shape", "params"]} if kind == "arch-table" else {})}
sheet = loads(json.dumps({"convcalc_sheet": 1, "questions": [{"type": kind, "given": given}]}))
rows = {}
for place, part in enumerate(sheet.questions[0].parts):
    right = part.expected
    off = how == "all" or place == layers
    wrong = [side + off for side in right] if isinstance(right, tuple) else right + 1_234_567 * off
    rows.setdefault(part.name.partition(".")[0], []).append(wrong)
answer = list(rows.values()) if kind == "arch-table" else 1_234_567
start = time.perf_counter()
check(sheet, "q1", answer)
print(time.perf_counter() - start)
"""


def diagnosing(kind: str, layers: int, how: str) -> float:
    """Seconds to diagnose one wrong answer about a network, the median of some runs."""
    command = [sys.executable, "-c", DIAGNOSIS, kind, str(layers), how]
    ran = [
        subprocess.run(command, check=True, capture_output=True, text=True).stdout
        for _ in range(RUNS)
    ]
    return statistics.median(map(float, ran))


def main() -> None:
    os.environ.setdefault("PYTHONPATH", str(Path(__file__).parent.parent))
    base = statistics.median(timed(LIBRARIES) for _ in range(RUNS))
    print(f"python -c 'import click, yaml, rich.table'   {base:6.2f} s")
    for count in (300, *map(int, sys.argv[1:])):
        with tempfile.TemporaryDirectory() as folder:
            seconds, peak = grading(Path(folder), count, RUNS if count <= 1000 else 1)
            print(
                f"hw grade, {count:6,} students x 20 parts           {seconds:6.2f} s  {seconds / base:6.1f} x  {peak:6.0f} MiB"
            )
    for kind, how in (("params-model", "one"), ("arch-table", "one"), ("arch-table", "all")):
        times = [f"{diagnosing(kind, layers, how):5.2f} s" for layers in LAYERS]
        print(f"{kind:13}{how:>4} wrong, {', '.join(map(str, LAYERS))} layers  {'  '.join(times)}")
    print(
        f"({os.cpu_count()} cores; this process {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB)"
    )


if __name__ == "__main__":
    main()
