"""The README's examples are run, and its two commands are the ones that CI and users run."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from convcalc.cli.main import COMMANDS
from convcalc.homework import check
from convcalc.homework import loads as sheet_of
from convcalc.network.load import loads

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
CONSOLE = re.compile(r"```console\n(.*?)```", re.DOTALL)
SHELL = re.compile(r"```sh\n(.*?)```", re.DOTALL)


def commands_of(block: str) -> list[str]:
    return [line[2:] for line in block.splitlines() if line.startswith("$ ")]


@pytest.fixture
def rerun(convcalc: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> Callable[[str], str]:
    monkeypatch.chdir(ROOT)

    def run(block: str) -> str:
        parts = []
        for command in commands_of(block):
            program, *arguments = shlex.split(command)
            assert program == "convcalc"
            ran = convcalc(*arguments)
            parts.append(f"$ {command}\n{ran.out}{ran.err}")
        return "".join(parts)

    return run


def test_console_examples_print_what_the_readme_says(
    rerun: Callable[[str], str], overwrite: bool
) -> None:
    text = README.read_text(encoding="utf-8")
    fresh = CONSOLE.sub(lambda block: f"```console\n{rerun(block[1])}```", text)
    if overwrite:
        README.write_text(fresh, encoding="utf-8")
    assert fresh == text or overwrite


def test_every_command_is_mentioned() -> None:
    text = README.read_text(encoding="utf-8")
    missing = [
        name for name in COMMANDS if f"convcalc {name}" not in text and f"`{name}`" not in text
    ]
    assert missing == []


def test_ci_runs_the_readmes_test_command() -> None:
    show, test = (block.strip() for block in SHELL.findall(README.read_text(encoding="utf-8")))
    assert "convcalc arch vgg16.yaml" in show
    assert test in (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()


def test_the_yaml_example_is_a_network_that_keeps_its_promise() -> None:
    text = re.search(r"```yaml\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    assert text
    report = loads(text[1]).walk()
    assert [note for note in report.notes if note.startswith("expect")] == []
    assert report.totals["params"] == yaml.safe_load(text[1])["expect"]["params"]


def test_the_homework_example_is_a_sheet_that_tells_right_from_wrong() -> None:
    text = README.read_text(encoding="utf-8").partition("\n## Homework\n")[2]
    found = re.search(r"```yaml\n(.*?)```", text, re.DOTALL)
    assert found
    sheet = sheet_of(found[1])
    answers = {"q1": "28x28x6", "q2": "456", "q3": "not", "q4": "[[19, 25], [37, 43]]"}
    assert [check(sheet, name, answer).status for name, answer in answers.items()] == ["right"] * 4
    assert check(sheet, "q2", "156").parts[0].mistakes == [("par.no-channels", "sure")]


def test_the_python_example_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    readme = README.read_text(encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    yaml_example = re.search(r"```yaml\n(.*?)```", readme, re.DOTALL)
    examples = re.findall(r"```python\n(.*?)```", readme, re.DOTALL)
    assert yaml_example
    assert len(examples) == readme.count("```python")
    Path("little.yaml").write_text(yaml_example[1], encoding="utf-8")
    names: dict[str, Any] = {"open_little": Path("little.yaml").read_text}
    for example in examples:
        exec(example.replace('open("little.yaml").read()', "open_little()"), names)
    assert names["report"].totals["macs"] == 15470264320
