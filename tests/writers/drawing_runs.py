"""Mermaid and Graphviz themselves, to read the graphs written for them.

``python tests/writers/drawing_runs.py`` gets Mermaid, once, with npm, into ``.cache/platforms`` or the
folder in the environment variable CONVCALC_PLATFORMS; Graphviz is a system package with the command dot.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parents[2]
PLACE = Path(os.environ.get("CONVCALC_PLATFORMS") or HERE / ".cache" / "platforms") / "mermaid"
_DONE = PLACE / "complete"
_PACKAGES = ["mermaid@11", "jsdom@26"]

# Reads every file, and prints what Mermaid understood.
_READER = """
import {readFileSync} from 'fs';
import {JSDOM} from 'jsdom';
globalThis.window = new JSDOM('<!doctype html><body></body>').window;
globalThis.document = window.document;
const {default: mermaid} = await import('mermaid');
const found = [];
for (const path of process.argv.slice(2)) {
  const text = readFileSync(path, 'utf8');
  await mermaid.parse(text);
  const {db} = await mermaid.mermaidAPI.getDiagramFromText(text);
  found.push({
    boxes: Object.fromEntries([...db.getVertices().values()].map((box) => [box.id, box.text])),
    arrows: db.getEdges().map(({start, end, text}) => [start, end, text]),
    frames: db.getSubGraphs().map(({title}) => title),
  });
}
console.log(JSON.stringify(found));
"""


def has_mermaid() -> bool:
    """Whether Mermaid is installed."""
    return _DONE.is_file() and shutil.which("node") is not None


def has_graphviz() -> bool:
    """Whether Graphviz is installed."""
    return shutil.which("dot") is not None


def make() -> None:
    """Get Mermaid."""
    if has_mermaid():
        return
    shutil.rmtree(PLACE, ignore_errors=True)
    PLACE.mkdir(parents=True)
    (PLACE / "package.json").write_text('{"private": true}\n', encoding="utf-8")
    install = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", *_PACKAGES]
    subprocess.run(install, cwd=PLACE, check=True, timeout=600)
    (PLACE / "read.mjs").write_text(_READER, encoding="utf-8")
    _DONE.write_text("\n".join(_PACKAGES) + "\n", encoding="utf-8")


def read_by_mermaid(paths: list[Path]) -> list[dict[str, Any]]:
    """Flowcharts as read by Mermaid: boxes by id, arrows, and the titles of frames."""
    ran = subprocess.run(
        ["node", "read.mjs", *map(str, paths)],
        cwd=PLACE, check=False, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    found: list[dict[str, Any]] = json.loads(ran.stdout)
    return found


def read_by_graphviz(path: Path) -> dict[str, Any]:
    """A graph as read by Graphviz."""
    ran = subprocess.run(
        ["dot", "-Tdot_json", str(path)], check=False, capture_output=True, text=True, timeout=120
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    found: dict[str, Any] = json.loads(ran.stdout)
    return found


if __name__ == "__main__":
    make()
