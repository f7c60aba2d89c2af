"""Network files from the command line: ``init``, and ``--yaml`` of commands that show networks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from convcalc import load, loads
from convcalc.network.schema_words import SCHEMA_LINE

HERE = Path(__file__).parent.parent


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_a_chain_is_written_as_a_file_that_walks_to_the_same(convcalc: Any) -> None:
    words = ("chain", "--input", "3x32x32", "2*(conv:k3c64psame relu)", "gap", "fc:10")
    printed = convcalc(*words, "--yaml")
    written = convcalc(*words, "-o", "net.yaml")
    assert (written.code, written.out, written.err) == (0, "", "wrote net.yaml\n")
    assert Path("net.yaml").read_text(encoding="utf-8") == printed.out
    rows = convcalc(*words, "--format", "csv").out
    assert convcalc("arch", "net.yaml", "--format", "csv").out == rows
    assert load("net.yaml").walk().totals["macs"] == 39_518_848


def test_a_file_that_nothing_changes_is_printed_with_its_comments(convcalc: Any) -> None:
    own = (HERE / "architectures" / "lenet5.yaml").read_text(encoding="utf-8")
    assert convcalc("arch", "lenet5", "--yaml").out == own
    Path("mine.yml").write_text("# mine\ninput: [1, 8, 8]\nlayers: [relu]\n", encoding="utf-8")
    assert convcalc("arch", "mine.yml", "--yaml").out == Path("mine.yml").read_text(
        encoding="utf-8"
    )


@pytest.mark.parametrize("changes", [("--set", "classes=7"), ("--input", "3x256x256")])
def test_a_changed_network_is_written_as_it_is_now(changes: tuple[str, ...], convcalc: Any) -> None:
    ran = convcalc("arch", "vgg16", *changes, "-o", "mine.yaml")
    assert (ran.code, ran.err) == (0, "wrote mine.yaml\n")
    rows = convcalc("arch", "vgg16", *changes, "--format", "csv").out
    assert convcalc("arch", "mine.yaml", "--format", "csv").out == rows


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("arch lenet5 --yaml --rf", "--yaml writes the network's file, which does not depend on --rf; leave it out"),
        ("arch lenet5 --yaml --batch 3", "--yaml writes the network's file, which does not depend on --batch; leave it out"),
        ("arch lenet5 -o a.YAML --format csv", "-o a.YAML writes the network's file, which does not depend on --format; leave it out"),
        ("chain --input 1x8x8 relu -o there.yml", "-o there.yml: already exists; choose another name"),
        ("init there.yml", "there.yml: already exists; choose another name, or add --overwrite to replace it"),
        ("init --from vgg166", "no bundled network 'vgg166'; did you mean 'vgg16'?"),
        ("init --from ../../x", "no bundled network '../../x'; convcalc list shows them"),
        ("compare lenet5 vgg16 -o a.yaml", "-o a.yaml: no format has the suffix '.yaml'; use one of .txt, .json, .jsonl, .csv, .md, .tex, .html, or --format"),
    ],
)  # fmt: skip
def test_what_says_nothing_about_a_file_is_refused(words: str, said: str, convcalc: Any) -> None:
    Path("there.yml").write_text("kept", encoding="utf-8")
    ran = convcalc(*words.split())
    assert (ran.code, ran.out, ran.err) == (2, "", f"convcalc: {said}\n")
    assert Path("there.yml").read_text(encoding="utf-8") == "kept"
    assert [path.name for path in Path().iterdir()] == ["there.yml"]


def test_the_file_to_begin_from_uses_what_it_explains(convcalc: Any) -> None:
    printed = convcalc("init").out
    ran = convcalc("init", "net.yaml")
    assert (ran.code, ran.out) == (0, "")
    assert ran.err == "wrote net.yaml\nnext: convcalc arch net.yaml, then change it as you like\n"
    assert Path("net.yaml").read_text(encoding="utf-8") == printed
    checked = convcalc("check", "net.yaml")
    assert checked.code == 0, checked
    wide = loads(printed, path="net.yaml").walk()
    assert wide.totals == load("net.yaml").walk().totals
    assert load("net.yaml", parameters={"width": 32}).walk().totals["params"] == 678_058


def test_a_bundled_network_is_there_to_begin_from(convcalc: Any) -> None:
    own = (HERE / "architectures" / "vgg16.yaml").read_text(encoding="utf-8")
    assert convcalc("init", "--from", "vgg16").out == f"{SCHEMA_LINE}\n{own}"
    assert convcalc("init", "a.yaml", "--from", "vgg16.yaml").code == 0
    assert convcalc("init", "a.yaml", "--overwrite").code == 0
    assert Path("a.yaml").read_text(encoding="utf-8") == convcalc("init").out
