"""How long the TAB key takes, compared with the imports that every command needs to report a wrong word.

    python benchmarks/completing.py [--runs 15]

A line of every kind is completed in a separate process, as in shells. The comparison uses processor time, which other
programs on the machine disturb less than the clock.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys

PEER = "import click, click.shell_completion"
SHORT, YAML = (
    1.6,
    2.5,
)  # times the imports: words that convcalc knows, and names of a network on the line
LINES = {
    "": SHORT,
    "hw ": SHORT,
    "arch vgg16 --": SHORT,
    "arch vgg": SHORT,
    "list --sheets ": SHORT,
    "layer --kind ": SHORT,
    "chain co": SHORT,
    "kinds ": SHORT,
    "arch vgg16 --columns name,": SHORT,
    "arch vgg16 --format ": SHORT,
    "sweep vgg16 --sort ": SHORT,
    "verify vgg16 --only ": SHORT,
    "count vgg16 --like ": SHORT,
    "roofline vgg16 --device ": SHORT,
    "kernel ": SHORT,
    "hw types ": SHORT,
    "hw export ps1.yaml --to ": SHORT,
    "why 7 --type ": SHORT,
    "why 7 --preset ": SHORT,
    "why 7 --convention ": SHORT,
    "why 7 --type params --given ": YAML,
    "hw hint memphis ": YAML,
    "arch vgg16 --explain ": YAML,
    "arch resnet152 --explain ": YAML,
    "arch vgg16 --set ": YAML,
}


def once(command: list[str], line: str = "") -> float:
    """Seconds of the processor."""
    asks = {"_CONVCALC_COMPLETE": "fish_complete", "_CONVCALC_LINE": f"convcalc {line}"}
    with subprocess.Popen(
        command, env={**os.environ, **asks}, stdout=subprocess.DEVNULL
    ) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{line!r} failed")
    return usage.ru_utime + usage.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--runs", type=int, default=15)
    runs = parser.parse_args().runs
    ours, theirs = [sys.executable, "-m", "convcalc"], [sys.executable, "-c", PEER]
    print(f"{'convcalc …<TAB>':32} {'ms':>6} {'ratio':>6} {'limit':>6}")
    for line, limit in LINES.items():
        once(ours, line), once(theirs)
        pairs = [(once(ours, line), once(theirs)) for _ in range(runs)]
        ratio = statistics.median(own / peer for own, peer in pairs)
        middle = statistics.median(own for own, _ in pairs)
        print(f"{line:32} {1000 * middle:6.0f} {ratio:6.2f} {limit:6.2f}")


if __name__ == "__main__":
    main()
