"""Answers from YAML, lines, notebooks, tables; and files that are none of these."""

from __future__ import annotations

import json
import random

import pytest

import clock
from convcalc.errors import ConvcalcError
from convcalc.homework import loads
from convcalc.homework.classroom import answer_files as submissions
from convcalc.homework.classroom.given import Answers
from convcalc.homework.classroom.platforms import tables
from convcalc.homework.marking.mark import mark
from homework.test_marking import PS1, TABLE

SHEET = loads(PS1)

YAML = """convcalc_answers: 1
sheet: ps1
student: s042
answers:
  q1: (6, 28, 28)
  q2: no, 14.5
  q4: 7_60
  q5:
    - [120x120x32, 7776, 32]
    - 60x60x32
  q7: 0128
"""


def one(text: str | bytes) -> Answers:
    found = submissions.parse(text, SHEET, "mine")
    return submissions.answers_of(found, "", "mine")


@pytest.mark.parametrize(
    ("text", "value", "counts"),
    [
        ("q4: 760\nq4: 1\n", "1", "the last one counts"),
        ("q4: 760\nq1: 3\nq4:\n", "760", "the one that is not empty counts"),
        ("q4: 760\nq4:\nq4:\n", "760", "the one that is not empty counts"),
        ("q4:\nq4: 760\n", "760", "the last one counts"),
        ("q4: 760\nq4:\n  1\n", "1", "the last one counts"),
        ("q4:\nq4:\n", "", "the last one counts"),
    ],
)
def test_an_empty_answer_replaces_none(text: str, value: str, counts: str) -> None:
    found = one(text)
    assert found.values["q4"] == value
    assert f"q4 is answered twice; {counts}" in found.notes


def test_yaml_values_stay_what_was_written() -> None:
    found = one(YAML)
    assert found.student == "s042"
    assert found.values == {
        "q1": "(6, 28, 28)", "q2": "no, 14.5", "q4": "7_60", "q5": [["120x120x32", "7776", "32"], "60x60x32"], "q7": "0128",
    }  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "q1: 28x28x6\nq4: 760\n", "q1 = 28x28x6\r\nq4 = 760\r\n", "\ufeffq1: 28x28x6\nq4: 760", "1) 28x28x6\n3) 760\n",
        "- q1: 28x28x6\n- q4: 760\n", "Q1: 28x28x6\nQ4: 760", "q1: [28, 28\nq1: 28x28x6\nq4: 760\n", '{"q1": "28x28x6", "q4": 760}',
        "answers:\n  q1: 28x28x6\n  q4: 760\n", "student: s1\nq1: 28x28x6\nq4: 760", "q1: 28x28x6 # easy\nq4: 760",
    ],
)  # fmt: skip
def test_lines_of_text_are_read(text: str) -> None:
    marked = mark(SHEET, one(text).values)
    assert marked.results[0].right
    assert marked.results[2].right


def test_the_number_of_a_list_or_a_word_before_a_name_is_no_name() -> None:
    texts = {
        "1. q4: 760\n2. q1: 28x28x6\n": {"q4": "760", "q1": "28x28x6"},  # as YAML
        "1) q4 760\n\n2) q1 = 28x28x6\n": {"q4": "760", "q1": "28x28x6"},
        "3. **Q4**: 760\n4. 8\n": {"q4": "760"},
        "Answer to q4: 760\nSolution q1 = 28x28x6\n(2) Question q2: 6": {"q4": "760", "q1": "28x28x6", "q2": "6"},
        "1. answers: 28x28x6\n3. 760\n": {"q1": "answers: 28x28x6", "q4": "760"},  # positions on the sheet
    }  # fmt: skip
    assert {text: one(text).values for text in texts} == texts


def test_a_question_with_two_names_in_yaml_costs_no_other_answer() -> None:
    texts = {
        "Answer to q1: 28x28x6\nq4: 760\nSolution q4: 1\n": ({"q1": "28x28x6", "q4": "760"}, "q4", "'q4'"),
        "Answer to q1: 28x28x6\nq4:\nSolution q4: 1\n": ({"q1": "28x28x6", "q4": "1"}, "q4", "'Solution q4'"),
        "Question 1: 3\nAnswer 1: 28x28x6\nq4: 1": ({"q1": "28x28x6", "q4": "1"}, "q1", "'Answer 1'"),
        "Question 1: 3\nAnswer 1:\nq4: 1": ({"q1": "3", "q4": "1"}, "q1", "'Question 1'"),
    }  # fmt: skip
    for text, (values, question, name) in texts.items():
        found = one(text)
        assert found.values == values, text
        assert found.notes == [f"{question} is answered twice; the answer after {name} counts"]


def test_utf16_from_an_editor_is_read() -> None:
    assert one("q1: 28×28×6\n".encode("utf-16")).values == {"q1": "28×28×6"}


def test_a_matrix_over_several_lines_belongs_to_its_question() -> None:
    found = one("q1: 28x28x6\nq5:\n120x120x32, 7776, 32\n60x60x32\nq4: 760\n")
    assert found.values["q5"].startswith("120x120x32")
    assert found.values["q4"] == "760"


@pytest.mark.parametrize(
    ("text", "values", "notes"),
    [
        ("q1: 28x28x6\nthanks\nq4: 760", {"q1": "28x28x6", "q4": "760"}, ["line 2 ('thanks') names no question and is not read; begin each answer with its question, such as q1:"]),
        ("q1: 28x28x6\nq4 760", {"q1": "28x28x6", "q4": "760"}, []),
        ("q1\t28x28x6\nq4\t760", {"q1": "28x28x6", "q4": "760"}, []),
        ("q1,28x28x6\nq4,760", {"q1": "28x28x6", "q4": "760"}, []),
        ("question,answer\nq1,28x28x6\nq4,760", {"q1": "28x28x6", "q4": "760"}, []),
        ('{"Question 1": "28x28x6", "Q4": 760}', {"q1": "28x28x6", "q4": "760"}, []),
        ("1: 28x28x6\n3: 760", {"q1": "28x28x6", "q4": "760"}, []),
        ("q1 - 28x28x6\nq4 - 760", {"q1": "28x28x6", "q4": "760"}, []),
        ("q1 28x28x6\nq2 no\nq4 -3", {"q1": "28x28x6", "q2": "no", "q4": "-3"}, []),
        ("q1 -> 28x28x6\nq4 → 760", {"q1": "28x28x6", "q4": "760"}, []),
        ("q1. 28x28x6\nq4. 760", {"q1": "28x28x6", "q4": "760"}, []),
        ("(q1) 28x28x6\n[q4] 760", {"q1": "28x28x6", "q4": "760"}, []),
        ("**q1:** 28x28x6\n**q4**: 760", {"q1": "28x28x6", "q4": "760"}, []),
        ("## Q1\n28x28x6\n\n## Q4\n760", {"q1": "28x28x6", "q4": "760"}, []),
        ("Q1\n28x28x6\nQ4\n760\n", {"q1": "28x28x6", "q4": "760"}, []),
        ("Question 1: 28x28x6\nQuestion 4: 760", {"q1": "28x28x6", "q4": "760"}, []),
        ("Problem 1) 28x28x6\nQ. 4) 760", {"q1": "28x28x6", "q4": "760"}, []),
        ("q1： 28x28x6\nq4： 760", {"q1": "28x28x6", "q4": "760"}, []),
        ("q4: 5*5*3+1 = 76\n76*10\n= 760", {"q4": "5*5*3+1 = 76\n= 760"}, ["q4: 1 more line was read as part of this answer", "line 2 ('76*10') names no question and is not read; begin each answer with its question, such as q1:"]),
        ("q4: 5*5*3 =\n75\nq7: 1 +\n2", {"q4": "5*5*3 =\n75", "q7": "1 +\n2"}, ["q4: 1 more line was read as part of this answer", "q7: 1 more line was read as part of this answer"]),
        ("q5:\n1. 120x120x32\n2. 60x60x32\nq4: 760", {"q5": "1. 120x120x32\n2. 60x60x32", "q4": "760"}, []),
        ("q5: 120x120x32\n60x60x32\nq4: 760", {"q5": "120x120x32\n60x60x32", "q4": "760"}, ["q5: 1 more line was read as part of this answer"]),
        ("q11: It shares weights.\n1. fewer of them\n2. same everywhere", {"q11": "It shares weights.\n1. fewer of them\n2. same everywhere"}, ["q11: 2 more lines were read as part of this answer"]),
        ("Jane Doe\nq1: 28x28x6\n# done\nq4: 760\nq4 was hard", {"q1": "28x28x6", "q4": "760"}, ["line 5 ('q4 was hard') names no question and is not read; begin each answer with its question, such as q1:"]),
        ("28x28x6\nq4: 760\n1\n2\n3\n4", {"q4": "760"}, ["lines 1 ('28x28x6'), 3 ('1'), 4 ('2') and 2 more name no question and are not read; begin each answer with its question, such as q1:"]),
        ("q1: 28x28x6\n  thanks\nq4: 760", {"q1": "28x28x6 thanks", "q4": "760"}, ["q1: its 2 lines were read as one answer"]),
    ],
)  # fmt: skip
def test_a_line_is_part_of_an_answer_only_with_a_word(
    text: str, values: dict[str, str], notes: list[str]
) -> None:
    found = one(text)
    assert found.values == values
    assert [note for note in found.notes if not note.startswith("read line by line")] == notes


@pytest.mark.unmeasured
def test_lines_are_added_in_linear_time() -> None:
    def seconds(lines: int) -> float:
        start = clock.seconds()
        one("q11: it\n" + "shares weights\n" * lines)
        return clock.seconds() - start

    seconds(1_000)
    assert seconds(80_000) < 30 * max(seconds(8_000), 0.01)


def test_a_notebook_is_read_and_never_run() -> None:
    code = [
        'import os\n%matplotlib inline\nanswers = {}\nanswers["q1"] = (28, 28, 6)\nstudent = "s042"\n',
        'answers["q4"] = (5*5*3+1)*10\nanswers["q7"] = 588_000\nanswers["q2"] = None\nanswers["q11"] = os.system("echo no")\n',
        'answers["q5"] = [["120x120x32", 7776, 32], "60x60x32"]\n',
    ]
    cells = [{"cell_type": "code", "source": text.splitlines(keepends=True)} for text in code]
    cells.insert(0, {"cell_type": "markdown", "source": ["answers"]})
    found = one(json.dumps({"cells": cells, "nbformat": 4}))
    assert found.student == "s042"
    assert found.values["q4"] == "(5*5*3+1)*10"
    assert found.values["q11"] == 'os.system("echo no")'
    marked = mark(SHEET, found.values)
    assert [marked.results[i].status for i in (0, 1, 2, 4)] == ["right", "blank", "right", "right"]


def test_a_broken_notebook_cell_is_read_line_by_line() -> None:
    cells = [{"cell_type": "code", "source": 'answers["q4"] = 760  # sure\nif :\n'}]
    assert one(json.dumps({"cells": cells})).values == {"q4": "760"}


def notebook(*cells: str) -> str:
    return json.dumps({"cells": [{"cell_type": "code", "source": code} for code in cells]})


def test_a_notebook_may_assign_all_answers_at_once() -> None:
    for code in (
        'answers = {"q1": "28x28x6", "q4": 5*5*3*10 + 10}',
        'answers: dict = {"q1": "28x28x6", "q4": 5*5*3*10 + 10}',
        'answers = dict(q1="28x28x6", q4=5*5*3*10 + 10)',
        'answers.update({"q1": "28x28x6", "q4": 5*5*3*10 + 10})',
    ):
        assert one(notebook(code)).values == {"q1": "28x28x6", "q4": "5*5*3*10 + 10"}


def test_parts_of_code_are_cut_out_as_python_would() -> None:
    code = 'answers["q1"] = (\n  "é", -1, [2,\n  np.array([[1, 2],\n  [3, 4]])], "x"\n)\ré = 1\r\nanswers["q4"] = é  + 5'
    assert one(notebook(code)).values == {
        "q1": ["é", "-1", ["2", "np.array([[1, 2],\n  [3, 4]])"], "x"],
        "q4": "é  + 5",
    }


@pytest.mark.unmeasured
def test_a_notebook_is_read_in_linear_time() -> None:
    def seconds(numbers: int) -> float:
        text = notebook('answers["q4"] = [' + ", ".join(["-1"] * numbers) + "]")
        start = clock.seconds()
        one(text)
        return clock.seconds() - start

    small, large = (min(seconds(count) for _ in range(3)) for count in (600, 4_800))
    assert large < 30 * max(small, 0.01)  # eight times as long; quadratic: sixty-four times


def test_a_long_cell_is_not_left_out_without_a_word() -> None:
    found = one(notebook('answers["q1"] = 1\n' + "#" * 200_000, 'answers["q4"] = 760'))
    assert found.values == {"q4": "760"}
    assert found.notes == [
        "1 cell of more than 200,000 characters not read; split them into shorter ones"
    ]


def test_json_may_write_a_character_as_two_halves() -> None:
    assert one(json.dumps({"q11": "so 😀", "q4": 760})).values == {"q11": "so 😀", "q4": "760"}
    assert one(r'{"q11": "\\ud83d\\ude00 \ud83d\ude00"}').values == {"q11": r"\ud83d\ude00 😀"}
    assert one(notebook(r'answers["q11"] = "\ud83d\ude00 x"')).values == {"q11": "\ufffd\ufffd x"}
    assert one(notebook('answers["q11"] = "😀"')).values == {"q11": "😀"}


@pytest.mark.parametrize(
    "text",
    [
        r'{"q11": "a \ud83d b"}', r'{"q11": "a \ude00 b"}', r'q11: "a \uDE00 b"', r'{"answers": {"q11": "a \ud83d b"}}',
        r'{"cells": [{"cell_type": "code", "source": "answers[\"q11\"] = \"a \ud83d b\""}]}', r'{"cells": [{"cell_type": "code", "source": "answers[\"q11\"] = \"a \\ud83d b\""}]}',
    ],
)  # fmt: skip
def test_half_of_a_character_is_replaced_with_a_note(text: str) -> None:
    found = one(text)
    assert found.values["q11"].strip('"') == "a \ufffd b"
    assert (
        found.notes[-1]
        == "half of a character is replaced by \ufffd: a \\u escape for its other half is missing"
    )
    json.dumps(mark(SHEET, found.values).to_dict(), ensure_ascii=False).encode()


def test_half_of_a_character_in_a_text_is_refused() -> None:
    with pytest.raises(ConvcalcError) as caught:
        one("q11: \ud83d")
    assert str(caught.value) == "mine: contains half of a character (U+D83D); save it as UTF-8"


def test_a_table_holds_a_row_per_student() -> None:
    text = "student_id,q1,q4,q5.1.shape,q5.1.weights,remarks\ns1,28x28x6,760,120x120x32,7776,\ns2,28x28x3,260,,,=cmd\n"
    found = submissions.parse(text, SHEET, "form.csv")
    assert [each.student for each in found] == ["s1", "s2"]
    marked = mark(SHEET, found[0].values)
    assert [marked.results[0].right, marked.results[2].right] == [True, True]
    assert [part.status for part in marked.results[3].parts[:2]] == ["right", "right"]
    assert submissions.answers_of(found, "s2", "form.csv").values["q4"] == "260"
    with pytest.raises(ConvcalcError, match="holds 2 students; choose one with --student s1"):
        submissions.answers_of(found, "", "form.csv")
    with pytest.raises(ConvcalcError, match="no answers of 's3'"):
        submissions.answers_of(found, "s3", "form.csv")


def test_a_forms_own_headings_can_be_mapped() -> None:
    text = 'Email Address;"Parameters?"\na@b.c;760\n'
    found = tables.parse_table(text, SHEET, "form.csv", {"Parameters?": "q4"})
    assert (found[0].student, found[0].values) == ("a@b.c", {"q4": "760"})


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty"), (b"\xff\xfe\x00", "not UTF-8"), (b"\x89PNG\x00\x01", "not UTF-8 text"), (b"q1\x00: 1", "not a text file"),
        (b"hello there", "has no answers"), (b"x" * (5 * 2**20), "larger than 4 MiB"), (b"student_id,q1\n", "only a header; add"),
        (b"[[[", "not valid YAML"), (b"a: &a [*a]", "larger than any"),
    ],
)  # fmt: skip
def test_what_holds_no_answers_is_said(data: bytes, said: str) -> None:
    with pytest.raises(ConvcalcError) as caught:
        one(data)
    assert said in str(caught.value)


@pytest.mark.unmeasured
def test_a_bomb_of_aliases_in_answers_is_refused() -> None:
    lines = ["a: &a [x, x, x, x, x, x, x, x, x, x]"]
    for i in range(8):
        before, name = chr(ord("a") + i), chr(ord("b") + i)
        lines.append(f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]")
    start = clock.seconds()
    with pytest.raises(ConvcalcError):
        one("\n".join(lines))
    assert clock.seconds() - start < 2


def corrupted(rng: random.Random, data: bytes) -> bytes:
    """The bytes with a few changes: flipped, cut out, repeated, or with hostile parts inserted."""
    for _ in range(rng.randint(1, 4)):
        place = rng.randrange(len(data) + 1)
        action = rng.randrange(6)
        if action == 0 and data:
            data = data[:place] + bytes([rng.randrange(256)]) + data[place + 1 :]
        elif action == 1:
            data = data[:place] + data[place + rng.randrange(9) :]
        elif action == 2:
            data = data[:place] + data[max(0, place - 9) : place] * rng.randrange(4) + data[place:]
        elif action == 3:
            hostile = [b"[", b"{", b"]", b"}", b": ", b"\n", b"\t", b"- ", b"&a ", b"*a ", b"!!int ", b"'", b'"', b"%", b"9**9**9",
                       b"\x1b[31m", b"\xe2\x80\xae", b"=cmd|", b"../", b"<b>", b"1e999", b"nan", b"0x1f", b"|\n", b">\n", b"? ", b"---\n"]  # fmt: skip
            data = data[:place] + rng.choice(hostile) + data[place:]
        elif action == 4:
            data = data[:place]
        else:
            lines = data.split(b"\n")
            rng.shuffle(lines)
            data = b"\n".join(lines)
    return data


@pytest.mark.unmeasured
def test_corrupted_answers_never_break_the_marking() -> None:
    rng = random.Random(8740)
    sources = [
        YAML.encode(),
        b"q1: 28x28x6\nq2: no\nq4: 7,600\n",
        b"student_id,q1,q4\ns1,28x28x6,760\n",
        json.dumps({"answers": {"q5": TABLE, "q4": 760}}).encode(),
    ]
    read, said = 0, set[str]()
    for _ in range(800):
        data = corrupted(rng, rng.choice(sources))
        try:
            found = submissions.parse(data, SHEET, "mine")
        except ConvcalcError as error:
            said.add(str(error))
            continue
        for each in found:
            marked = mark(SHEET, each.values, level=2)
            json.dumps(marked.to_dict(with_answers=True))
            read += 1
    assert read > 400
    assert all(line.isprintable() for each in said for line in each.split("\n"))


ROWS = loads(
    """convcalc_sheet: 1
id: rows
questions:
  - {id: q1, type: arch-table, given: {input: 20x20x2, arch: "conv:k3c7 pool:k2 fc:11", ask: [shape, params]}}
  - {id: q2, type: same-padding, given: {n: 50, k: 7, s: 2}}
  - {id: q3, type: output-size, given: {n: 32, k: 5}}
  - {id: q4, type: text, text: Why?}
"""
)
# by hand: 20 − 3 + 1 halved; (3·3·2 + 1)·7 and (9·9·7 + 1)·11; (25 − 1)·2 + 7 − 50 zeros
TABLE_ROWS = ("18x18x7, 133", "9x9x7, 0", "11, 6248")


@pytest.mark.parametrize(
    "text",
    [
        "q1:\n  {}\n  {}\n  {}\nq3: 28",  # YAML folds such lines into one
        "q1: {}\n  {}\n  {}\nq3: 28",
        "q1: # my table\n  {}\n\n  {}\n  {} # done\nq3: 28",
        "q1:\nconv: {}\npool: {}\nfc: {}\nq3: 28",  # YAML takes each as a separate answer
        "q1:\n1: {}\n2: {}\n3: {}\nq3: 28",
        "q1:\nconv: [{}]\npool: [{}]\nfc: [{}]\nq3: 28",
        "q1:\n  conv: {}\n  pool: {}\n  fc: {}\nq3: 28",
        "student: s1\nanswers:\n  q1:\n    {}\n    {}\n    {}\n  q3: 28",
        "student: s1\nanswers:\n  q1:\n  conv: {}\n  pool: {}\n  fc: {}\n  q3: 28",
        "q1: |\n  {}\n  {}\n  {}\nq3: 28",
    ],
)
def test_rows_below_a_question_are_its_lines(text: str) -> None:
    (found,) = submissions.parse(text.format(*TABLE_ROWS), ROWS, "mine")
    marked = mark(ROWS, found.values)
    assert [result.status for result in marked.results] == ["right", "blank", "right", "blank"]
    assert found.notes + marked.notes == []


@pytest.mark.parametrize(
    "text",
    ["q2:\ntotal: 5\nbefore: 2\nafter: 3\nq3: 28", "q2:\n  5\n  2\n  3\nq3: 28"],
)
def test_parts_below_a_question_are_its_own(text: str) -> None:
    (found,) = submissions.parse(text, ROWS, "mine")
    marked = mark(ROWS, found.values)
    assert [result.status for result in marked.results] == ["blank", "right", "right", "blank"]
    assert found.notes + marked.notes == []


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("q4:\n  It shares\n  weights.\nq3: 28", {"q4": "It shares\nweights.", "q3": "28"}),
        # one number is one line; another question, or text after an answer, is not a row
        ("q3:\nconv: 28\nq2: 5", {"q3": "", "conv": "28", "q2": "5"}),
        ("q1:\nq9: 5\nq3: 28", {"q1": "", "q9": "5", "q3": "28"}),
        ("q1: 5\nconv: 5\nq3: 28", {"q1": "5", "conv": "5", "q3": "28"}),
    ],
)
def test_only_names_below_an_empty_answer_of_lines_are_rows(
    text: str, values: dict[str, str]
) -> None:
    (found,) = submissions.parse(text, ROWS, "mine")
    assert found.values == values
