"""The code of nbgrader, otter-grader and Gradescope: it gives the same points as convcalc.

They run in separate environments, in which convcalc is not installed (see platform_runs.py).
"""

from __future__ import annotations

import json
import shutil
import zipfile
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from convcalc.homework import loads
from convcalc.homework.answers.written import as_written
from convcalc.homework.exports import EXPORTS
from convcalc.homework.exports.base import write_files
from convcalc.homework.exports.items import items
from convcalc.homework.marking.mark import mark
from homework.platform_runs import BARE, NOTEBOOKS, absent, is_there, run

REPO = Path(__file__).resolve().parents[2]
in_notebooks = pytest.mark.skipif(not is_there(NOTEBOOKS), reason=absent(NOTEBOOKS))
in_bare = pytest.mark.skipif(not is_there(BARE), reason=absent(BARE))

SHEET = """
convcalc_sheet: 1
id: ps 1
title: "### BEGIN SOLUTION"   # the title is a trap: nbgrader looks for these words
text: "# IGNORE"
conventions: {fit: strict}
grading: {other_convention: half}
questions:
  - {id: size, type: volume, points: 3, figure: true, given: {n: 32, k: 5, c_in: 3, filters: 6}}   # SECRET-comment
  - {id: fit, type: fit, given: {n: 32, k: 5, s: 2}}
  - {id: par-1, type: params, given: {k: 5, c_in: 3, filters: 10}, answer: 999331, accept: [777123], credit: {par.no-bias: 1/4}}
  - {id: par_1, type: macs, points: 1/3, given: {n: 32, k: 5, c_in: 3, filters: 10}}
  - {id: rows, type: arch-table, points: 4, input: 12x12x1, arch: "CONV-3-2 POOL-2", ask: [shape, params]}
  - {id: hand, type: conv-by-hand, partial: cells, figure: true, given: {x: [[0,1,2],[3,4,5],[6,7,8]], w: [[0,1],[2,3]]}}
  - {id: pick, type: choice, text: "Which? ### END HIDDEN TESTS", options: ["=5", "# HIDDEN"], answer: b}
  - {id: sure, type: true-false, statement: "A pool has biases. ### BEGIN HIDDEN TESTS", answer: false}
  - {id: gift, type: params-pool, void: true, given: {k: 2, c_in: 16}}
  - {id: vary, type: params, vary: {k: [3, 5], c_in: [3, 4], filters: [8, 16]}}
  - {id: net, type: receptive-field-net, given: {net: lenet5}}
  - {id: sum, type: from-answers, points: 2, given: {formula: gift + net}}
  - {id: why, type: text, points: 2, text: "Why?", answer: SECRET-model}
"""
SECRETS = ("SECRET", "999331", "777123", "1/4", "no-bias")
RIGHT = {
    "size": (28, 28, 6), "fit": "does not fit", "par-1": 760, "par_1": 588000,
    "rows": [["10x10x2", 20], ["5x5x2", 0]], "hand": [[19, 25], [37, 43]], "pick": "b", "sure": False,
    "gift": 0, "vary": 296, "net": 32, "sum": 32,
}  # fmt: skip
WRONG: dict[str, Any] = {
    "size": (28, 28, 3), "fit": 14, "par-1": 750, "par_1": 1_176_000, "rows": [["10x10x2", 18], ["5x5x2", 0]],
    "hand": [[19, 25], [37, 44]], "pick": "a", "sure": True, "gift": 7, "vary": "SystemExit", "net": 777123, "sum": 5,
}  # fmt: skip
HANDED_IN: dict[str, dict[str, Any]] = {
    "right": RIGHT, "wrong": WRONG, "empty": {}, "accepted": {"par-1": 777123},
    "followed": {"net": 40, "sum": 40},  # right after a wrong answer
}  # fmt: skip


def expected(answers: dict[str, Any]) -> dict[str, float]:
    """The points from convcalc, by question."""
    sheet = loads(SHEET)
    shown = replace(sheet, questions=[item.question for (item,) in items(sheet)])
    given = {name: as_written(answer) for name, answer in answers.items()}
    by_hand = {question.id for question in shown.questions if question.manual}
    results = mark(shown, given).results
    return {each.id: float(each.points) for each in results if each.id not in by_hand}


@pytest.mark.unmeasured
def test_the_answers_cover_all_part_and_no_points() -> None:
    assert sum(expected(RIGHT).values()) == pytest.approx(
        float(Fraction(1, 3)) + 3 + 1 + 1 + 4 + 6 + 2
    )
    wrong = expected(WRONG)
    assert {name: wrong[name] for name in ("size", "par-1", "hand", "pick", "net", "gift")} == {
        "size": 2, "par-1": 0.25, "hand": 0.75, "pick": 0, "net": 0, "gift": 1,
    }  # fmt: skip
    assert wrong["par_1"] == pytest.approx(1 / 6)
    assert expected({})["gift"] == 1
    assert expected({"par-1": 777123})["par-1"] == 1


def export(name: str, out: Path) -> None:
    write_files(str(out), list(EXPORTS.find(name)(loads(SHEET), 1).files()), force=False)


def fill_in(path: Path, answers: dict[str, Any]) -> None:
    """Write answers into a notebook like students: in place of the dots."""
    book = json.loads(path.read_text(encoding="utf-8"))
    left = dict(answers)
    for cell in book["cells"]:
        source = "".join(cell["source"])
        for name, value in answers.items():
            dots = f'answers["{name}"] = ...'
            if dots in source and cell["cell_type"] == "code":
                source = source.replace(dots, f'answers["{name}"] = {value!r}')
                left.pop(name, None)
        cell["source"] = source
    assert not left
    path.write_text(json.dumps(book), encoding="utf-8")


def without_secrets(folder: Path) -> None:
    """No file of a folder, also inside archives, contains what only teachers may see."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert files
    for path in files:
        if path.name != "convcalc_packed.py":
            text = path.read_text(encoding="utf-8")
            for secret in SECRETS:
                assert secret not in text, (path.name, secret)


# ----------------------------------------------------------------------------------- nbgrader

_SCORES = """
import json
from nbgrader.api import Gradebook
with Gradebook("sqlite:///gradebook.db") as book:
    print(json.dumps({
        each.student.id: {grade.name: [grade.auto_score, grade.max_score, grade.needs_manual_grade]
                          for one in each.notebooks for grade in one.grades}
        for each in book.assignment_submissions("ps-1")
    }))
"""


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An nbgrader course with submissions."""
    place = tmp_path_factory.mktemp("course")
    export("nbgrader", place / "source" / "ps-1")
    run(NOTEBOOKS, "nbgrader", "generate_assignment", "ps-1", cwd=place)
    for student, answers in HANDED_IN.items():
        shutil.copytree(place / "release" / "ps-1", place / "submitted" / student / "ps-1")
        fill_in(place / "submitted" / student / "ps-1" / "ps-1.ipynb", answers)
    return place


def scores(course: Path) -> dict[str, dict[str, list[Any]]]:
    ran = run(NOTEBOOKS, "python", "-c", _SCORES, cwd=course)
    found: dict[str, dict[str, list[Any]]] = json.loads(ran.stdout)
    return found


@in_notebooks
@pytest.mark.parametrize("installed", [False, True], ids=["convcalc absent", "convcalc installed"])
def test_nbgrader_gives_the_points_that_convcalc_gives(course: Path, installed: bool) -> None:
    path = str(REPO) if installed else ""
    run(NOTEBOOKS, "nbgrader", "autograde", "ps-1", "--force", cwd=course, python_path=path)
    found = scores(course)
    assert set(found) == set(HANDED_IN)
    for student, answers in HANDED_IN.items():
        grades = found[student]
        for name, points in expected(answers).items():
            assert grades[f"{name}-test"][0] == pytest.approx(points), (student, name)
        assert grades["why-answer"][1] == 2


@in_notebooks
def test_students_of_nbgrader_get_cells_to_fill_in_and_no_keys(course: Path) -> None:
    without_secrets(course / "release")
    book = json.loads((course / "release" / "ps-1" / "ps-1.ipynb").read_text(encoding="utf-8"))
    sources = ["".join(cell["source"]) for cell in book["cells"]]
    for name in expected({}):
        assert sum(f'answers["{name}"] = ...' in source for source in sources) == 1
    assert any("BEGIN&#32;SOLUTION" in source for source in sources)


@in_notebooks
def test_nbgrader_gives_no_points_at_all_where_marking_cannot_work(
    course: Path, tmp_path: Path
) -> None:
    shutil.copytree(course / "source", tmp_path / "source")
    shutil.copytree(course / "submitted" / "right", tmp_path / "submitted" / "right")
    (tmp_path / "source" / "ps-1" / "yaml.py").write_text('raise ImportError("no PyYAML")')
    run(NOTEBOOKS, "nbgrader", "generate_assignment", "ps-1", cwd=tmp_path)
    ran = run(NOTEBOOKS, "nbgrader", "autograde", "ps-1", cwd=tmp_path, fails=True)
    said = "convcalc cannot be loaded, so nothing is marked here (no PyYAML)."
    assert (ran.stdout + ran.stderr).count(said) == 1
    assert "Install what it needs: pip install 'PyYAML" in ran.stderr
    assert not list((tmp_path / "autograded").rglob("*.ipynb"))


# -------------------------------------------------------------------------------------- otter


@pytest.fixture(scope="module")
def assigned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The output of otter assign for the export."""
    place = tmp_path_factory.mktemp("otter")
    export("otter", place / "master")
    run(NOTEBOOKS, "otter", "assign", "master/ps-1.ipynb", "dist", cwd=place)
    return place


def graded(assigned: Path, place: Path, answers: dict[str, Any]) -> tuple[dict[str, Any], str]:
    """The results of otter run for some answers, and what it prints."""
    shutil.copytree(assigned / "dist" / "student", place / "in")
    (archive,) = (assigned / "dist" / "autograder").glob("*.zip")
    fill_in(place / "in" / "ps-1.ipynb", answers)
    ran = run(
        NOTEBOOKS, "otter", "run", "in/ps-1.ipynb", "-a", str(archive), "-o", ".", "--no-logo",
        cwd=place,
    )  # fmt: skip
    found: dict[str, Any] = json.loads((place / "results.json").read_text(encoding="utf-8"))
    return found, ran.stdout + ran.stderr


@in_notebooks
@pytest.mark.parametrize("student", ["right", "wrong", "empty"])
def test_otter_gives_the_points_that_convcalc_gives(
    assigned: Path, tmp_path: Path, student: str
) -> None:
    results, _ = graded(assigned, tmp_path, HANDED_IN[student])
    tests = {test["name"]: test for test in results["tests"]}
    names = {"par_1": "par_1_2", "par-1": "par_1"}
    for name, points in expected(HANDED_IN[student]).items():
        test = tests[names.get(name, name)]
        most = float(loads(SHEET)[name].points)  # otter rounds to five digits
        assert test["score"] == pytest.approx(points, abs=1e-4), (name, test["output"])
        assert test["max_score"] == pytest.approx(most, abs=1e-4)


@in_notebooks
def test_students_of_otter_get_cells_to_fill_in_and_no_keys(assigned: Path) -> None:
    without_secrets(assigned / "dist" / "student")
    book = (assigned / "dist" / "student" / "ps-1.ipynb").read_text(encoding="utf-8")
    for name in expected({}):
        assert book.count(f'answers[\\"{name}\\"] = ...') == 1


@in_notebooks
def test_otter_says_where_marking_cannot_work(assigned: Path, tmp_path: Path) -> None:
    place = tmp_path / "broken"
    shutil.copytree(assigned / "dist", place / "dist")
    (archive,) = (place / "dist" / "autograder").glob("*.zip")
    with zipfile.ZipFile(archive, "a") as made:
        made.writestr("files/yaml.py", 'raise ImportError("no PyYAML")')
    results, printed = graded(place, tmp_path, RIGHT)
    assert "Autograder Failed" in [test["name"] for test in results["tests"]]
    assert not any(test["name"] in RIGHT for test in results["tests"])
    said = "convcalc cannot be loaded, so nothing is marked here (no PyYAML)."
    assert printed.count(said) == 1


# --------------------------------------------------------------------------------- Gradescope


@in_bare
def test_gradescope_marks_with_nothing_but_what_its_setup_installs(tmp_path: Path) -> None:
    (archive,) = EXPORTS.find("gradescope")(loads(SHEET), 1).files()
    (tmp_path / "autograder.zip").write_bytes(archive.data)
    source = tmp_path / "autograder" / "source"
    with zipfile.ZipFile(tmp_path / "autograder.zip") as packed:
        packed.extractall(source)
    (source / "secret.txt").write_text("an old and well kept secret")
    (tmp_path / "autograder" / "submission").mkdir()
    metadata = tmp_path / "autograder" / "submission_metadata.json"
    metadata.write_text('{"users": [{"email": "ada@example.org"}]}', encoding="utf-8")
    answers = "size: 28x28x3\nfit: no\npar-1: 777123\npick: b\nnet: 32\n"
    (tmp_path / "autograder" / "submission" / "mine.txt").write_text(answers)
    script = (source / "run_autograder").read_text(encoding="utf-8")
    script = script.replace("/autograder/venv", str(BARE))
    script = script.replace("/autograder/", f"{tmp_path}/autograder/")
    script = script.replace("gradescope /autograder", f"gradescope {tmp_path}/autograder")
    (tmp_path / "run.sh").write_text(script, encoding="utf-8")
    run(BARE, "bash", "run.sh", cwd=tmp_path)
    results = json.loads((tmp_path / "autograder" / "results" / "results.json").read_text())
    points = {test["number"]: test["score"] for test in results["tests"]}
    assert {name: points[name] for name in ("size", "fit", "par-1", "pick", "net", "sure")} == {
        "size": 2, "fit": 1, "par-1": 1, "pick": 1, "net": 1, "sure": 0,
    }  # fmt: skip
    assert results["score"] == 2 + 1 + 1 + 1 + 1 + 1  # the last for the void question


@in_bare
def test_gradescopes_setup_installs_what_the_bare_environment_has(tmp_path: Path) -> None:
    (archive,) = EXPORTS.find("gradescope")(loads(SHEET), 1).files()
    (tmp_path / "autograder.zip").write_bytes(archive.data)
    with zipfile.ZipFile(tmp_path / "autograder.zip") as packed:
        setup = packed.read("setup.sh").decode()
    (line,) = [line for line in setup.splitlines() if "pip install" in line]
    installed = (BARE / "complete").read_text(encoding="utf-8").split()
    assert line.split("install ")[1] == " ".join(f'"{need}"' for need in installed)
