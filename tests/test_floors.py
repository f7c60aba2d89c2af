"""Imports go down only, read from the source; and what is fast stays free of what is slow."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

PACKAGE = Path(__file__).parent.parent / "convcalc"

FLOORS = {
    "__init__": 8, "__main__": 8,
    "cli": 7,
    "formats": 6, "draw": 6, "homework": 6,
    "api": 5, "budget": 5, "counting": 5, "explain": 5, "hand": 5, "memory": 5, "pictures": 5, "solve": 5,
    "sweep": 5, "verify": 5,
    "walk": 4, "matrices": 4, "footprint": 4,
    "spec": 3,
    "layers": 2,
    "formulas": 1, "kernels": 1, "report": 1, "reference": 1,
    "errors": 0, "term": 0,
}  # fmt: skip

# Looking up is allowed here only: conveniences on an object, imported at their first use.
UPWARDS = {
    ("spec.network", "walk"),  # Network.walk()
    ("report", "formats"),  # a report in a notebook, and str() of one
}

# Where libraries of other people may be named at all.
THIRD_PARTIES = {
    "click": {"cli"},
    "rich": {"cli", "formats", "draw"},
    "yaml": {"spec", "matrices", "homework", "cli"},
    "numpy": {
        "reference", "formulas", "verify", "sweep", "solve", "budget", "hand", "matrices", "pictures",
        "kernels", "draw", "homework", "cli",
    },
    "PIL": {"pictures"},  # the optional extra
}  # fmt: skip


class Import(NamedTuple):
    """One import of ours or another's."""

    path: Path
    line: int
    module: str  # of the file, without the package's name
    target: str  # what it imports, dotted
    lazy: bool  # inside a function
    typing: bool  # under TYPE_CHECKING

    def __str__(self) -> str:
        source = self.path.read_text(encoding="utf-8").splitlines()[self.line - 1].strip()
        return f"{self.path.relative_to(PACKAGE.parent)}:{self.line}: {source}"

    @property
    def top(self) -> str:
        """The module of the package it stands in."""
        return self.module.partition(".")[0]

    @property
    def ours(self) -> str:
        """The module of the package it imports; nothing if it is another's."""
        package, _, rest = self.target.partition(".")
        first = rest.partition(".")[0]  # a name of the package itself, such as its version, is none
        return first if package == "convcalc" and not first.startswith("__") else ""


def name_of(path: Path) -> str:
    """The dotted name of a file, without the package's."""
    parts = list(path.relative_to(PACKAGE).with_suffix("").parts)
    if parts[-1] == "__init__" and len(parts) > 1:
        parts.pop()
    return ".".join(parts)


def imports_of(path: Path) -> Iterator[Import]:
    """Every import of a file, wherever it stands."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    module = name_of(path)

    def visit(node: ast.AST, lazy: bool, typing: bool) -> Iterator[Import]:
        for child in ast.iter_child_nodes(node):
            inside = lazy or isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
                for statement in child.body:
                    yield from visit(ast.Module([statement], []), lazy, True)
                for statement in child.orelse:
                    yield from visit(ast.Module([statement], []), lazy, typing)
                continue
            if isinstance(child, ast.Import):
                for alias in child.names:
                    yield Import(path, child.lineno, module, alias.name, lazy, typing)
            elif isinstance(child, ast.ImportFrom):
                assert not child.level, f"{path}:{child.lineno}: a relative import; write it out"
                whole = child.module or ""
                names = [f"{whole}.{alias.name}" for alias in child.names]
                for target in names if whole == "convcalc" else [whole]:
                    yield Import(path, child.lineno, module, target, lazy, typing)
            else:
                yield from visit(child, inside, typing)

    yield from visit(tree, False, False)


FILES = sorted(PACKAGE.rglob("*.py"))
IMPORTS = [found for path in FILES for found in imports_of(path)]


def test_every_module_has_a_floor() -> None:
    tops = {name_of(path).partition(".")[0] for path in FILES}
    assert tops <= set(FLOORS), f"give {tops - set(FLOORS)} a floor in tests/test_floors.py"


def test_imports_go_down_only() -> None:
    wrong = [
        f"{found} (floor {FLOORS.get(found.top)} imports floor {FLOORS.get(found.ours)})"
        for found in IMPORTS
        if found.ours
        and found.ours != found.top
        and FLOORS.get(found.ours, 0) >= FLOORS.get(found.top, 9)
        and not (found.lazy and (found.module, found.ours) in UPWARDS)
    ]
    assert not wrong, "\n".join(wrong)


def test_what_looks_up_says_why() -> None:
    upwards = [
        found
        for found in IMPORTS
        if found.ours
        and found.ours != found.top
        and FLOORS.get(found.ours, 0) >= FLOORS.get(found.top, 9)
    ]
    assert {(found.module, found.ours) for found in upwards} == UPWARDS
    for found in upwards:
        line = found.path.read_text(encoding="utf-8").splitlines()[found.line - 1]
        assert "# noqa: PLC0415 - " in line, found


def test_third_parties_stay_where_they_belong() -> None:
    wrong = [
        str(found)
        for found in IMPORTS
        if found.top not in THIRD_PARTIES.get(found.target.partition(".")[0], {found.top})
    ]
    assert not wrong, "\n".join(wrong)


def test_the_witness_knows_nothing_of_the_formulas() -> None:
    wrong = [
        str(found)
        for found in IMPORTS
        if found.top == "reference" and found.ours not in ("", "reference")
    ]
    assert not wrong, "\n".join(wrong)


def test_formulas_import_nothing_of_ours_at_run_time() -> None:
    wrong = [
        str(found)
        for found in IMPORTS
        if found.module == "formulas"
        and not found.typing
        and (found.ours or found.target == "numpy")
    ]
    assert not wrong, "\n".join(wrong)


FORBIDDEN = (ast.If, ast.IfExp, ast.Compare, ast.Div, ast.Pow, ast.BoolOp, ast.Match, ast.While)


def test_formulas_are_plain_arithmetic() -> None:
    path = PACKAGE / "formulas.py"
    tree = ast.parse(path.read_text(encoding="utf-8"))
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    assert len(functions) > 20
    for function in functions:
        for node in ast.walk(function):
            where = f"{path.name}:{getattr(node, 'lineno', function.lineno)}: {function.name}"
            assert not isinstance(node, FORBIDDEN), f"{where} uses {type(node).__name__}"
            if isinstance(node, ast.Call):
                called = ast.unparse(node.func)
                assert called == "abs" or called in {f.name for f in functions}, (
                    f"{where} calls {called}"
                )


# ------------------------------------------------------------------------------ what is loaded

SLOW = ("numpy", "rich", "click", "yaml")


def loaded_after(code: str, *words: str) -> set[str]:
    """Which of the slow libraries are there after some code ran in a fresh interpreter."""
    script = f"import sys\n{code}\nprint('LOADED', *(m for m in {SLOW!r} if m in sys.modules))"
    ran = subprocess.run(
        [sys.executable, "-c", script, *words],
        capture_output=True,
        text=True,
        check=False,
        cwd=PACKAGE.parent,
        env={**os.environ, "PYTHONPATH": str(PACKAGE.parent), "NO_COLOR": "1"},
    )
    assert ran.returncode == 0, ran.stderr
    return set(ran.stdout.splitlines()[-1].split()[1:])


def test_importing_the_package_loads_nothing_slow() -> None:
    assert loaded_after("import convcalc") == set()


def test_a_chain_from_python_needs_no_libraries() -> None:
    code = "import convcalc; convcalc.chain('1x32x32', 'conv:k5c6').walk().totals"
    assert loaded_after(code) == set()


RUN = """
from convcalc.cli.main import main
try:
    main(sys.argv[1:])
except SystemExit as stop:
    assert not stop.code, stop.code
"""


@pytest.mark.parametrize(
    "words",
    [
        ("layer", "--n", "32", "--k", "5", "--s", "3", "--cin", "3", "--cout", "5", "--explain"),
        ("chain", "--input", "1x32x32", "conv:k5c6", "pool:k2s2", "fc:10"),
        ("arch", "lenet5"),
        ("arch", "unet", "--format", "json"),
    ],
    ids=lambda words: " ".join(words[:2]),
)
def test_everyday_commands_do_not_load_numpy(words: tuple[str, ...]) -> None:
    assert "numpy" not in loaded_after(RUN, *words)
