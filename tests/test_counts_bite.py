"""Any change of a count formula of any kind makes the proof fail: the formulas are mutated, one place at a time.

The loops run once on a few small layers of each kind; their counts do not depend on the formulas.
Then each formula is changed in every possible place, and its counts are compared with the loops'
again. A change that is not noticed means a count that is not proven.
"""

from __future__ import annotations

import ast
import copy
import inspect
import sys
import textwrap
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import assume, given

from convcalc import formulas
from convcalc.analysis.analysis import Work
from convcalc.layers import Layer, Shape, every, make
from convcalc.layers.operations import OPERATIONS
from convcalc.reference import WITNESSES, Tally
from convcalc.verify.loops import counts_agree
from random_layers import Draw
from strategies import Made, drawn_of, of_each

KINDS = {kind: cls for kind, cls in every().items() if cls.is_proven}
LAYERS_OF_A_KIND = 20
MAX_WORK = 1500  # operations of one layer, so that the loops take a few milliseconds

EXTRA: dict[str, list[tuple[dict[str, Any], list[Shape]]]] = {
    "conv": [
        (
            {"out_channels": 2, "kernel_size": 2, "connections": ((0, 1), (2,))},
            [(3, 4, 5)],
        )
    ],
    "add": [({}, [(2, 3, 4)] * 3)],
    "multiply": [({}, [(2, 3, 4), (2, 1, 1), (2, 3, 4)])],
    **{kind: [({}, [(2, 3, 4)] * 3)] for kind in ("maximum", "minimum", "average")},
}
"""Options and shapes that are not drawn."""

HARMLESS: dict[tuple[str, str], str] = {
    (kind, "windowed: not isinstance(n, int) and isinstance(o, int)"): (
        "the greatest common divisor is Python's for ints and NumPy's for arrays; the two are equal"
    )
    for kind in ("adaptive_avgpool", "adaptive_maxpool")
}
"""Changes that give the same counts for every layer there is, and why."""


class Example(NamedTuple):
    """A small layer and the loops' counts for it."""

    layer: Layer
    shapes: list[Shape]
    tally: Tally


@cache
def examples(kind: str) -> list[Example]:
    """Small layers of a kind, each run by the loops."""
    draw = Draw(seed=len(kind))
    found = [(make(kind, options), shapes) for options, shapes in EXTRA.get(kind, [])]
    while len(found) < LAYERS_OF_A_KIND:
        layer, shapes = draw.layer(KINDS[kind])
        work = Work(layer, tuple(shapes), 1)
        if work.macs + sum(work.counts.values()) <= MAX_WORK:
            found.append((layer, shapes))
    return [Example(layer, shapes, looped(layer, shapes, draw.rng)) for layer, shapes in found]


def looped(layer: Layer, shapes: list[Shape], rng: np.random.Generator) -> Tally:
    """The counts of the loops."""
    witness, options, tally = WITNESSES[layer.kind], layer.options(), Tally()
    arrays = witness.arrays(options, shapes, rng, np.float64)
    witness.loops(options, [rng.standard_normal(shape) for shape in shapes], arrays, tally)
    return tally


def noticed(kind: str) -> bool:
    """Whether the counts of some example are wrong, or cannot be computed."""
    for layer, shapes, tally in examples(kind):
        try:
            if not counts_agree(kind, layer, shapes, tally).agrees:
                return True
        except Exception:  # noqa: BLE001 - a formula that raises is noticed as well
            return True
    return False


@pytest.mark.unmeasured
@pytest.mark.parametrize("kind", KINDS)
def test_every_count_of_random_layers_is_what_the_loops_do(kind: str) -> None:
    @of_each
    @given(drawn_of(kind))
    def agree(made: Made) -> None:
        work = Work(made.layer, made.shapes, 1)
        assume(work.macs + sum(work.counts.values()) <= MAX_WORK)
        tally = looped(made.layer, [*made.shapes], np.random.default_rng(0))
        check = counts_agree(kind, made.layer, [*made.shapes], tally)
        assert check.claimed == check.witnessed

    agree()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.unmeasured
def test_the_formulas_as_they_are_agree(kind: str) -> None:
    assert not noticed(kind)


def test_each_operation_is_counted_by_some_kind() -> None:
    counted = {name for kind in KINDS for one in examples(kind) for name in one.tally.operations}
    assert counted == set(OPERATIONS)


# ------------------------------------------------------------------------ the value of a count

CHANGES: dict[str, Callable[[int, int], int]] = {
    "one more per output": lambda number, outputs: number + outputs,
    "doubled": lambda number, outputs: 2 * number,
    "left out": lambda number, outputs: 0,
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_count_that_is_off_is_noticed(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each count of a kind, one more per output, doubled and left out; and counts that it does not have."""
    real = Work.__init__
    names = {name for one in examples(kind) for name in one.tally.operations}
    for name in OPERATIONS:
        for about, change in CHANGES.items():
            if name not in names and about != "one more per output":
                continue

            def wrong(
                self: Any,
                layer: Layer,
                shapes: Any,
                batch: int,
                name: Any = name,
                change: Any = change,
            ) -> None:
                real(self, layer, shapes, batch)
                if name == "macs":
                    self.macs = change(self.macs, self.values)
                else:
                    counts = {**self.counts, name: change(self.counts.get(name, 0), self.values)}
                    self.counts = {key: number for key, number in counts.items() if number}

            monkeypatch.setattr(Work, "__init__", wrong)
            assert noticed(kind), f"{kind}: {name} {about}"
    monkeypatch.setattr(Work, "__init__", real)


# --------------------------------------------------------------------- how a count is computed

LAYERS, FORMULAS = "convcalc.layers", "convcalc.formulas"
STARTS = ("counts", "all_counts", "macs")
OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.FloorDiv: ast.Mult,
    ast.Pow: ast.Mult,
}


class Function(NamedTuple):
    """A function that computes a part of a count."""

    owner: type | None  # the class whose method it is
    name: str
    real: Any


def functions(cls: type[Layer]) -> list[Function]:
    """The methods of a kind that compute its counts, and the functions of layers/ that these call."""
    found: dict[tuple[Any, str], Function] = {}
    waiting: list[tuple[type | None, str]] = [(None, name) for name in STARTS]
    while waiting:
        after, name = waiting.pop()
        mro = list(cls.__mro__)
        owners = mro[mro.index(after) + 1 :] if after else mro
        owner = next((one for one in owners if name in vars(one)), None)
        if owner is None or (owner, name) in found or not inspect.isfunction(vars(owner)[name]):
            continue
        real = vars(owner)[name]
        found[owner, name] = Function(owner, name, real)
        for node in ast.walk(tree_of(real)):
            match node:
                case ast.Attribute(value=ast.Name(id="self"), attr=called):
                    waiting.append((None, called))
                case ast.Attribute(value=ast.Call(func=ast.Name(id="super")), attr=called):
                    waiting.append((owner, called))
                case ast.Attribute(value=ast.Name(id="formulas"), attr=called):
                    found[formulas, called] = Function(None, called, getattr(formulas, called))
                case ast.Call(func=ast.Name(id=called)):
                    function = real.__globals__.get(called)
                    if inspect.isfunction(function) and function.__module__.startswith(LAYERS):
                        found[None, called] = Function(None, called, function)
    return list(found.values())


def homes(function: Function) -> list[Any]:
    """The class or modules through which it is called."""
    if function.owner:
        return [function.owner]
    modules = [one for name, one in sys.modules.items() if name.startswith((LAYERS, FORMULAS))]
    return [one for one in modules if vars(one).get(function.name) is function.real]


@cache
def tree_of(function: Any) -> ast.FunctionDef:
    """The source of a function."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
    assert isinstance(tree, ast.FunctionDef)
    tree.decorator_list = []
    return tree


def places(tree: ast.FunctionDef) -> Iterator[tuple[str, Callable[[Any], None], int]]:
    """Every possible change: in words, the change, and its node in the tree."""
    for number, node in enumerate(ast.walk(tree)):
        match node:
            case ast.Constant(value=bool() | None):
                pass
            case ast.Constant(value=int()):
                yield f"{node.value!r} + 1", _plus_one, number
            case ast.Constant(value=str()) if node.value in OPERATIONS:
                yield f"{node.value!r} under another name", _other_name, number
            case ast.BinOp() if type(node.op) in OPERATORS:
                yield f"{ast.unparse(node)} with another operator", _other_operator, number
            case ast.IfExp() | ast.If():
                yield f"not {ast.unparse(node.test)}", _negation, number


def _plus_one(node: Any) -> None:
    node.value += 1


def _other_name(node: Any) -> None:
    node.value = "comparisons" if node.value != "comparisons" else "adds"


def _other_operator(node: Any) -> None:
    node.op = OPERATORS[type(node.op)]()


def _negation(node: Any) -> None:
    node.test = ast.UnaryOp(ast.Not(), node.test)


def changed(function: Function, change: Callable[[Any], None], number: int) -> Any:
    """The function with one node of its source changed."""
    tree = copy.deepcopy(tree_of(function.real))
    change(list(ast.walk(tree))[number])
    source = (
        f"def outer(__class__):\n{textwrap.indent(ast.unparse(tree), '    ')}\n"
        f"    return {function.real.__name__}"
    )
    names: dict[str, Any] = {}
    exec(
        compile(source, "<changed>", "exec", dont_inherit=True, flags=FUTURE),
        function.real.__globals__,
        names,
    )
    return names["outer"](function.owner)


FUTURE = sys.modules["__future__"].annotations.compiler_flag


@pytest.mark.unmeasured
@pytest.mark.parametrize("kind", KINDS)
def test_a_formula_with_one_change_is_noticed(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each constant, operator, condition and name in the code that computes a kind's counts."""
    survived = []
    for function in functions(KINDS[kind]):
        for about, change, number in places(tree_of(function.real)):
            if function.name == "biases" and change is not _negation:
                continue  # their number is not an operation; `params` proves it
            with monkeypatch.context() as patch:
                new = changed(function, change, number)
                for where in homes(function):
                    patch.setattr(where, function.name, new)
                if not noticed(kind):
                    survived.append((kind, f"{function.name}: {about}"))
    assert [one for one in survived if one not in HARMLESS] == []
    unused = {one for one in HARMLESS if one[0] == kind} - set(survived)
    assert not unused, f"no longer harmless: {unused}"


@pytest.mark.parametrize("kind", [kind for kind, cls in KINDS.items() if hasattr(cls, "per_value")])
def test_a_table_with_one_change_is_noticed(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The operations per value of an activation."""
    table = KINDS[kind].per_value  # type: ignore[attr-defined]
    assert table
    for name in table:
        rest = {key: number for key, number in table.items() if key != name}
        for other in ({**table, name: table[name] + 1}, rest):
            monkeypatch.setattr(KINDS[kind], "per_value", other)
            assert noticed(kind), f"{kind}: {other}"
    monkeypatch.setattr(KINDS[kind], "per_value", table)
