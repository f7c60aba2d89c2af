"""What names in lines of Python can stand for, while the lines are read."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from convcalc.network.chain import Written


@dataclass(eq=False, slots=True)
class Unread:
    """Something that is not read; it is a problem only where it is needed.

    Attributes:
        why: what it is and what to do; empty where that has been said already.
    """

    why: str = ""


@dataclass(slots=True)
class Library:
    """A name of a framework, such as ``nn.Conv2d``.

    Attributes:
        path: it, without the names of packages: ``nn.Conv2d``, ``torch.relu``, ``optim.Adam``.
    """

    path: str

    @property
    def last(self) -> str:
        """Its last part."""
        return self.path.rpartition(".")[2]

    @property
    def owner(self) -> str:
        """The part before the last; empty where there is none."""
        return self.path.rpartition(".")[0].rpartition(".")[2]


@dataclass(eq=False, slots=True)
class Module:
    """A layer, or a few that one call makes.

    Attributes:
        layers: which.
        name: the first that it is given.
        is_used: whether another module holds it, or something goes through it.
        is_in_place: whether it writes over the input.
    """

    layers: list[Written]
    name: str = ""
    is_used: bool = False
    is_in_place: bool = False

    @property
    def is_trained(self) -> bool:
        """Whether it has weights."""
        return any(each.is_trained for each in self.layers)

    def named(self, prefix: str) -> list[Written]:
        """Its layers, with its name behind those of the modules that hold it."""
        path = ".".join(filter(None, (prefix, self.name)))
        return [
            each._replace(name=path, called=path) if path and not each.name else each
            for each in self.layers
        ]


@dataclass(eq=False, slots=True)
class Sequence:
    """Several modules: a Sequential, or a list or dictionary of modules.

    Attributes:
        items: by their key.
        is_run: whether it can be called, as a Sequential can.
    """

    items: dict[str, Any] = field(default_factory=dict)
    is_run: bool = True
    name: str = ""
    is_used: bool = False

    def children(self) -> Iterator[Any]:
        """Its modules, which get its name and their key where they have no name."""
        for key, each in self.items.items():
            if not each.name:
                each.name = ".".join(filter(None, (self.name, key)))
            yield each

    def renumber(self, values: list[Any]) -> None:
        """Hold these modules instead."""
        self.items = {str(number): each for number, each in enumerate(values)}

    def add(self, each: Any, key: str = "") -> None:
        """Hold one more module."""
        each.is_used = True
        self.items[key or str(len(self.items))] = each


@dataclass(eq=False, slots=True)
class Function:
    """A function of the text, perhaps a method.

    Attributes:
        owner: the instance of a method.
        scope: where it was made; its names are known inside it.
        defaults: the values of its parameters, as they were when it was made.
    """

    node: ast.FunctionDef
    scope: Scope
    owner: Instance | None = None
    defaults: dict[str, Any] = field(default_factory=dict)

    @property
    def is_static(self) -> bool:
        """Whether it is marked as a method that gets no instance."""
        marks = self.node.decorator_list
        return len(marks) == 1 and isinstance(marks[0], ast.Name) and marks[0].id == "staticmethod"


@dataclass(eq=False, slots=True)
class Class:
    """A class of the text.

    Attributes:
        bases: the classes that it extends, as far as they are known.
        methods: its functions.
        is_made: whether there is an instance of it, or a class that extends it.
    """

    node: ast.ClassDef
    bases: list[Any]
    methods: dict[str, Function]
    scope: Scope
    is_made: bool = False

    def method(self, name: str) -> Function | None:
        """A method, perhaps of a class that it extends."""
        if name in self.methods:
            return self.methods[name]
        found = (base.method(name) for base in self.bases if isinstance(base, Class))
        return next(filter(None, found), None)

    def bound(self, name: str, owner: Instance | None) -> Function | None:
        """A method of an instance; a static one belongs to none."""
        found = self.method(name)
        return found and replace(found, owner=None if found.is_static else owner)

    @property
    def is_sequential(self) -> bool:
        """Whether its instances run what they hold in order."""
        return any(
            base.is_sequential if isinstance(base, Class) else base == "Sequential"
            for base in self.bases
        )


@dataclass(eq=False, slots=True)
class Instance:
    """An object of a class of the text, or ``self`` where there is no class.

    Attributes:
        values: its attributes.
        inner: what it runs where its class extends Sequential.
    """

    cls: Class | None
    values: dict[str, Any] = field(default_factory=dict)
    inner: Sequence = field(default_factory=Sequence)
    name: str = ""
    is_used: bool = False


@dataclass(eq=False, slots=True)
class Method:
    """A method of something that is no instance of a class of the text: ``x.view``, ``layers.append``.

    Attributes:
        owner, name: of what, and how it is called.
        is_item: whether it is an item of something of a module, as ``model.layers[-1]`` is.
    """

    owner: Any
    name: str
    is_item: bool = False


@dataclass(eq=False, slots=True)
class Partial:
    """A call of which some arguments are given already: ``functools.partial(nn.Conv2d, kernel_size=3)``.

    Attributes:
        callee: what is called; no partial itself.
        func: it as it is written.
        args, keywords: the arguments, worked out where the partial is made.
    """

    callee: Any
    func: ast.expr
    args: list[ast.expr]
    keywords: list[ast.keyword]

    def filled(self, call: ast.Call) -> ast.Call:
        """The whole call; an argument of its own counts before one that is given already."""
        own = {word.arg for word in call.keywords}
        given = [word for word in self.keywords if word.arg is None or word.arg not in own]
        whole = ast.Call(self.func, [*self.args, *call.args], [*given, *call.keywords])
        return ast.copy_location(whole, call)


@dataclass(eq=False, slots=True)
class Flowing:
    """What came out of some layers: the last of them, and what went into it.

    Attributes:
        before: what went in; None for an input.
        module: what it went through; None for an input.
        layers: of the module, with their names.
        node: the call.
        over: what was written over it, in place; None where nothing was.
    """

    before: Flowing | None = None
    module: Module | None = None
    layers: list[Written] = field(default_factory=list)
    node: ast.AST | None = None
    over: Flowing | None = None

    def __post_init__(self) -> None:
        if self.module and self.module.is_in_place and self.before and not self.before.over:
            self.before.over = self

    def path(self) -> list[Flowing]:
        """All steps from the input on."""
        steps, at = [], self
        while at.before is not None:
            steps.append(at)
            at = at.before
        return steps[::-1]


@dataclass(eq=False, slots=True)
class Sizes:
    """The sizes of something that flows, ``x.shape`` or ``x.shape[1:]``; which they are is not known here.

    Attributes:
        start: the first axis; 0 is the batch.
    """

    start: int = 0

    def first(self, number: int) -> list[Extent]:
        """Its first sizes."""
        return [Extent(frozenset({self.start + i})) for i in range(number)]


@dataclass(eq=False, slots=True)
class Extent:
    """A product of sizes of something that flows.

    Attributes:
        axes: of which axes; `REST` for all but the batch.
    """

    axes: frozenset[int]

    def times(self, other: Any) -> Extent | None:
        """Its product with another one; None where that is not known."""
        if type(other) is int and other == 1:
            return self
        if isinstance(other, Extent) and not (self.axes | other.axes) & REST:
            return None if self.axes & other.axes else Extent(self.axes | other.axes)
        return None


REST = frozenset({-1})


@dataclass(eq=False, slots=True)
class Scope:
    """Names and their values.

    Attributes:
        outer: the scope around it, whose names are known too.
        elsewhere: names that ``global`` or ``nonlocal`` give to another scope.
    """

    names: dict[str, Any] = field(default_factory=dict)
    outer: Scope | None = None
    elsewhere: dict[str, Scope] = field(default_factory=dict)

    def owner(self, name: str) -> Scope | None:
        """The scope that a name belongs to; None where it has no value."""
        at: Scope | None = self
        while at is not None and name not in at.names:
            at = at.elsewhere.get(name, at.outer)
        return at

    def find(self, name: str) -> Any:
        """The value of a name; None where there is none."""
        owner = self.owner(name)
        return owner.names[name] if owner else None

    def has(self, name: str) -> bool:
        """Whether a name has a value."""
        return self.owner(name) is not None


Held = (Module, Sequence, Instance)
