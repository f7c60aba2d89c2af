"""``convcalc hw`` and ``convcalc why`` as a user sees them."""

from __future__ import annotations

import io
import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from convcalc.formats import FORMATS
from convcalc.homework.exports import EXPORTS
from convcalc.homework.mistakes import MISTAKES
from convcalc.homework.questions import QUESTIONS

HERE = Path(__file__).parent
SHEETS = sorted((HERE.parents[1] / "homework").glob("*.yaml"))

SESSION = """\
Convolution arithmetic (ps1)
Rules of this sheet: If a size is not a whole number, write: does not fit. Count multiply-adds (MACs). Count biases. Write volumes as height × width × channels.

 q1  28×28×6        ✓ correct
 q2  14             ~ other convention: right in libraries that round sizes down; this sheet asks you to write "does not fit".
 q3  6              ✗ wrong: Is that per side or both sides together?
 q4  260            ✗ wrong: How deep is one filter?
 q5  rows 1-8       ~ partly correct: row 1; rows 2-8 follow correctly from your row 1
 q6  5              ✗ wrong: After a stride, one step in this layer is several pixels of the image.
 q7  1,176,000      ~ other convention: right as FLOPs; this sheet counts a multiply-add as one operation.
 q8  [[5,11],[23,29]]
                    ✗ wrong: Does this sheet flip the kernel? Deep learning does not.
 q9  44             ✗ wrong: How many cells does one layer remove?
 q10 -              not answered
 q11 text           marked by a person

1 correct, 2 correct under another convention, 1 partly correct, 5 wrong, 1 not answered, 1 to be marked by a person (16.5 of 23 points)
next: convcalc hw hint ps1.yaml q4
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("ps1.yaml", "mine.yaml"):
        (tmp_path / name).write_text(
            (HERE / "data" / name).read_text(encoding="utf-8"), encoding="utf-8"
        )
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.unmeasured
def test_a_student_checks_her_own_answers(convcalc: Any, here: Path) -> None:
    del here
    ran = convcalc("hw", "check", "ps1.yaml", "mine.yaml", watched=True)
    assert (ran.out + ran.err, ran.code) == (SESSION, 1)


def test_the_points_of_the_session(convcalc: Any, here: Path) -> None:
    del here
    ran = convcalc("hw", "check", "ps1.yaml", "mine.yaml", "--json")
    data = json.loads(ran.out)
    assert (data["schema"], data["sheet"], data["student"], data["max"]) == (1, "ps1", "s042", 23)
    assert not any("expected" in each for each in data["results"])
    with_answers = json.loads(
        convcalc("hw", "check", "ps1.yaml", "mine.yaml", "--json", "--with-answers").out
    )
    assert {each["id"]: each["expected"] for each in with_answers["results"]}["q9"] == 55


def test_the_method_with_other_numbers(convcalc: Any, here: Path) -> None:
    del here
    ran = convcalc("hw", "hint", "ps1.yaml", "q4", "--level", "2")
    assert ran.code == 0
    assert ran.out == (
        "q4 parameters of a convolution\n\n"
        "One filter has k × k × (input channels) weights and one bias. There is one filter for each output map.\n"
        "An example with other numbers: A convolution has 4 filters of 3×3 on 8 input channels. How many parameters does it have? (3·3·8 + 1)·4 = 292.\n"
    )
    capped = convcalc("hw", "hint", "ps1.yaml", "q4", "--level", "4")
    assert "760" not in capped.out
    assert capped.err == "hints of this sheet go up to level 2\n"


def test_one_question_alone_with_finer_hints(convcalc: Any, here: Path) -> None:
    del here
    ran = convcalc("hw", "check", "ps1.yaml", "mine.yaml", "--only", "q4", "--hint", "2")
    assert ran.code == 1
    assert "How deep is one filter?" in ran.out
    assert "An example with other numbers" in ran.out
    assert "q1 " not in ran.out
    assert convcalc("hw", "check", "ps1.yaml", "mine.yaml", "--only", "q1").code == 0


def test_answers_from_standard_input(
    convcalc: Any, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    del here
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"q4: 760\n")))
    ran = convcalc("hw", "check", "ps1.yaml", "-", "--only", "q4")
    assert ran.code == 0
    assert "✓" in ran.out


def test_lint_finds_the_wrong_key(convcalc: Any, here: Path) -> None:
    text = (
        (here / "ps1.yaml")
        .read_text(encoding="utf-8")
        .replace("target: 4}", "target: 4}\n    answer: 44")
    )
    (here / "keyed.yaml").write_text(text, encoding="utf-8")
    ran = convcalc("hw", "lint", "keyed.yaml")
    assert ran.code == 1
    assert (
        " key q9: your key is 44, but the answer is 55. 44 comes from: each layer removes k, (n − m)/k (lay.k-per-layer)."
        in ran.out
    )
    assert ran.out.endswith("1 wrong key, 1 missing value\n")
    assert convcalc("hw", "lint", "keyed.yaml", "--exit-zero").code == 0
    data = json.loads(convcalc("hw", "lint", "keyed.yaml", "--json").out)
    assert "lay.k-per-layer" in [m for each in data["findings"] for m in each["mistakes"]]


@pytest.mark.parametrize("name", ["text", "markdown", "html", "latex", "json"])
def test_a_sheet_is_shown_with_its_conventions_and_without_answers(
    convcalc: Any, here: Path, name: str
) -> None:
    del here
    ran = convcalc("hw", "show", "ps1.yaml", "--format", name)
    assert ran.code == 0
    assert "Convolution arithmetic" in ran.out
    assert "q11" in ran.out
    for answer in ("760", "588,000", "588000", "55"):
        assert answer not in ran.out.replace("255", "")
    if name == "json":
        assert json.loads(ran.out)["conventions"]["fit"] == "strict"


ANSWERING = (
    "check ps1.yaml mine.yaml",
    "hint ps1.yaml q4",
    "lint ps1.yaml",
    "show ps1.yaml",
    "types",
    "types params",
    "grade ps1.yaml mine.yaml --secret-file ps1.secret",
    "make ps1.yaml --roster roster.csv --secret-file ps1.secret --out dist --force",
    "grade ps1.yaml mine.yaml --secret-file ps1.secret --out graded --force",
    "stats graded",
    "regrade graded --sheet ps1.yaml",
)


@pytest.mark.unmeasured
@pytest.mark.parametrize("name", list(FORMATS))
def test_every_command_answers_in_every_format_and_into_a_file(
    convcalc: Any, here: Path, name: str
) -> None:
    (here / "ps1.secret").write_text("an old and well kept secret")
    (here / "roster.csv").write_text("student_id\ns042\n")
    for words in ANSWERING:
        ran = convcalc("hw", *words.split(), "--format", name)
        assert ran.code in (0, 1), (words, ran.err)
        assert ran.out.strip() or name == "jsonl", words  # it has only rows
        suffix = FORMATS[name].suffix
        into = convcalc("hw", *words.split(), "-o", f"out{suffix}")
        assert into.out == "", words
        assert (here / f"out{suffix}").read_text(encoding="utf-8") == ran.out, words
        if name == "json":
            assert json.loads(ran.out)["schema"] == 1
            assert convcalc("hw", *words.split(), "--json").out == ran.out


def test_json_is_the_same_as_format_json_wherever_it_stands(convcalc: Any, here: Path) -> None:
    lint = ("hw", "lint", "ps1.yaml")
    for words in (("--json",), ("--json", "-o", "a.json"), ("-o", "a.json", "--json")):
        ran = convcalc(*lint, *words)
        text = (here / "a.json").read_text(encoding="utf-8") if "-o" in words else ran.out
        assert set(json.loads(text)) == {"schema", "sheet", "findings", "notes"}


def test_signs_of_latex_in_a_sheet_are_printed_as_they_are(convcalc: Any, here: Path) -> None:
    text = "Is 3 < 4 | 5 > 4, for 50% of _a_ & {b}?"
    (here / "signs.yaml").write_text(
        f"{{convcalc_sheet: 1, title: '{text}', questions: [{{type: text, text: '{text}'}}]}}"
    )
    page = convcalc("hw", "show", "signs.yaml", "--format", "latex").out
    escaped = r"3 \textless{} 4 \textbar{} 5 \textgreater{} 4, for 50\% of \_a\_ \& \{b\}?"
    assert page.count(escaped) == 2


@pytest.mark.parametrize("path", SHEETS, ids=lambda p: p.stem)
@pytest.mark.parametrize("command", ["show", "lint"])
@pytest.mark.unmeasured
def test_the_bundled_sheets_work_in_every_command(convcalc: Any, path: Path, command: str) -> None:
    ran = convcalc("hw", command, str(path))
    assert ran.code in (0, 1)
    assert ran.err == ""


def test_types_lists_the_question_types_and_the_mistakes(convcalc: Any) -> None:
    data = json.loads(convcalc("hw", "types", "--format", "json").out)
    assert [row["type"] for row in data["types"]] == list(QUESTIONS)
    data = json.loads(convcalc("hw", "types", "--mistakes", "--format", "json").out)
    assert {row["id"] for row in data["mistakes"]} == set(MISTAKES)
    data = json.loads(convcalc("hw", "types", "params-bn", "--mistakes", "--json").out)
    assert {row["id"] for row in data["mistakes"]} == {
        "par.bn-all-trainable",
        "par.bn-one",
        "par.bn-forgotten",
        "par.bn-trainable-only",
        "par.bn-once",
    }
    assert "did you mean" in convcalc("hw", "types", "parms", "--mistakes").err
    page = convcalc("hw", "types", "params").out
    assert "par.no-bias" in page
    assert "292" in page
    for name in QUESTIONS:
        assert convcalc("hw", "types", name).code == 0
    assert "did you mean 'params'?" in convcalc("hw", "types", "parms").err


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (
            "2600 --params --k 5 --cin 3 --filters 100",
            1,
            "2,600: input channels forgotten, (k² + 1)·cout (par.no-channels)\n  How deep is one filter?",
        ),
        ("7600 --params --k 5 --cin 3 --filters 100", 0, "7,600 is right"),
        (
            "27 --size --n 28 --k 5 --p 2",
            1,
            "27: perhaps dropped the +1, (n + 2p − k)/s (out.no-plus-one)",
        ),
        ("28x28x3 --volume --n 32 --k 5 --cin 3 --filters 6", 1, "vol.depth-in"),
        (
            "1,176,000 --macs --n 32 --k 5 --cin 3 --cout 10",
            1,
            "right as FLOPs; this sheet counts a multiply-add as one operation",
        ),
        ("1176000 --macs --n 32 --k 5 --cin 3 --cout 10 --convention flops=2macs", 0, "is right"),
        ("44 --type layers-to-reach --n 224 --k 5 --target 4", 1, "lay.k-per-layer"),
        ("15 --rf --layers 5*3", 1, "rf.sum-k"),
        ("9000100 --fc --input 300x300x3 --units 100", 1, "par.fc-no-depth"),
        ("17x17x10 --type padded-volume --n 15 --p 2 --cin 8", 1, "perhaps two mistakes at once"),
        (
            "431 --params --k 5 --cin 3 --filters 10",
            1,
            "431 is wrong, but no known mistake gives this number",
        ),
        ("750 --params --k 5 --cin 3 --filters 10 --answer", 1, "right answer: 760"),
        ("750 --params --k 5 --cin 3 --filters 10 --no-bias", 0, "is right"),
        ("14 --fit --n 32 --k 5 --s 2 --preset cs231n", 1, "out.floored-in-strict"),
        ("12 --type scaling --given c_in=3 --given filters=4", 0, "is right"),
    ],
)
def test_why_names_the_mistake(convcalc: Any, arguments: str, code: int, said: str) -> None:
    ran = convcalc("why", *arguments.split())
    assert said in ran.out
    assert (ran.code, ran.err) == (code, "")


@pytest.mark.parametrize(
    ("kind", "words", "answer"),
    [
        ("compose", ["kernels=[5, 7]"], "11"),
        ("pixels-seen", ["input=32x32x3", "arch=conv:k3c8p1 pool:k2", "unit=[2, 5]"], "3 to 6, 9 to 12"),
        ("choice", ["options=[a pool, a convolution]", "answer=b"], "b"),
        ("from-answers", ["formula=q1*q2", "values={q1: 12, q2: 40}"], "480"),
        ("ratio", ["input=20x20x2", 'designs=["fc:30", "fc:60"]'], "1/2"),
        ("image-kernel", ["w=[[1, 1, 1], [0, 0, 0], [-1, -1, -1]]"], "horizontal"),
    ],
)  # fmt: skip
def test_why_takes_lists_as_a_sheet_writes_them(
    convcalc: Any, kind: str, words: list[str], answer: str
) -> None:
    given = [text for word in words for text in ("--given", word)]
    ran = convcalc("why", answer, "--type", kind, *given)
    assert (ran.code, ran.err) == (0, ""), ran.out


@pytest.mark.parametrize(
    ("kernel", "answer", "mistake"),
    [
        ("[[1, 1, 1], [0, 0, 0], [-1, -1, -1]]", "vertical", "kernel.direction"),
        ("[[1, 1, 1], [0, 0, 0], [-1, -1, -1]]", "blur", "kernel.blur"),
        ("[[0, 0, 0], [0, 1, 0], [0, 0, 0]]", "blur", "kernel.identity"),
        ("[[0, 0, 0], [0, 1, 0], [0, 0, 0]]", "sharpen", "kernel.identity"),
    ],
)
def test_why_names_one_mistake_with_a_kernel(
    convcalc: Any, kernel: str, answer: str, mistake: str
) -> None:
    ran = convcalc("why", answer, "--type", "image-kernel", "--given", f"w={kernel}")
    assert ran.out.startswith(f"{answer}: ")
    assert ran.out.count("(kernel.") == ran.out.count(f"({mistake})") == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("why 1 --k 5", "choose what NUMBER is"),
        ("why abc --params --k 5 --cin 3 --filters 10", "cannot be read: 'abc' is not a number"),
        ("why 1 --params --k 5", "params needs --cin and --filters; it takes --k, --cin"),
        (
            "why 1 --params --k 5 --cin 3 --filters 10 --target 4",
            "--target: params does not use it; params takes --k, --cin",
        ),
        ("why 1 --size --n 7 --k 3 --s 0", "--s: stride must be 1 or more, got 0"),
        ("why 1 --params --k 5 --cin 0 --filters 10", "--cin: the value must be 1 or more, got 0"),
        ("why 1 --type scaling --given filers=4", "--given filers: scaling does not use it"),
        ("why 1 --type parms", "did you mean 'params'?"),
        ("why 1 --params --k 5 --cin 3 --filters 10 --preset x", "no preset 'x'"),
        ("why 1 --params --k 5 --cin 3 --filters 10 --convention fit", "has no value"),
        ("hw chek a b", "did you mean 'check'?"),
        ("hw check nowhere.yaml a", "no file 'nowhere.yaml' and no bundled sheet of that name"),
        ("hw check ps1.yaml nowhere.yaml", "nowhere.yaml: cannot be read"),
        ("hw check ps1.yaml mine.yaml --only q99", "no question 'q99'"),
        ("hw hint ps1.yaml q44", "no question 'q44'; did you mean 'q4'?"),
        ("hw lint mine.yaml", "mine.yaml is a file of answers, but a sheet belongs here"),
    ],
)
def test_bad_usage_ends_with_2_and_one_line(
    convcalc: Any, here: Path, arguments: str, said: str
) -> None:
    del here
    ran = convcalc(*arguments.split())
    assert ran.code == 2
    assert said in ran.err
    assert "Traceback" not in ran.err


def test_why_for_programs(convcalc: Any) -> None:
    data = json.loads(
        convcalc(
            "why", "2600", "--params", "--k", "5", "--cin", "3", "--filters", "100", "--json"
        ).out
    )
    assert data["candidates"][0]["id"] == "par.no-channels"
    assert data["status"] == "wrong"
    assert "expected" not in data["results"][0]


@pytest.mark.parametrize("name", ["json", "csv", "markdown", "latex", "html"])
def test_why_answers_in_every_format_and_file(convcalc: Any, tmp_path: Path, name: str) -> None:
    words = ["why", "2600", "--params", "--k", "5", "--cin", "3", "--filters", "100"]
    printed = convcalc(*words, "--format", name)
    assert (printed.code, printed.err) == (1, "")
    assert "par.no-channels" in printed.out
    file = tmp_path / f"why.{'tex' if name == 'latex' else 'md' if name == 'markdown' else name}"
    assert convcalc(*words, "-o", str(file)).code == 1
    assert file.read_text(encoding="utf-8") == printed.out


def test_why_takes_the_long_names_of_options(convcalc: Any) -> None:
    ran = convcalc(
        *[
            "why",
            "7600",
            "--params",
            "--kernel-size",
            "5",
            "--in-channels",
            "3",
            "--out-channels",
            "100",
        ]
    )
    assert (ran.code, ran.out) == (0, "7,600 is right\n")


@pytest.mark.parametrize(
    "words",
    [
        ["hw"],
        ["hw", "check"],
        ["hw", "hint"],
        ["hw", "lint"],
        ["hw", "show"],
        ["hw", "types"],
        ["hw", "make"],
        ["hw", "grade"],
        ["hw", "regrade"],
        ["hw", "stats"],
        ["hw", "export"],
        ["why"],
    ],
)
def test_every_page_of_help_begins_with_examples(convcalc: Any, words: list[str]) -> None:
    ran = convcalc(*words, "--help")
    assert ran.code == 0
    assert ran.out.startswith("Examples:\n  convcalc ")


@pytest.mark.unmeasured
def test_a_long_hint_stays_in_its_column_where_a_terminal_is_narrow(
    convcalc: Any, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    del here
    monkeypatch.setenv("COLUMNS", "50")
    lines = convcalc("hw", "check", "ps1.yaml", "mine.yaml").out.splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith(" q6  5  "))
    column = lines[at].index("✗") + 2
    assert lines[at + 1].startswith(" " * column)
    assert lines[at + 1][column] != " "
    assert max(map(len, lines)) <= 50


@pytest.mark.parametrize("columns", ["60", "80", "100"])
@pytest.mark.unmeasured
def test_the_catalogues_go_on_in_the_next_line_where_a_terminal_is_narrow(
    convcalc: Any, monkeypatch: pytest.MonkeyPatch, columns: str
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    for words in (["hw", "types"], ["hw", "types", "--mistakes"]):
        ran = convcalc(*words)
        assert "…" not in ran.out.replace("k=…", "")
        assert max(map(len, ran.out.splitlines())) <= int(columns)


@pytest.mark.unmeasured
def test_pages_of_types_have_lines_and_no_signs_for_them(convcalc: Any) -> None:
    for kind in QUESTIONS:
        out = convcalc("hw", "types", kind).out
        assert "\\n" not in out, kind
        assert "`" not in out.split("given:")[0], kind


@pytest.mark.parametrize("kind", ["conv-3d-by-hand", "gradient", "volume", "formula"])
@pytest.mark.unmeasured
def test_an_example_in_a_narrow_terminal_can_still_be_copied(convcalc: Any, kind: str) -> None:
    out = convcalc("hw", "types", kind, columns=60).out
    assert max(map(len, out.splitlines())) <= 60
    items = re.findall(r"^- (?:.*\n)*?.*\}\}\n", out, re.MULTILINE)
    assert [yaml.safe_load(item)[0] for item in items] == [
        yaml.safe_load(json.dumps({"type": kind, "given": given}))
        for given in QUESTIONS[kind].examples
    ]


def test_the_second_column_of_a_list_goes_on_below_itself(convcalc: Any) -> None:
    out = convcalc("hw", "types", "conv-by-hand", columns=60).out
    assert (
        """
  hand.flipped               true convolution instead of
                             correlation, or the reverse
"""
        in out
    )


def test_an_unknown_platform_is_refused_with_the_nearest_name(convcalc: Any) -> None:
    assert convcalc("hw", "export", "ps1.yaml", "--to", "moodel").err == (
        "convcalc: --to: no platform 'moodel'; did you mean 'moodle-xml'?\n"
    )


def test_a_missing_choice_lists_what_there_is(convcalc: Any) -> None:
    ran = convcalc("hw", "export", "ps1.yaml")
    *first, last = EXPORTS.names()
    assert ran.err == (
        f"convcalc: --to is missing; choose {', '.join(first)} or {last}; run convcalc hw export -h for help\n"
    )
    assert convcalc("completion").err == (
        "convcalc: say which: bash, zsh or fish; run convcalc completion -h for help\n"
    )


def test_what_holds_no_answers_is_named_with_the_way_out(
    convcalc: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("ps.yaml").write_text(
        "convcalc_sheet: 1\nquestions:\n  - {id: q1, type: output-size, given: {n: 32, k: 5}}\n"
    )
    Path("class").mkdir()
    text = "save the answers as text, with lines such as q1: 28x28x6"
    whole = "or mark a whole class with convcalc hw grade"
    for name, data, said in (
        ("a.docx", b"PK\x03\x04 q1: 28", f"is a Word document; {text}"),
        ("b.pdf", b"%PDF-1.7 q1: 28", f"is a PDF; {text}"),
        ("c.rtf", b"{\\rtf1 q1: 28}", f"is a formatted text (RTF); {text}"),
        ("d.zip", b"PK\x03\x04 q1: 28", f"is an archive; unpack it and name a file of answers, {whole}"),
        ("class", b"", f"is a folder; name a file of answers in it, {whole}"),
    ):  # fmt: skip
        if data:
            Path(name).write_bytes(data)
        assert convcalc("hw", "check", "ps.yaml", name) == (2, "", f"convcalc: {name}: {said}\n")
    Path("e.html").write_text("<p>q1: 28</p>")
    assert convcalc("hw", "check", "ps.yaml", "e.html").code == 0
