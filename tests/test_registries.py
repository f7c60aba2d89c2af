"""Registered things are complete: each test goes through a registry and names what is missing."""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from jsonschema import Draft202012Validator

import test_counts_bite
from convcalc.formats import FORMATS
from convcalc.homework.exports import EXPORTS
from convcalc.homework.mistakes import MISTAKES
from convcalc.homework.question_types import ABOUT, TYPES
from convcalc.homework.questions import QUESTIONS
from convcalc.interop.writers import WRITERS
from convcalc.layers import KINDS, MODULES, Layer, find, make
from convcalc.layers.base import Family
from convcalc.layers.option_types import OPTION_TYPES
from convcalc.layers.options import options_of
from convcalc.layers.window import PADDINGS, PaddingWord
from convcalc.network.schema import schema
from convcalc.reference import WITNESSES
from homework.cases import CASES
from homework.further_mistakes import FURTHER
from homework.mistake_cases import MISTAKE_CASES
from strategies import KIND_STRATEGIES, PROVEN

TESTS = Path(__file__).parent
PACKAGE = TESTS.parent / "convcalc"


def test_the_table_of_kinds_says_where_each_is_made() -> None:
    made: dict[str, list[str]] = {module: [] for module in MODULES}
    for kind, cls in KINDS.load().items():
        made[cls.__module__.rpartition(".")[2]].append(kind)
    assert {module: names.split() for module, names in MODULES.items()} == made


def test_the_table_of_question_types_says_where_each_is_made() -> None:
    made: dict[str, list[str]] = {module: [] for module in TYPES}
    for name, cls in QUESTIONS.load().items():
        made[cls.__module__.rpartition(".")[2]].append(name)
    assert {module: [*types] for module, types in TYPES.items()} == made
    assert all(ABOUT.values())


# In a separate process: the known names of each registry, and registered names that it does not know.
_UNKNOWN = """
import gc, importlib, pkgutil
import convcalc
from convcalc.registry import Registry
found = [*pkgutil.walk_packages(convcalc.__path__, "convcalc.")]
for each in [*(each.name for each in found if each.ispkg), "convcalc.homework.answers.types"]:
    importlib.import_module(each)
known = {each.what: (each, set(each)) for each in gc.get_objects() if isinstance(each, Registry)}
for each in found:
    if not each.name.endswith("__main__"):
        importlib.import_module(each.name)
for what, (registry, names) in sorted(known.items()):
    for name in sorted(set(registry) - names):
        print(what, name)
print(len(known))
"""


def test_a_registry_knows_all_modules_that_register_something_in_it() -> None:
    ran = subprocess.run([sys.executable, "-c", _UNKNOWN], capture_output=True, text=True, check=True)  # fmt: skip
    *unknown, count = ran.stdout.splitlines()
    assert unknown == []
    assert int(count) > 5


def missing_of_kind(kind: str) -> Iterator[str]:
    """The missing parts of a layer kind."""
    cls = KINDS[kind]
    page = inspect.getdoc(cls) or ""
    if not cls.is_proven:
        pass
    elif kind not in WITNESSES:
        yield "a witness in convcalc/reference/kinds/"
    elif not any(one.tally.operations for one in test_counts_bite.examples(kind)):
        options, shape = cls.example
        layer, shapes = make(kind, options), (shape, shape) if cls.merges else (shape,)
        out = layer.out_shape(*shapes)
        if layer.macs(shape, out) or layer.all_counts(shapes, out):
            yield "operations that its textbook loop counts"
    if kind not in KIND_STRATEGIES:
        yield "a strategy in tests/strategies.py"
    if cls.example == Layer.example and options_of(cls):
        required = [name for name, option in options_of(cls).items() if option.required]
        if required:
            yield "an example of its own"
    for part in ("Formula:", "Source:", "Common mistake:"):
        if part not in page:
            yield f"{part} on its page"
    if getattr(cls, "family", "") not in get_args(Family):
        yield "a family"
    for option in options_of(cls).values():
        if not option.type.schema:
            yield f"a schema of its option {option.name}"
    if find(kind) is not cls:
        yield "a name that leads to it"


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_kind_of_layer_is_complete(kind: str) -> None:
    assert list(missing_of_kind(kind)) == []


def test_the_witnesses_are_those_of_the_kinds() -> None:
    assert set(WITNESSES) == set(PROVEN)
    assert set(KIND_STRATEGIES) == set(KINDS)
    assert set(KINDS) - set(PROVEN) == {"custom", "opaque", "opaque_join"}


def test_every_type_of_option_has_a_schema_and_is_used() -> None:
    used = {id(option.type) for cls in KINDS.values() for option in options_of(cls).values()}
    for annotation, option in OPTION_TYPES.items():
        Draft202012Validator.check_schema(option.schema)
        assert option.schema, annotation
    unused = [a for a, option in OPTION_TYPES.items() if id(option) not in used and a is not str]
    assert not unused, f"no kind has an option of the type {unused}"
    text = str(schema())
    missing = [kind for kind in KINDS if f"'{kind}'" not in text]
    assert not missing, f"the schema of network files lacks {missing}"


def test_every_padding_word_has_a_rule() -> None:
    assert set(PADDINGS) == set(get_args(PaddingWord))


def test_every_format_has_its_golden_files() -> None:
    golden = TESTS / "golden"
    wanted = [
        f"{name}{form.suffix}"
        for name in ("lenet_chain", "resnet50", "hostile")
        for form in FORMATS.values()
    ]
    missing = [name for name in wanted if not (golden / name).exists()]
    assert not missing, f"run pytest --overwrite tests/test_formats.py and read {missing}"


def test_every_mistake_and_every_question_type_has_a_case() -> None:
    shown = {case.id for case in (*MISTAKE_CASES, *FURTHER)} | {
        "slip.neighbour"
    }  # its test is in test_marking
    missing = [name for name in MISTAKES if name not in shown]
    assert not missing, f"give {missing} a row in tests/homework/mistake_cases.py"
    asked = {case.type for case in CASES} | {case.type for case in (*MISTAKE_CASES, *FURTHER)}
    tests = "".join(
        path.read_text(encoding="utf-8") for path in (TESTS / "homework").glob("test_*.py")
    )
    missing = [name for name in QUESTIONS if name not in asked and f'"{name}"' not in tests]
    assert not missing, f"give {missing} a row in tests/homework/cases.py"


def test_every_platform_has_a_test() -> None:
    tests = "".join(
        path.read_text(encoding="utf-8") for path in (TESTS / "homework").glob("test_export_*.py")
    )
    missing = [name for name in EXPORTS if f'"{name}"' not in tests]
    assert not missing, f"no test in tests/homework/test_export_*.py exports to {missing}"


def test_every_writer_has_a_test_a_section_and_suffixes() -> None:
    """The tests of a writer are in a file of its module's name."""
    page = (TESTS.parent / "docs" / "bring-your-network.md").read_text(encoding="utf-8")
    _, _, part = page.partition("\n## Write it out again\n")
    headings = [line for line in part.splitlines() if line.startswith("### ")]
    for name, each in WRITERS.items():
        module = each.__module__.rpartition(".")[2]
        tests = TESTS / "writers" / f"test_{module}.py"
        assert tests.exists(), f"{name} has no {tests}"
        assert f'"{name}"' in tests.read_text(encoding="utf-8"), f"{tests} does not test {name}"
        assert any(f"`--to {name}`" in line for line in headings), f"no section about --to {name}"
        assert each.suffixes
        assert all(suffix.startswith(".") for suffix in each.suffixes)
        assert each.about
        assert (WRITERS.names().count(name), each.name) == (1, name)


# ----------------------------------------------------- nothing outside layers/ asks what a layer is

# To be fixed: modules that ask.
ASKING_YET: set[str] = set()

PROBES = {"isinstance", "issubclass", "hasattr", "getattr"}
LAYER_CLASSES = {
    name
    for path in sorted((PACKAGE / "layers").glob("*.py"))
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    if isinstance(node, ast.ClassDef)
    for name in [node.name]
    if isinstance(
        found := getattr(__import__(f"convcalc.layers.{path.stem}", fromlist=[name]), name, None),
        type,
    )
    and issubclass(found, Layer)
}


def asks_a_layer(node: ast.AST, classes: set[str] = LAYER_CLASSES) -> bool:
    """Whether an expression reads a layer's options from outside, or its kind.

    Args:
        node: the expression.
        classes: the module's names of layer classes.
    """
    match node:
        case ast.Call(func=ast.Name(id=name), args=[one, other, *_]) if name in PROBES:
            return (is_a_layer(one) and name in ("hasattr", "getattr")) or any(
                isinstance(part, ast.Name) and part.id in classes for part in ast.walk(other)
            )
        case ast.Compare(left=ast.Attribute(attr="kind"), comparators=[right]):
            words = [part.value for part in ast.walk(right) if isinstance(part, ast.Constant)]
            return any(isinstance(word, str) and word in KINDS for word in words)
        case _:
            return False


def is_a_layer(node: ast.expr) -> bool:
    """Whether an expression has a name of layers: ``layer``, ``node.layer``, ``layers[-1]``."""
    text = ast.unparse(node)
    return text in ("layer", "traced", "small") or text.endswith(
        (".layer", "layers[-1]", "layers[0]")
    )


def asking(path: Path) -> list[str]:
    """The lines of a module that ask."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    imported = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("convcalc.layers")
        for alias in node.names
        if alias.name in LAYER_CLASSES
    }
    return [
        f"{path.relative_to(PACKAGE)}:{node.lineno}: {ast.unparse(node)}"  # type: ignore[attr-defined]
        for node in ast.walk(tree)
        if asks_a_layer(node, imported)
    ]


@pytest.mark.unmeasured
def test_nothing_outside_asks_a_layer_what_it_is() -> None:
    """The kinds answer with methods and fields instead: windows, weights_per_unit, family, options …"""
    rooms = [
        path
        for path in sorted(PACKAGE.rglob("*.py"))
        if path.parent.name not in ("layers", "reference")
    ]
    found = {str(path.relative_to(PACKAGE)): asking(path) for path in rooms}
    wrong = [line for name, lines in found.items() if name not in ASKING_YET for line in lines]
    assert not wrong, "\n".join(wrong)
    mended = [name for name in ASKING_YET if not found.get(name)]
    assert not mended, f"take {mended} out of ASKING_YET"


def test_such_questions_would_be_found() -> None:
    for text in (
        'hasattr(layer, "axes")', 'getattr(node.layer, "mode", 1)', "isinstance(x, Window)",
        "issubclass(cls, (Elementwise, int))", 'row.kind == "conv"', 'row.kind in ("conv", "relu")',
    ):  # fmt: skip
        assert asks_a_layer(ast.parse(text, mode="eval").body), text
    for text in ("isinstance(x, int)", 'getattr(option, "name")', 'part.kind == "gap"'):
        assert not asks_a_layer(ast.parse(text, mode="eval").body), text
