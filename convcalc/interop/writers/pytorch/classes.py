"""Classes of the code: their content, and how blocks of equal structure share one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from convcalc.interop.writers.pytorch.forward import Part
from convcalc.interop.writers.pytorch.said import NEEDED, Arg, Call
from convcalc.interop.writers.pytorch.settle import Parameter, Settled, Slot, settle
from convcalc.interop.writers.pytorch.tree import Group


@dataclass(eq=False)
class Use:
    """A block: its class, with the numbers of this block."""

    plan: Plan
    at: int


@dataclass(eq=False)
class Row:
    """Modules in a container.

    Attributes:
        callee: ``nn.Sequential``, ``nn.ModuleList`` or ``nn.ModuleDict``.
        items: each with its key.
    """

    callee: str
    items: list[tuple[str, Node]]


Node = Call | Use | Row


@dataclass(eq=False)
class Body:
    """The content of a class: its modules, and the parts of its forward.

    Attributes:
        group: the group from which it was made.
        modules: each with its attribute.
        parts: in the order in which they run.
        reads, gives: places of the input, and of the output.
        is_chain: whether the modules run one after the other, and nothing else happens.
        ties: statements that give a module the weights of another one.
        inputs: the names of the inputs outside the class.
    """

    group: Group
    modules: list[tuple[str, Node]]
    parts: list[Part]
    reads: tuple[int, ...]
    gives: tuple[int, ...]
    is_chain: bool
    ties: list[str]
    inputs: list[str]

    def signature(self) -> Any:
        """The properties that are equal in all blocks of one class."""
        places = {place: at for at, place in enumerate(self.reads)}
        for part in self.parts:
            for place in part.gives:
                places[place] = len(places)
        return (
            tuple([(name, _signature(node)) for name, node in self.modules]),
            tuple(
                [
                    (
                        part.access, part.said.form, part.said.infix, part.sides,
                        tuple([places[place] for place in part.reads]), len(part.gives),
                    )
                    for part in self.parts
                ]
            ),
            len(self.reads),
            tuple(self.ties),
            tuple([places[place] for place in self.gives]),
        )  # fmt: skip


@dataclass(eq=False)
class Plan:
    """A class.

    Attributes:
        name: its name.
        bodies: the blocks that are made from it.
        settled: its numbers.
    """

    name: str = ""
    bodies: list[Body] = field(default_factory=list)
    settled: Settled | None = None

    def args(self, at: int) -> tuple[Arg, ...]:
        """The arguments that create one of its blocks."""
        assert self.settled
        return tuple([_argument(each, at) for each in self.settled.parameters])

    def settle(self) -> None:
        """Find its parameters, after those of the classes inside."""
        rows = [list(_slots(body.modules)) for body in self.bodies]
        slots = [
            Slot(rows[0][at][0], tuple([row[at][1] for row in rows])) for at in range(len(rows[0]))
        ]
        self.settled = settle(slots)


def _argument(parameter: Parameter, at: int) -> Arg:
    """An argument for a parameter of a class."""
    is_bare = parameter.default is NEEDED
    return Arg(parameter.name, parameter.values[at], parameter.default, is_bare)


def _signature(node: Node) -> Any:
    """The properties that modules of one class have in common."""
    if isinstance(node, Use):
        return id(node.plan)
    if isinstance(node, Row):
        return node.callee, tuple([(key, _signature(each)) for key, each in node.items])
    args = [_signature(a.value) if isinstance(a.value, Call) else a.name for a in node.args]
    return node.callee, tuple(args)


def _slots(modules: Sequence[tuple[str, Node]]) -> Iterator[tuple[str, Arg]]:
    """The numbers of modules, each with its module's name."""
    for name, node in modules:
        for arg in _args_of(node):
            yield name, arg


def _args_of(node: Node) -> Iterator[Arg]:
    """The arguments of a module and of the modules inside it."""
    if isinstance(node, Use):
        yield from node.plan.args(node.at)
    elif isinstance(node, Row):
        for _, each in node.items:
            yield from _args_of(each)
    else:
        for arg in node.args:
            if isinstance(arg.value, Call):
                yield from _args_of(arg.value)
            else:
                yield arg


def used_plans(plans: Sequence[Plan], root: Plan) -> list[Plan]:
    """The classes that a network needs, each with the blocks in it."""
    waiting: list[Node] = [node for _, node in root.bodies[0].modules]
    uses: dict[Plan, list[Use]] = {root: [Use(root, 0)]}
    while waiting:
        node = waiting.pop()
        if isinstance(node, Use):
            uses.setdefault(node.plan, []).append(node)
            waiting += [inner for _, inner in node.plan.bodies[node.at].modules]
        elif isinstance(node, Row):
            waiting += [inner for _, inner in node.items]
    for plan, found in uses.items():
        numbers = {at: number for number, at in enumerate(sorted({use.at for use in found}))}
        plan.bodies = [plan.bodies[at] for at in numbers]
        for use in found:
            use.at = numbers[use.at]
    return [plan for plan in plans if plan in uses]
