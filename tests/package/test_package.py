"""The wheel and the source archive, tested with the tools that install them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from package.package_runs import HERE, absent, has_tools, pythons, run

pytestmark = [
    pytest.mark.skipif(not has_tools(), reason=absent()),
    pytest.mark.unmeasured,  # it runs from the wheel
]

# Commands that together import most of the package.
COMMANDS = [
    "layer --n 32 --k 5 --s 3 --explain", "chain --input 1x32x32 conv:k5c6 pool:k2 fc:10", "arch resnet50 --format json", "arch unet --memory",
    "compare resnet50 vgg16", "diff resnet50 resnet50 --all", "solve size --n 32 --o 10", "memory mobilenet_v2", "count vgg16 --like all",
    "reconcile resnet50 4.1G", "roofline alexnet --device t4", "verify lenet5", "hand --x 1,2,3 --k 2", "draw fit --n 32 --k 5 --s 2",
    "export resnet18 --to pytorch", "hw show memphis", "hw hint memphis volume1 --level 1", "why 2600 --params --k 5 --cin 3 --filters 100",
    "kinds", "list", "schema", "schema --sheet", "hw types --mistakes", "sweep mobilenet_v1 --set width=8..32:8", "init",
]  # fmt: skip


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The wheel, built from the source archive, and that archive."""
    place = tmp_path_factory.mktemp("packed")
    run("python", "-m", "build", "--no-isolation", "--outdir", str(place), str(HERE), cwd=place)
    return [*place.glob("*.whl"), *place.glob("*.tar.gz")]


def test_the_package_index_would_take_both(packed: list[Path], tmp_path: Path) -> None:
    assert [path.suffix for path in packed] == [".whl", ".gz"]
    run("twine", "check", "--strict", *map(str, packed), cwd=tmp_path)
    run("check-wheel-contents", str(packed[0]), cwd=tmp_path)


@pytest.mark.parametrize("tool", ["uvx --from", "pipx run --spec"])
def test_it_runs_without_being_installed(tool: str, packed: list[Path], tmp_path: Path) -> None:
    first, *options = tool.split()
    ran = run(first, *options, str(packed[0]), "convcalc", "arch", "vgg16.yaml", cwd=tmp_path)
    assert "138,357,544" in ran.stdout


def answers(python: str, wheel: Path, place: Path) -> dict[str, str]:
    """The output of the commands, in a new environment with that Python."""
    place.mkdir()
    run(python, "-m", "venv", "env", cwd=place)
    run("env/bin/pip", "install", "--quiet", str(wheel), cwd=place)
    program = "import sys; from convcalc.cli.main import main; main(sys.argv[1:])"
    python_of = ["env/bin/python", "-W", "error", "-c", program]
    return {
        line: run(*python_of, *line.split(), cwd=place, disagrees=True).stdout for line in COMMANDS
    }


def test_every_python_gives_the_same_answers(packed: list[Path], tmp_path: Path) -> None:
    others = pythons()
    if not others:
        pytest.skip("no other Python here")
    ours = answers("python", packed[0], tmp_path / "ours")
    assert json.loads(ours["arch resnet50 --format json"])["totals"]["params"] == 25_557_032
    for version, python in others.items():
        theirs = answers(python, packed[0], tmp_path / version)
        assert [line for line in COMMANDS if theirs[line] != ours[line]] == [], version
        assert all(theirs.values()), version
