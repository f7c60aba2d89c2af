"""The possible values of names in lines of Python, while they are read."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from convcalc.network.chain import Written


@dataclass(eq=False, slots=True)
class Unread:
    """An unread value; it is a problem only if something needs it.

    Attributes:
        why: what it is and what to do; empty if the problem is already added.
    """

    why: str = ""


@dataclass(slots=True)
class Library:
    """A name of a framework, such as ``nn.Conv2d``.

    Attributes:
        path: the name without packages: ``nn.Conv2d``, ``torch.relu``, ``optim.Adam``.
    """

    path: str

    @property
    def last(self) -> str:
        """The last part of the path."""
        return self.path.rpartition(".")[2]

    @property
    def owner(self) -> str:
        """The part before the last; empty if there is none."""
        return self.path.rpartition(".")[0].rpartition(".")[2]


@dataclass(eq=False, slots=True)
class Module:
    """A layer, or the few layers of one call.

    Attributes:
        layers: the layers.
        name: the first name that it gets.
        is_used: whether another module contains it, or a value flows through it.
        is_in_place: whether it overwrites its input.
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
        """Its layers, with its name after the names of the modules around it."""
        path = ".".join(filter(None, (prefix, self.name)))
        return [
            each._replace(name=path, called=path) if path and not each.name else each
            for each in self.layers
        ]


@dataclass(eq=False, slots=True)
class Sequence:
    """Several modules: a Sequential, or a list or dictionary of modules.

    Attributes:
        items: by key.
        is_run: whether it can be called, like a Sequential.
    """

    items: dict[str, Any] = field(default_factory=dict)
    is_run: bool = True
    name: str = ""
    is_used: bool = False

    def children(self) -> Iterator[Any]:
        """Its modules; one without a name gets its name and key."""
        for key, each in self.items.items():
            if not each.name:
                each.name = ".".join(filter(None, (self.name, key)))
            yield each

    def renumber(self, values: list[Any]) -> None:
        """Replace its modules by these."""
        self.items = {str(number): each for number, each in enumerate(values)}

    def add(self, each: Any, key: str = "") -> None:
        """Add a module."""
        each.is_used = True
        self.items[key or str(len(self.items))] = each


@dataclass(eq=False, slots=True)
class Function:
    """A function in the text, perhaps a method.

    Attributes:
        owner: the instance of a method.
        scope: where it was defined; the names there are known inside it.
        defaults: the default values of its parameters, from its definition.
    """

    node: ast.FunctionDef
    scope: Scope
    owner: Instance | None = None
    defaults: dict[str, Any] = field(default_factory=dict)

    @property
    def is_static(self) -> bool:
        """Whether it is a static method."""
        marks = self.node.decorator_list
        return len(marks) == 1 and isinstance(marks[0], ast.Name) and marks[0].id == "staticmethod"


@dataclass(eq=False, slots=True)
class Class:
    """A class in the text.

    Attributes:
        bases: the known base classes.
        methods: its functions.
        is_made: whether it has an instance or a subclass.
    """

    node: ast.ClassDef
    bases: list[Any]
    methods: dict[str, Function]
    scope: Scope
    is_made: bool = False

    def method(self, name: str) -> Function | None:
        """A method of the class or of a base class."""
        if name in self.methods:
            return self.methods[name]
        found = (base.method(name) for base in self.bases if isinstance(base, Class))
        return next(filter(None, found), None)

    def bound(self, name: str, owner: Instance | None) -> Function | None:
        """A method of an instance; a static method has none."""
        found = self.method(name)
        return found and replace(found, owner=None if found.is_static else owner)

    @property
    def is_sequential(self) -> bool:
        """Whether its instances run their modules in order."""
        return any(
            base.is_sequential if isinstance(base, Class) else base == "Sequential"
            for base in self.bases
        )


@dataclass(eq=False, slots=True)
class Instance:
    """An object of a class in the text, or ``self`` if there is no class.

    Attributes:
        values: its attributes.
        inner: the modules that it runs, if its class extends Sequential.
    """

    cls: Class | None
    values: dict[str, Any] = field(default_factory=dict)
    inner: Sequence = field(default_factory=Sequence)
    name: str = ""
    is_used: bool = False


@dataclass(eq=False, slots=True)
class Method:
    """A method of any other object: ``x.view``, ``layers.append``.

    Attributes:
        owner, name: the object, and the method's name.
        is_item: whether it is an item of a module's attribute, such as ``model.layers[-1]``.
    """

    owner: Any
    name: str
    is_item: bool = False


@dataclass(eq=False, slots=True)
class Partial:
    """A call with some arguments already given: ``functools.partial(nn.Conv2d, kernel_size=3)``.

    Attributes:
        callee: the called thing; never a partial itself.
        func: its code.
        args, keywords: the arguments, with their values when the partial was made.
    """

    callee: Any
    func: ast.expr
    args: list[ast.expr]
    keywords: list[ast.keyword]

    def filled(self, call: ast.Call) -> ast.Call:
        """The complete call; its own arguments replace earlier ones."""
        own = {word.arg for word in call.keywords}
        given = [word for word in self.keywords if word.arg is None or word.arg not in own]
        whole = ast.Call(self.func, [*self.args, *call.args], [*given, *call.keywords])
        return ast.copy_location(whole, call)


@dataclass(eq=False, slots=True)
class Flowing:
    """The output of some layers: the last step, and its input.

    Attributes:
        before: the input of the step; None for an input of the network.
        module: the module of the step; None for an input.
        layers: the layers of the module, with their names.
        node: the call.
        over: what overwrote it in place; None if nothing did.
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
    """The sizes of a flowing value, ``x.shape`` or ``x.shape[1:]``; the numbers are not known here.

    Attributes:
        start: the first axis; 0 is the batch.
    """

    start: int = 0

    def first(self, number: int) -> list[Extent]:
        """Its first sizes."""
        return [Extent(frozenset({self.start + i})) for i in range(number)]


@dataclass(eq=False, slots=True)
class Extent:
    """A product of sizes of a flowing value.

    Attributes:
        axes: the axes in the product; `REST` for all except the batch.
    """

    axes: frozenset[int]

    def times(self, other: Any) -> Extent | None:
        """The product with another one; None if unknown."""
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
        outer: the enclosing scope, whose names are also known.
        elsewhere: names that ``global`` or ``nonlocal`` assigns to another scope.
    """

    names: dict[str, Any] = field(default_factory=dict)
    outer: Scope | None = None
    elsewhere: dict[str, Scope] = field(default_factory=dict)

    def owner(self, name: str) -> Scope | None:
        """The scope of a name; None if it has no value."""
        at: Scope | None = self
        while at is not None and name not in at.names:
            at = at.elsewhere.get(name, at.outer)
        return at

    def find(self, name: str) -> Any:
        """The value of a name; None if it has none."""
        owner = self.owner(name)
        return owner.names[name] if owner else None

    def has(self, name: str) -> bool:
        """Whether a name has a value."""
        return self.owner(name) is not None


Held = (Module, Sequence, Instance)
