"""Figures as SVG and PNG: safe, the same each time, and readable without colours."""

from __future__ import annotations

import io
import os
import struct
import sys
from itertools import combinations
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from PIL import Image, ImageFont

from convcalc import __version__
from convcalc.cli.picture_files import write_png
from convcalc.draw import Picture, extras, metrics
from convcalc.draw.figure import Figure, Line, Polygon, Rectangle, Text, least_text
from convcalc.draw.inline import inline_svg
from convcalc.draw.png import png_bytes
from convcalc.draw.roles import PAGE, PATTERNS, ROLES, Look
from convcalc.draw.svg import svg_text
from convcalc.errors import UsageError
from convcalc.report import Report
from draw.checked import check_svg

HOSTILE = "<script>alert(1)</script>&\"'\x1b[31m\ud800]]>-->"


def figure(*marks: Any, **changes: Any) -> Figure:
    """A small figure."""
    given = {"title": "A", "description": "B", "width": 100, "height": 50, **changes}
    return Figure(marks=marks, twin=Report("", (), (), lines=["x"]), **given)


def test_texts_from_files_are_escaped_everywhere() -> None:
    made = figure(
        Rectangle(0, 0, 9, 9, "input", HOSTILE),
        Polygon(((0, 0), (5, 5), (0, 5)), "output", HOSTILE),
        Text(0, 20, HOSTILE),
        title=HOSTILE, description=HOSTILE, source=HOSTILE, width=9000,
    )  # fmt: skip
    text = check_svg(made)
    assert "<script" not in text
    assert "\x1b" not in text
    root = ET.fromstring(text)
    shown = [element.text for element in root.iter() if element.text and "alert" in element.text]
    printable = "<script>alert(1)</script>&\"'\\x1b[31m\\ud800]]>-->"
    assert shown == [printable] * 5 + [f"{printable} · convcalc {__version__}"]


def test_light_and_dark_follow_the_reader_unless_one_is_asked_for() -> None:
    made = figure(Rectangle(0, 0, 9, 9, "input"))
    both, light, dark = svg_text(made), svg_text(made, "light"), svg_text(made, "dark")
    look = ROLES["input"]
    assert "@media screen and (prefers-color-scheme:dark)" in both
    colors = (look.fill, look.dark_fill)
    shown = [[color in text for color in colors] for text in (both, light, dark)]
    assert shown == [[True, True], [True, False], [False, True]]
    assert "@media" not in light + dark


def test_steps_follow_each_other_unless_less_motion_is_wanted() -> None:
    steps = tuple((Rectangle(n, 0, 9, 9, "window"),) for n in range(4))
    made = figure(Text(0, 20, "a"), steps=steps)
    text = check_svg(made)
    before, _, moving = text.partition("@media screen and (prefers-reduced-motion:no-preference)")
    assert ".cc-first{visibility:visible}" in before
    assert "animation" not in before
    assert "cc-show4 6s step-end infinite" in moving
    assert "{0%{visibility:visible}25%{visibility:hidden}}" in moving
    assert text.count("animation-delay") == 3
    frames = made.frames()
    assert [frame.marks for frame in frames] == [made.marks + step for step in steps]
    assert all("animation" not in svg_text(frame) for frame in frames)


def test_an_arrow_has_a_head_and_a_line_of_no_length_is_drawn() -> None:
    text = check_svg(
        figure(Line(((0, 0), (20, 0)), arrow=True), Line(((5, 5), (5, 5)), arrow=True))
    )
    assert 'd="M15,-2.5 L20,0 L15,2.5"' in text


# ------------------------------------------------------------------------------------- colours


def luminance(color: str) -> float:
    """The relative luminance of a colour (WCAG 2.2)."""
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


FILLED = {
    role: look for role, look in ROLES.items() if look.fill and look.stroke and role != "label"
}
NO_TEXT_ON = {
    role for role in ROLES if role == "bar" or role[:4] in ("grey", "pale")
}  # except with a halo
TEXTS = {
    role: look
    for role, look in ROLES.items()
    if look.fill and not look.stroke and role not in NO_TEXT_ON
}


def test_text_can_be_read_on_every_fill_light_and_dark() -> None:
    text = ROLES["text"]
    weak = [role for role, look in FILLED.items()
            if contrast(look.fill, text.fill) < 7 or contrast(look.dark_fill, text.dark_fill) < 4.5]  # fmt: skip
    assert not weak
    faint = [role for role, look in TEXTS.items()
             if contrast(PAGE.fill, look.fill) < 4.5 or contrast(PAGE.dark_fill, look.dark_fill) < 4.5]  # fmt: skip
    assert not faint


def test_lines_are_seen_on_the_page_light_and_dark() -> None:
    faint = [role for role, look in ROLES.items() if look.stroke and role not in ("grid", "bare", "label")
             and min(contrast(PAGE.fill, look.stroke), contrast(PAGE.dark_fill, look.dark_stroke)) < 3]  # fmt: skip
    assert not faint


def looks_without_colour(look: Look) -> tuple[str, str, bool]:
    """Pattern, dashes, and whether the fill is white."""
    return look.pattern, look.dashes, luminance(look.fill) > 0.98


def test_what_lies_side_by_side_is_told_apart_in_black_and_white() -> None:
    groups = [
        ("input", "padding", "unread", "idle", "over", "kernel", "zero"),
        ("output", "added", "unread", "cut", "kernel", "zero"),
        ("input", "padding", "unread", "bare"),
        ("product", "zero", "input", "kernel"),
        ("cost1", "cost2", "cost3", "cost4", "cost5"),
        tuple(f"series{n}" for n in range(1, 9)),
        ("edge", "skip"),
    ]
    alike = [
        (one, other)
        for group in groups
        for one, other in combinations(group, 2)
        if ROLES[one].fill
        and looks_without_colour(ROLES[one]) == looks_without_colour(ROLES[other])
    ]
    assert not alike
    assert all(not look.pattern or look.pattern in PATTERNS for look in ROLES.values())


def test_costs_get_darker_on_paper_and_brighter_on_a_dark_page() -> None:
    looks = [ROLES[f"cost{n}"] for n in range(1, 6)]
    light = [luminance(look.fill) for look in looks]
    dark = [luminance(look.dark_fill) for look in looks]
    assert light == sorted(light, reverse=True)
    assert dark == sorted(dark)


# --------------------------------------------------------------------------------------- font


@pytest.mark.parametrize("name", [metrics.REGULAR, metrics.BOLD])
def test_widths_are_those_of_the_font(name: str) -> None:
    font = ImageFont.truetype(os.path.join(metrics.FONTS, name), 2048)
    widths = metrics._widths(name)
    wrong = [
        c
        for c, width in widths.items()
        if c != "\xad" and abs(font.getlength(c) / 2048 - width) > 0.001
    ]
    assert not wrong
    assert set("⌊⌋·×−→…₁█░≥") <= set(widths)


def test_a_long_name_is_cut_at_once_at_its_middle() -> None:
    name = "begin" + "l" * 200_000 + "end"
    shown = metrics.fitted(name, 100)
    assert shown.startswith("begin")
    assert shown.endswith("end")
    assert 90 < metrics.text_width(shown) <= 100
    assert (
        min(metrics._widths(metrics.REGULAR)[c] for c in map(chr, range(33, 127)))
        > metrics.NARROWEST
    )


def test_texts_are_cut_and_flow_where_there_is_no_room() -> None:
    assert metrics.fitted("abc", 1) == "…"
    assert metrics.fitted("层层", 200) == "层层"
    assert metrics.text_width("层") > 0
    assert metrics.flowed("averylongword x", 10) == ["averylongword", "x"]
    assert least_text(1280) == 26


# ---------------------------------------------------------------------------------------- PNG


def test_png_is_the_picture_of_the_first_step_in_any_scheme(tmp_path: Path) -> None:
    made = figure(
        steps=((Rectangle(0, 0, 100, 50, "input"),), (Rectangle(0, 0, 100, 50, "kernel"),))
    )
    for scheme, shown in (("light", ROLES["input"].fill), ("dark", ROLES["input"].dark_fill)):
        data = png_bytes(made, scheme, 1)
        assert data == png_bytes(made, scheme, 1)
        path = tmp_path / f"{scheme}.png"
        path.write_bytes(data)
        with Image.open(path) as image:
            assert image.size == (100, 79)
            pixel = image.convert("RGB").getpixel((50, 25))
        assert "#{:02x}{:02x}{:02x}".format(*pixel) == shown  # type: ignore[misc]
    assert struct.unpack(">II", png_bytes(made)[16:24]) == (300, 237)


def test_png_goes_to_a_pipe_as_it_is_and_never_to_a_terminal(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Stream(io.TextIOWrapper):
        def isatty(self) -> bool:
            return is_terminal

    class Dot(Picture):
        def figure(self) -> Figure:
            return figure(Rectangle(0, 0, 9, 9, "input"))

    for is_terminal in (False, True):
        out = io.BytesIO()
        monkeypatch.setattr(sys, "stdout", Stream(out))
        if is_terminal:
            with pytest.raises(UsageError) as error:
                write_png(Dot(), "", "light")
            assert str(error.value) == (
                "--format png makes a file that a terminal cannot show; name it with -o picture.png"
            )
        else:
            write_png(Dot(), "", "light")
            assert out.getvalue() == png_bytes(Dot().figure())
        monkeypatch.undo()
    assert Dot()._repr_html_() == inline_svg(Dot().figure())
    assert Dot().report().lines == ["x"]


def test_letters_that_the_font_lacks_come_from_the_machine() -> None:
    assert png_bytes(figure(Text(5, 20, "层")), scale=1)


def test_a_missing_library_is_named_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extras, "is_there", lambda name: False)
    message = (
        "a picture in a file is drawn by {}, which is not installed; pip install 'convcalc[draw]', or "
        "leave -o out to draw in the terminal"
    )
    for call, name in ((svg_text, "drawsvg"), (png_bytes, "resvg-py")):
        with pytest.raises(UsageError) as error:
            call(figure())
        assert str(error.value) == message.format(name)
