"""No file of answers under 10 kB takes a second or 300 MB, with any content, or breaks anything."""

from __future__ import annotations

import json
import resource
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import clock
from convcalc.errors import ConvcalcError
from convcalc.homework import loads
from convcalc.homework.classroom import answer_files as submissions
from convcalc.homework.marking.mark import mark
from convcalc.homework.questions import QUESTIONS

MAX_BYTES = 10_000
MAX_SECONDS = 1.0  # of processor time, so that a busy machine does not matter
MAX_MEMORY = 300 * 2**10  # in KiB, like the system's number

# A question of every type, so that an answer meets every type of answer.
SHEET = loads(
    json.dumps(
        {
            "convcalc_sheet": 1,
            "questions": [
                {"id": f"q{number}", "type": kind, "given": task.examples[0], "text": "Why?" if kind == "text" else task.about}
                for number, (kind, task) in enumerate(QUESTIONS.items(), start=1)
            ],
        }
    )
)  # fmt: skip
IDS = [question.id for question in SHEET.questions]

ATOMS = (
    "x", "*", "1", "9", "1x", "1+", "-", "(", "[", "{", "⌊", "floor(", r"\frac{", r"\frac{1}{", r"\times", r"\begin{", r"\\ 1 & ", "$", r"\(", "\\", "\\\\", "**", "*a", "_a_", "`", "~~", "<p>", "<sup>", "&amp;", "&#",
    "the ", "by ", "channels ", "28 the ", "1,", "1 ", "1,111", "1.111", "1e9", "1e99", "1e99999 ", "1e-99999", "^9", "**9", "9^9^", "10**9**9", "½", "1½", "²", "@", "=", "= 1 ", "->", "so 1 ", "≈", "no ", "does not fit ", "yes ",
    "k=", "k=3 ", "a ", "torch.Size([", "np.array(", "dtype=", "|", "1|", "1;", "\n", "\t", "\r", "q1", "q1:", "q1: 1\n", "q2 1\n", "- ", "? ", "&a ", "*a ", "!!int ", "'", '"', "%", "75% ", "MB ", "kilobytes ", "1/", "/1", "1/0 ",
    "0", "0.", "0x1f ", "nan", "1_", "'111", ",111", "½⅓", "٣", "1万", "\u200b", "\ufeff", "\x1b[31m", "\u202e", "😀", "\u0336", "ﷺ", "\x85", "\u2028", "\x0c", r"\ud83d", r"\ude00", "answers", 'answers["q1"]', 'answers["q1"] = ',
    ":", "# ", "1 # ", "1//", "!=", "<", "c^2", "9c", "lambda:", "f'{", "1if 1else ", "a.", "a[", "await ", "**{",
)  # fmt: skip
PAIRS = (
    ("(", ")"), ("[", "]"), ("{", "}"), (r"\frac{", "}{2}"), (r"\frac{1}{", "}"), ("⌊", "⌋"), ("((1)+", "1)"), ("2^(", ")"), ("<p>", "</p>"), ("**", "**"), ("1/(", ")"), ("-(", ")"), ("{a: ", "}"), ("[a, ", "]"), ("f(", ")"),
)  # fmt: skip


def assigned(*values: str) -> str:
    """A notebook that assigns these values to the first question."""
    code = "".join(f'answers["q1"] = {value}\n' for value in values)
    return json.dumps({"cells": [{"cell_type": "code", "source": f"answers = {{}}\n{code}"}]})


def bomb(marks: int) -> str:
    """Aliases of aliases."""
    names = "abcdefgh"
    lines = ["a: &a [x, x, x, x, x, x, x, x]"]
    lines += [f"{new}: &{new} [{', '.join([f'*{old}'] * marks)}]" for old, new in pairwise(names)]
    return "\n".join(lines)


SEEDS: dict[str, str] = {
    "a notebook with a list of 4,800 numbers": assigned("[" + ",".join(["1"] * 4_800) + "]"),
    "a notebook with a list of negative numbers": assigned("[" + ",".join(["-1"] * 3_200) + "]"),
    "a notebook of nested lists": assigned("[" * 2_000 + "]" * 2_000),
    "a notebook of lists nested as deep as Python reads": assigned("[" * 90 + "-1" + "]" * 90),
    "a notebook of signs": assigned("-" * 9_000 + "1"),
    "a notebook of sums": assigned("1" + "+1" * 4_500),
    "a notebook of attributes": assigned("a" + ".a" * 4_500),
    "a notebook of powers": assigned("9**9**9**9"),
    "a notebook with 9,000 digits": assigned("9" * 9_000),
    "a notebook that is cut off": 'answers["q1"] = ' * 500,
    "a notebook with broken cells": assigned(*["1 if"] * 400),
    "a notebook with a number of 9,000 digits beside its cells": '{"cells": [], "n": ' + "9" * 9_000 + "}",
    "a notebook nested like a bomb": '{"cells": ' + "[" * 9_000,
    "lines added to an answer": "q1: 28x28x6\n" + "x\n" * 4_900,
    "lines added to a table": "q40:\n" + "1,1,1\n" * 1_500,
    "9,000 digits": "q1: " + "9" * 9_000,
    "9,000 digits in braces": "{q1: " + "9" * 9_000 + "}",
    "4,301 digits": '{"q1": ' + "9" * 4_301 + "}",
    "a huge exponent": "q1: 1e99999\nq2: 1e-99999\nq3: 1e999999999999999",
    "powers of powers": "q1: 10**9**9**9\nq2: 9^9^9^9\nq3: 10^10^10",
    "nested fractions": "q1: " + r"\frac{1}{" * 1_000 + "1" + "}" * 1_000,
    "nested fractions, short": "".join(f"q{i}: " + r"\frac{" * 40 + "1" + "}{2}" * 40 + "\n" for i in range(1, 30)),
    "parentheses": "q1: " + "(" * 4_900 + ")" * 4_900,
    "signs": "q1: " + "-" * 9_000 + "1",
    "brackets of YAML": "q1: " + "[" * 199 + "]" * 199,
    "too many brackets of YAML": "q1: " + "[" * 5_000,
    "mappings where a value is meant": "".join(f"{name}: {{a: {{b: [{{c: 1}}]}}}}\n" for name in IDS),
    "a mapping of 900 values": "q1: {" + ", ".join(f"a{i}: 1" for i in range(900)) + "}",
    "parts that do not exist": "".join(f"q1.{i}: 1\n" for i in range(1_000)),
    "aliases of aliases": bomb(8),
    "spaces": "q1: 1" + " " * 9_000 + "1",
    "dollars": "q1: " + "$" * 9_000,
    "stars": "".join(f"{name}: {'*a' * 90}\n" for name in IDS),
    "underscores": "".join(f"{name}: {'_a' * 90}\n" for name in IDS),
    "backquotes": "q1: " + "`" * 9_000,
    "words": "".join(f"{name}: 28{' the' * 45}\n" for name in IDS),
    "characters of HTML": "q1: " + "&#99999999;" * 800,
    "tags": "".join(f"{name}: {'<p ' * 60}\n" for name in IDS),
    "matrices in pieces": "q44: " + "[1]" * 3_000,
    "a table of one row": "q1" + ",q1" * 3_000 + "\n" + "1" + ",1" * 900,
    "a table of quotes": 'q1,q4\n"' + '""' * 4_000,
    "anchors": "".join(f"&a{i} " for i in range(1_500)),
    "questions marks": "? " * 4_500,
    "half characters": r'{"q1": "\ud83d", "q2": "\ude00\ud83d", "\ud83d": 1}',
}  # fmt: skip


def take(data: bytes) -> None:
    """Read and mark a file in limited time; the result must be printable and writable."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = clock.seconds()
    said = ""
    try:
        found = submissions.parse(data, SHEET, "mine")
    except ConvcalcError as error:
        found, said = [], str(error)
    assert all(line.isprintable() for line in said.split("\n"))
    for each in found:
        marked = mark(SHEET, each.values, level=2)
        json.dumps(marked.to_dict(with_answers=True), ensure_ascii=False).encode()
        assert all(note.isprintable() for note in [*each.notes, *marked.notes])
        echoes = [part.said for result in marked.results for part in result.parts]
        assert all(line.isprintable() for text in echoes for line in text.split("\n"))
        if len(found) > 5:
            break
    assert clock.seconds() - start < MAX_SECONDS
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert after - before < MAX_MEMORY


@pytest.fixture(scope="module", autouse=True)
def _prepared() -> None:
    """Values that a sheet computes only once are not part of a file's time."""
    for text in ("123457", "28x28x6", "[[1, 2], [3, 4]]"):
        mark(SHEET, dict.fromkeys(IDS, text), level=2)


@pytest.mark.unmeasured
@pytest.mark.parametrize("name", SEEDS)
def test_a_known_bomb_is_taken_in_bounded_time_and_memory(name: str) -> None:
    data = SEEDS[name].encode()
    assert len(data) < 3 * MAX_BYTES
    take(data)


def repeated(parts: list[str], size: int) -> str:
    """Some atoms over and over."""
    unit = "".join(parts)
    return unit * (size // len(unit) + 1)


def enclosed(pair: tuple[str, str], inside: str, depth: int) -> str:
    """Something in many brackets."""
    return pair[0] * depth + inside + pair[1] * depth


SIZES = st.sampled_from([1, 20, 80, 190, 390, 1_000, 3_000, 9_800])
HOSTILE = st.one_of(
    st.builds(repeated, st.lists(st.sampled_from(ATOMS), min_size=1, max_size=3), SIZES),
    st.lists(st.sampled_from(ATOMS), max_size=120).map("".join),
    st.builds(enclosed, st.sampled_from(PAIRS), st.sampled_from(ATOMS), st.sampled_from([2, 8, 9, 30, 41, 190, 2_000])),
    st.text(max_size=60),
)  # fmt: skip
VALUES = st.recursive(
    HOSTILE.map(lambda text: text[:200]),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=20,
)  # fmt: skip


def as_lines(texts: list[str]) -> str:
    return "".join(f"{name}: {text}\n" for name, text in zip(IDS, texts * len(IDS)))


def as_table(texts: list[str]) -> str:
    return ",".join(["student_id", *IDS]) + "\ns1," + ",".join((texts * len(IDS))[: len(IDS)])


def as_json(values: list[Any]) -> str:
    return json.dumps(dict(zip(IDS, values * len(IDS))))


SHAPES: list[Callable[[list[str]], str]] = [as_lines, as_table, "".join, "\n".join]
FILES = st.one_of(
    st.builds(lambda shape, texts: shape(texts), st.sampled_from(SHAPES), st.lists(HOSTILE, min_size=1, max_size=8)),
    st.lists(VALUES, min_size=1, max_size=8).map(as_json),
    st.lists(HOSTILE, min_size=1, max_size=4).map(lambda texts: assigned(*texts)),
    st.lists(HOSTILE, min_size=1, max_size=90).map(lambda texts: assigned("[" + ",".join(texts) + "]")),
)  # fmt: skip


@pytest.mark.unmeasured
@settings(max_examples=250, deadline=None)
@given(FILES)
def test_no_file_of_answers_takes_long_or_much_memory(text: str) -> None:
    take(text.encode("utf-8", "replace")[:MAX_BYTES])


def test_right_answers_of_every_type_are_plain_data() -> None:
    for question in SHEET.questions:
        for part in question.parts:
            json.dumps(part.answer_type.json(part.expected))
            assert type(part.expected).__module__ != "numpy", (question.kind, part.name)
