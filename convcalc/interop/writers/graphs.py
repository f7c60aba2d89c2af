"""Networks as graphs in two picture languages: Mermaid and Graphviz's DOT."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from convcalc.interop.writers.base import Writer, Written, writer
from convcalc.interop.writers.drawing import BLOCK, INPUT, OUTPUT, Frame, boxes_in, drawing_of

if TYPE_CHECKING:
    from convcalc.analysis.analysis import Analysis
    from convcalc.interop.writers.drawing import Box, Drawing

_MOST_EDGES, _MOST_TEXT = 500, 50_000  # limit of Mermaid, unless its settings change it


class _Look(NamedTuple):
    """The look of some families' boxes: their colours, and their shape in both languages."""

    fill: str
    line: str
    mermaid: tuple[str, str] = ("[", "]")
    dot: str = "box"


_PRODUCT = _Look("#dbe8f6", "#3f6f9f")
_SMALL = _Look("#f7efd8", "#a3853a", ("(", ")"), 'box, style="rounded,filled"')
_MOVED = _Look("#ffffff", "#8a8a8a")
_END = _Look("#eeeeee", "#5f5f5f", ("([", "])"), "oval")
_LOOKS = {
    "conv": _PRODUCT,
    "linear": _PRODUCT,
    "attention": _PRODUCT,
    "pool": _Look("#dcefdd", "#4c8a52", ("[\\", "/]"), "invtrapezium, margin=0"),
    "activation": _SMALL,
    "regularization": _SMALL,
    "norm": _Look("#ece4f3", "#78619a"),
    "shape": _MOVED,
    "merge": _Look("#fbe3d6", "#b0693d", ("{{", "}}"), "hexagon"),
    "stated": _Look("#f9dede", "#a84848"),
    INPUT: _END,
    OUTPUT: _END,
    BLOCK: _Look("#e3e9ee", "#51606d", ("[[", "]]"), "box3d"),
}


def _file(lines: Iterator[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()


@writer("mermaid")
class Mermaid(Writer):
    """A flowchart as text, which many documentation sites draw."""

    about = "Mermaid"
    suffixes = (".mmd", ".mermaid")
    folds = True

    @staticmethod
    def write(analysis: Analysis) -> Written:
        return _flowchart(drawing_of(analysis))

    @staticmethod
    def write_folded(analysis: Analysis, depth: int) -> Written:
        return _flowchart(drawing_of(analysis, depth))


def _flowchart(drawing: Drawing) -> Written:
    """A drawing in Mermaid."""
    data = _file(_mermaid(drawing))
    edges = len(drawing.arrows)
    if edges <= _MOST_EDGES and len(data.decode()) <= _MOST_TEXT:
        return Written(data)
    note = (
        f"Mermaid draws up to {_MOST_EDGES} arrows and {_MOST_TEXT:,} characters unless its settings "
        f"maxEdges and maxTextSize are raised; this graph has {edges:,} and {len(data.decode()):,}; "
        "--depth 1 folds blocks"
    )
    return Written(data, (note,))


def _mermaid(drawing: Drawing) -> Iterator[str]:
    """The lines of a flowchart."""
    if drawing.title:
        yield from ("---", f'title: "{_yaml_text(drawing.title)}"', "---")
    yield "flowchart TD"
    used: dict[str, list[str]] = {}
    for depth, part in boxes_in(drawing.parts):
        indent = "  " * (depth + 1)
        if part is None:
            yield f"{indent}end"
        elif isinstance(part, Frame):
            yield f'{indent}subgraph {part.id}["{_mermaid_text(part.name)}"]'
        else:
            left, right = _LOOKS[part.look].mermaid
            text = "<br>".join(map(_mermaid_text, part.lines))
            yield f'{indent}{part.id}{left}"{text}"{right}'
            used.setdefault(part.look, []).append(part.id)
    for source, target, text in drawing.arrows:
        yield f'  {source} -->|"{text}"| {target}'
    for look, ids in used.items():
        fill, line, *_ = _LOOKS[look]
        yield f"  classDef {look}_ fill:{fill},stroke:{line},color:#1c1c1c"
        yield f"  class {','.join(ids)} {look}_"


def _mermaid_text(text: str) -> str:
    """A text for use in quotation marks, with every special character as its code."""
    return "".join(c if c.isalnum() or c in " .,_×-" else f"#{ord(c)};" for c in text)


def _yaml_text(text: str) -> str:
    """A text for use in YAML's quotation marks, without characters that Mermaid reads before YAML does."""
    return "".join(c if c.isalnum() or c in " .,_×-" else f"\\U{ord(c):08X}" for c in text)


@writer("dot")
class Dot(Writer):
    """A graph for Graphviz."""

    about = "Graphviz"
    suffixes = (".dot", ".gv")
    folds = True

    @staticmethod
    def write(analysis: Analysis) -> Written:
        return Written(_file(_dot(drawing_of(analysis))))

    @staticmethod
    def write_folded(analysis: Analysis, depth: int) -> Written:
        return Written(_file(_dot(drawing_of(analysis, depth))))


def _dot(drawing: Drawing) -> Iterator[str]:
    """The lines of a graph."""
    yield "digraph network {"
    yield f'  graph [label="{_dot_text(drawing.title)}", labelloc=t, fontname="sans-serif"]'
    yield '  node [shape=box, style=filled, fontname="sans-serif", fontsize=11, fontcolor="#1c1c1c"]'
    yield '  edge [fontname="sans-serif", fontsize=9]'
    for depth, part in boxes_in(drawing.parts):
        indent = "  " * (depth + 1)
        if part is None:
            yield f"{indent}}}"
        elif isinstance(part, Frame):
            yield f"{indent}subgraph cluster_{part.id} {{"
            yield f'{indent}  label="{_dot_text(part.name)}"; labeljust=l; fontsize=11; color="#8a8a8a"'
        else:
            yield f"{indent}{part.id} [{_dot_box(part)}]"
    for source, target, text in drawing.arrows:
        yield f'  {source} -> {target} [label="{text}"]'
    yield "}"


def _dot_box(box: Box) -> str:
    """The attributes of a box."""
    fill, line, _, shape = _LOOKS[box.look]
    text = "\\n".join(map(_dot_text, box.lines))
    return f'label="{text}", shape={shape}, fillcolor="{fill}", color="{line}"'


def _dot_text(text: str) -> str:
    """A text for use in quotation marks; Graphviz also reads HTML entities there."""
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("&", "&amp;")
