"""A browser for the page: Playwright's Python package and axe-core, with the system's Chromium.

``python tests/explore/browser_runs.py`` gets both and Pyodide, once, into ``.cache/platforms`` or the folder in the environment
variable CONVCALC_PLATFORMS; `browser_driver` runs there. Chromium is a system package.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parents[2]
PLACE = Path(os.environ.get("CONVCALC_PLATFORMS") or HERE / ".cache" / "platforms") / "browser"
SCREENSHOTS = PLACE.parent / "screenshots"
_DONE = PLACE / "complete"
_PACKAGES = ["playwright>=1.50"]
_AXE = "axe-core@4"
_PYODIDE = "from convcalc.explore.pyodide import pyodide_files; pyodide_files('', print)"
_DRIVER = Path(__file__).with_name("browser_driver.py")


def chromium() -> str:
    """The path of the browser; empty if there is none."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or ""


def has_browser() -> bool:
    """Whether everything is installed."""
    return _DONE.is_file() and bool(chromium())


def absent() -> str:
    """Why tests that need it are skipped."""
    if not chromium():
        return "no Chromium; install the package chromium"
    return f"no {PLACE}; make it with: python tests/explore/browser_runs.py"


def make() -> None:
    """Get Pyodide, into the cache of `convcalc explore`, and the packages that control the browser."""
    subprocess.run([sys.executable, "-c", _PYODIDE], cwd=HERE, check=True)
    if _DONE.is_file():
        return
    shutil.rmtree(PLACE, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", str(PLACE)], check=True)
    subprocess.run([str(PLACE / "bin" / "pip"), "install", "--quiet", *_PACKAGES], check=True)
    (PLACE / "package.json").write_text('{"private": true}\n', encoding="utf-8")
    install = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", _AXE]
    subprocess.run(install, cwd=PLACE, check=True, timeout=600)
    _DONE.write_text("\n".join([*_PACKAGES, _AXE]) + "\n", encoding="utf-8")


def drive(scene: str, **given: Any) -> dict[str, Any]:
    """The result of a scene of `browser_driver`."""
    axe = PLACE / "node_modules" / "axe-core" / "axe.min.js"
    settings = {**given, "scene": scene, "chromium": chromium(), "axe": str(axe)}
    ran = subprocess.run(
        [str(PLACE / "bin" / "python"), str(_DRIVER)],
        input=json.dumps(settings), capture_output=True, text=True, check=False, timeout=500,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr[-4000:]
    found: dict[str, Any] = json.loads(ran.stdout)
    return found


if __name__ == "__main__":
    make()
