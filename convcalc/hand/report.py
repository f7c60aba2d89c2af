"""The report on an exercise: lines of text for people, or a row per window for programs."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np

from convcalc.hand.layout import inline_text, sum_text, without_end
from convcalc.hand.model import Section, Window, Working
from convcalc.hand.text import Page, mean_of
from convcalc.hand.worksheet import Worksheet
from convcalc.report import Column, Report


def hand_report(
    work: Working, *, blank: bool = False, key: bool = False, every: bool = False
) -> Report:
    """The report on an exercise: text, and a row per window.

    Args:
        work: the working.
        blank: whether results are empty boxes.
        key: with ``blank``, whether to add the answers, at the end or in their own columns.
        every: whether to show all windows.
    """
    page = Page(work, blank=blank, every=every)
    answers = Page(work, blank=False, every=every)
    keyed = blank and key
    windows = [(section, window) for section in work.sections for window in section.windows]

    def layout(width: int | None) -> list[str]:
        lines = without_end(replace(page, width=width).lines())
        if keyed:
            lines += ["", "answer key", "", *without_end(replace(answers, width=width).lines())]
        return lines

    abouts = [section.about for section in work.sections if page.is_explained(section)]
    make = partial(Worksheet, page=page, answers=answers if key else None) if blank else Report
    return make(
        title="",
        columns=_columns_of(page) + (_key_columns(answers) if keyed else []),
        rows=windows,
        layout=layout,
        appendix=[
            page.title(),
            page.givens(),
            *abouts,
            *(_key_lines(answers, windows) if keyed else []),
        ],
        notes=page.notes(),
        facts=_facts_of(work, blank=blank, key=key),
        key="windows",
        row_dict=lambda row: _window_dict(*row, blank=blank and not key),
        hint="" if blank else _hint_for(work),
    )


def _hint_for(work: Working) -> str:
    """The next useful command."""
    if work.step is not None:
        return "without --step, every window is shown"
    if "dy" in work.given:
        one = "--step I,J" if work.op.endswith("pool") else "--wrt weights --step I,J"
        return f"{one} shows how one number is made, --blank makes a worksheet"
    if work.op == "conv" and len(work.sections) == 1:
        return "--flip also shows true convolution, --step I,J shows one window, --blank makes a worksheet"
    return "--step I,J shows one window, --blank makes a worksheet"


def plain(value: Any) -> Any:
    """A number, or an array of them, for programs: ints if whole, else the nearest floats."""
    if isinstance(value, np.ndarray):
        return [plain(part) for part in value]
    return float(value) if isinstance(value, Fraction) else value


def _exact_texts(value: Any) -> Any:
    """The same as exact texts: "5/3"."""
    if isinstance(value, np.ndarray):
        return [_exact_texts(part) for part in value]
    try:
        return str(value)
    except ValueError:  # Python refuses to write numbers of more than 4300 digits
        return f"≈{float(value)!r}"


def _columns_of(page: Page) -> list[Column]:
    """A column for each step of a window's working."""

    def patch(row: tuple[Section, Window]) -> str:
        if page.blank and not row[1].reads:
            return ""
        return " | ".join(inline_text(part.left, 0, page.given_text) for part in row[1].parts)

    def kernel(row: tuple[Section, Window]) -> str:
        if page.blank and not row[1].reads:
            return ""
        parts = [part.right for part in row[1].parts if part.right is not None]
        return " | ".join(inline_text(part, 0, page.given_text) for part in parts)

    def products(row: tuple[Section, Window]) -> str:
        window = row[1]
        if page.blank:
            return ""
        cells = [cell for part in window.parts for cell in part.real]
        if window.rule == "max":
            return f"max({', '.join(map(page.given_text, cells))})"
        texts = list(map(page.given_text, cells))
        if window.rule == "mean":
            return mean_of(texts, window.divisor)
        return sum_text(texts) + page.bias(window)

    def value(row: tuple[Section, Window]) -> str:
        return page.result_text(row[1].value)

    found = [
        Column("result", "result", lambda row: row[0].element_name(row[1].place), right=False, keep=9),
        Column("patch", "patch", patch, right=False, keep=3),
        Column("kernel", "kernel", kernel, right=False, keep=2),
        Column("products", "products", products, right=False, keep=4),
        Column(
            "value", "value", value, keep=8,
            plain=lambda text: "" if page.blank else text,
        ),
    ]  # fmt: skip
    multiplied = any(
        part.right is not None
        for section in page.work.sections
        for window in section.windows
        for part in window.parts
    )
    return found if multiplied else [column for column in found if column.key != "kernel"]


def _key_columns(answers: Page) -> list[Column]:
    """The answers that `_columns_of` leaves empty in a worksheet, as separate columns."""
    return [
        column._replace(
            key=f"{column.key}_key",
            heading=f"{column.heading} (key)",
            for_programs=True,
        )
        for column in _columns_of(answers)
        if column.key in ("products", "value")
    ]


def _key_lines(answers: Page, windows: list[tuple[Section, Window]]) -> list[str]:
    """The answers, one per line: y[0,0] = 0 + 1 + 6 + 12 = 19."""
    shown = [
        column for column in _columns_of(answers) if column.key in ("result", "products", "value")
    ]
    lines = []
    for row in windows:
        texts = [column.text(column.value(row)) for column in shown]
        lines.append(" = ".join(dict.fromkeys(texts)))
    return ["answer key", *lines]


def _facts_of(work: Working, *, blank: bool, key: bool) -> dict[str, Any]:
    """The keys at the top of the JSON."""
    facts: dict[str, Any] = {"op": work.op, "gradient": "dy" in work.given}
    facts |= {name: plain(cells) for name, cells in work.given.items()}
    facts["window"] = list(work.kernel_size)
    for name, value in work.options.items():
        facts[name] = value if isinstance(value, str) else [
            list(entry) if isinstance(entry, tuple) else entry for entry in value
        ]  # fmt: skip
    results = {each.name: each.result for each in work.sections if each.result is not None}
    facts["shapes"] = {each.name: list(each.shape) for each in work.sections}
    if not blank or key:
        facts["results"] = {name: plain(result) for name, result in results.items()}
        broken = {
            name: _exact_texts(result)
            for name, result in results.items()
            if any(value.denominator != 1 for value in result.ravel().tolist())
        }
        if broken:
            facts["exact"] = broken
    return facts


def _window_dict(section: Section, window: Window, *, blank: bool) -> dict[str, Any]:
    """A window as JSON."""
    data: dict[str, Any] = {
        "result": section.name,
        "place": list(window.place),
        "reads": [list(axis) for axis in window.reads],
        "rule": window.rule,
    }
    if window.reads or not blank:
        data["patch"] = [plain(part.left) for part in window.parts]
        data["kernel"] = [plain(part.right) for part in window.parts if part.right is not None]
    if window.rule == "mean":
        data["divisor"] = window.divisor
    if window.bias is not None:
        data["bias"] = plain(window.bias)
    if not blank:
        if window.parts[0].right is not None:
            data["products"] = [plain(part.products) for part in window.parts]
            data["sums"] = [plain(part.total) for part in window.parts]
        data["value"] = plain(window.value)
    return data
