"""Makes classes from the tree of layers; blocks of equal structure share one."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from convcalc.interop.writers.pytorch.classes import Body, Node, Plan, Row, Use, used_plans
from convcalc.interop.writers.pytorch.forward import TAKEN, Names, Part
from convcalc.interop.writers.pytorch.helpers import NAMES
from convcalc.interop.writers.pytorch.said import Said
from convcalc.interop.writers.pytorch.tree import Child, Edges, Group, Leaf

if TYPE_CHECKING:
    from convcalc.analysis.analysis import Analysis, Step

# Attributes of nn.Module, nn.Sequential and nn.ModuleDict.
_RESERVED = """
    T_destination add_module append apply bfloat16 buffers call_super_init children clear compile
    cpu cuda double dump_patches eval extend extra_repr float forward get_buffer get_extra_state
    get_parameter get_submodule half insert ipu items keys load_state_dict modules mtia
    named_buffers named_children named_modules named_parameters parameters pop
    register_backward_hook register_buffer register_forward_hook register_forward_pre_hook
    register_full_backward_hook register_full_backward_pre_hook register_load_state_dict_post_hook
    register_load_state_dict_pre_hook register_module register_parameter
    register_state_dict_post_hook register_state_dict_pre_hook requires_grad_ set_extra_state
    set_submodule share_memory state_dict to to_empty train training type update values xpu
    zero_grad
"""
RESERVED = frozenset(_RESERVED.split())


class _WovenError(Exception):
    """A block uses the weights of a layer in another block."""


class Planner:
    """Makes classes from the groups of a tree.

    Args:
        analysis: the walk of the network.
        root: the tree.
        pairs: for each unpooling, the pool with the positions of the maxima.

    Attributes:
        plans: the classes, inner ones first; the network is the last.
        renamed: the path of each module whose path differs from its name.
    """

    def __init__(self, analysis: Analysis, root: Group, pairs: Mapping[int, int]) -> None:
        self.analysis, self.root, self.edges = analysis, root, Edges(analysis, pairs)
        self.plans: list[Plan] = []
        self.renamed: dict[str, str] = {}
        self._known: dict[Any, Plan] = {}
        self._open: set[Group] = set()
        self._made: dict[Group, Node | None] = {}
        self._accesses: dict[int, str] = {}  # for the layers in the current body
        self._blocks: dict[Group, str] = {}  # the same for its blocks
        self._ties: list[str] = []  # for the current body
        self._alike: dict[Group, Group] = {}
        self._words = {block.name: block.word for block in analysis.blocks if block.word}
        self._leaves = {leaf.first: leaf for leaf in root.leaves}

    def plan(self) -> list[Plan]:
        """The classes, with their parameters and names."""
        self._share()
        try:
            root = self._class_of(self._whole())
        except _WovenError:  # then all layers with shared weights are called from outside
            self._alike.clear()
            self._made.clear()
            self._known.clear()
            self.plans.clear()
            self.renamed.clear()
            for above in self._above().values():
                self._open.update(above[1:])
            root = self._class_of(self._whole())
        self.plans = used_plans(self.plans, root)
        for plan in self.plans:
            plan.settle()
        self._name()
        return self.plans

    def _whole(self) -> Body:
        """The content of the network's class."""
        images = [image.place for image in self.analysis.images]
        read = {*self.edges.reads(self.root)}
        several = len(images) > 1 or not read
        reads = tuple([place for place in images if place in read or several])
        return self._body(self.root, reads, tuple([step.place for step in self.analysis.outputs]))

    def _above(self) -> dict[int, list[Group]]:
        """For each layer that shares weights with another, the groups around it."""
        shared = [leaf.step for leaf in self.root.leaves if leaf.step.owner]
        wanted = {step.place for step in shared} | {
            step.owner.place for step in shared if step.owner
        }
        above: dict[int, list[Group]] = {}
        for group in reversed([*self.root.groups()] if wanted else []):
            for leaf in group.leaves:
                if leaf.first in wanted:
                    above.setdefault(leaf.first, []).append(group)
        return above

    # -------------------------------------------------------------------------- shared weights

    def _share(self) -> None:
        """Find blocks that repeat others with the same weights; open blocks between a layer and its weights."""
        above = self._above()
        for leaf in self.root.leaves:
            owner = leaf.step.owner
            if owner is None:
                continue
            mine, theirs = above[leaf.first], above[owner.place]
            same = next((at for at, (a, b) in enumerate(zip(mine, theirs)) if a is not b), None)
            if same is None:
                same = min(len(mine), len(theirs))
            if mine[same:] and theirs[same:] and self._is_repeat(mine[same], theirs[same]):
                self._alike[mine[same]] = theirs[same]
                self._open.update(mine[1:same])
            else:
                self._open.update(mine[1:])
                self._open.update(theirs[1:])

    def _is_repeat(self, group: Group, other: Group) -> bool:
        """Whether a block is another one again, with the same weights."""
        if group in self._alike:
            return self._alike[group] is other
        start, begin = len(group.path), len(other.path)
        if len(group.leaves) != len(other.leaves):
            return False
        for mine, theirs in zip(group.leaves, other.leaves):
            named = mine.step.name[start:] == theirs.step.name[begin:]
            owner = mine.step.owner
            has = bool(mine.step.layer.arrays(mine.step.input, mine.step.output))
            if not named or mine.said != theirs.said or (has and owner is not theirs.step):
                return False
        return self.edges.form(group) == self.edges.form(other)

    # -------------------------------------------------------------------------------- bodies

    def _body(self, group: Group, reads: tuple[int, ...], gives: tuple[int, ...]) -> Body:
        """The content of a group's class."""
        outer = self._accesses, self._blocks, self._ties
        while True:
            self._accesses, self._blocks, self._ties = {}, {}, []
            modules, parts = self._gathered(group.children, "self.{}".format, group.path)
            ties = self._ties
            self._accesses, self._blocks, self._ties = outer
            kept = [part for part in parts if not self.edges.used.isdisjoint(part.gives)]
            ordered = _ordered(kept)
            if ordered is not None:
                break
            for child in group.children:
                if isinstance(child, Group):
                    self._open.update(child.groups())  # also inner ones, which may cause the cycle
        accesses = [f"self.{name}" for name, _ in modules]
        chain = _is_chain(accesses, ordered, reads, gives)
        inputs = [self._name_of(place) for place in reads]
        return Body(group, modules, ordered, reads, gives, chain, ties, inputs)

    def _name_of(self, place: int) -> str:
        """The name of the value at a place."""
        maker = self.edges.maker(place)
        if maker <= 0:
            return self.analysis.images[-maker].name
        key = self._leaves[maker].key
        return key if maker == place else f"{key}_places"

    def _gathered(
        self,
        children: Sequence[Child],
        access: Callable[[str], str],
        path: str,
        *,
        keep: bool = False,
    ) -> tuple[list[tuple[str, Node]], list[Part]]:
        """The modules of some children, and the parts that use them.

        Args:
            children: in order.
            access: the code for a module, by its key.
            path: the path of their group.
            keep: whether numbers stay as they are.
        """
        modules: list[tuple[str, Node]] = []
        parts: list[Part] = []
        first = None if keep or access("") == "self." else _first_number(children)
        several = sum(child.key.isdigit() for child in children) > 1
        names = Names(RESERVED)
        for child in children:
            key = child.key if first is None else str(int(child.key) - first)
            if key.isdigit() and access("") == "self.":
                key = names.free(f"block{key if several else ''}")
            elif not key.isdigit() or key in names.taken:
                key = names.free(f"{key}_" if key in RESERVED else key)
            found, more = self._child(child, access(key), key)
            if found is not None:
                modules.append((key, found))
                names.taken.add(key)
                if key != child.key:
                    whole = f"{path}.{child.key}".lstrip(".")
                    self.renamed[whole] = key
            parts += more
        return modules, parts

    def _child(self, child: Child, access: str, key: str) -> tuple[Node | None, list[Part]]:
        """The module of a child, if it has one, and its parts."""
        if isinstance(child, Leaf):
            return self._leaf(child, access, key)
        alike = self._alike.get(child)
        if alike is not None:
            if alike not in self._blocks:
                raise _WovenError
            return None, [self._block_part(child, self._blocks[alike], key)]
        node = None if child in self._open else self._closed(child)
        if node is not None:
            self._blocks[child] = access
            return node, [self._block_part(child, access, key)]
        return self._opened(child, access, key)

    def _leaf(self, leaf: Leaf, access: str, key: str) -> tuple[Node | None, list[Part]]:
        """A layer."""
        step, said = leaf.step, leaf.said
        node = said.module
        if step.owner is not None:
            owned = self._accesses[step.owner.place]
            if node == self._leaves[step.owner.place].said.module:
                access, node = owned, None
            else:
                arrays = step.layer.arrays(step.input, step.output)
                self._ties += [f"{access}.{name} = {owned}.{name}" for name in arrays]
        elif node is None:
            access = ""
        else:
            self._accesses[step.place] = access
        part = Part(
            (key, f"{key}_places"),
            step.place,
            tuple(self.edges.before[step.place]),
            self.edges.given(step.place),
            said,
            access,
            bool(step.layer.weights(step.input, step.output) and step.macs),
            len(step.output) if step.layer.is_source else 0,
            (step.place,) if is_unnamed(step) else (),
        )
        return node, [part]

    def _block_part(self, group: Group, access: str, key: str) -> Part:
        """A block in a forward."""
        reads, gives = self.edges.reads(group), self.edges.gives(group)
        inputs = ", ".join(f"{{{at}}}" for at in range(len(reads)))
        values = [place for place in gives if self.edges.maker(place) == place]
        bare = [place for place in values if is_unnamed(self._leaves[place].step)]
        named = [self._leaves[place].key for place in values]
        names = [key if place in bare else name for place, name in zip(values, named)]
        names += [f"{key}_places"] * (len(gives) - len(values))
        inside = len(gives) > 1
        return Part(
            tuple(names) if inside else (key,),
            group.first,
            reads,
            gives,
            Said(f"{{self}}({inputs})"),
            access,
            is_heavy=True,
            unnamed=tuple(bare[-1:]) if inside else (),
        )

    def _closed(self, group: Group) -> Node | None:
        """A group as one module; None if its layers must be called one by one."""
        if group not in self._made:
            self._made[group] = self._close(group)
        return self._made[group]

    def _close(self, group: Group) -> Node | None:
        reads, gives = self.edges.reads(group), self.edges.gives(group)
        if not reads or not gives or not self.edges.is_whole(group):
            return None
        if not any(leaf.said.module for leaf in group.leaves):
            return None
        if not all(child.key.isdigit() for child in group.children):
            body = self._body(group, reads, gives)
            plan = self._class_of(body)
            return Use(plan, len(plan.bodies) - 1)
        return self._row(group, reads, gives)

    def _row(self, group: Group, reads: tuple[int, ...], gives: tuple[int, ...]) -> Node | None:
        """A group of numbered children that run one after the other."""
        outer = self._accesses, self._blocks
        self._accesses, self._blocks = {}, {}
        modules, parts = self._gathered(group.children, "self[{}]".format, group.path)
        self._accesses, self._blocks = outer
        accesses = [f"self[{key}]" for key, _ in modules]
        if _first_number(group.children) is None or len(modules) != len(group.children):
            return None
        if not _is_chain(accesses, parts, reads, gives):
            return None
        return Row("nn.Sequential", modules)

    def _opened(self, group: Group, access: str, key: str) -> tuple[Node | None, list[Part]]:
        """A group whose layers are called one by one from outside."""
        once = self._used_often(group, access, key)
        if once is not None:
            return once
        first, ties = _first_number(group.children), len(self._ties)
        modules, parts = self._gathered(group.children, f"{access}[{{}}]".format, group.path)
        if first is None or len(modules) != len(group.children):  # a list would have other numbers
            del self._ties[ties:]
            first = None
            inside = f'{access}["{{}}"]'.format
            modules, parts = self._gathered(group.children, inside, group.path, keep=True)
        for part in parts:
            part.names = tuple([f"{key}_{name}" for name in part.names])
        if not modules:
            return None, parts
        callee = "nn.ModuleDict" if first is None else "nn.ModuleList"
        return Row(callee, modules), parts

    def _used_often(
        self, group: Group, access: str, key: str
    ) -> tuple[Node | None, list[Part]] | None:
        """The single module for a group without state that is called again."""
        calls = [leaf.said.module for leaf in group.leaves]
        kept = any(
            leaf.step.layer.arrays(leaf.step.input, leaf.step.output) for leaf in group.leaves
        )
        is_list = len(group.leaves) != len(group.children) or any(
            leaf.key.isdigit() for leaf in group.leaves
        )
        if kept or is_list or len({*calls}) > 1:
            return None
        parts = [self._leaf(leaf, access, key)[1][0] for leaf in group.leaves]
        return calls[0], parts

    def _class_of(self, body: Body) -> Plan:
        """The class of a body; blocks of equal structure share one."""
        signature = body.signature()
        plan = self._known.get(signature)
        if plan is None:
            plan = self._known[signature] = Plan()
            self.plans.append(plan)
        plan.bodies.append(body)
        return plan

    # --------------------------------------------------------------------------------- names

    def _name(self) -> None:
        """Give each class its own name."""
        names = Names({*TAKEN, *NAMES}, joint="")
        for plan in [self.plans[-1], *self.plans[:-1]]:
            is_network = plan is self.plans[-1]
            word = _camel(self.analysis.network.name) if is_network else self._word(plan)
            plan.name = names.free(word or "Net")
            names.taken.add(plan.name)

    def _word(self, plan: Plan) -> str:
        """The name of a class: that of the block in the file, or the common part of the paths."""
        for body in plan.bodies:
            word = self._words.get(body.group.path)
            if word:
                return _camel(word)
        paths = [body.group.path.split(".") for body in plan.bodies]
        common = _common([path[-1] for path in paths])
        if not common.strip("_0123456789"):
            above = [[word for word in path if not word.isdigit()][-1:] for path in paths]
            common = _common([word for words in above for word in words]) + "_block"
        return _camel(common.strip("_0123456789")) or "Block"


def is_unnamed(step: Step) -> bool:
    """Whether a layer has only a generated name."""
    return re.fullmatch(rf"{step.kind}(_?\d+)?", step.name.rpartition(".")[2]) is not None


def _common(words: Sequence[str]) -> str:
    """The common beginning of words, up to a number."""
    first = words[0] if words else ""
    while not all(word.startswith(first) for word in words):
        first = first[:-1]
    return first


_MOST_SIGNS = 60  # of a class's name


def _camel(name: str) -> str:
    """A name for a class.

    >>> _camel("inverted_residual"), _camel("LeNet-5 (1998)"), _camel("3x3 net")
    ('InvertedResidual', 'LeNet5_1998', 'Net3x3Net')
    """
    words = re.findall(r"[0-9A-Za-z]+", name[:_MOST_SIGNS])
    made = ""
    for word in words:
        joint = "_" if made[-1:].isdigit() and word[0].isdigit() else ""
        made += joint + word[:1].upper() + word[1:]
    return f"Net{made}" if made[:1].isdigit() else made


def _first_number(children: Sequence[Child]) -> int | None:
    """The first of consecutive numbers from 0 or 1; None for other names."""
    keys = [child.key for child in children]
    for first in (0, 1):
        if keys == [str(number) for number in range(first, first + len(keys))]:
            return first
    return None


def _is_chain(
    accesses: Sequence[str],
    parts: Sequence[Part],
    reads: tuple[int, ...],
    gives: tuple[int, ...],
) -> bool:
    """Whether modules run one after the other, and nothing else happens."""
    if len(reads) != 1 or len(gives) != 1 or [part.access for part in parts] != accesses:
        return False
    plain = all(p.access and p.said.form == "{self}({0})" and len(p.gives) == 1 for p in parts)
    if not plain:
        return False
    ends = [reads, *[part.gives for part in parts]]
    follows = all(part.reads == before for part, before in zip(parts, ends))
    return follows and ends[-1] == gives


def _ordered(parts: Sequence[Part]) -> list[Part] | None:
    """Parts in an order in which each follows its inputs; None if there is a cycle."""
    makers = {place: part for part in parts for place in part.gives}
    waiting = sorted(parts, key=lambda part: part.first)
    done: list[Part] = []
    state: dict[Part, bool] = {}  # whether all inputs of a part are done
    for part in waiting:
        stack = [part]
        while stack:
            top = stack[-1]
            if state.get(top):
                stack.pop()
                continue
            missing = [m for p in top.reads if (m := makers.get(p)) and not state.get(m)]
            if not missing:
                state[top] = True
                done.append(top)
                stack.pop()
            elif any(each in state for each in missing):
                return None
            else:
                state[top] = False
                stack.append(missing[0])
    return done
