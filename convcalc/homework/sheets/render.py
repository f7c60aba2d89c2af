"""A sheet as a paper to hand out: text, Markdown, HTML, LaTeX, plain data."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from convcalc.homework.sheets.points import points_number
from convcalc.text import escape_html, escape_latex, escape_markdown

if TYPE_CHECKING:
    from convcalc.homework.sheets.sheet import Question, Sheet


def points_suffix(question: Question) -> str:
    """How many points, where it is not one."""
    points = points_number(question.points)
    return "" if points == 1 else f" ({points} points)"


def wanted(question: Question) -> str:
    """What to write."""
    if question.by_hand:
        return "marked by hand"
    parts = question.parts
    if "." in parts[0].name:
        asks = list(dict.fromkeys(part.name.partition(".")[2] for part in parts))
        return f"one row per layer: {', '.join(asks)}"
    if len(parts) == 1:
        return question.answers_text(parts[0])
    return "; ".join(f"{part.name}: {question.answers_text(part)}" for part in parts)


def heading(sheet: Sheet) -> str:
    """The title with the variant."""
    return f"{sheet.title}   variant {sheet.variant}" if sheet.variant else sheet.title


def text(sheet: Sheet) -> list[str]:
    """For a terminal."""
    lines = [heading(sheet), f"This sheet: {sheet.conventions.sentence()}."]
    lines += [line for line in (sheet.source, sheet.text) if line]
    for question in sheet.questions:
        lines += [
            "",
            f"{question.id}. {question.sentence}{points_suffix(question)}",
            f"    answer: {wanted(question)}",
        ]
    return lines


def markdown(sheet: Sheet) -> list[str]:
    """For a page of notes."""
    lines = [
        f"# {escape_markdown(heading(sheet))}",
        "",
        f"This sheet: {escape_markdown(sheet.conventions.sentence())}.",
    ]
    lines += [
        "" if not line else escape_markdown(line)
        for each in (sheet.source, sheet.text)
        if each
        for line in ("", each)
    ]
    for question in sheet.questions:
        lines += [
            "",
            f"**{question.id}.** {escape_markdown(question.sentence)}{points_suffix(question)}",
            "",
            f"*Answer: {escape_markdown(wanted(question))}*",
        ]
    return lines


def web(sheet: Sheet) -> list[str]:
    """One HTML page, without scripts or links."""
    say = escape_html
    lines = [
        "<!DOCTYPE html>",
        '<html lang="en"><head><meta charset="utf-8">',
        f"<title>{say(sheet.title)}</title>",
        "<style>body{font:16px/1.5 sans-serif;max-width:45em;margin:2em auto;padding:0 1em}"
        ".a{color:#666}li{margin:1em 0}@media print{body{margin:0}}</style></head><body>",
        f"<h1>{say(heading(sheet))}</h1>",
        f"<p>This sheet: {say(sheet.conventions.sentence())}.</p>",
    ]
    lines += [f"<p>{say(each)}</p>" for each in (sheet.source, sheet.text) if each]
    lines.append("<dl>")
    for question in sheet.questions:
        lines.append(f"<dt>{say(question.id)}{say(points_suffix(question))}</dt>")
        lines.append(
            f'<dd>{say(question.sentence)}<br><span class="a">Answer: {say(wanted(question))}</span></dd>'
        )
    return [*lines, "</dl>", "</body></html>"]


def latex(sheet: Sheet) -> list[str]:
    """A LaTeX document."""
    say = escape_latex
    lines = [
        r"\documentclass{article}",
        r"\usepackage[utf8]{inputenc}",
        r"\begin{document}",
        rf"\section*{{{say(heading(sheet))}}}",
        f"This sheet: {say(sheet.conventions.sentence())}.",
    ]
    lines += [f"\n{say(each)}" for each in (sheet.source, sheet.text) if each]
    lines.append(r"\begin{description}")
    for question in sheet.questions:
        lines.append(
            rf"\item[{{{say(question.id)}}}] {say(question.sentence)}{points_suffix(question)}"
        )
        lines.append(rf"  \\ \emph{{Answer: {say(wanted(question))}}}")
    return [*lines, r"\end{description}", r"\end{document}"]


def as_dict(sheet: Sheet) -> dict[str, Any]:
    """For programs; without answers."""
    return {
        "schema": 1,
        "sheet": sheet.id,
        "title": sheet.title,
        "source": sheet.source,
        "variant": sheet.variant,
        "conventions": sheet.conventions.to_dict(),
        "questions": [
            {
                "id": question.id,
                "type": question.kind,
                "text": question.sentence,
                "points": points_number(question.points),
                "parts": [part.name or None for part in question.parts],
                "answer": wanted(question),
            }
            for question in sheet.questions
        ],
    }


FORMATS: dict[str, Callable[[Sheet], list[str]]] = {
    "text": text,
    "markdown": markdown,
    "html": web,
    "latex": latex,
}
