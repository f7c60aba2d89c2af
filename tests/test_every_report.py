"""Every command in every format: JSON keys in one style, and documents with the whole content of the table."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from command_lines import commands, run
from convcalc.cli import output, picture_output
from convcalc.formats import FORMATS
from convcalc.report import Report
from convcalc.text import LATEX, as_ascii
from manual.json_meanings import NAMED
from report_lines import answers, furnish, lines_of, offers

DOCUMENTS = ("markdown", "html", "latex")
KEY = re.compile("[a-z][a-z0-9]*(_[a-z0-9]+)*")
# Content that a document has in another form: a column instead of a sentence, or a picture of letters.
SAID_OTHERWISE = {
    # Headings of matrices side by side; the cells that a window reads, next to their values.
    "hand": {"rows", "columns", "cells", "padded", "turned", "0", "5"},
    "hw check": {"text", "understood", "2,640"},  # "? not understood" is the status unreadable
    "hw conventions": {"this", "another", "than"},  # "This is the usual value." is a column
}


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the files that the lines name."""
    folder = tmp_path_factory.mktemp("furnished")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        furnish(folder)
    return folder


@pytest.fixture(autouse=True)
def _in_the_folder(furnished: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(furnished)
    monkeypatch.delenv("COLUMNS", raising=False)
    monkeypatch.setenv("NO_COLOR", "1")


def keys_in(value: Any) -> Iterator[str]:
    """The keys of JSON, without those that are names of the input."""
    if isinstance(value, list):
        for item in value:
            yield from keys_in(item)
    elif isinstance(value, dict):
        for key, inside in value.items():
            yield key
            yield from () if key in NAMED and isinstance(inside, dict) else keys_in(inside)


@pytest.mark.unmeasured
@pytest.mark.parametrize("name", lines_of("json"))
def test_json_has_words_as_keys_and_no_path_of_the_machine(name: str) -> None:
    told = list(answers(name, "json"))
    odd = {
        (line, key)
        for line, out in told
        for key in keys_in(json.loads(out))
        if not KEY.fullmatch(key)
    }
    assert not odd
    home, here = str(Path(output.__file__).parents[2]), str(Path.cwd())
    assert [line for line, out in told if home in out or here in out] == []


@pytest.mark.unmeasured
def test_every_command_with_a_report_is_tried() -> None:
    for name in FORMATS:
        tried = lines_of(name)
        assert set(tried) == {each for each in commands() if offers(commands()[each], name)}
        assert all(tried.values())


def reports(name: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, Report]]:
    """The reports of a command's lines in table form, without their pictures."""
    kept: list[Any] = []
    for module in (output, picture_output):
        monkeypatch.setattr(module, "shelf", lambda *_: kept)
    for words in lines_of("json")[name]:
        kept.clear()
        run(words, limit=60)
        for each in kept:
            report = each if isinstance(each, Report) else each.report()
            yield " ".join(words), replace(report.folded(), figures=(), hint="")


def said(name: str, report: Report) -> str:
    """The text of a report in a format, without the format's own syntax."""
    found = FORMATS[name]
    text = "\n".join([*found.lines(report), *(found.asides(report) if found.draws else ())])
    if name == "html":
        text = re.sub(r"<style.*?</style>", "", text, flags=re.DOTALL)
        text = html.unescape(re.sub(r"<[^>]*>", " ", text))
    elif name == "latex":
        for sign in sorted(LATEX, key=lambda sign: (-len(LATEX[sign]), sign)):
            text = text if sign.isspace() else text.replace(LATEX[sign], sign)
    return as_ascii(re.sub("─+", " ", text))


def is_laid_out(report: Report) -> bool:
    """Whether a format that keeps spaces shows lines instead of the rows."""
    return bool(report.layout or report.lines) and not report.lines_repeat_rows


def words_of(text: str) -> set[str]:
    """The numbers and the longer words of a text, without a letter's case."""
    return {word.lower() for word in re.findall(r"[A-Za-z]{4,}|\d+(?:[.,]\d+)*", text)}


@pytest.mark.unmeasured
@pytest.mark.parametrize("name", lines_of("json"))
def test_every_format_has_what_the_table_says(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    lacking: list[tuple[str, ...]] = []
    for line, report in reports(name, monkeypatch):
        table = words_of(said("table", report)) - {"note"} - SAID_OTHERWISE.get(name, set())
        for document in DOCUMENTS:
            text = said(document, report)
            lacking += [(line, document, *lost)] if (lost := table - words_of(text)) else []
            for shown in (report, *report.tables):
                for column in shown.printed_columns:
                    texts = [column.text(column.value(row)) for row in shown.rows]
                    if document == "latex" or not is_laid_out(shown):
                        texts.append(column.heading)
                    lost = words_of(as_ascii(" ".join(texts))) - words_of(text)
                    lacking += [(line, document, column.key, *lost)] if lost else []
        for shown in (report, *report.tables):
            keys = [column.key for column in shown.columns]
            assert len(keys) == len(set(keys)), line
            if keys:
                assert next(iter(FORMATS["csv"].lines(shown))).split(",") == keys, line
    assert not lacking


def test_memory_has_its_columns_in_every_format(convcalc: Any) -> None:
    for name, row in {
        "table": "weights           246,824  246.82  241.04  parameters and buffers",
        "markdown": "| weights | 246,824 | 246.82 | 241.04 | parameters and buffers |",
        "html": '<tr><td>weights</td><td class="r">246,824</td><td class="r">246.82</td><td class="r">241.04</td>'
        "<td>parameters and buffers</td></tr>",
        "latex": r"weights & 246,824 & 246.82 & 241.04 & parameters and buffers \\",
    }.items():
        assert row in convcalc("arch", "lenet5", "--memory", "--format", name).out.splitlines()


def test_a_drawing_has_its_numbers_in_every_document(convcalc: Any) -> None:
    """In a terminal, a picture of letters has them; a document without them would be empty."""
    for of, number in (("macs", "416,520"), ("alive", "22,912")):
        for name in DOCUMENTS:
            assert number in convcalc("draw", "cost", "lenet5", "--of", of, "--format", name).out


def test_a_legend_says_what_the_columns_mean(convcalc: Any) -> None:
    def legend(*words: str) -> str:
        return str(convcalc("arch", "lenet5", *words, watched=True).err)

    assert "\nrf = receptive field: pixels of the image a unit sees, per axis\n" in legend()
    assert "\nconnections = inputs and biases of each unit" in legend("--columns", "connections")
    assert "rf = " not in legend("--columns", "connections")
    assert "activations = output values" in legend("--memory")
    many = "rf,rf_stride,rf_padding,connections,bias_adds"
    assert "\n--columns help says what each column means\n" in legend("--columns", many)


BLOCKS = """
input: [1, 64, 64]
layers:
  - repeat: 40
    layers: [relu]
  - repeat: 2
    layers: [tanh]
  - repeat: 2
    layers: [tanh, sigmoid]
  - repeat: 9
    layers: [{conv: {out_channels: 1, kernel_size: 3}}, relu]
"""


def test_a_block_that_repeats_once_is_folded_only_where_that_saves_rows(convcalc: Any) -> None:
    Path("blocks.yaml").write_text(BLOCKS, encoding="utf-8")
    names = [line.split("  ")[0] for line in convcalc("arch", "blocks.yaml").out.splitlines()]
    assert names[5:13] == [
        "relu1",
        "relu2 … relu40 (×39)",
        "tanh1",
        "tanh2",
        "tanh3",
        "sigmoid1",
        "tanh4 … sigmoid2",
        "conv1",
    ]
