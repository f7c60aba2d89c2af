"""Pictures of a layer and of a network: the cost of drawing beyond the same numbers, compared with bare drawsvg.

    python benchmarks/drawing.py [--runs 15]

The commands and bare drawsvg run in turn. Bare drawsvg imports its library and writes as many
rectangles and texts as the picture has, without computing their positions.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile

LAYER = ["--n", "32", "--k", "5", "--s", "2"]
BARE = """
import drawsvg
drawing = drawsvg.Drawing(640, 500)
for n in range({rectangles}):
    drawing.append(drawsvg.Rectangle(n % 32 * 17, n // 32 * 17, 17, 12, **{{"class": "cell"}}))
for n in range({texts}):
    drawing.append(drawsvg.Text(str(n), 13, 10, 20 * n))
drawing.as_svg()
"""
LIMITS = {"svg": 60, "png": None}  # milliseconds beyond the layer's numbers
NETWORK = "resnet50"
NETWORK_LIMIT = 300  # milliseconds for its SVG, with its walk, beyond the start of convcalc


def once(command: list[str]) -> float:
    """Milliseconds of processor time, which a busy machine stretches less than time on the wall."""
    nowhere = subprocess.DEVNULL
    with subprocess.Popen(command, stdout=nowhere, stderr=nowhere) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{' '.join(command)} failed")
    return 1000 * (usage.ru_utime + usage.ru_stime)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=15)
    runs = parser.parse_args().runs
    ours = [sys.executable, "-m", "convcalc"]
    with tempfile.TemporaryDirectory() as folder:
        paths = {suffix: os.path.join(folder, f"fit.{suffix}") for suffix in LIMITS}
        once([*ours, "draw", "fit", *LAYER, "-o", paths["svg"]])
        with open(paths["svg"], encoding="utf-8") as file:
            drawn = file.read()
        bare = BARE.format(rectangles=drawn.count("<rect"), texts=drawn.count("<text"))
        commands = {
            "nothing": [sys.executable, "-c", ""],
            "layer": [*ours, "layer", *LAYER],
            "draw fit": [*ours, "draw", "fit", *LAYER],
            "bare drawsvg": [sys.executable, "-c", bare],
            **{
                f"draw fit -o x.{s}": [*ours, "draw", "fit", *LAYER, "-o", p]
                for s, p in paths.items()
            },
            "start": [*ours, "--version"],
            "arch": [*ours, "arch", NETWORK],
            "draw net": [*ours, "draw", "net", NETWORK],
            "draw net -o x.svg": [*ours, "draw", "net", NETWORK, "-o", paths["svg"]],
        }
        for command in commands.values():
            once(command)
        times = {name: [] for name in commands}
        for _ in range(runs):
            for name, command in commands.items():
                times[name].append(once(command))
    middle = {name: statistics.median(found) for name, found in times.items()}
    beyond = {
        name: ("start" if " net" in name else "layer") for name in times if name.startswith("draw")
    }
    print(f"{'':20} {'ms':>6} {'beyond Python':>14} {'beyond':>14} {'limit':>6}")
    for name, found in middle.items():
        base = beyond.get(name, "")
        shown = f"{found - middle[base]:.0f} ({base})" if base else ""
        limit = LIMITS.get(name.rpartition(".")[2]) if base == "layer" else None
        if name == "draw net -o x.svg":
            limit = NETWORK_LIMIT
        print(
            f"{name:20} {found:6.0f} {found - middle['nothing']:14.0f} {shown:>14} {limit or '':>6}"
        )


if __name__ == "__main__":
    main()
