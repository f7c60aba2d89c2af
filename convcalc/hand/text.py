"""An exercise as text: matrices side by side, window by window; or a worksheet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from convcalc.hand.layout import (
    Texts,
    bare,
    beside,
    factor,
    flow,
    inline_text,
    matrix,
    option,
    spread,
    sum_text,
    text_of,
)
from convcalc.hand.matrices import MAX_CELLS as MAX_GIVEN
from convcalc.hand.matrices import Exact, size_text
from convcalc.hand.model import Array, Part, Section, Stamp, Window, Working, element_name
from convcalc.text import times

MAX_WINDOWS = 25  # shown unless all are requested
MAX_CELLS = 400  # a larger matrix is shown only if all is requested

BOX = "[    ]"
NOWHERE = "."  # a cell that a stamp does not reach


@dataclass(frozen=True)
class Page:
    """One exercise on paper.

    Attributes:
        work: the exercise.
        blank: whether results are empty boxes.
        every: whether all windows and matrices are shown, also if there are many or large ones.
        width: the most columns.
    """

    work: Working
    blank: bool
    every: bool
    width: int | None = None

    @property
    def most_cells(self) -> int:
        """The most cells of a matrix that is shown."""
        return MAX_GIVEN if self.every else MAX_CELLS

    # --------------------------------------------------------------------------- numbers

    def given_text(self, value: Exact) -> str:
        """A given number."""
        return text_of(value, fractions=self.work.fractions)

    def result_text(self, value: Exact) -> str:
        """A number to find; a box in a worksheet."""
        return BOX if self.blank else self.given_text(value)

    # --------------------------------------------------------------------------- headings

    def title(self) -> str:
        """The exercise in one line."""
        work = self.work
        parts = [f"x {size_text(bare(work.given['x'].shape, 1))}"]
        if "k" in work.given:
            parts.append(f"k {size_text(bare(work.given['k'].shape, 2))}")
        else:
            parts.append(f"window {size_text(work.kernel_size)}")
        for name, usual in (("stride", 1), ("padding", 0), ("dilation", 1), ("output_padding", 0)):
            value = work.options.get(name, usual)
            entries = value if isinstance(value, tuple) else (value,)
            if any(entry != usual for entry in entries):
                parts.append(f"{name.replace('_', ' ')} {option(value)}")
        results = [
            f"{each.name} {size_text(bare(each.shape, each.lead))}" for each in work.sections
        ]
        what = f"gradients of {work.op}" if "dy" in work.given else work.op
        return f"{what}: {', '.join(parts)} → {', '.join(results)}"

    def givens(self) -> str:
        """The given data on one line, as typed."""
        parts = []
        for name, cells in self.work.given.items():
            if cells.size <= self.most_cells:
                lead = {"x": 1, "k": 2, "dy": 1, "bias": 0}[name]
                turned = name == "k" and self.work.op == "tconv"
                shown = cells.swapaxes(0, 1) if turned else cells
                parts.append(f"{name} = {inline_text(shown, lead, self.given_text)}")
        return "; ".join(parts).replace("\n", " ")

    def notes(self) -> list[str]:
        """The notes, and a sentence about flipping."""
        notes = list(self.work.notes)
        if any(section.name == "c" for section in self.work.sections):
            notes.insert(
                0,
                "libraries for deep learning call the correlation y convolution; a true convolution, c, "
                "turns the kernel by 180° first",
            )
        if any("≈" in line for line in ([] if self.blank else self.body_texts())):
            notes.append("≈ is rounded to 6 digits; --format json has every digit")
        return notes

    def body_texts(self) -> Iterator[str]:
        """Every number of the results as text."""
        for section in self.work.sections:
            yield from (self.given_text(window.value) for window in section.windows)

    def lines(self) -> Iterator[str]:
        """The whole page."""
        yield self.title()
        yield ""
        yield from flow(list(self.matrices()), self.width)
        for section in self.work.sections:
            if self.is_explained(section):
                yield section.about
                yield ""
            yield from self.section(section)

    def is_explained(self, section: Section) -> bool:
        """Whether a sentence explains how a result is calculated."""
        return len(self.work.sections) > 1 or bool(section.stamps)

    def matrices(self) -> Iterator[list[str]]:
        """The given data and the output, each under its name."""
        given = self.work.given
        yield from self.with_captions("x", given["x"], 1, self.cells_around())
        if "k" in given:
            yield from self.with_captions("k", given["k"], 2)
        if any(section.name == "c" for section in self.work.sections):
            axes = tuple(range(2, given["k"].ndim))
            yield from self.with_captions("k turned", np.flip(given["k"], axes), 2)
        if "dy" in given:
            yield from self.with_captions("dy", given["dy"], 1)
        if "bias" in given:
            yield ["bias", *matrix(given["bias"], self.given_text)]
        for section in self.work.sections:
            if section.result is not None:
                yield from self.with_captions(
                    section.name, section.result, section.lead, texts=self.result_text
                )

    def cells_around(self) -> tuple[tuple[int, int], ...]:
        """The cells around x that are shown with it."""
        if self.work.op == "tconv":
            return ()
        pads = self.work.pads
        shape = self.work.given["x"].shape[1:]
        cells = 1
        for n, (before, after) in zip(shape, pads):
            cells *= before + n + after
        return pads if cells <= self.most_cells else ()

    def with_captions(
        self,
        name: str,
        cells: Array,
        lead: int,
        pads: tuple[tuple[int, int], ...] = (),
        texts: Texts | None = None,
    ) -> Iterator[list[str]]:
        """An array, map by map, each under its name and size."""
        for place in np.ndindex(*cells.shape[:lead]):
            one = cells[place]
            index = [str(i) for n, i in zip(cells.shape[:lead], place) if n > 1]
            caption = f"{name}[{','.join(index)}]" if index else name
            caption += f" {size_text(one.shape)}" if one.shape else ""
            if one.size > self.most_cells:
                way_out = "" if self.every else "; --all does"
                yield [caption, f"(too large to write out{way_out})"]
                continue
            if not any(map(any, pads)):
                yield [caption, *matrix(one, texts or self.given_text)]
                continue
            outside = np.ones([b + n + a for n, (b, a) in zip(one.shape, pads)], dtype=bool)
            wide = np.zeros(outside.shape, dtype=object)
            middle = tuple(slice(b, b + n) for n, (b, _) in zip(one.shape, pads))
            outside[middle], wide[middle] = False, one
            around = f"{caption}, padded to {times(wide.shape)}"
            out = "(0)" if self.work.counts_padding else "( )"
            yield [around, *matrix(wide, self.given_text, outside, out)]

    # --------------------------------------------------------------------------- working

    def section(self, section: Section) -> Iterator[str]:
        """Stamps, then windows."""
        for stamp in self.first(section.stamps):
            yield from self.stamp(section, stamp)
            yield ""
        yield from self.left_out(section.stamps, "more of them")
        if section.stamps:
            yield "added up:"
        inline = not section.reading or bool(section.stamping[0])
        for window in self.first(section.windows):
            if inline:
                yield from self.sentence(section, window)
            else:
                yield from self.window(section, window)
                yield ""
        if inline:
            yield ""
        yield from self.left_out(section.windows, "more windows")

    def first(self, items: Sequence[Any]) -> Sequence[Any]:
        """The shown items."""
        return items if self.every else items[:MAX_WINDOWS]

    def left_out(self, items: Sequence[Any], what: str) -> Iterator[str]:
        """The line on how many are not shown."""
        if len(items) > len(self.first(items)):
            yield f"… {len(items) - MAX_WINDOWS:,} {what}: --all shows all, --step I,J one"
            yield ""

    def window(self, section: Section, window: Window) -> Iterator[str]:
        """A window: its place, patch and kernel, products, sum."""
        words = ("rows", "columns") if len(window.reads) == 2 else ("cells",)
        where = ", ".join(
            f"{word if first != last else word[:-1]} {spread(first, last, step)}"
            for word, (first, last, step) in zip(words, window.reads)
        )
        yield f"{section.element_name(window.place)}   {section.reading} {where}"
        for part in window.parts:
            yield from self.part(window, part)
        several = len(window.parts) > 1
        if several or window.bias is not None:
            totals = [self.result_text(part.total) for part in window.parts]
            rest = self.bias(window)
            yield f"  {sum_text(totals)}{rest} = {self.result_text(window.value)}"

    def bias(self, window: Window) -> str:
        """The bias, as the last term."""
        if window.bias is None:
            return ""
        text = self.given_text(window.bias)
        return f" - {text[1:]} (bias)" if text.startswith("-") else f" + {text} (bias)"

    def part(self, window: Window, part: Part) -> Iterator[str]:
        """One patch with its kernel."""
        label = [f"{part.label}:"] if part.label else []
        out = "( )" if part.right is None else "(0)"  # pools leave out cells that others take as 0
        read = matrix(part.left, self.given_text, part.outside, out)
        if part.right is None:
            yield from beside([label, read, [self.of_pool(window, part)]], self.width)
            return
        made = matrix(part.products, self.result_text)
        terms = [self.result_text(cell) for cell in part.products.ravel().tolist()]
        total = f"{sum_text(terms)} = {self.result_text(part.total)}"
        if self.blank:
            total = f"sum = {BOX}"
        elif len(terms) == 1:
            total = ""
        blocks = [label, read, ["×"], matrix(part.right, self.given_text), ["="], made]
        if self.width is not None and max(map(len, beside([*blocks, [total]], None))) > self.width:
            yield from beside(blocks, self.width)
            yield f"  {total}".rstrip()
        else:
            yield from beside([*blocks, [f"  {total}"]], None)

    def of_pool(self, window: Window, part: Part) -> str:
        """The result of a pool's window."""
        name = "max" if window.rule == "max" else "mean"
        if self.blank:
            return f"  {name} = {BOX}"
        cells = [self.given_text(cell) for cell in part.real]
        if window.rule == "max":
            return f"  max({', '.join(cells)}) = {self.given_text(window.value)}"
        total = self.given_text(part.total)
        result = self.given_text(window.value)
        quotient = f"{total}/{window.divisor}"
        steps = [mean_of(cells, window.divisor), quotient, result]
        return f"  {' = '.join(dict.fromkeys(steps))}"

    def stamp(self, section: Section, stamp: Stamp) -> Iterator[str]:
        """The contribution of one cell to the result."""
        source, _ = section.stamping
        shape = self.work.given[source].shape
        name = element_name(source, stamp.place, shape, 1)
        target = section.name + (f"[{stamp.target}]" if section.shape[0] > 1 else "")
        texts = np.full(section.shape[1:], NOWHERE, dtype=object)
        for cell, value in stamp.laid:
            texts[cell] = self.result_text(value)
        laid = matrix(texts, str) if texts.size <= MAX_CELLS else []
        if stamp.right is None and self.blank:
            yield f"{name} = {self.given_text(stamp.value)}   to x{BOX}"
            return
        if stamp.right is None:
            yield f"{name} = {self.given_text(stamp.value)}   {stamp.why}"
            yield from beside([laid], self.width) if laid else []
            return
        yield f"{name} = {self.given_text(stamp.value)}   on {target}"
        times_kernel = [f"{self.given_text(stamp.value)} ×"]
        arrow = ["→"] if laid else []
        yield from beside(
            [times_kernel, matrix(stamp.right, self.given_text), arrow, laid], self.width
        )

    def sentence(self, section: Section, window: Window) -> Iterator[str]:
        """A sum over stamps on one line: y[1,1] = 0·3 + 1·2 = 2."""
        name = section.element_name(window.place)
        if self.blank:
            yield f"  {name} = {BOX}"
            return
        part = window.parts[0]
        left = [self.given_text(cell) for cell in part.left.tolist()]
        terms = left
        if part.right is not None:
            right = [factor(self.given_text(cell)) for cell in part.right.tolist()]
            terms = [f"{a}·{b}" for a, b in zip(left, right)]
        value = self.given_text(window.value)
        if self.work.step is not None and window.sources:
            yield f"  {name} = {sum_text(self.sources(section, window))}"
        written = sum_text(terms) + self.bias(window)
        yield f"  {name} = {written}" + (f" = {value}" if written != value else "")

    def sources(self, section: Section, window: Window) -> list[str]:
        """The origin of each term: x[0,0]·k[1,1]."""
        first, second = section.stamping
        given = self.work.given
        found = []
        for place, tap in window.sources:
            name = element_name(first, place, given[first].shape, 1)
            found.append(
                f"{name}·{element_name(second, tap, given[second].shape, 2)}" if tap else name
            )
        return found


def mean_of(cells: Sequence[str], divisor: int) -> str:
    """A mean, as written in a calculation.

    >>> mean_of(["1", "-2"], 2), mean_of(["5"], 1)
    ('(1 - 2)/2', '5/1')
    """
    return f"({sum_text(cells)})/{divisor}" if len(cells) > 1 else f"{cells[0]}/{divisor}"
