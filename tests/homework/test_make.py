"""One sheet per student: draws that distinguish the mistakes, the same everywhere, and no keys in them."""

from __future__ import annotations

import ast
import csv
import hashlib
import hmac
import json
import os
import re
import subprocess
import sys
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from convcalc.errors import UsageError
from convcalc.homework import Sheet, assert_right, check, load, loads, mark
from convcalc.homework.classroom.distribute import make, sheet_text
from convcalc.homework.classroom.roster import Roster, Student, parse
from convcalc.homework.classroom.runs import Options, grade
from convcalc.homework.exports import EXPORTS
from convcalc.homework.marking.lint import lint
from convcalc.homework.sheets.constraints import meets
from convcalc.homework.sheets.vary import values_of
from convcalc.homework.variants.draw import Maker, draws
from convcalc.homework.variants.secret import codes, fingerprint, new_secret, read_secret

HERE = Path(__file__).parent
SECRET = b"an old and well kept secret"


@pytest.fixture
def ps1() -> Sheet:
    return load(str(HERE / "data" / "ps1.yaml"))


def class_of(count: int) -> Roster:
    roster = Roster()
    for number in range(count):
        roster.add(Student(f"s{number:03}"))
    return roster


def varied(vary: str, kind: str = "params", given: str = "", more: str = "") -> Sheet:
    return loads(
        f"{{convcalc_sheet: 1, id: v, questions: [{{id: q1, type: {kind}, given: {{{given}}}, vary: {vary}{more}}}]}}"
    )


# ---------------------------------------------------------------------------------- the draws


@pytest.mark.unmeasured
def test_of_168_draws_24_hide_a_mistake_and_144_are_left(ps1: Sheet) -> None:
    found = draws(ps1, ps1["q10"])
    assert (found.possible, found.alike, len(found.kept)) == (168, 24, 144)
    assert "168 possible draws, 24 dropped" in found.sentence()


def test_a_draw_is_kept_exactly_where_the_slips_written_out_by_hand_differ(ps1: Sheet) -> None:
    kept = {tuple(map(int, draw.values())) for draw in draws(ps1, ps1["q10"]).kept}
    expected = set()
    for k, c_in, filters in product((3, 5, 7), range(2, 9), range(8, 65, 8)):
        right = (k * k * c_in + 1) * filters
        wrong = [
            {k * k * c_in * filters},  # no bias
            {(k * k + 1) * filters},  # no channels
            {k * k * c_in * filters + 1},  # one bias
            {(k * c_in + 1) * filters, k * c_in * filters},  # k for k²
        ]
        numbers = [number for each in wrong for number in each]
        if right not in numbers and len(set(numbers)) == len(numbers):
            expected.add((k, c_in, filters))
    assert kept == expected


@pytest.mark.unmeasured
def test_every_kept_draw_names_each_of_its_mistakes_when_it_is_answered(ps1: Sheet) -> None:
    maker = Maker(ps1, SECRET)
    for number in range(40):
        sheet = maker.of(f"s{number}")
        task: Any = sheet["q10"].task
        k, c_in, filters = task.k, task.c_in, task.filters
        assert check(sheet, "q10", k * k * c_in * filters).mistakes[0] == "par.no-bias"
        assert check(sheet, "q10", (k * k + 1) * filters).mistakes[0] == "par.no-channels"


@pytest.mark.unmeasured
def test_core_slips_of_a_size_are_kept_apart_without_a_list() -> None:
    sheet = varied("{n: {from: 20, to: 64}, k: [5, 7, 9], p: [1, 2, 3], s: [2, 3]}", "output-size")
    found = draws(sheet, sheet["q1"])
    assert found.possible == 45 * 18
    for draw in found.kept:
        n, k, p, s = (int(draw[name]) for name in "nkps")
        sizes = [
            (n + 2 * p - k) // s + 1,  # right
            (n + 2 * p - k) // s,  # no plus one
            (n + p - k) // s + 1,  # one side
            (n - k) // s + 1,  # no padding
            (n + 4 * p - k) // s + 1,  # doubled
            n + 2 * p - k + 1,  # no stride
            (n + 2 * p + k) // s + 1,  # k added
        ]
        assert len(set(sizes)) == len(sizes), draw


def test_a_question_whose_draws_all_hide_a_mistake_is_refused() -> None:
    sheet = varied(
        "{k: [3], c_in: [3]}",
        given="filters: 8",
        more=", separate: [par.no-channels, par.k-not-squared]",
    )
    with pytest.raises(UsageError, match=r"0 left; give vary more values.*same number"):
        draws(sheet, sheet["q1"])


def test_draws_that_cannot_be_asked_are_counted_and_left_out() -> None:
    sheet = varied("{n: [4, 32, 33], k: [5]}", "output-size")
    found = draws(sheet, sheet["q1"])
    assert found.impossible + found.alike + len(found.kept) == 3
    assert all(int(draw["n"]) >= 5 for draw in found.kept)


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("params < 100000", True),
        ("answer == 760", True),
        ("k * k * c_in + 1 == 76 and filters >= 10", True),
        ("not k == 5", False),
        ("0 < k < c_in", False),
        ("cin % 2 == 1", True),
        ("c_in / 2 < 2", True),
        ("(k + 1) // 2 == 3 and (k > 9 or not (filters == 9))", True),
        ("2 ** k == 32 != 33", True),
        ("k == 5 or k < c_in and k > 9", True),
        ("-k < 0 <= 7 % -k + 3", True),
    ],
)
def test_a_requirement_is_a_comparison_of_the_numbers(text: str, holds: bool) -> None:
    sheet = loads(
        "{convcalc_sheet: 1, questions: [{type: params, given: {k: 5, c_in: 3, filters: 10}}]}"
    )
    assert meets(text, sheet["q1"]) is holds


@pytest.mark.parametrize(
    "text",
    [
        "params",
        "params < x",
        "__import__('os')",
        "9**9**9 > 1",
        "k <",
        "k < 1 if k else 2",
        "(" * 150 + "k",
        "k < 1/0",
        "k" * 300,
        "k < 1 < ",
        "k k < 1",
        "(k < 6) + 1 < 3",
        "(k < 6) < 3",
        "not k",
        "k and k < 9",
        "k % 0 < 1",
        "not " * 48 + "k < 9",
        "k < 1.5",
        "k < 3k",
        "k ** -k ** k < 1",
        "-(k < 9) < 1",
    ],
)
def test_a_requirement_that_is_none_is_refused(text: str) -> None:
    sheet = loads(
        "{convcalc_sheet: 1, questions: [{type: params, given: {k: 5, c_in: 3, filters: 10}}]}"
    )
    with pytest.raises(UsageError, match="require"):
        meets(text, sheet["q1"])


@pytest.mark.parametrize(
    ("spec", "values"),
    [
        (["3", "5"], ["3", "5"]),
        ({"from": "2", "to": "4"}, ["2", "3", "4"]),
        ({"from": "3", "to": "20", "multiple_of": "8"}, ["8", "16"]),
        ({"from": "1", "to": "9", "step": "4"}, ["1", "5", "9"]),
    ],
)
def test_a_number_varies_over_a_list_or_a_range(spec: Any, values: list[str]) -> None:
    assert values_of("k", spec) == values


@pytest.mark.parametrize(
    "spec",
    [
        [],
        "3",
        {"from": "1"},
        {"from": "5", "to": "1"},
        {"from": "1", "to": "x"},
        {"from": "1", "to": "3", "by": "1"},
        {"from": "1", "to": "3", "step": "0"},
    ],
)
def test_a_range_that_is_none_is_refused(spec: Any) -> None:
    with pytest.raises(UsageError, match=r"vary\.k"):
        values_of("k", spec)


def test_very_many_draws_are_sampled_evenly() -> None:
    sheet = varied("{k: [3, 5, 7, 9, 11], c_in: {from: 1, to: 500}, filters: {from: 1, to: 500}}")
    found = draws(sheet, sheet["q1"])
    assert found.possible == 1_250_000
    assert found.looked_at == 4_096
    assert "4,096 of 1,250,000 possible draws tried" in found.sentence()
    for name, least in (("k", 5), ("c_in", 400), ("filters", 400)):
        assert len({draw[name] for draw in found.kept}) >= least


# -------------------------------------------------------------------------------- the secret


@pytest.mark.unmeasured
def test_a_student_gets_the_draw_that_the_hmac_says(ps1: Sheet) -> None:
    kept = draws(ps1, ps1["q10"]).kept
    words = [b"draw", b"ps1", b"q10", b"s042"]
    message = b"".join(str(len(word)).encode() + b":" + word for word in words)
    number = int.from_bytes(hmac.new(SECRET, message, hashlib.sha256).digest()[:16], "big")
    sheet = Maker(ps1, SECRET).of("s042")
    expected = kept[number % len(kept)]
    assert {name: sheet["q10"].given[name] for name in expected} == expected


@pytest.mark.unmeasured
def test_what_a_student_gets_depends_on_no_other_student(ps1: Sheet) -> None:
    alone = Maker(ps1, SECRET).of("s042")
    maker = Maker(ps1, SECRET)
    for number in range(99):
        maker.of(f"s{number:03}")
    assert maker.of("s042")["q10"].given == alone["q10"].given
    assert maker.of(" S042 ")["q10"].given == alone["q10"].given


@pytest.mark.unmeasured
def test_another_secret_gives_other_numbers(ps1: Sheet) -> None:
    mine, theirs = Maker(ps1, SECRET), Maker(ps1, b"another secret")
    given = [(mine.of(f"s{i}")["q10"].given, theirs.of(f"s{i}")["q10"].given) for i in range(50)]
    assert sum(a == b for a, b in given) < 10


@pytest.mark.unmeasured
def test_all_draws_are_used_about_alike(ps1: Sheet) -> None:
    maker = Maker(ps1, SECRET)
    for number in range(144 * 50):
        maker.of(f"student {number}")
    used = maker.used["q10"]
    assert len(used) == 144
    assert max(used.values()) < 90
    assert min(used.values()) > 20


def test_codes_are_short_and_all_different() -> None:
    students = [f"s{number}" for number in range(3000)]
    found = codes(SECRET, "variant", "ps1", students)
    assert len(set(found.values())) == 3000
    assert sum(len(code) == 4 for code in found.values()) > 2000
    assert (
        codes(SECRET, "anonymous", "ps1", ["s1"])["s1"]
        != codes(SECRET, "variant", "ps1", ["s1"])["s1"]
    )


def test_a_new_secret_is_for_its_owner_alone_and_is_never_written_over(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    secret = new_secret(str(path))
    assert path.stat().st_mode & 0o777 == 0o600
    assert read_secret(str(path)) == secret
    with pytest.raises(UsageError, match="cannot be written"):
        new_secret(str(path))


@pytest.mark.parametrize("data", [b"", b"short\n", b" \n" * 40, b"x" * 100_000])
def test_a_secret_that_is_none_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "secret"
    path.write_bytes(data)
    with pytest.raises(UsageError, match="a secret has at least 8"):
        read_secret(str(path))


# -------------------------------------------------------------------------------- the sheets

# sha256 of s000.yaml … s019.yaml with their names, computed on Python 3.11; the same on every version.
FINGERPRINT = "f76ac3a9bafeb14d5600bc79bc6d3337f701ecf9270eb7cb6e1e207202a55af9"


@pytest.mark.unmeasured
def test_the_same_secret_and_roster_give_the_same_bytes_everywhere(
    ps1: Sheet, tmp_path: Path
) -> None:
    make(ps1, class_of(20), SECRET, str(tmp_path / "dist"))
    found = hashlib.sha256()
    for path in sorted((tmp_path / "dist").glob("*.yaml")):
        found.update(path.name.encode() + path.read_bytes())
    assert found.hexdigest() == FINGERPRINT


def test_hash_seeds_and_other_processes_change_nothing(tmp_path: Path) -> None:
    code = (
        "import sys; from convcalc.homework import load; from convcalc.homework.classroom.distribute import sheet_text;"
        "from convcalc.homework.variants.draw import Maker;"
        f"print(sheet_text(Maker(load({str(HERE / 'data' / 'ps1.yaml')!r}), {SECRET!r}).of('s007')))"
    )
    texts = {
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True, text=True, check=True, cwd=HERE.parents[1],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(HERE.parents[1]), "PYTHONUTF8": "1"},
        ).stdout
        for seed in ("0", "1")
    }  # fmt: skip
    assert len(texts) == 1


def test_a_students_sheet_asks_what_the_teachers_asks_with_the_drawn_numbers(ps1: Sheet) -> None:
    own = Maker(ps1, SECRET).of("s042", "7f3a")
    again = loads(sheet_text(own))
    assert (again.id, again.student, again.variant, again.max_level) == ("ps1", "s042", "7f3a", 2)
    assert again.conventions == ps1.conventions
    assert again.other_convention == ps1.other_convention
    for mine, theirs in zip(again.questions, own.questions, strict=True):
        assert [part.expected for part in mine.parts] == [part.expected for part in theirs.parts]
        assert (mine.points, mine.partial, mine.sentence) == (
            theirs.points,
            theirs.partial,
            theirs.sentence,
        )
        assert not mine.vary


KEYED = """
convcalc_sheet: 1
id: keyed
questions:
  - {id: c, type: choice, options: ["a pool", "a convolution"], answer: b}
  - {id: t, type: true-false, statement: A pool has biases., answer: false}
  - {id: p, type: params, given: {k: 5, c_in: 3, filters: 10}, answer: 750, accept: ["761"], credit: {par.no-bias: 0.5}, tolerance: 1%}
"""


def test_a_students_sheet_holds_no_key() -> None:
    text = sheet_text(loads(KEYED))
    for word in ("answer:", "accept", "credit", "750", "761", "760", "separate", "par.no-bias"):
        assert word not in text
    again = loads(text)
    assert [question.kind for question in again.questions] == ["text", "text", "params"]
    assert "(a) a pool" in again["c"].sentence
    assert "checked later" in again["t"].sentence
    assert again["p"].tolerance == loads(KEYED)["p"].tolerance


@pytest.mark.parametrize(
    "path", sorted((HERE.parents[1] / "homework").glob("*.yaml")), ids=lambda path: path.stem
)
def test_every_sample_sheet_survives_being_written_out(path: Path) -> None:
    sheet = load(str(path))
    again = loads(sheet_text(sheet), str(path))
    for mine, theirs in zip(again.questions, sheet.questions, strict=True):
        if theirs.kind in ("choice", "true-false"):
            continue
        assert [part.expected for part in mine.parts] == [part.expected for part in theirs.parts]
        assert mine.points == theirs.points


def test_the_key_lists_the_right_and_the_wrong_numbers(ps1: Sheet, tmp_path: Path) -> None:
    make(ps1, class_of(3), SECRET, str(tmp_path / "dist"))
    with (tmp_path / "dist" / "key.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    (four,) = [row for row in rows if row["student_id"] == "s001" and row["question"] == "q4"]
    assert four["expected"] == "760"
    assert four["mistakes"].startswith("par.no-bias 750; par.no-channels 260; par.one-bias 751")
    (ten,) = [row for row in rows if row["student_id"] == "s001" and row["question"] == "q10"]
    numbers = dict(pair.split("=") for pair in ten["given"].split())
    k, c_in, filters = (int(numbers[name]) for name in ("k", "c_in", "filters"))
    assert int(ten["expected"].replace(",", "")) == (k * k * c_in + 1) * filters


def test_sheets_that_are_there_are_not_written_over_without_force(
    ps1: Sheet, tmp_path: Path
) -> None:
    out = tmp_path / "dist"
    make(ps1, class_of(2), SECRET, str(out))
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    with pytest.raises(
        UsageError, match=r"has an earlier run \(key\.csv, html, answers\); choose another --out"
    ):
        make(ps1, class_of(2), b"another secret", str(out))
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == before
    make(ps1, class_of(3), SECRET, str(out), force=True)
    assert (out / "key.csv").read_bytes() != before[out / "key.csv"]


def test_an_interrupted_make_leaves_nothing(ps1: Sheet, tmp_path: Path) -> None:
    def stop(count: int) -> None:
        if count == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make(ps1, class_of(5), SECRET, str(tmp_path / "dist"), progress=stop)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.unmeasured
def test_ids_that_are_no_file_names_stay_in_the_folder(ps1: Sheet, tmp_path: Path) -> None:
    roster = Roster()
    for name in ("../../evil", "a/b", "A/B", "con", "key", ".hidden", "=cmd|x", "x" * 90):
        roster.add(Student(name))
    make(ps1, roster, SECRET, str(tmp_path / "dist"))
    made = [path for path in tmp_path.rglob("*.yaml")]
    dist = tmp_path / "dist"
    for folder in (dist, dist / "answers"):
        names = {path.name.lower() for path in made if path.parent == folder}
        assert len(names) == len(roster.students)
    assert {path.parent for path in made} == {dist, dist / "answers"}


@pytest.mark.unmeasured
def test_the_command_says_what_it_drew(
    convcalc: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("ps1.yaml").write_bytes((HERE / "data" / "ps1.yaml").read_bytes())
    Path("roster.csv").write_text("student_id\n" + "".join(f"s{i:03}\n" for i in range(300)))
    Path("ps1.secret").write_bytes(SECRET)
    words = (
        "hw",
        "make",
        "ps1.yaml",
        "--roster",
        "roster.csv",
        "--secret-file",
        "ps1.secret",
        "--out",
        "dist",
    )
    ran = convcalc(*words)
    assert (ran.code, ran.err) == (0, "")
    first, second, last = ran.out.splitlines()
    assert first == (
        " q10: 168 possible draws, 24 dropped because two mistakes, or a mistake and the answer, give the same number, 144 left for 300 students"
    )
    assert "each used at most" in second
    assert (
        last
        == " dist/s000.yaml … s299.yaml, dist/html/*.html, dist/answers/*.yaml (to fill in), dist/key.csv (keep key.csv to yourself)"
    )
    assert convcalc(*words).code == 2
    assert convcalc(*words, "--force").code == 0


def test_the_command_writes_a_secret_where_there_is_none(
    convcalc: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("s.yaml").write_text(KEYED)
    Path("roster.csv").write_text("s1\n")
    ran = convcalc(
        "hw", "make", "s.yaml", "--roster", "roster.csv", "--secret-file", "new", "--out", "dist"
    )
    assert "wrote a new secret to new; keep it" in ran.err
    assert "no question varies" in ran.out
    assert "c, t: written as free text" in ran.out


@pytest.mark.unmeasured
def test_one_students_sheet_can_be_shown(
    convcalc: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ps1: Sheet
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("ps1.yaml").write_bytes((HERE / "data" / "ps1.yaml").read_bytes())
    Path("ps1.secret").write_bytes(SECRET)
    words = ("hw", "show", "ps1.yaml", "--student", "s042")
    ran = convcalc(*words, "--secret-file", "ps1.secret")
    own = Maker(ps1, SECRET).of("s042")
    assert ran.out.startswith(f"Convolution arithmetic   variant {own.variant}\n")
    assert own["q10"].sentence in ran.out
    assert "belong together" in convcalc(*words).err


OTHERS = """
convcalc_sheet: 1
id: others
grading: {other_convention: {flops: half, order: none}}
questions:
  - {id: a, type: arch-table, arch: net.yaml, input: 8x8x3, void: true}
  - {id: b, type: text, text: "a: b # c"}
"""


def test_files_that_a_sheet_names_go_with_it(tmp_path: Path) -> None:
    (tmp_path / "net.yaml").write_text(
        "name: n\ninput: [3, 8, 8]\nlayers:\n  - conv: {out_channels: 4, kernel_size: 3}\n"
    )
    (tmp_path / "others.yaml").write_text(OTHERS)
    sheet = load(str(tmp_path / "others.yaml"))
    make(sheet, class_of(1), SECRET, str(tmp_path / "dist"))
    again = load(str(tmp_path / "dist" / "s000.yaml"))
    assert (tmp_path / "dist" / "net.yaml").read_bytes().split() == (
        (tmp_path / "net.yaml").read_bytes().split()
    )
    assert [part.expected for part in again["a"].parts] == [
        part.expected for part in sheet["a"].parts
    ]
    assert (again["a"].void, again["b"].text) == (True, "a: b # c")
    assert again.other_convention == sheet.other_convention


def test_requirements_rule_draws_out_and_are_counted() -> None:
    sheet = varied(
        "{k: [3, 5], c_in: [3, 4, 5], filters: [8, 16]}", more=', require: ["-1 < params - 500"]'
    )
    found = draws(sheet, sheet["q1"])
    assert found.unmet
    assert "ruled out by require" in found.sentence()
    assert all(
        (int(d["k"]) ** 2 * int(d["c_in"]) + 1) * int(d["filters"]) >= 500 for d in found.kept
    )


def test_numbers_that_no_question_can_have_are_counted() -> None:
    sheet = varied("{k: [3, 5, x], c_in: [3, 4, 5], filters: [8, 16]}")
    found = draws(sheet, sheet["q1"])
    assert found.impossible == 6
    assert "6 make no valid question" in found.sentence()


def test_a_secret_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(
        UsageError, match="does not exist; check the name, or let hw make write one"
    ):
        read_secret(str(tmp_path / "nowhere"))


# ------------------------------------------------------- nobody is marked with the draw of another


VARIED = """
convcalc_sheet: 1
id: own
hints: {max_level: 4}
questions:
  - {id: q1, type: params, given: {filters: 8}, vary: {k: [3, 5, 7], c_in: {from: 2, to: 8}}}
  - {id: q2, type: params, given: {k: 3, c_in: 3, filters: 4}}
"""
REFUSED = (
    "q1 draws numbers per student; check against the student's own sheet, as hw make wrote it, or give "
    "--student and --secret-file"
)


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sheet:
    """A sheet that differs for every student, and the files of a class of three."""
    monkeypatch.chdir(tmp_path)
    Path("own.yaml").write_text(VARIED)
    Path("own.secret").write_bytes(SECRET)
    sheet = load("own.yaml")
    make(sheet, class_of(3), SECRET, "dist")
    return sheet


def answer_of(sheet: Sheet, student: str) -> int:
    expected: int = Maker(sheet, SECRET).of(student)["q1"].parts[0].expected
    return expected


def test_check_takes_the_students_own_sheet_or_the_secret_or_refuses(
    own: Sheet, convcalc: Any
) -> None:
    right = answer_of(own, "s001")
    Path("mine.txt").write_text(f"q1: {right}\nq2: 112\n")
    refused = convcalc("hw", "check", "own.yaml", "mine.txt")
    assert (refused.code, refused.out) == (2, "")
    assert REFUSED in refused.err
    assert convcalc("hw", "check", "dist/s001.yaml", "mine.txt").code == 0
    ways = ("--student", "s001", "--secret-file", "own.secret")
    assert convcalc("hw", "check", "own.yaml", "mine.txt", *ways).code == 0
    ways = ("--student", "s002", "--secret-file", "own.secret")
    assert convcalc("hw", "check", "own.yaml", "mine.txt", *ways).code == 1
    assert convcalc("hw", "check", "own.yaml", "mine.txt", "--only", "q2").code == 0
    first = (9 * 2 + 1) * 8  # the first draw belongs to nobody
    Path("mine.txt").write_text(f"q1: {first}\n")
    assert REFUSED in convcalc("hw", "check", "own.yaml", "mine.txt").err


def test_answers_that_name_their_student_need_the_secret_only(own: Sheet, convcalc: Any) -> None:
    Path("mine.yaml").write_text(
        f"convcalc_answers: 1\nstudent: s001\nanswers: {{q1: {answer_of(own, 's001')}, q2: 112}}\n"
    )
    assert convcalc("hw", "check", "own.yaml", "mine.yaml", "--secret-file", "own.secret").code == 0
    Path("mine.txt").write_text("q1: 1\n")
    ran = convcalc("hw", "check", "own.yaml", "mine.txt", "--secret-file", "own.secret")
    assert "--student and --secret-file belong together" in ran.err


def test_python_refuses_as_the_command_does(own: Sheet) -> None:
    for judge in (check, assert_right):
        with pytest.raises(UsageError) as caught:
            judge(own, "q1", 152)
        assert str(caught.value) == REFUSED
    with pytest.raises(UsageError):
        mark(own, {"q1": "152"})
    assert mark(own, {"q2": "112"}).results[0].status == "blank"
    assert check(own, "q1", (25 * 3 + 1) * 8, numbers={"k": 5, "c_in": 3}).right
    assert_right("own.yaml", "q1", (25 * 3 + 1) * 8, numbers={"k": "5", "c_in": "3"})


def test_a_hint_with_numbers_is_for_the_students_own(own: Sheet, convcalc: Any) -> None:
    assert convcalc("hw", "hint", "own.yaml", "q1", "--level", "2").code == 0
    ran = convcalc("hw", "hint", "own.yaml", "q1", "--level", "4")
    assert (ran.code, ran.out) == (2, "")
    assert "ask with the student's own sheet" in ran.err
    ran = convcalc(
        "hw", "hint", "own.yaml", "q1", "--level", "4", "--student", "s001", "--secret-file", "own.secret"
    )  # fmt: skip
    assert f"{answer_of(own, 's001'):,}" in ran.out


@pytest.mark.parametrize("form", ["text", "markdown", "html", "latex", "json"])
@pytest.mark.unmeasured
def test_show_says_that_the_numbers_are_an_example(own: Sheet, convcalc: Any, form: str) -> None:
    said = '"examples":["q1"]' if form == "json" else "The numbers of q1 are an example"
    shown = convcalc("hw", "show", "own.yaml", "--format", form).out
    assert said in shown.replace(" ", "") if form == "json" else said in shown
    mine = convcalc("hw", "show", "dist/s001.yaml", "--format", form).out
    assert "are an example" not in mine


@pytest.mark.parametrize("name", ["nbgrader", "otter"])
@pytest.mark.unmeasured
def test_a_notebook_judges_by_the_numbers_that_it_shows(own: Sheet, name: str) -> None:
    files = {each.name: each.data.decode() for each in EXPORTS.find(name)(own, 1).files()}
    code = "".join(text for path, text in files.items() if path.endswith((".ipynb", ".py")))
    (shown,) = set(re.findall(r"numbers=(\{[^}]*\})", code))
    numbers = ast.literal_eval(shown)
    assert f"{numbers['k']}×{numbers['k']} on {numbers['c_in']} input" in files["own.ipynb"]


def test_lint_does_not_judge_a_key_by_the_first_draw() -> None:
    sheet = loads(
        VARIED.replace(
            "type: params, given: {filters", "type: params, answer: 152, given: {filters"
        )
    )
    (found,) = [each for each in lint(sheet) if each.id == "q1"]
    assert (found.kind, found.text) == (
        "key",
        "the numbers vary, so no key is right for all; remove answer:",
    )


@pytest.mark.parametrize("name", ["out.no-pad", "pool.sum", "hand.flipped", "grad.mean"])
def test_separate_may_name_a_mistake_of_another_topic(name: str) -> None:
    for more in (f", separate: [{name}]", f", separate: [{name}, par.no-bias]"):
        plain = loads(
            f"{{convcalc_sheet: 1, questions: [{{type: params, given: {{k: 5, c_in: 3, filters: 10}}{more}}}]}}"
        )
        assert f"separate: {name} cannot happen in this question" in [f.text for f in lint(plain)]
        assert lint(varied("{k: [3, 5], c_in: [3, 4]}", given="filters: 8", more=more))


# ------------------------------------------------------------------------------- the one secret


def test_sheets_and_key_carry_a_fingerprint_and_another_secret_is_refused(tmp_path: Path) -> None:
    teacher = loads(
        "{convcalc_sheet: 1, id: v, questions: [{id: q1, type: params, given: {k: 5, c_in: 3}, vary: {filters: [10, 20, 30]}}]}"
    )
    roster = parse("student_id\ns1\ns2\n")
    out = str(tmp_path / "dist")
    first, second = b"an old and well kept secret", b"another secret of the class"
    make(teacher, roster, first, out)
    text = (tmp_path / "dist" / "s1.yaml").read_text(encoding="utf-8")
    assert f"secret: {json.dumps(fingerprint(first))}" in text
    assert first.decode() not in text
    with (tmp_path / "dist" / "key.csv").open(encoding="utf-8", newline="") as file:
        assert {row["secret"] for row in csv.DictReader(file)} == {fingerprint(first)}
    own = loads(text)

    def again() -> object:
        return make(teacher, roster, second, out, force=True)

    def check_own() -> object:
        return Maker(own, second)

    for attempt in (again, check_own):
        with pytest.raises(UsageError) as caught:
            attempt()
        assert f"the secret has the fingerprint {fingerprint(second)}, but " in str(caught.value)
        assert str(caught.value).endswith(f"was made with {fingerprint(first)}; give that secret")
    assert (tmp_path / "dist" / "s1.yaml").read_text(encoding="utf-8") == text
    make(teacher, roster, first, out, force=True)


def test_a_class_is_not_marked_with_another_secret(tmp_path: Path) -> None:
    teacher = loads(
        "{convcalc_sheet: 1, id: v, questions: [{id: q1, type: params, given: {k: 5, c_in: 3}, vary: {filters: [10, 20, 30]}}]}"
    )
    first, second = b"an old and well kept secret", b"another secret of the class"
    (tmp_path / "in").mkdir()
    for student in ("s1", "s2", "s3"):
        variant = Maker(teacher, first).of(student).variant
        (tmp_path / "in" / f"{student}.yaml").write_text(f"variant: '{variant}'\nq1: 1\n")
    paths, out = [str(tmp_path / "in")], str(tmp_path / "out")
    with pytest.raises(UsageError) as caught:
        grade(teacher, paths, out, Options(secret=second))
    assert str(caught.value) == (
        "--secret-file: no variant that 3 students name belongs to this secret; "
        "give the one that hw make used for this sheet"
    )
    assert not (tmp_path / "out").exists()
    assert grade(teacher, paths, out, Options(secret=first)).students == 3


def test_a_secret_is_written_whole_and_never_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "ps1.secret"
    secret = new_secret(str(path))
    assert path.read_bytes() == secret + b"\n"
    assert path.stat().st_mode & 0o077 == 0
    with pytest.raises(UsageError, match="cannot be written: File exists; choose another place"):
        new_secret(str(path))
    assert path.read_bytes() == secret + b"\n"

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UsageError, match="No space left on device"):
        new_secret(str(tmp_path / "new.secret"))
    assert sorted(each.name for each in tmp_path.iterdir()) == ["ps1.secret"]
