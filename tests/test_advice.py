"""The next useful command is never the typed one: every advised option is accepted, and not advised again."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from convcalc.cli import output
from convcalc.cli.advice import still_new
from option_pairs import BASES, REFUSED, Line, furnished, line_of, options_of, values_of

_AGAINST = re.compile(r"\b(?:without|leave)\b")  # advice to leave an option out


def advised(text: str, name: str) -> list[str]:
    """The options of a command that its last line advises."""
    hints = [line for line in text.splitlines() if line.startswith("next: ")]
    words = re.findall(r"(?<![\w-])--?[a-z][\w-]*", " ".join(hints))
    return [] if _AGAINST.search(" ".join(hints)) else [w for w in words if w in options_of(name)]


@pytest.mark.unmeasured
@pytest.mark.parametrize("name", sorted(BASES))
def test_an_option_that_is_given_is_not_advised(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setattr(output, "is_watched", lambda: True)
    values = values_of(name)
    wrong: list[str] = []
    with furnished(tmp_path) as folder:

        def look(line: Line) -> list[str]:
            answer = folder.answer(line)
            found = [] if answer.code == REFUSED else advised(answer.err, name)
            given = {n for option, _ in line.options for n in options_of(name)[option].opts}
            wrong.extend(f"{line.typed()}: {option}" for option in found if option in given)
            return found

        for base in BASES[name]:
            start = line_of(name, base)
            for option in look(start):
                if option in values and not any(each == option for each, _ in start.options):
                    look(start.with_option(option, values[option]))
    assert wrong == []


@pytest.mark.parametrize(
    ("line", "advice"),
    [
        ("memory alexnet", "--device 24GB shows which batch fits; --optimizer adam, --precision mixed"),
        ("memory alexnet --optimizer adam", "--device 24GB shows which batch fits; --precision mixed"),
        ("memory alexnet --device 24GB", "--checkpoint sqrt runs parts again and keeps less"),
        ("memory alexnet --device 24GB --checkpoint sqrt", ""),
        ("memory alexnet --checkpoint=sqrt --device 24GB", ""),
        ("roofline alexnet --device a100", "--bytes fused; --batch 32; --precision"),
        ("roofline alexnet --device a100 --bytes fused", "--batch 32; --precision"),
        ("roofline alexnet --device a100 --bytes fused --batch 2 --precision float16", ""),
        ("arch lenet5 --rf", "--explain C3 shows a working; --memory, --sort macs"),
        ("hand --x 1,2;3,4 --k 1,2 --flip", "--step I,J shows one window, --blank makes a worksheet"),
        ("hand --x 1,2;3,4 --k 1,2 --step 0,0", "without --step, every window is shown"),
    ],
)  # fmt: skip
@pytest.mark.unmeasured
def test_what_is_left_to_advise(line: str, advice: str, convcalc: Any) -> None:
    shown = convcalc(*line.split(), watched=True).err
    assert re.findall("^next: (.*)$", shown, re.MULTILINE) == ([advice] if advice else [])


def test_a_command_that_goes_on_is_no_option() -> None:
    assert still_new("convcalc hw stats graded/", ["--out", "-o"]) == "convcalc hw stats graded/"
