"""Every format of every kind of report: golden outputs, and the rules for text."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest

from convcalc.analysis.analysis import Analysis
from convcalc.analysis.folding import fold_repeats
from convcalc.analysis.report import report_of
from convcalc.analysis.rows import COLUMNS
from convcalc.formats import FORMATS, Format, View, output_format
from convcalc.formats.table import _fit as fitted
from convcalc.formats.table import _without_middle as shortened
from convcalc.layers.values import shape_of
from convcalc.network.chain import parse_chain
from convcalc.network.load import load, loads
from convcalc.report import Column, Report
from convcalc.text import width as text_width

LENET = "conv:k5c6 pool:k2 conv:k5c16 pool:k2 fc:120 fc:84 fc:10"
HOSTILE = """
name: "[bold]N\\e[31m <script>alert(1)</script> $x$ |"
source: "=cmd()|' /C calc'!A0"
input: [1, 8, 8]
layers:
  - conv: {name: "=SUM(A1:A9)", out_channels: 2, kernel_size: 3}
  - conv: {name: "[red]a|b*_c", out_channels: 2, kernel_size: 3}
  - conv: {name: '<img src=x onerror=1>', out_channels: 2, kernel_size: 3}
  - conv: {name: '\\input{/etc/passwd}%&#', out_channels: 2, kernel_size: 1}
"""


def lenet() -> Report:
    return report_of(parse_chain(LENET.split(), shape_of("1x32x32")).walk())


def text(name: str, shown: Report | Analysis, view: View | None = None) -> str:
    report = report_of(shown) if isinstance(shown, Analysis) else shown
    found = FORMATS.find(name)
    asides = found.asides(report, view) if name == "table" else ()
    return "\n".join([*found.lines(report, view), *asides]) + "\n"


@pytest.mark.parametrize("name", sorted(FORMATS.load()))
def test_chain_prints_as_before(name: str, golden: Callable[[str, str], None]) -> None:
    golden(f"lenet_chain{FORMATS.find(name).suffix}", text(name, lenet()))


@pytest.mark.parametrize("name", sorted(FORMATS.load()))
@pytest.mark.unmeasured
def test_folded_network_prints_as_before(name: str, golden: Callable[[str, str], None]) -> None:
    analysis = load("resnet50").walk()
    report = report_of(analysis)
    if FORMATS.find(name).folds:
        report = replace(report, rows=fold_repeats(analysis))
    golden(f"resnet50{FORMATS.find(name).suffix}", text(name, report))


@pytest.mark.parametrize("name", sorted(FORMATS.load()))
def test_hostile_names_print_as_harmless_text(
    name: str, golden: Callable[[str, str], None]
) -> None:
    shown = text(name, loads(HOSTILE).walk())
    assert "\x1b" not in shown
    golden(f"hostile{FORMATS.find(name).suffix}", shown)


def test_format_names_and_suffixes_are_unique() -> None:
    with pytest.raises(RuntimeError, match="duplicate output format 'csv'"):
        output_format("csv", suffix=".x")(Format)
    with pytest.raises(RuntimeError, match=r"duplicate suffix '\.csv'"):
        output_format("other", suffix=".csv")(Format)
    assert "other" not in FORMATS


def test_a_format_without_lines_says_so() -> None:
    with pytest.raises(NotImplementedError):
        Format().lines(lenet())


def test_json_is_the_report_as_plain_data() -> None:
    report = load("resnet18").walk()
    assert json.loads(text("json", report)) == json.loads(json.dumps(report.to_dict()))


def test_json_keeps_the_contract() -> None:
    data = json.loads(text("json", lenet()))
    assert data["schema"] == 1
    assert set(data) >= {"network", "input", "layers", "totals", "notes"}
    assert set(data["totals"]) >= {"params", "macs", "flops", "activations", "layers"}
    for row in data["layers"]:
        assert set(row) >= {
            "name",
            "kind",
            "input",
            "output",
            "params",
            "macs",
            "flops",
            "activations",
            "rf",
        }
        assert row["flops"] == 2 * row["macs"]


def test_csv_reads_back_with_every_row_and_plain_numbers() -> None:
    report = report_of(load("resnet152").walk())
    rows = list(csv.DictReader(io.StringIO(text("csv", report))))
    assert len(rows) == len(report.rows)
    assert sum(int(row["params"]) for row in rows) == report.totals["params"]
    assert sum(int(row["macs"]) for row in rows) == report.totals["macs"]
    assert rows[0]["output"] == "64x112x112"


@pytest.mark.parametrize("network", ["lenet5", "alexnet", "resnet50", "googlenet", "unet"])
@pytest.mark.parametrize("depth", [None, 1, 2])
@pytest.mark.unmeasured
def test_printed_columns_add_up_to_the_printed_totals(network: str, depth: int | None) -> None:
    columns = [
        COLUMNS[key]
        for key in ("name", "params", "macs", "activations", "buffers", "weights", "biases")
    ]
    analysis = load(network).walk()
    rows: list[Any] = fold_repeats(analysis, depth)
    report = replace(report_of(analysis), rows=rows, columns=columns, notes=[], footer=[])
    lines = text("table", report).splitlines()
    rules = [i for i, line in enumerate(lines) if line.startswith("──")]
    body, foot = lines[rules[0] + 1 : rules[1]], lines[rules[1] + 1]
    numbers = [
        [int(n.replace(",", "")) for n in re.split(r"\s{2,}", line.strip())[-6:]]
        for line in (*body, foot)
    ]
    assert [sum(column) for column in zip(*numbers[:-1], strict=True)] == numbers[-1]


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_html_is_well_formed_and_takes_nothing_from_elsewhere() -> None:
    parser = Tags()
    page = text("html", loads(HOSTILE).walk())
    parser.feed(page)
    assert parser.open == []
    assert parser.seen.isdisjoint({"script", "img", "link", "iframe"})
    assert "http" not in page


@pytest.mark.parametrize("width", [40, 50, 60, 80, 100])
@pytest.mark.parametrize("network", ["vgg16", "resnet152", "inception_v3", "efficientnet_b0"])
@pytest.mark.unmeasured
def test_a_narrow_table_keeps_to_its_width_and_cuts_no_number(network: str, width: int) -> None:
    analysis = load(network).walk()
    report = report_of(analysis)
    lines = text("table", replace(report, rows=fold_repeats(analysis)), View(width)).splitlines()
    assert max(map(text_width, lines)) <= max(width, 45)
    whole = f"{report.totals['params']:,}"
    assert any(whole in line for line in lines)


def test_columns_left_out_for_width_are_named() -> None:
    lines = text("table", load("vgg16").walk(), View(60)).splitlines()
    assert any(line.startswith("left out for width: ") for line in lines)


def test_colour_is_only_there_when_asked_for() -> None:
    assert "\x1b" not in text("table", lenet())
    assert "\x1b[1m" in text("table", lenet(), View(None, color=True))


def test_wide_characters_count_twice() -> None:
    assert text_width("層×") == 3
    assert text_width(shortened("畳み込み畳み込み畳み込み", 12)) <= 12
    columns = [Column("a", "a", str, right=False), Column("b", "b", str)]
    assert fitted(columns, [["層層", "1"]], None) == ([0, 1], [4, 1])


def test_notebooks_get_a_table_and_no_page() -> None:
    page = lenet()._repr_html_()
    assert page.count("<table") == 1
    assert "<html" not in page


def test_str_of_a_report_is_its_table() -> None:
    assert str(lenet()) + "\n" == text("table", lenet())


@pytest.mark.parametrize("depth", [None, 1, 2])
@pytest.mark.unmeasured
def test_folding_loses_nothing(depth: int | None) -> None:
    for network in ("resnet101", "densenet121", "efficientnet_b0"):
        report = load(network).walk()
        rows: list[Any] = fold_repeats(report, depth)
        assert len(rows) < len(report)
        for key in ("params", "macs", "activations", "buffers"):
            assert sum(getattr(row, key) for row in rows) == report.totals[key]


def test_repeated_layers_fold_to_one_turn_and_a_subtotal() -> None:
    network = loads(
        "{input: [8, 16, 16], layers: [{repeat: 500, layers: [{conv: {out_channels: 8, kernel_size: 3, padding: 1}}, relu]}]}"
    )
    rows = fold_repeats(network.walk())
    assert [(row.name, row.kind, row.params) for row in rows] == [
        ("conv1", "conv", 584),
        ("relu1", "relu", 0),
        ("conv2 … relu500 (×499)", "the same", 499 * 584),
    ]


@pytest.mark.parametrize("name", ["markdown", "latex", "html"])
def test_a_working_is_kept_beside_its_row(name: str) -> None:
    report = replace(lenet(), lines=["neuron   75 weights"])
    assert "75 weights" in text(name, report)
    assert "conv1" in text(name, report)


def test_a_page_of_text_is_one_column_of_csv() -> None:
    page = Report(title="", columns=[], rows=[], key="", lines=["conv", '=1, "2"'])
    assert text("csv", page) == 'text\nconv\n"\'=1, ""2"""\n'


def test_a_fence_is_longer_than_those_in_the_text() -> None:
    report = Report(title="", columns=[], rows=[], lines=["```", "text"])
    assert text("markdown", report).splitlines()[:4] == ["````", "```", "text", "````"]


def test_a_text_that_wraps_goes_on_in_further_lines() -> None:
    columns = [
        Column.of_mapping("name", "name", right=False, keep=9),
        Column.of_mapping("about", "about", right=False, keep=1, least=20, wraps=True),
    ]
    report = Report("", columns, [{"name": "a", "about": "several words that need some room"}])
    lines = list(FORMATS["table"].lines(report, View(30)))
    assert lines[2:] == ["a     several words that need", "      some room"]
    assert all(len(line) <= 30 for line in lines)


def test_columns_for_programs_are_in_their_formats_only() -> None:
    columns = [Column.of_mapping("a", "a"), Column.of_mapping("b", "b", for_programs=True)]
    report = Report("", columns, [{"a": 1, "b": 2}])
    assert text("csv", report) == "a,b\n1,2\n"
    assert "2" not in text("table", report) + text("latex", report)
    assert "<td" in text("html", report)
    assert ">2<" not in text("html", report)


def test_a_layout_is_shown_where_spaces_stay_and_rows_where_they_do_not() -> None:
    report = Report(
        "",
        [Column.of_mapping("a", "a")],
        [{"a": 7}],
        layout=lambda width: [f"laid out for {width}"],
        appendix=["after the rows"],
    )
    assert list(FORMATS["table"].lines(report, View(70))) == ["laid out for 70"]
    for name in ("table", "markdown", "html"):
        assert "laid out for None" in text(name, report)
        assert "after the rows" not in text(name, report)
    assert "laid out" not in text("latex", report)
    assert "after the rows" in text("latex", report)
    assert text("csv", report) == "a\n7\n"
