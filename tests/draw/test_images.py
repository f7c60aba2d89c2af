"""The pictures in the documents are what their commands draw now; ``pytest --overwrite`` draws them again."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]

ROOT = Path(__file__).parent.parent.parent
IMAGES = ROOT / "docs" / "images"

# Each file with the command that draws it.
COMMANDS = {
    "fit.svg": "draw fit --n 32 --k 5 --s 2",
    "transposed.svg": "draw window --kind conv_transpose --n 3 --k 3 --s 2 --p 1 --a 1 --all",
    "by_hand.svg": "hand --x '2 2 3 3 3; 0 1 3 0 3; 2 3 0 1 3; 3 3 2 1 2; 3 3 0 2 3'"
    " --k '2 0 1; 1 0 0; 0 1 1' --s 2 --p 1 --step 1,0",
    "alive.svg": "draw cost unet --of alive",
    "roofline.svg": "draw cost resnet50 --device a100 --precision float16",
    "field.svg": "draw field vgg16 --sees conv5_3:6,6",
}

# In the chapter of proofs, each figure has its command below it.
FIGURE = re.compile(
    r"^!\[.+\]\(\.\./images/(arithmetic/\w+\.svg)\)\n\n\*Drawn by\* `convcalc (.+)`$", re.MULTILINE
)
NETWORK = re.compile(r"^```yaml\n# (\w+\.yaml)\n.*?^```$", re.DOTALL | re.MULTILINE)


def proofs() -> str:
    """The pages of the chapter of proofs, one after the other."""
    pages = sorted((ROOT / "docs" / "arithmetic").glob("*.md"))
    return "\n".join(page.read_text(encoding="utf-8") for page in pages)


@pytest.mark.unmeasured
def test_the_pictures_in_the_documents_are_up_to_date(
    convcalc: Run, tmp_path: Path, overwrite: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    text, stale = proofs(), []
    figures = dict(FIGURE.findall(text))
    assert len(figures) == text.count("](../images/arithmetic/"), "a figure has no command"
    for network in NETWORK.finditer(text):
        (tmp_path / network[1]).write_text(network[0].strip("`")[5:], encoding="utf-8")
    (tmp_path / "arithmetic").mkdir()
    monkeypatch.chdir(tmp_path)
    for name, command in {**COMMANDS, **figures}.items():
        ran = convcalc(*shlex.split(command), "-o", str(tmp_path / name))
        assert ran.code == 0, ran.err
        drawn, kept = (tmp_path / name).read_bytes(), IMAGES / name
        if overwrite:
            kept.parent.mkdir(exist_ok=True, parents=True)
            kept.write_bytes(drawn)
        if not kept.exists() or kept.read_bytes() != drawn:
            stale.append(name)
    assert not stale, "pytest --overwrite tests/draw/test_images.py draws them; look at them"


def test_every_picture_is_shown_and_described() -> None:
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    text = "\n".join(page.read_text(encoding="utf-8") for page in pages)
    shown = re.findall(r"!\[(.*?)\]\((?:docs/|\.\./)?images/(.*?)\)", text)
    assert all(len(described) > 20 for described, _ in shown)
    drawn = {path.relative_to(IMAGES).as_posix() for path in IMAGES.rglob("*.*")}
    assert {name for _, name in shown} == drawn
