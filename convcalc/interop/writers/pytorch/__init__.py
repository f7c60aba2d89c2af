"""PyTorch code: a module with the layers' names, blocks as classes, and loops for repeats."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from convcalc.interop.writers.base import Writer, Written, check_all_said, writer
from convcalc.interop.writers.python_layout import LIMIT, Doc, Text, flat, laid_out
from convcalc.interop.writers.python_text import identifier, literal
from convcalc.interop.writers.pytorch import convs, pointwise, pools, shapes
from convcalc.interop.writers.pytorch.classes import Body, Node, Plan, Row, Use
from convcalc.interop.writers.pytorch.forward import TAKEN, Forward
from convcalc.interop.writers.pytorch.helpers import helper_text
from convcalc.interop.writers.pytorch.plans import Planner, is_unnamed
from convcalc.interop.writers.pytorch.said import NEEDED, SAYS, Arg, Call, Said, UnsaidError
from convcalc.interop.writers.pytorch.tree import tree_of
from convcalc.text import grouped, one_line, times, wrap

if TYPE_CHECKING:
    from convcalc.analysis.analysis import Analysis, Step

FAMILIES = (convs, pointwise, pools, shapes)  # they register the functions for the kinds


@writer("pytorch")
class PyTorch(Writer):
    """A module of PyTorch, as a person would write it."""

    about = "PyTorch"
    suffixes = (".py",)

    @staticmethod
    def write(analysis: Analysis) -> Written:
        said, pairs = _said(analysis)
        planner = Planner(analysis, tree_of(analysis, said), pairs)
        plans = planner.plan()
        classes = [list(_class(plan, analysis, is_last=plan is plans[-1])) for plan in plans]
        helpers = dict.fromkeys([name for each in said.values() for name in each.needs()])
        blocks = [helper_text(name).split("\n") for name in sorted(helpers)] + classes
        code = "".join(line + "\n" for lines in blocks for line in ["", "", *lines])
        lines = [*_header(analysis, planner), "", *_imports(code)]
        if any(len(line) > LIMIT for line in [*lines, *code.split("\n")]):
            lines.insert(0, "# ruff: noqa: E501 - some names are long")
        return Written(("".join(f"{line}\n" for line in lines) + code).encode())


def _said(analysis: Analysis) -> tuple[dict[int, Said], dict[int, int]]:
    """Each layer in PyTorch, by its place; and for each unpooling its pool.

    Raises:
        UsageError: PyTorch does not have some layers.
    """
    found: dict[int, Said] = {}
    reasons: dict[str, str] = {}
    for step in analysis.steps:
        try:
            found[step.place] = SAYS[step.kind](step)
        except UnsaidError as error:
            reasons[step.name] = f"{step.kind}: {error}"
    pairs = pools.paired(analysis.steps, found)
    for step in analysis.steps:
        if step.place not in found:
            reasons.setdefault(step.name, f"{step.kind}: {_NO_POOL}")
        owner = step.owner
        if owner and step.place in found and owner.place in found:
            kept = set(step.layer.arrays(step.input, step.output))
            if found[step.place].module != found[owner.place].module and kept - _TIED:
                reasons[step.name] = (
                    f"{step.kind}: it shares {' and '.join(sorted(kept))} with {owner.name}, but has "
                    "other options; give both the same"
                )
    check_all_said(analysis, PyTorch.about, reasons)
    return found, pairs


_NO_POOL = "no max pool before it has these sizes, so nothing gives the places of the maxima"
_TIED = frozenset(("weight", "bias"))  # arrays with the same names in modules and in convcalc


def _header(analysis: Analysis, planner: Planner) -> Iterator[str]:
    """The comment at the top."""
    network, totals = analysis.network, analysis.totals
    lines = [network.name]
    if network.source:
        lines.append(f"Source: {network.source}")
    for image in analysis.images:
        name = "" if len(analysis.images) == 1 else f" {image.name}"
        lines.append(f"Input{name}: {times(image.output).replace('×', ' x ')}, without the batch")
    lines.append(
        f"Parameters: {grouped(totals['params'])}; multiply-adds: {grouped(totals['macs'])}"
    )
    lines += _renamed(planner)
    for line in lines:
        for part in wrap(one_line(line), LIMIT - 2):
            yield f"# {part}"


_MOST_RENAMED = 20


def _renamed(planner: Planner) -> Iterator[str]:
    """The notes on names that differ from convcalc's."""
    numbers = [path for path, key in planner.renamed.items() if key.isdigit()]
    others = [path for path, key in planner.renamed.items() if not key.isdigit()]
    if numbers:
        path, key = numbers[0], planner.renamed[numbers[0]]
        here = f"{path.rpartition('.')[0]}.{key}".lstrip(".")
        yield f"Numbers begin at 0 here, and at 1 in convcalc: {here} is its {path}"
    for path in others[:_MOST_RENAMED]:
        above = path.rpartition(".")[0]
        yield f"{f'{above}.{planner.renamed[path]}'.lstrip('.')} is {path} in convcalc"
    if len(others) > _MOST_RENAMED:
        yield f"and {len(others) - _MOST_RENAMED:,} more are renamed in the same way"


def _imports(code: str) -> Iterator[str]:
    """The imports that code needs."""
    if re.search(r"(?<![\w.])math\.", code):
        yield "import math"
        yield ""
    if re.search(r"(?<![\w.])torch\.", code):
        yield "import torch"
    if re.search(r"(?<![\w.])F\.", code):
        yield "import torch.nn.functional as F"
    yield "from torch import nn"


# ------------------------------------------------------------------------------------ classes


def _class(plan: Plan, analysis: Analysis, *, is_last: bool) -> Iterator[str]:
    """The lines of a class."""
    body, settled = plan.bodies[0], plan.settled
    assert settled
    yield f"class {plan.name}(nn.{'Sequential' if body.is_chain else 'Module'}):"
    given = [
        each.name if each.default is NEEDED else f"{each.name}={literal(each.default)}"
        for each in settled.parameters
    ]
    yield from laid_out(Doc("def __init__(", ("self", *given), "):"), 4)
    yield "        super().__init__()"
    for name, text in settled.names.items():
        yield f"        {name} = {text}"
    texts = iter(settled.texts)
    for name, node in body.modules:
        made = _node(node, texts)
        yield from laid_out(made, 8, f"self.{name} = ")
    yield from [f"        {tie}" for tie in body.ties]
    if not body.is_chain:
        yield ""
        yield from _forward(body, analysis, is_last=is_last)


def _forward(body: Body, analysis: Analysis, *, is_last: bool) -> Iterator[str]:
    """The lines of a forward."""
    names: dict[int, str] = {}
    inputs: dict[int, str] = {}
    if len(body.reads) == 1:
        inputs[body.reads[0]] = "x"
    else:
        for place, name in zip(body.reads, body.inputs):
            word = "x" if not inputs and not is_last else name
            inputs[place] = identifier(word, {*TAKEN, *inputs.values()})
    if is_last and len(body.gives) > 1:
        for name, step in analysis.named_outputs.items():
            names.setdefault(step.place, identifier(_output_name(name, step), TAKEN))
    yield from laid_out(Doc("def forward(", ("self", *inputs.values()), "):"), 4)
    for line in Forward(body.parts, inputs, body.gives, names).write():
        yield f"        {line}"


def _output_name(name: str, step: Step) -> str:
    """The name of an output: from the file, or of the block that it ends."""
    above = step.name.rpartition(".")[0]
    return above if name == step.name and is_unnamed(step) and above else name


def _node(node: Node, texts: Iterator[str | None]) -> Text:
    """The code that creates a module; the texts are its numbers."""
    if isinstance(node, Row):
        return _row(node, texts)
    if isinstance(node, Use):
        return _call(node.plan.name, node.plan.args(node.at), texts)
    return _call(node.callee, node.args, texts)


def _call(callee: str, args: tuple[Arg, ...], texts: Iterator[str | None]) -> Text:
    """A call with its arguments, without those left out."""
    items: list[Text] = []
    for arg in args:
        if isinstance(arg.value, Call):
            items.append(_call(arg.value.callee, arg.value.args, texts))
            continue
        text = next(texts)
        if text is not None:
            items.append(text if arg.is_bare else f"{arg.name}={text}")
    return Doc(f"{callee}(", tuple(items), ")")


def _row(row: Row, texts: Iterator[str | None]) -> Text:
    """Modules in a container; repeated ones in a loop."""
    made = [_node(node, texts) for _, node in row.items]
    if row.callee == "nn.ModuleDict":
        pairs = [_keyed(key, each) for (key, _), each in zip(row.items, made)]
        return Doc(f"{row.callee}(", (Doc("{", tuple(pairs), "}"),), ")")
    runs = list(_runs(made))
    if row.callee == "nn.ModuleList":
        only = runs[0]
        if len(runs) == 1 and isinstance(only, Doc) and only.head == "*[":
            return Doc(f"{row.callee}(", only.items, ")", is_list=False)
        return Doc(f"{row.callee}(", (Doc("[", tuple(runs), "]"),), ")")
    return Doc(f"{row.callee}(", tuple(runs), ")")


def _keyed(key: str, text: Text) -> Text:
    """An item of a dictionary."""
    before = f"{literal(key)}: "
    return before + text if isinstance(text, str) else text._replace(head=before + text.head)


def _runs(made: list[Text]) -> Iterator[Text]:
    """Modules; equal ones, or those with one evenly growing number, are in a loop."""
    at = 0
    while at < len(made):
        stop, text = _run(made, at)
        if stop - at > 1:
            yield Doc(
                "*[",
                (text, f"for {'i' if text != made[at] else '_'} in range({stop - at})"),
                "]",
                is_list=False,
            )
        else:
            yield made[at]
        at = stop


_NUMBER = re.compile(r"(?<![\w.])\d+(?![\w.])")


def _run(made: list[Text], at: int) -> tuple[int, Text]:
    """The end of a run of modules, and the body of its loop."""
    first = flat(made[at])
    stop = at + 1
    while stop < len(made) and flat(made[stop]) == first:
        stop += 1
    if stop > at + 1 or at + 2 >= len(made):
        return stop, made[at]
    shapes = [_NUMBER.sub("#", flat(each)) for each in made[at : at + 2]]
    numbers = [[int(n) for n in _NUMBER.findall(flat(each))] for each in made[at : at + 2]]
    differ = [k for k, (a, b) in enumerate(zip(*numbers)) if a != b]
    if shapes[0] != shapes[1] or len(differ) != 1:
        return stop, made[at]
    (k,) = differ
    step = numbers[1][k] - numbers[0][k]
    stop = at + 2
    while stop < len(made):
        more = [int(n) for n in _NUMBER.findall(flat(made[stop]))]
        wanted = [*numbers[0]]
        wanted[k] += (stop - at) * step
        if _NUMBER.sub("#", flat(made[stop])) != shapes[0] or more != wanted:
            break
        stop += 1
    if stop - at < 3:
        return at + 1, made[at]
    grows = f"{numbers[0][k]} {'+' if step > 0 else '-'} {abs(step)} * i"
    return stop, _with_number(made[at], [k], grows)


def _with_number(text: Text, left: list[int], new: str) -> Text:
    """The text with its number at a position replaced."""
    if isinstance(text, str):

        def put(found: re.Match[str]) -> str:
            left[0] -= 1
            return new if left[0] == -1 else found[0]

        return _NUMBER.sub(put, text)
    head = _with_number(text.head, left, new)
    items = tuple([_with_number(item, left, new) for item in text.items])
    return Doc(str(head), items, text.tail, text.is_list)
