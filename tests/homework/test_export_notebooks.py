"""nbgrader, otter and Gradescope: their code is run here, by their own rules."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from convcalc.homework import Sheet, load, loads
from convcalc.homework.classroom.answer_files import parse
from convcalc.homework.classroom.gradescope_results import results
from convcalc.homework.exports import EXPORTS, cells
from convcalc.homework.exports.gradescope import run as run_here
from convcalc.homework.marking.mark import mark
from convcalc.homework.variants.draw import Maker
from homework.test_export_moodle import SHEETS, tricky

HERE = Path(__file__).parent
SOURCE = (HERE / "data" / "ps1.yaml").read_bytes()


def exported(sheet: Sheet, name: str) -> dict[str, bytes]:
    return {out.name: out.data for out in EXPORTS.find(name)(sheet, 1).files()}


@pytest.fixture
def ps1(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sheet:
    """The sheet next to which notebooks run."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "ps1.yaml").write_bytes(SOURCE)
    return load("ps1.yaml")


# ----------------------------------------------------------------------------------- nbgrader

# The requirements and restrictions in nbgrader's schema of a cell's metadata, version 3.
CELL = {
    "type": "object",
    "required": ["schema_version", "grade", "locked", "solution"],
    "additionalProperties": False,
    "properties": {
        "schema_version": {"enum": [3]},
        "grade": {"type": "boolean"},
        "locked": {"type": "boolean"},
        "solution": {"type": "boolean"},
        "task": {"type": "boolean"},
        "grade_id": {"type": "string", "pattern": r"^[a-zA-Z0-9_\-]*$"},
        "points": {"type": "number", "minimum": 0},
    },
}


@pytest.mark.unmeasured
@pytest.mark.parametrize("name", ["nbgrader", "otter"])
@pytest.mark.parametrize("path", SHEETS, ids=lambda path: path.stem)
def test_a_notebook_is_one_to_jupyters_own_validator(path: Path, name: str) -> None:
    nbformat = pytest.importorskip("nbformat")
    sheet = load(str(path))
    (data,) = [data for file, data in exported(sheet, name).items() if file.endswith(".ipynb")]
    nbformat.validate(nbformat.reads(data.decode(), as_version=4))


@pytest.mark.unmeasured
@pytest.mark.parametrize("path", SHEETS, ids=lambda path: path.stem)
def test_cells_are_ones_that_nbgrader_knows(path: Path) -> None:
    sheet = load(str(path))
    cells = cells_of(exported(sheet, "nbgrader"))
    metadata = [cell["metadata"]["nbgrader"] for cell in cells if "nbgrader" in cell["metadata"]]
    for each in metadata:
        jsonschema.validate(each, CELL)
        assert ("points" in each) == each["grade"]
    names = [each["grade_id"] for each in metadata]
    assert len(names) == len(set(names))
    assert sum(each.get("points", 0) for each in metadata) == sum(q.points for q in sheet.questions)


def cells_of(files: dict[str, bytes]) -> list[dict[str, Any]]:
    (data,) = [data for name, data in files.items() if name.endswith(".ipynb")]
    cells: list[dict[str, Any]] = json.loads(data)["cells"]
    return cells


def determined(source: str, space: dict[str, Any], most: float) -> tuple[float, str]:
    """The rule of nbgrader: an error or anything on stderr gives 0, a last value its number, else all."""
    *lines, last = source.splitlines()
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            exec("\n".join(lines), space)
            value = eval(last, space)
        except AssertionError as error:
            return 0.0, str(error)
    if err.getvalue():
        return 0.0, err.getvalue()
    assert isinstance(value, float)
    assert value <= most
    return value, out.getvalue()


@pytest.fixture
def packed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The result of `import convcalc_packed`, without unpacking."""
    monkeypatch.setitem(sys.modules, "convcalc_packed", cells)


def test_points_are_those_that_nbgrader_would_give(ps1: Sheet, packed: None) -> None:
    cells = {
        cell["metadata"].get("nbgrader", {}).get("grade_id", ""): cell
        for cell in cells_of(exported(ps1, "nbgrader"))
    }

    def given(name: str, answer: Any) -> tuple[float, str]:
        test = cells[f"{name}-test"]
        return determined(
            "".join(test["source"]),
            {"answers": {name: answer}},
            test["metadata"]["nbgrader"]["points"],
        )

    assert given("q4", 760) == (1.0, "")
    assert given("q4", 750) == (0.5, "q4: What else is learned besides the filter weights?\n")
    assert given("q4", 260) == (0.0, "q4: How deep is one filter?")
    assert given("q4", ...)[0] == 0.0
    assert given("q4", None) == (0.0, "q4: not answered")
    assert given("q1", (28, 28, 6)) == (3.0, "")
    assert given("q1", (28, 28, 3))[0] == 2.0
    assert given("q8", [[19, 25], [37, 43]]) == (1.0, "")
    assert given("q2", "no") == (1.0, "")


@pytest.mark.unmeasured
def test_the_notebook_of_a_student_holds_no_answers(ps1: Sheet) -> None:
    text = json.dumps(cells_of(exported(ps1, "nbgrader")))
    for secret in ("760", "588000", "588,000", "[[19, 25]"):
        assert secret not in text


@pytest.mark.unmeasured
def test_answers_that_a_notebook_sets_can_be_graded_as_a_file(ps1: Sheet) -> None:
    cells = cells_of(exported(ps1, "nbgrader"))
    for cell in cells:
        cell["source"] = [
            line.replace('answers["q4"] = ...', 'answers["q4"] = 5*5*3*10 + 10')
            for line in cell["source"]
        ]
    (found,) = parse(json.dumps({"cells": cells}), ps1)
    assert {name: value for name, value in found.values.items() if value} == {"q4": "5*5*3*10 + 10"}


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("nbgrader", "put the folder into source/ as source/tricky/; students get what nbgrader "
                     "generate_assignment makes from it, without the keys"),
        ("otter", "run otter assign tricky.ipynb dist; students get dist/student, which has no keys in it"),
    ],
)  # fmt: skip
def test_a_teacher_is_told_how_students_get_the_notebook(name: str, said: str) -> None:
    made = EXPORTS.find(name)(tricky(), 1)
    list(made.files())
    assert made.notes == [said]


@pytest.mark.unmeasured
def test_what_was_drawn_in_the_notebook_is_what_the_sheet_beside_it_asks(ps1: Sheet) -> None:
    files = exported(ps1, "nbgrader")
    text = json.dumps(cells_of(files), ensure_ascii=False)
    Path("made.yaml").write_bytes(files["ps1.yaml"])
    assert load("made.yaml")["q10"].sentence in text


# -------------------------------------------------------------------------------------- otter


@pytest.mark.unmeasured
def test_a_wrong_answer_raises_with_the_hint(
    ps1: Sheet, packed: None, capsys: pytest.CaptureFixture[str]
) -> None:
    files = exported(ps1, "otter")
    for name, data in files.items():
        if name.endswith(".yaml"):
            Path(name).write_bytes(data)
    space: dict[str, Any] = {}
    for cell in cells_of(files):
        if "def test_q4_" in "".join(cell["source"]):
            exec("".join(cell["source"]), space)
    first, second = space["test_q4_1"], space["test_q4_2"]
    first({"q4": 760})
    second({"q4": 760})
    first({"q4": 750})
    with pytest.raises(AssertionError, match=r"^q4: What else is learned besides the filter"):
        second({"q4": 750})
    with pytest.raises(AssertionError, match=r"^q4: How deep is one filter\?$"):
        first({"q4": 260})
    with pytest.raises(AssertionError, match=r"^q4: see the test before this one$"):
        second({"q4": 260})
    for nothing in (None, {}, {"q4": ...}):
        with pytest.raises(AssertionError, match=r"^q4: not answered$"):
            first(nothing)
    assert capsys.readouterr() == ("", "")


def test_names_of_otters_tests_are_names_to_python(ps1: Sheet) -> None:
    del ps1
    sheet = loads(
        "{convcalc_sheet: 1, questions: [{id: q-1, type: params-pool, given: {k: 2, c_in: 16}},"
        " {id: q_1, type: params-pool, given: {k: 2, c_in: 16}},"
        " {id: q²x, type: params-pool, given: {k: 2, c_in: 16}}]}"
    )
    text = "\n".join("".join(cell["source"]) for cell in cells_of(exported(sheet, "otter")))
    names = re.findall(r"def (\w+)\(answers\)", text)
    assert names == ["test_q_1_1", "test_q_1_2_1", "test_q_x_1"]
    assert re.findall(r"^name: (.*)$", text, re.MULTILINE) == ["q_1", "q_1_2", "q_x"]
    assert all(name.isidentifier() for name in names)


def test_many_cells_give_points_in_larger_steps_and_this_is_said() -> None:
    rows = ", ".join(["[" + ", ".join(["1"] * 12) + "]"] * 12)
    sheet = loads(
        "{convcalc_sheet: 1, questions: [{type: pool-by-hand, partial: cells, "
        f"given: {{x: [{rows}], k: 1, s: 1, mode: max}}}}]}}"
    )
    made = EXPORTS.find("otter")(sheet, 1)
    list(made.files())
    assert "q1: otter gives its points in steps of 1/1" in made.notes


@pytest.mark.unmeasured
def test_no_test_shows_an_answer(ps1: Sheet) -> None:
    text = json.dumps(cells_of(exported(ps1, "otter")))
    for secret in ("760", "588000", "[[19, 25]"):
        assert secret not in text


# --------------------------------------------------------------------------------- Gradescope

RESULTS = {
    "type": "object",
    "required": ["score", "output"],
    "properties": {
        "score": {"type": "number"},
        "output": {"type": "string"},
        "output_format": {"enum": ["text", "html", "simple_format", "md", "ansi"]},
        "test_output_format": {"enum": ["text", "html", "simple_format", "md", "ansi"]},
        "tests": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["number", "name", "score", "max_score", "status", "output"],
                "properties": {
                    "number": {"type": "string"},
                    "name": {"type": "string"},
                    "score": {"type": "number", "minimum": 0},
                    "max_score": {"type": "number", "minimum": 0},
                    "status": {"enum": ["passed", "failed"]},
                    "output": {"type": "string"},
                    "tags": {"type": "array", "items": {"type": "string"}},
                },
            },
        },
    },
}


def test_results_are_what_gradescope_reads(ps1: Sheet) -> None:
    marked = mark(ps1, {"q1": "28x28x6", "q4": "750", "q7": "1176000", "q11": "because"})
    data = json.loads(json.dumps(results(ps1, marked.results, "7f3a")))
    jsonschema.validate(data, RESULTS)
    assert data["output"].startswith("Convolution arithmetic, variant 7f3a: ")
    assert "1 more to be marked by a person: q11." in data["output"]
    tests = {test["number"]: test for test in data["tests"]}
    assert "q11" not in tests
    assert (tests["q4"]["score"], tests["q4"]["max_score"], tests["q4"]["status"]) == (
        0.5,
        1,
        "failed",
    )
    assert tests["q4"]["extra_data"]["mistakes"] == ["par.no-bias"]
    assert "What else is learned" in tests["q4"]["output"]
    assert "760" not in json.dumps(data["tests"])
    assert tests["q9"]["output"] == "Not answered."
    assert sum(test["score"] for test in tests.values()) == data["score"]


@pytest.fixture(scope="module")
def archive_made() -> bytes:
    """The archive for Gradescope."""
    return exported(load(str(HERE / "data" / "ps1.yaml")), "gradescope")[""]


@pytest.fixture
def autograder(archive_made: bytes, tmp_path: Path) -> Path:
    """The archive, unpacked as on Gradescope."""
    source = tmp_path / "autograder" / "source"
    with zipfile.ZipFile(io.BytesIO(archive_made)) as archive:
        modes = {info.filename: info.external_attr >> 16 & 0o777 for info in archive.infolist()}
        assert modes["setup.sh"] == modes["run_autograder"] == 0o755
        assert archive.read("run_autograder").startswith(b"#!")
        archive.extractall(source)
    (tmp_path / "autograder" / "submission").mkdir()
    (source / "secret.txt").write_text("an old and well kept secret")
    return tmp_path / "autograder"


def run(base: Path) -> dict[str, Any]:
    ran = subprocess.run(
        [sys.executable, "-m", "convcalc.homework.exports.gradescope", str(base)],
        cwd=base / "source",
        env={**os.environ, "PYTHONPATH": str(base / "source")},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")
    data: dict[str, Any] = json.loads((base / "results" / "results.json").read_text())
    jsonschema.validate(data, RESULTS)
    return data


def marked(base: Path) -> dict[str, Any]:
    """The same in this process."""
    data = run_here(str(base))
    jsonschema.validate(data, RESULTS)
    assert json.loads((base / "results" / "results.json").read_text()) == data
    return data


def test_a_student_is_known_by_the_roster_or_by_the_address(autograder: Path) -> None:
    sheet = load(str(HERE / "data" / "ps1.yaml"))
    maker = Maker(sheet, b"an old and well kept secret")
    (autograder / "submission" / "mine.txt").write_text("q4: 760\nz9: 1\n")
    metadata = autograder / "submission_metadata.json"
    metadata.write_text('{"users": [{"email": "ada@x.org"}]}')
    assert f"variant {maker.of('ada').variant}" in marked(autograder)["output"]
    (autograder / "source" / "roster.csv").write_text("student_id,email\ns042,ada@x.org\n")
    found = marked(autograder)
    assert f"variant {maker.of('s042').variant}" in found["output"]
    assert "'z9' is not a question of this sheet" in found["output"]


NOBODY = "submission_metadata.json does not say who submitted this, so nothing is marked: everybody has different numbers; tell your teacher, who can mark again"


@pytest.mark.parametrize(
    "text",
    [
        None, "", "{}", "[]", "null", "{", "[" * 100_000, '{"users": []}', '{"users": null}', '{"users": {}}',
        '{"users": [3]}', '{"users": [{}]}', '{"users": [{"email": null}]}', '{"users": [{"email": " "}]}', "\ud800",
    ],
)  # fmt: skip
@pytest.mark.parametrize("roster", ["", "student_id,email\ns042,ada@x.org\n"])
@pytest.mark.unmeasured
def test_nobody_is_marked_with_the_numbers_of_nobody(
    autograder: Path, roster: str, text: str | None
) -> None:
    (autograder / "submission" / "mine.txt").write_text("q4: 760\n")
    if roster:
        (autograder / "source" / "roster.csv").write_text(roster)
    if text is not None:
        (autograder / "submission_metadata.json").write_bytes(text.encode("utf-8", "surrogatepass"))
    found = marked(autograder)
    assert (found["score"], found["output"]) == (0, NOBODY)


@pytest.mark.unmeasured
def test_a_sheet_of_which_all_have_the_same_needs_no_names(autograder: Path) -> None:
    (autograder / "source" / "sheet.yaml").write_text(FOLLOWING)
    (autograder / "submission" / "mine.txt").write_text("q1: 280\n")
    assert marked(autograder)["score"] == 1


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[a]: 1\n? [b]\n: 2\n", "1:1: a key must be a word, but this is a list; write word: value (and 1 more)"),
        ("a: [1\n", "not valid YAML"),
        ("", "is empty; write lines such as q1: 28x28x6"),
    ],
)  # fmt: skip
def test_a_student_is_told_why_a_file_cannot_be_read(autograder: Path, text: str, why: str) -> None:
    (autograder / "source" / "sheet.yaml").write_text(FOLLOWING)
    (autograder / "submission" / "mine.yaml").write_text(text)
    found = marked(autograder)
    assert found["output"].startswith("No answers were found. mine.yaml:")
    assert why in found["output"]


GROUP = '{"users": [{"email": "eve@x.org"}, {"email": "ada@x.org"}, {"email": "bob@x.org"}]}'


@pytest.mark.parametrize("named", [True, False])
@pytest.mark.parametrize("own", ["s042", "s043"])
def test_a_group_is_marked_with_the_numbers_of_the_member_whose_they_are(
    autograder: Path, own: str, named: bool
) -> None:
    sheet = load(str(HERE / "data" / "ps1.yaml"))
    one = Maker(sheet, b"an old and well kept secret").of(own)
    right = one["q10"].parts[0].expected
    variant = f"variant: {one.variant}\n" if named else ""
    (autograder / "submission" / "ours.yaml").write_text(f"{variant}q4: 760\nq10: {right}\n")
    (autograder / "submission_metadata.json").write_text(GROUP)
    (autograder / "source" / "roster.csv").write_text(
        "student_id,email\ns042,ada@x.org\ns043,bob@x.org\n"
    )
    found = marked(autograder)
    mail = {"s042": "ada@x.org", "s043": "bob@x.org"}[own]
    why = (
        "the one with the variant in the answers" if named else "the one that fits the answers best"
    )
    assert found["score"] == 1 + one["q10"].points
    first, *rest = found["output"].splitlines()
    assert f"variant {one.variant}" in first
    assert rest[:2] == [
        "eve@x.org is not on the roster.",
        f"Submitted by a group of 3: marked with the numbers of {mail}, {why}.",
    ]


def test_a_group_of_which_nobody_is_on_the_roster_is_not_marked(autograder: Path) -> None:
    (autograder / "submission" / "mine.txt").write_text("q4: 760\n")
    (autograder / "submission_metadata.json").write_text(GROUP)
    (autograder / "source" / "roster.csv").write_text("student_id,email\ns1,kim@x.org\n")
    found = marked(autograder)
    said = "eve@x.org, ada@x.org and bob@x.org are not on the roster, so nothing is marked; tell your teacher, who can add them and mark again"
    assert (found["score"], found["output"]) == (0, said)


@pytest.mark.unmeasured
def test_who_is_not_on_the_roster_is_not_marked_against_other_numbers(autograder: Path) -> None:
    (autograder / "submission" / "mine.txt").write_text("q4: 760\n")
    metadata = autograder / "submission_metadata.json"
    metadata.write_text('{"users": [{"email": "eve@x.org"}]}')
    (autograder / "source" / "roster.csv").write_text("student_id,email\ns042,ada@x.org\n")
    found = marked(autograder)
    assert (found["score"], found["output"]) == (
        0,
        "eve@x.org is not on the roster, so nothing is marked; tell your teacher, who can add it and mark again",
    )


FOLLOWING = """
convcalc_sheet: 1
id: chain
questions:
  - {id: q1, type: params, given: {k: 3, c_in: 3, filters: 10}}
  - {id: q2, type: neurons, given: {n: 32, k: 5, filters: 10}}
  - {id: q3, type: from-answers, given: {formula: q1*q2}}
  - {id: q4, type: from-answers, points: 2, given: {formula: q3/q2}}
  - {id: q5, type: neurons, given: {n: 33, k: 5, filters: 10}}
"""


@pytest.mark.parametrize(
    ("answers", "score"),
    [
        ({"q4": 280}, 2.0), ({"q1": 270, "q2": 7, "q3": 1890, "q4": 270}, 2.0),
        ({"q1": 270, "q4": 271}, 0.0), ({"q4": 5}, 0.0),
    ],
)  # fmt: skip
def test_what_follows_from_other_answers_counts_in_notebooks(
    answers: dict[str, Any],
    score: float,
    packed: None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    sheet = loads(FOLLOWING)
    files = exported(sheet, "nbgrader")
    (test,) = [
        each for each in cells_of(files) if each["metadata"]["nbgrader"]["grade_id"] == "q4-test"
    ]
    source = "".join(test["source"])
    assert "q5" not in source
    assert determined(source, {"answers": answers}, 2.0)[0] == score
    for name, data in exported(sheet, "otter").items():
        (tmp_path / name).write_bytes(data)
    passed = contextlib.nullcontext() if score else pytest.raises(AssertionError, match="q4: ")
    with passed:
        cells.assert_share("chain.yaml", "q4", 1, 1, answers)


def test_a_broken_sheet_gives_results_as_well(autograder: Path) -> None:
    (autograder / "source" / "sheet.yaml").write_text("questions: [")
    found = marked(autograder)
    assert found["score"] == 0
    assert "sheet.yaml" in found["output"]


def test_the_archive_marks_by_itself(autograder: Path) -> None:
    (autograder / "submission" / "mine.yaml").write_text("q4: 760\nq1: 28x28x6\n")
    (autograder / "submission_metadata.json").write_text(
        '{"users": [{"email": "s042@x.org", "id": 1}]}'
    )
    data = run(autograder)
    assert data["score"] == 4
    assert "variant" in data["output"]


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"a.pdf": b"%PDF\xff"},
        {"a.yaml": b""},
        {"a.zip": b"PK\x03\x04"},
        {"a.yaml": b"q4: [" + b"[" * 10_000},
    ],
)
def test_whatever_is_handed_in_there_are_results(autograder: Path, files: dict[str, bytes]) -> None:
    for name, data in files.items():
        (autograder / "submission" / name).write_bytes(data)
    found = marked(autograder)
    assert found["score"] == 0
    assert found["output"]


def test_the_scripts_are_ones_to_a_shell(autograder: Path) -> None:
    for name in ("setup.sh", "run_autograder"):
        subprocess.run(["bash", "-n", str(autograder / "source" / name)], check=True)


@pytest.mark.parametrize("name", ["gradescope", "nbgrader", "otter"])
@pytest.mark.unmeasured
def test_a_sheet_from_a_pipe_is_read_once_and_goes_along_whole(name: str) -> None:
    reading, writing = os.pipe()
    os.write(writing, SOURCE)
    os.close(writing)
    try:
        files = exported(load(f"/dev/fd/{reading}"), name)
    finally:
        os.close(reading)
    if name == "gradescope":
        with zipfile.ZipFile(io.BytesIO(files[""])) as archive:
            files = {"sheet.yaml": archive.read("sheet.yaml")}
    if name == "nbgrader":
        book = json.loads(files["ps1.ipynb"])
        text = "".join("".join(cell["source"]) for cell in book["cells"])
        assert "par.no-bias: 0.5" in text
        return
    whole = [data for file, data in files.items() if file in ("sheet.yaml", "ps1.key.yaml")]
    assert whole == [SOURCE]


@pytest.mark.unmeasured
def test_networks_that_a_sheet_names_go_along(tmp_path: Path) -> None:
    network = "input: [1, 8, 8]\nlayers:\n- conv: {out_channels: 2, kernel_size: 3}\n"
    (tmp_path / "small.yaml").write_text(network)
    (tmp_path / "ps2.yaml").write_text(
        "{convcalc_sheet: 1, questions: [{type: receptive-field-net, given: {net: small.yaml}}]}"
    )
    sheet = load(str(tmp_path / "ps2.yaml"))
    assert exported(sheet, "otter")["small.yaml"] == network.encode()
    with zipfile.ZipFile(io.BytesIO(exported(sheet, "gradescope")[""])) as archive:
        assert archive.read("small.yaml") == network.encode()


def test_a_choice_is_marked_later_where_its_key_is_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sheet = loads(
        "{convcalc_sheet: 1, id: s, questions: [{type: choice, options: [x, y], answer: b}]}"
    )
    for name, data in exported(sheet, "nbgrader").items():
        (tmp_path / name).write_bytes(data)
    assert cells.points(str(tmp_path / "s.yaml"), "q1", {"q1": "b"}) is None
    assert capsys.readouterr() == ("q1: marked later\n", "")
    with pytest.raises(AssertionError, match=r"^q1: not answered$"):
        cells.points(str(tmp_path / "s.yaml"), "q1", {"q1": ...})
