"""An environment with dask.distributed, for a sweep on a real cluster of processes.

``python tests/sweep/cluster_runs.py`` makes the environment, once, in ``.cache/cluster`` or the folder in the environment
variable CONVCALC_CLUSTER; ``test_side_by_side.py`` uses it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parents[2]
PLACE = Path(os.environ.get("CONVCALC_CLUSTER") or HERE / ".cache" / "cluster")
PACKAGES = ["distributed>=2024.1", "numpy>=1.26", "PyYAML>=6.0", "click>=8.1", "rich>=13.0"]
ABSENT = f"no {PLACE}; make it with: python tests/sweep/cluster_runs.py"
_DONE = "complete"


def is_there() -> bool:
    """Whether the environment is complete."""
    return (PLACE / _DONE).is_file()


def make() -> None:
    """Make the environment."""
    if is_there():
        return
    shutil.rmtree(PLACE, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", str(PLACE)], check=True)
    subprocess.run([str(PLACE / "bin" / "pip"), "install", "--quiet", *PACKAGES], check=True)
    (PLACE / _DONE).write_text("\n".join(PACKAGES) + "\n", encoding="utf-8")


def run(cwd: Path) -> str:
    """The output of a sweep on a cluster, run in the environment."""
    outside = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    words = [str(PLACE / "bin" / "python"), str(Path(__file__).with_name("on_cluster.py"))]
    ran = subprocess.run(
        words, cwd=cwd, check=False, timeout=300, capture_output=True, text=True,
        env={**outside, "PYTHONPATH": str(HERE), "PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


if __name__ == "__main__":
    make()
