"""The layer kinds, a page for each, and the operations that they count."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

from convcalc.analysis.manual import kind_report
from convcalc.layers import every
from convcalc.layers.aliases import option_words
from convcalc.layers.operations import OPERATIONS, RULES
from convcalc.layers.options import options_of
from convcalc.network.schema import schema
from manual.schemas import said
from manual.writing import (
    block,
    code,
    docstring,
    page,
    plain,
    prose,
    section,
    table,
    thing,
    toctree,
)

if TYPE_CHECKING:
    from convcalc.layers import Layer
    from convcalc.layers.options import Option

_FAMILIES = {
    "conv": "Convolutions",
    "linear": "Linear layers",
    "attention": "Attention",
    "pool": "Pooling",
    "activation": "Activations",
    "regularization": "Regularization",
    "norm": "Normalization",
    "shape": "Shapes",
    "merge": "Paths that meet",
    "stated": "Stated by the author",
}
_LIBRARIES = {
    "short": "in chains",
    "pytorch": "PyTorch",
    "keras": "Keras",
    "caffe": "Caffe",
    "onnx": "ONNX",
    "darknet": "Darknet",
}


def pages() -> Iterator[tuple[str, str]]:
    """A page for each kind, one that lists them, and one of the operations."""
    yield "reference/operations.md", _operations()
    families: dict[str, list[str]] = {name: [] for name in _FAMILIES}
    for name, cls in every().items():
        families[cls.family].append(name)
        yield f"reference/kinds/{name}.md", _kind(name, cls)
    sections = [
        section(
            title,
            table(
                ("kind", "what it does"), ((_link(name), _about(name)) for name in families[family])
            ),
        )
        for family, title in _FAMILIES.items()
    ]
    lead = "A layer of a network file, of a chain or in Python is of one of these kinds. `convcalc kinds KIND` prints the same."
    yield (
        "reference/kinds/index.md",
        page("Layer kinds", lead, *sections, toctree(every(), hidden=True)),
    )


@cache
def _defs() -> dict[str, Any]:
    """The definitions in the schema of network files."""
    found: dict[str, Any] = schema()["$defs"]
    return found


def _link(name: str) -> str:
    """A link to the page of a kind."""
    return f"{{kind}}`{name}`"


def _about(name: str) -> str:
    """What a kind does, in a sentence."""
    return prose((inspect.getdoc(every()[name]) or "").split("\n", 1)[0])


def _kind(name: str, cls: type[Layer]) -> str:
    """The page of one kind."""
    lines = kind_report(cls).lines
    start = lines.index("Example:") + 1
    example = "\n".join(
        line.removeprefix("    ") for line in lines[start:] if line.startswith("    ")
    )
    names = [
        (_LIBRARIES[library], ", ".join(map(code, words)))
        for library, words in cls.aliases.items()
        if words
    ]
    about = docstring(inspect.getdoc(cls) or "")
    body = [
        about,
        section(
            "Options", *(_option(name, cls, option) for option in options_of(cls).values()), level=2
        ),
    ]
    return page(
        name,
        thing("kind", name, ""),
        body[0],
        body[1],
        section("Example", block(example)),
        section("Other names", table(("where", "names"), names)),
    )


def _option(kind: str, cls: type[Layer], option: Option) -> str:
    """An option of a kind."""
    others = [word for word, own in option_words(cls).items() if own == option.name]
    default = "must be given" if option.required else f"default: {_default(option)}"
    facts = [
        f"{said(option.type.schema, _defs()) or 'a text'}; {default}",
        f"Also called: {', '.join(map(code, others))}." if others else "",
    ]
    return thing("kind-option", f"{kind}.{option.name}", "\n\n".join(filter(None, facts)))


def _default(option: Option) -> str:
    """The default of an option."""
    if option.default is None:
        return "as the kernel" if option.name == "stride" else "none"
    return code(option.type.yaml(option.default))


def _operations() -> str:
    """The operations that are counted."""
    return page(
        "Operations",
        "Every layer is counted in these elementary operations. The names are those of columns and of JSON.",
        "".join(f"- {plain(rule)}\n" for rule in RULES),
        "\n".join(thing("operation", name, plain(about)) for name, about in OPERATIONS.items()),
    )
