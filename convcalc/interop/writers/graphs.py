"""Networks as graphs in two languages for pictures: Mermaid and Graphviz's DOT."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from convcalc.interop.writers.base import Writer, Written, writer
from convcalc.text import printable, times

if TYPE_CHECKING:
    from convcalc.analysis.analysis import Analysis, Step


def _label(step: Step) -> list[str]:
    """The lines in the box of a layer: its name, what it is, and what comes out."""
    what = f"{step.kind} {step.option_text}".strip()
    first = [step.name] if step.name != step.kind else []
    return [printable(line) for line in (*first, what, times(step.output))]


@writer("mermaid")
class Mermaid(Writer):
    """A flowchart, which many pages of documentation draw from its text."""

    about = "Mermaid"
    suffixes = (".mmd", ".mermaid")

    @staticmethod
    def write(analysis: Analysis) -> Written:
        return Written("".join(f"{line}\n" for line in _mermaid(analysis)).encode())


def _mermaid(analysis: Analysis) -> Iterator[str]:
    """The lines of the flowchart."""
    yield "flowchart TD"
    for step in (*analysis.images, *analysis.steps):
        text = "<br>".join(map(_mermaid_text, _label(step)))
        yield f'  n{step.place}["{text}"]'.replace("n-", "m")
    for source, step in analysis.edges:
        yield f"  n{source.place} --> n{step.place}".replace("n-", "m")


def _mermaid_text(text: str) -> str:
    """A text between quotation marks: every sign that could mean something as its code."""
    return "".join(c if c.isalnum() or c in " .,_×-" else f"#{ord(c)};" for c in text)


@writer("dot")
class Dot(Writer):
    """A graph for Graphviz."""

    about = "Graphviz"
    suffixes = (".dot", ".gv")

    @staticmethod
    def write(analysis: Analysis) -> Written:
        return Written("".join(f"{line}\n" for line in _dot(analysis)).encode())


def _dot(analysis: Analysis) -> Iterator[str]:
    """The lines of the graph."""
    yield "digraph network {"
    yield '  node [shape=box, fontname="sans-serif"]'
    for step in (*analysis.images, *analysis.steps):
        text = "\\n".join(line.replace("\\", "\\\\").replace('"', '\\"') for line in _label(step))
        yield f'  "{step.place}" [label="{text}"]'
    for source, step in analysis.edges:
        yield f'  "{source.place}" -> "{step.place}"'
    yield "}"
