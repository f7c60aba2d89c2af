"""The linter, the formatter and the type checker find nothing; the wheel contains what it needs."""

from __future__ import annotations

import ast
import builtins
import os
import re
import subprocess
import sys
import tarfile
import zipfile
from collections import Counter
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

# No line of convcalc runs here.
pytestmark = pytest.mark.unmeasured

ROOT = Path(__file__).parent.parent


def run(*command: str, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *command],
        cwd=ROOT,
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


@pytest.mark.parametrize(
    "command", [("ruff", "check", "."), ("ruff", "format", "--check", "."), ("mypy",)], ids=" ".join
)
def test_the_code_is_clean(command: tuple[str, ...]) -> None:
    ran = run(*command)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_the_wheel_works_from_any_folder_without_the_checkout(tmp_path: Path) -> None:
    ran = run("hatchling", "build", "-t", "wheel", "-d", str(tmp_path))
    assert ran.returncode == 0, ran.stdout + ran.stderr
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        archive.extractall(tmp_path / "site")
    bundled = {path.name for path in (ROOT / "architectures").glob("*.yaml")}
    assert {name.rsplit("/", 1)[1] for name in names if "/architectures/" in name} == bundled
    parts = {
        f"convcalc/explore/page/{name}"
        for name in ("page.html", "page.css", "page.js", "worker.js")
    }
    assert parts <= set(names)
    assert not [name for name in names if name.startswith("tests")]

    def convcalc(*words: str) -> str:
        ran = subprocess.run(
            [sys.executable, "-m", "convcalc", *words],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(tmp_path / "site")},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    assert "138,357,544" in convcalc("arch", "vgg16")
    memphis = (ROOT / "homework" / "memphis.yaml").read_text(encoding="utf-8")
    assert convcalc("hw", "new", "--from", "memphis").endswith(f"\n{memphis}")
    assert "\n# A sheet of questions." in convcalc("hw", "new")
    assert "class/ps1" in convcalc("list", "--sheets")
    for shell in ("bash", "zsh", "fish"):
        assert f"convcalc completion {shell}" in convcalc("completion", shell)
    assert [name for name in names if name.endswith("licenses/LICENSE")]


def test_the_source_archive_holds_the_documents_and_the_tests(tmp_path: Path) -> None:
    ran = run("hatchling", "build", "-t", "sdist", "-d", str(tmp_path))
    assert ran.returncode == 0, ran.stdout + ran.stderr
    (path,) = tmp_path.glob("*.tar.gz")
    with tarfile.open(path) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    documents = {page.relative_to(ROOT).as_posix() for page in (ROOT / "docs").rglob("*.md")}
    files = {"README.md", "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md", "CITATION.cff"}
    assert documents | files | {"tests/conftest.py", "architectures/vgg16.yaml"} <= names


# ------------------------------------------------------------------------------ limits of size

PACKAGE = ROOT / "convcalc"
MODULES = sorted(PACKAGE.rglob("*.py"))
MAX_MODULE_LINES = 500
MAX_FUNCTION_LINES = 60
MAX_NOQA = 120
MAX_README_BYTES = 8192
MAX_COMMAND_LINES = 100
# Code shared by all commands is longer than a command, and has its own limits.
MAX_SHARED_LINES = {
    "group.py": 162,
    "layer_options.py": 135,
    "main.py": 160,
    "network_options.py": 160,
    "option_words.py": 105,
    "output.py": 285,
    "types.py": 200,
}

# Exceptions that must shrink: a test fails if one is no longer needed.
LONG_MODULES: set[str] = set()
LONG_FUNCTIONS: set[str] = set()
LONG_COMMANDS: set[str] = set()
BARE_NOQA: set[str] = set()

# Modules with functions that only they use, but whose names do not begin with an underscore yet.
OPEN_MODULES: set[str] = set()

NOQA = re.compile(r"# noqa\b(?P<codes>:[A-Z0-9, ]+)?(?P<reason>.*)")


def inside(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def lines_of(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


class Definition(NamedTuple):
    """A class or function of convcalc, without its code; ``params`` of a class are those of its __init__."""

    place: str
    name: str
    lines: int
    is_class: bool
    bases: list[str]
    explained: dict[str, set[str]]
    params: set[str]
    fields: set[str]


_Function = ast.FunctionDef | ast.AsyncFunctionDef
SECTION = re.compile(r"^(Args|Attributes|Raises):\n((?:    .*\n?|\n)+)", re.MULTILINE)


def explained(text: str) -> dict[str, set[str]]:
    """The names in each section of a docstring: k and s in the line ``k, s: sizes``."""
    found = {}
    for title, section in SECTION.findall(text):
        lines = [line for line in section.splitlines() if re.match(r"    \S", line)]
        heads = [line.partition(":")[0] for line in lines]
        found[title] = {name.strip() for head in heads for name in head.split(",")}
    return found


def params_of(node: _Function) -> set[str]:
    given = node.args
    starred = [each for each in (given.vararg, given.kwarg) if each]
    return {each.arg for each in (*given.posonlyargs, *given.args, *given.kwonlyargs, *starred)}


def fields_of(node: ast.ClassDef) -> set[str]:
    """Annotated and assigned names of a class, its properties, and what its methods set."""
    found = set()
    for each in node.body:
        if isinstance(each, _Function) and each.decorator_list:
            found.add(each.name)
        targets = each.targets if isinstance(each, ast.Assign) else [getattr(each, "target", None)]
        found |= {target.id for target in targets if isinstance(target, ast.Name)}
    stored = [each for each in ast.walk(node) if isinstance(each, ast.Attribute)]
    return found | {each.attr for each in stored if isinstance(each.ctx, ast.Store)}


def definition(path: Path, node: _Function | ast.ClassDef) -> Definition:
    bases: list[str] = []
    fields: set[str] = set()
    makers = [] if isinstance(node, ast.ClassDef) else [node]
    if isinstance(node, ast.ClassDef):
        bases = re.findall(r"\w+", " ".join(map(ast.unparse, node.bases)))
        fields = fields_of(node)
        methods = [each for each in node.body if isinstance(each, _Function)]
        makers = [each for each in methods if each.name in ("__init__", "__new__")]
    return Definition(
        place=f"{inside(path)}:{node.lineno}",
        name=node.name,
        lines=(node.end_lineno or 0) - node.lineno + 1,
        is_class=isinstance(node, ast.ClassDef),
        bases=bases,
        explained=explained(ast.get_docstring(node) or ""),
        params={name for each in makers for name in params_of(each)},
        fields=fields,
    )


@cache
def definitions() -> list[Definition]:
    """All of them, from reading each module once."""
    return [
        definition(path, node)
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, _Function | ast.ClassDef)
    ]


def noqas_of(path: Path) -> list[re.Match[str]]:
    return [found for line in lines_of(path) if (found := NOQA.search(line))]


def test_no_module_is_longer_than_500_lines() -> None:
    long = {inside(path) for path in MODULES if len(lines_of(path)) > MAX_MODULE_LINES}
    assert long == LONG_MODULES


def test_no_function_is_longer_than_60_lines() -> None:
    long = {
        f"{each.place.partition(':')[0]}: {each.name}"
        for each in definitions()
        if not each.is_class and each.lines > MAX_FUNCTION_LINES
    }
    assert long == LONG_FUNCTIONS


def test_a_command_only_reads_options_calls_the_library_and_shows_a_report() -> None:
    long = {
        path.name
        for path in (PACKAGE / "cli").glob("*.py")
        if len(lines_of(path)) > MAX_SHARED_LINES.get(path.name, MAX_COMMAND_LINES)
    }
    assert long == LONG_COMMANDS


def test_exceptions_from_the_linter_are_few_and_name_their_rule_and_reason() -> None:
    found = {inside(path): noqas_of(path) for path in MODULES}
    assert sum(map(len, found.values())) <= MAX_NOQA
    assert all(noqa["codes"] for noqas in found.values() for noqa in noqas)
    bare = {
        name
        for name, noqas in found.items()
        if any(len(re.findall(r"[a-zA-Z]", noqa["reason"])) < 6 for noqa in noqas)
    }
    assert bare == BARE_NOQA


def functions_of(path: Path) -> set[str]:
    """The names of a module's own functions that do not begin with an underscore."""
    nodes = ast.parse(path.read_text(encoding="utf-8")).body
    named = {
        node.name for node in nodes if isinstance(node, ast.FunctionDef) and not node.decorator_list
    }
    return {name for name in named if not name.startswith("_")}


def test_what_only_its_own_module_uses_begins_with_an_underscore() -> None:
    files = [path for folder in ("convcalc", "tests") for path in (ROOT / folder).rglob("*.py")]
    words = {path: set(re.findall(r"\w+", path.read_text(encoding="utf-8"))) for path in files}
    users = Counter(word for found in words.values() for word in found)
    alone = {path: [name for name in functions_of(path) if users[name] == 1] for path in MODULES}
    assert {inside(path) for path, names in alone.items() if names} == OPEN_MODULES, {
        inside(path): names for path, names in alone.items() if names
    }


def test_the_readme_is_short() -> None:
    assert (ROOT / "README.md").stat().st_size <= MAX_README_BYTES


def test_docstrings_explain_parameters_fields_and_errors_that_exist() -> None:
    classes: dict[str, list[Definition]] = {}
    for each in definitions():
        if each.is_class:
            classes.setdefault(each.name, []).append(each)
    wrong = []
    for each in filter(lambda each: each.explained, definitions()):
        whole = [each]  # with the classes that it extends, by their names
        for one in whole:
            above = [base for name in one.bases for base in classes.get(name, ())]
            whole += [base for base in above if base not in whole]
        known = {
            "Args": {name for one in whole for name in one.params},
            "Attributes": {name for one in whole for name in one.fields},
            "Raises": {*vars(builtins), *classes},
        }
        wrong += [
            f"{each.place} {each.name}: {title} names {name}"
            for title, names in each.explained.items()
            for name in sorted(names - known[title])
        ]
    assert not wrong
