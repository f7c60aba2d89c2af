"""An answer as HTML, for the page before Python runs; the page's script makes the same from later answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from convcalc.explore.parts import Field, Part
from convcalc.text import escape_html

_VOID = ("input",)


def form_html(fields: Iterable[Field]) -> str:
    """The form."""
    return "".join(_FIELDS[field["type"]](field) for field in fields)


def parts_html(parts: Iterable[Part]) -> str:
    """The parts of an answer."""
    return "".join(_PARTS[part["type"]](part) for part in parts)


def _tag(name: str, attributes: Mapping[str, Any] | None = None, *inside: str) -> str:
    """An element; attributes that are None are left out; the content is already HTML."""
    given = {key: value for key, value in (attributes or {}).items() if value is not None}
    words = "".join(f' {key}="{escape_html(str(value))}"' for key, value in given.items())
    return f"<{name}{words}>" if name in _VOID else f"<{name}{words}>{''.join(inside)}</{name}>"


def _text(name: str, text: Any, **attributes: Any) -> str:
    """An element that contains a text."""
    return _tag(name, attributes, escape_html(str(text)))


# ----------------------------------------------------------------------------------------- fields


def _labelled(field: Field, *inside: str) -> str:
    """A field with its label."""
    label = _tag("label", {"for": f"f-{field['name']}"}, escape_html(field["label"]))
    return _tag("div", {"class": f"field {field['type']}"}, label, *inside)


def _box(field: Field, **attributes: Any) -> str:
    """The box of a field for one line of text."""
    usual = {"placeholder": field["usual"] or None, "autocomplete": "off", "spellcheck": "false"}
    return _tag(
        "input",
        {"type": "text", "name": field["name"], "value": field["value"], **usual, **attributes},
    )


def _number(field: Field) -> str:
    name = field["name"]
    ends = {key: field[key] for key in ("min", "max")}
    slider = _tag(
        "input",
        {"type": "range", "id": f"f-{name}", "name": name, **ends, "value": field["slider"]},
    )
    words = f"w-{name}" if field["words"] else None
    box = _box(
        field,
        **{
            "aria-label": f"{field['label']}, typed",
            "list": words,
            "inputmode": None if words else "numeric",
        },
    )
    options = [_tag("option", {"value": word}) for word in field["words"]]
    return _labelled(
        field, slider, box, *([_tag("datalist", {"id": words}, *options)] if words else ())
    )


def _line(field: Field) -> str:
    return _labelled(field, _box(field, id=f"f-{field['name']}"))


def _area(field: Field) -> str:
    attributes = {
        "id": f"f-{field['name']}",
        "name": field["name"],
        "rows": field["lines"],
        "spellcheck": "false",
    }
    return _labelled(field, _tag("textarea", attributes, escape_html(field["value"])))


def _choice(field: Field) -> str:
    options = [
        _tag(
            "option",
            {"value": word, "selected": "" if word == field["value"] else None},
            escape_html(shown),
        )
        for word, shown in field["options"]
    ]
    return _labelled(
        field, _tag("select", {"id": f"f-{field['name']}", "name": field["name"]}, *options)
    )


_FIELDS: dict[str, Callable[[Field], str]] = {
    "number": _number,
    "text": _line,
    "area": _area,
    "choice": _choice,
}


# ------------------------------------------------------------------------------------------ parts


def _lines(part: Part) -> str:
    return _tag(
        "div", {"class": f"lines {part['look']}"}, *[_text("p", line) for line in part["lines"]]
    )


def _error(part: Part) -> str:
    items = []
    for problem in part["problems"]:
        place = f"line {problem['line']}, column {problem['column']}" if "line" in problem else ""
        button = (
            [
                _tag(
                    "button",
                    {"type": "button", "data-start": problem["start"], "data-end": problem["end"]},
                    place,
                )
            ]
            if place
            else []
        )
        items.append(_tag("li", {}, *button, " " * len(button), _text("span", problem["text"])))
    return _tag("div", {"class": "error", "role": "alert"}, _tag("ul", {}, *items))


def _rows(part: Part) -> str:
    lines = [
        _tag("tr", {}, _text("th", name, scope="row"), *[_text("td", text) for text in texts])
        for name, *texts in part["rows"]
    ]
    return _wide(part["title"], "rows", _tag("tbody", {}, *lines))


def _links(part: Part) -> str:
    links = [_text("a", text, href=f"#{where}") for text, where in part["links"]]
    return _tag("p", {"class": "links"}, _text("span", part["lead"]), *links)


def _working(part: Part) -> str:
    opened = {"open": ""} if part.get("open") else {}
    return _tag(
        "details",
        opened,
        _text("summary", part["title"]),
        _text("pre", "\n".join(part["lines"]), tabindex="0"),
    )


def _table(part: Part) -> str:
    looks = [{"class": "r"} if right else {} for right in part["right"]]

    def cells(texts: Iterable[str], ask: str = "") -> str:
        first, *others = texts
        inside = _text("a", first, href=f"#{ask}") if ask else escape_html(first)
        head = _tag("th", {"scope": "row"}, inside)
        return _tag(
            "tr",
            {},
            head,
            *[_tag("td", look, escape_html(text)) for text, look in zip(others, looks[1:])],
        )

    headings = [
        _tag("th", {"scope": "col", **look}, escape_html(text))
        for text, look in zip(part["headings"], looks)
    ]
    rows = [cells(texts, ask) for texts, ask in zip(part["rows"], part["asks"])]
    total = [_tag("tfoot", {}, cells(part["total"]))] if part["total"] else []
    return _wide(
        part["caption"],
        "data",
        _tag("thead", {}, _tag("tr", {}, *headings)),
        _tag("tbody", {}, *rows),
        *total,
    )


def _wide(caption: str, look: str, *inside: str) -> str:
    """A table that scrolls if it is wider than the page."""
    table = _tag("table", {"class": look}, _text("caption", caption), *inside)
    return _tag(
        "div", {"class": "wide", "role": "region", "tabindex": "0", "aria-label": caption}, table
    )


def _figure(part: Part) -> str:
    picture = _tag(
        "div",
        {
            "class": "wide",
            "role": "region",
            "tabindex": "0",
            "aria-label": f"Picture: {part['title']}",
        },
        part["svg"],
    )
    return _tag("figure", {}, picture, _text("figcaption", part["about"]))


_PARTS: dict[str, Callable[[Part], str]] = {
    "lines": _lines,
    "error": _error,
    "rows": _rows,
    "links": _links,
    "working": _working,
    "table": _table,
    "figure": _figure,
}
