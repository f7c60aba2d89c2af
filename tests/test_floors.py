"""Imports go only down, according to the source; and fast commands do not import slow modules."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

# No line of convcalc runs here.
pytestmark = pytest.mark.unmeasured

PACKAGE = Path(__file__).parent.parent / "convcalc"

# The floors, from the ground up. A module belongs to the longest name here that it begins with;
# it may import lower modules, and modules of its own room.
FLOORS = (
    ("text", "term", "bounds"),
    ("errors", "traced", "pages"),
    ("files", "registry"),
    ("folders",),
    ("formulas", "report", "reference"),
    ("layers",),
    ("network",),
    ("interop",),
    ("analysis", "formats"),
    ("solve", "verify", "hand", "images", "interop.writers"),
    ("draw",),
    ("homework.question_types",),
    ("homework.conventions", "homework.answers"),
    ("homework.questions",),
    ("homework.mistakes",),
    ("homework.sheets",),
    ("homework.marking", "homework.variants"),
    ("homework.classroom",),
    ("homework.exports",),
    ("homework",),
    ("explore",),
    ("given",),
    ("api",),
    ("drawing",),
    ("cli",),
    ("__main__", "magic"),
)  # fmt: skip

# Imports from above are allowed only here: conveniences on an object, imported at their first use.
UPWARDS = {
    ("network.network", "analysis"),  # Network.walk()
    ("report", "formats"),  # a report in a notebook, and str() of one
    ("analysis.shown", "draw"),  # Step.draw() and Analysis.draw()
}

# The only modules that may name third-party libraries.
THIRD_PARTIES = {
    "click": {"cli", "magic"},
    "rich": {"cli", "formats", "draw"},
    "yaml": {"network", "hand", "homework", "cli"},
    "numpy": {
        "reference", "formulas", "layers", "verify", "solve", "hand", "images", "draw", "homework", "cli",
    },
    "PIL": {"images"},  # the optional extras
    "onnx": {"interop"},
    "distributed": {"solve"},
    "drawsvg": {"draw"},
    "resvg_py": {"draw"},
}  # fmt: skip


class Import(NamedTuple):
    """One import, of convcalc or of another package."""

    path: Path
    line: int
    module: str  # of the file, without the package's name
    target: str  # the imported name, dotted: for convcalc a module, without the package's name
    ours: bool
    lazy: bool  # inside a function
    typing: bool  # under TYPE_CHECKING

    def __str__(self) -> str:
        source = self.path.read_text(encoding="utf-8").splitlines()[self.line - 1].strip()
        return f"{self.path.relative_to(PACKAGE.parent)}:{self.line}: {source}"

    @property
    def top(self) -> str:
        """The room of the package that contains it."""
        return self.module.partition(".")[0]

    @property
    def looks_up(self) -> bool:
        """Whether it imports from another room that is not lower."""
        if not self.ours or not self.target:  # a name of the package itself, such as its version
            return False
        here, there = room_of(self.module), room_of(self.target)
        return here != there and floor_of(there) >= floor_of(here)


def room_of(module: str) -> str:
    """The longest name of `FLOORS` that a module's name begins with."""
    parts = module.split(".")
    for length in range(len(parts), 0, -1):
        name = ".".join(parts[:length])
        if any(name in floor for floor in FLOORS):
            return name
    return ""


def floor_of(room: str) -> int:
    """The number of a room's floor, from 0; the package itself is above all."""
    return next((n for n, floor in enumerate(FLOORS) if room in floor), len(FLOORS))


def name_of(path: Path) -> str:
    """The dotted name of a file, without the package's; empty for the package itself."""
    parts = list(path.relative_to(PACKAGE).with_suffix("").parts)
    if parts[-1] == "__init__":
        parts.pop()
    return ".".join(parts)


FILES = sorted(PACKAGE.rglob("*.py"))
MODULES = {name_of(path) for path in FILES}


def module_meant(whole: str, name: str) -> str:
    """The module that ``from whole import name`` imports: a module of that name, or else whole itself."""
    return f"{whole}.{name}".strip(".") if f"{whole}.{name}".strip(".") in MODULES else whole


def targets_of(node: ast.AST) -> list[str]:
    """The dotted names that a statement, or a call of import_module, imports; none for other nodes."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        assert not node.level, f"line {node.lineno}: a relative import; write it out"
        whole = node.module or ""
        if whole.partition(".")[0] != "convcalc":
            return [whole]
        inside = whole.partition(".")[2]
        return [f"convcalc.{module_meant(inside, alias.name)}" for alias in node.names]
    if not isinstance(node, ast.Call):
        return []
    called = ast.unparse(node.func)
    if called.endswith(".modules") and node.args:
        # KINDS.modules("convcalc.layers", …) lets a registry import the modules of that room.
        room = ast.unparse(node.args[0]).strip("'").removeprefix("convcalc.")
        return [f"convcalc.{name}" for name in MODULES if name.rpartition(".")[0] == room]
    if called.endswith("import_module"):
        # f"convcalc.layers.{module}" may be any module of that room.
        beginning = ast.unparse(node.args[0]).strip("f").strip("'\"").partition("{")[0]
        inside = beginning.removeprefix("convcalc.")
        if beginning.startswith("convcalc.") and inside.endswith("."):
            return [
                f"convcalc.{name}" for name in MODULES if name.rpartition(".")[0] == inside[:-1]
            ]
    return []


def imports_of(path: Path) -> Iterator[Import]:
    """Every import of a file, at any place."""
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
            for target in targets_of(child):
                package, _, rest = target.partition(".")
                ours = package == "convcalc"
                line = getattr(child, "lineno", 0)
                yield Import(path, line, module, rest if ours else target, ours, lazy, typing)
            yield from visit(child, inside, typing)

    yield from visit(tree, False, False)


@cache
def imports() -> list[Import]:
    """The imports of all files, read when the first test needs them."""
    return [found for path in FILES for found in imports_of(path)]


def test_every_module_has_a_floor() -> None:
    homeless = {module for module in MODULES if not room_of(module)} - {""}
    assert not homeless, f"give {homeless} a floor in tests/test_floors.py"


@pytest.mark.unmeasured
def test_imports_go_down_only() -> None:
    wrong = [
        f"{found} (floor {floor_of(room_of(found.module))} imports floor {floor_of(room_of(found.target))})"
        for found in imports()
        if found.looks_up
        and not ((found.lazy or found.typing) and (found.module, room_of(found.target)) in UPWARDS)
    ]
    assert not wrong, "\n".join(wrong)


def test_what_looks_up_says_why() -> None:
    upwards = [found for found in imports() if found.looks_up and not found.typing]
    assert {(found.module, room_of(found.target)) for found in upwards} == UPWARDS
    for found in upwards:
        line = found.path.read_text(encoding="utf-8").splitlines()[found.line - 1]
        assert "  # " in line, f"{found}: say why"


def circles(edges: dict[str, set[str]]) -> list[list[str]]:
    """Groups of modules that import each other, by Tarjan's strongly connected components."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(module: str) -> None:
        index[module] = low[module] = len(index)
        stack.append(module)
        for target in edges.get(module, ()):
            if target not in index:
                visit(target)
                low[module] = min(low[module], low[target])
            elif target in stack:
                low[module] = min(low[module], index[target])
        if low[module] == index[module]:
            group = stack[stack.index(module) :]
            del stack[stack.index(module) :]
            if len(group) > 1:
                found.append(sorted(group))

    for module in edges:
        if module not in index:
            visit(module)
    return found


def test_no_modules_import_each_other_not_even_inside_functions() -> None:
    edges: dict[str, set[str]] = {}
    for found in imports():
        allowed = (found.module, room_of(found.target)) in UPWARDS
        if found.ours and found.target and not found.typing and not allowed:
            edges.setdefault(found.module, set()).add(found.target)
    assert circles(edges) == []


def test_circles_are_found() -> None:
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == [["b", "c"]]


def test_third_parties_stay_where_they_belong() -> None:
    wrong = [
        str(found)
        for found in imports()
        if not found.ours
        and found.top not in THIRD_PARTIES.get(found.target.partition(".")[0], {found.top})
    ]
    assert not wrong, "\n".join(wrong)


def test_the_witness_knows_nothing_of_the_formulas() -> None:
    wrong = [
        str(found)
        for found in imports()
        if found.top == "reference" and found.ours and room_of(found.target) != "reference"
    ]
    assert not wrong, "\n".join(wrong)


def test_formulas_import_nothing_of_ours_at_run_time() -> None:
    wrong = [
        str(found)
        for found in imports()
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


# ------------------------------------------------------------------------------ loaded modules

DRAWING = {"convcalc.draw", "drawsvg", "resvg_py"}
SLOW = ("numpy", "rich", "click", "yaml", "fractions", "convcalc.layers.stated_types", *DRAWING)


def loaded_after(code: str, *words: str) -> set[str]:
    """The slow or seldom needed modules that are loaded after some code ran in a new interpreter."""
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
def test_everyday_commands_do_not_load_numpy_or_what_draws(words: tuple[str, ...]) -> None:
    assert not {"numpy", *DRAWING} & loaded_after(RUN, *words)


def test_pictures_in_a_terminal_need_no_library() -> None:
    words = ("draw", "fit", "--n", "32", "--k", "5", "--s", "2")
    assert {"numpy", *DRAWING} & loaded_after(RUN, *words) == {"convcalc.draw"}


@pytest.mark.parametrize(
    "words",
    [
        ("layer", "--n", "32", "--k", "5", "--s", "3"),
        ("chain", "--input", "1x32x32", "conv:k5c6", "pool:k2s2", "fc:10"),
        ("arch", "vgg16"),
    ],
    ids=lambda words: words[0],
)
def test_networks_without_a_limit_or_an_average_do_not_load_fractions(
    words: tuple[str, ...],
) -> None:
    assert "fractions" not in loaded_after(RUN, *words)
