"""``convcalc hw new``: a sheet that teaches how to write sheets, and the bundled sheets to begin from."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from convcalc.formats import FORMATS
from convcalc.homework import check, load
from convcalc.homework.conventions import PRESETS
from convcalc.homework.sheets.bundled import sheet_to_begin_from
from convcalc.homework.sheets.find import bundled_folder, bundled_names
from convcalc.homework.sheets.keys import QUESTION_KEYS, SCHEMA_LINE, SHEET_KEYS

SHEETS = Path(__file__).parents[2] / "homework"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_new_sheet_is_whole_and_works_at_once(convcalc: Any, here: Path) -> None:
    ran = convcalc("hw", "new", "ps1.yaml")
    assert (ran.code, ran.out) == (0, "")
    assert ran.err == (
        "wrote ps1.yaml\nnext: convcalc hw show ps1.yaml, then convcalc hw lint ps1.yaml\n"
    )
    odd = convcalc("hw", "new", "PS 1.yaml")  # commands to type have quotes
    assert odd.err == (
        "wrote PS 1.yaml\nnext: convcalc hw show 'PS 1.yaml', then convcalc hw lint 'PS 1.yaml'\n"
    )
    assert (here / "ps1.yaml").read_text(encoding="utf-8") == sheet_to_begin_from()
    lint = convcalc("hw", "lint", "ps1.yaml")
    assert (lint.code, lint.out) == (0, "no problems found\n\n0 wrong keys, 0 missing values\n")
    assert load("ps1.yaml").id == "ps1"
    (here / "roster.csv").write_text("student_id\ns1\ns2\n")
    made = convcalc(
        "hw", "make", "ps1.yaml", "--roster", "roster.csv", "--secret-file", "x", "--out", "dist"
    )
    assert made.code == 0
    assert " left for 2 students" in made.out


def test_its_answers_are_those_worked_out_by_hand(convcalc: Any) -> None:
    convcalc("hw", "new", "ps1.yaml")
    sheet = load("ps1.yaml")
    for name, answer in {
        "q1": "28x28x6",  # 32 − 5 + 1
        "q2": "760",  # (5·5·3 + 1)·10
        "q4": [["24x24x6", 156], ["12x12x6", 0], ["8x8x16", 2416], ["10", 10250]],
        "q5": [[-0 + 1 - 1, 4 - 0, 4 - 2], [5 - 2, 1 - 4, 4 - 1]],
        "q6": "b, d",
    }.items():  # fmt: skip
        assert check(sheet, name, answer).right, name


def test_it_shows_the_keys_that_a_beginner_needs_each_with_a_comment() -> None:
    lines = sheet_to_begin_from().splitlines()
    keys = {match[1] for line in lines if (match := re.match(r"(?:# )?([a-z_]+):", line))}
    assert keys == {*SHEET_KEYS} - {"student", "variant", "secret"}  # those of hw make
    shown = set(re.findall(r"^[ -]*([a-z]+):", "\n".join(lines), re.MULTILINE))
    rare = {"void", "accept", "tolerance", "require", "separate", "source"}
    assert {*QUESTION_KEYS} - shown == rare
    begins = [i for i, line in enumerate(lines) if line.startswith("  - id:")]
    assert all(lines[i - 1].startswith("  # ") for i in begins)
    assert all(len(line) <= 120 for line in lines)
    (presets,) = [line for line in lines if "A preset sets" in line]
    assert presets.rpartition(": ")[2].rstrip(".").split(", ") == list(PRESETS)


def test_the_commands_that_it_names_are_there(convcalc: Any) -> None:
    convcalc("hw", "new", "FILE")
    named = re.findall(
        r"convcalc ((?:hw \w+|schema --sheet)(?: FILE| params)?)", sheet_to_begin_from()
    )
    assert len(named) >= 5
    for words in named:
        assert convcalc(*words.split()).code == 0, words


def test_a_file_that_is_there_is_replaced_only_on_request(convcalc: Any, here: Path) -> None:
    (here / "ps1.yaml").write_text("mine")
    ran = convcalc("hw", "new", "ps1.yaml")
    assert (ran.code, ran.out, ran.err) == (
        2, "", "convcalc: ps1.yaml: already exists; choose another name, or add --overwrite to replace it\n",
    )  # fmt: skip
    assert (here / "ps1.yaml").read_text() == "mine"
    assert convcalc("hw", "new", "ps1.yaml", "--overwrite").code == 0
    assert load("ps1.yaml")["q7"].manual
    assert [path.name for path in here.iterdir()] == ["ps1.yaml"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--from", "memfis"), "no bundled sheet 'memfis'; did you mean 'memphis'?"),
        (
            ("--from", "../homework/memphis"),
            "no bundled sheet '../homework/memphis'; known: after_d2l, class/ps1, ece449, fsdl, memphis, ucla",
        ),
        (("--from", "zzz"), "no bundled sheet 'zzz'; known: after_d2l, class/ps1, ece449, fsdl, memphis, ucla"),
        (("no/ps1.yaml",), "no/ps1.yaml: cannot be written: No such file or directory; choose another place"),
        ((".",), ".: cannot be written: Is a directory; choose another place"),
        (("a", "b"), "'b' is one word too many; write it as in convcalc hw new ps1.yaml; run convcalc hw new -h for help"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_said_and_nothing_is_written(
    convcalc: Any, here: Path, words: tuple[str, ...], message: str
) -> None:
    ran = convcalc("hw", "new", *words)
    assert (ran.code, ran.out, ran.err) == (2, "", f"convcalc: {message}\n")
    assert list(here.iterdir()) == []


# ------------------------------------------------------------------------- the bundled sheets


def test_the_bundled_sheets_are_those_of_the_folder() -> None:
    assert Path(bundled_folder()) == SHEETS
    wanted = [*sorted(path.stem for path in SHEETS.glob("*.yaml")), "class/ps1"]
    assert list(bundled_names()) == wanted


@pytest.mark.parametrize("name", bundled_names())
def test_a_bundled_sheet_is_copied_with_its_comments(convcalc: Any, name: str) -> None:
    text = (SHEETS / f"{name}.yaml").read_text(encoding="utf-8")
    ran = convcalc("hw", "new", "--from", name)
    assert (ran.code, ran.out, ran.err) == (0, f"{SCHEMA_LINE}\n{text}", "")
    assert convcalc("hw", "new", "mine.yaml", "--from", f"{name}.yaml").code == 0
    assert len(load("mine.yaml").questions) == len(yaml.load(text, yaml.CSafeLoader)["questions"])


def test_the_list_names_them_with_their_titles(convcalc: Any) -> None:
    data = json.loads(convcalc("list", "--sheets", "--format", "json").out)
    assert [row["name"] for row in data["sheets"]] == list(bundled_names())
    for row in data["sheets"]:
        sheet = load(str(SHEETS / f"{row['name']}.yaml"))
        assert (row["title"], row["questions"]) == (sheet.title, len(sheet.questions))
        assert row["points"] == sum(question.points for question in sheet.questions)
    found = json.loads(convcalc("list", "lenet", "--sheets", "--format", "json").out)
    assert [row["name"] for row in found["sheets"]] == ["ece449"]
    ran = convcalc("list", "--sheets", "zzz")
    assert ran.err == (
        "convcalc: no bundled sheet has 'zzz' in its name; convcalc list --sheets shows all\n"
    )
    for name in FORMATS:
        assert "memphis" in convcalc("list", "--sheets", "--format", name).out
    narrow = convcalc("list", "--sheets", columns=60).out
    assert max(map(len, narrow.splitlines())) <= 60


@pytest.mark.parametrize("words", ["show", "lint", "hint volume1 --level 1", "show --format json"])
@pytest.mark.unmeasured
def test_a_bundled_sheet_is_found_by_its_name_everywhere(words: str, convcalc: Any) -> None:
    command, *options = words.split()
    path = f"{bundled_folder()}/memphis.yaml"
    for name in ("memphis", "memphis.yaml"):
        assert convcalc("hw", command, name, *options) == convcalc("hw", command, path, *options)


def test_a_file_of_that_name_comes_first(
    convcalc: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("memphis.yaml").write_text(
        "convcalc_sheet: 1\ntitle: Mine\nquestions: []\n", encoding="utf-8"
    )
    assert "memphis.yaml:3" in convcalc("hw", "show", "memphis.yaml").err


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("memphs", "; did you mean 'memphis'?"),
        ("nowhere.yaml", "; known: after_d2l, class/ps1, ece449, fsdl, memphis, ucla"),
        ("../memphis", "; did you mean 'memphis'?"),
    ],
)
def test_a_sheet_that_is_nowhere_is_said_with_a_way_out(
    name: str, said: str, convcalc: Any
) -> None:
    ran = convcalc("hw", "show", name)
    assert ran == (2, "", f"convcalc: no file {name!r} and no bundled sheet of that name{said}\n")


@pytest.mark.parametrize("suffix", [".yaml", ".yml", ".sheet.yaml"])
def test_a_name_without_its_suffix_is_told_that_of_the_file(
    suffix: str, convcalc: Any, here: Path
) -> None:
    (here / f"my ps1{suffix}").write_text("", encoding="utf-8")
    said = f"convcalc: no file 'my ps1' and no bundled sheet of that name; did you mean 'my ps1{suffix}'?\n"
    assert convcalc("hw", "show", "my ps1") == (2, "", said)
