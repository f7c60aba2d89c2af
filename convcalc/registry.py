"""One registry for everything that is added by writing a class: kinds, formats, mistakes, exports …"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from typing import ClassVar, Protocol, TypeVar

from convcalc.errors import UsageError, did_you_mean
from convcalc.text import quoted

T = TypeVar("T")
R = TypeVar("R")
C = TypeVar("C", bound="type[_Named]")


class _Named(Protocol):
    """A class that knows its name in a registry."""

    name: ClassVar[str]


class Registry(Mapping[str, T]):
    """Things by name, in the order of the table of names, then of registration.

    Modules that register things are imported only when a name is needed or the loop reaches them;
    a loop to the end imports them all.

    Args:
        what: what the things are called in messages: ``layer kind``.

    >>> fruit = Registry("fruit")
    >>> fruit.register("apple", "Malus")
    'Malus'
    >>> fruit["apple"], "aple" in fruit
    ('Malus', False)
    >>> fruit.find("aple")
    Traceback (most recent call last):
    convcalc.errors.UsageError: no fruit 'aple'; did you mean 'apple'?
    """

    def __init__(self, what: str) -> None:
        self.what = what
        self._things: dict[str, T] = {}
        self._modules: list[str] = []  # the modules that register things, in order
        self._waiting: list[str] = []  # those of them that are not imported yet
        self._early = False  # whether another module imported one of them before its turn
        self._homes: dict[str, str] = {}  # the module of each name, known before it is imported

    def modules(self, package: str, modules: tuple[str, ...] | Mapping[str, str]) -> None:
        """Set which modules register things; the package's ``__init__`` calls this.

        Args:
            package: the package of the modules.
            modules: their names, the most used first; or a mapping of each thing's name to its
                module, so that finding a thing imports no other module.
        """
        if isinstance(modules, Mapping):
            self._homes = {name: f"{package}.{module}" for name, module in modules.items()}
            modules = tuple(modules.values())
        self._modules = [f"{package}.{module}" for module in dict.fromkeys(modules)]
        self._waiting = [*self._modules]

    def register(self, name: str, thing: R) -> R:
        """Add a thing.

        Raises:
            RuntimeError: the name is taken.
        """
        if name in self._things:
            taken, new = map(_name_of, (self._things[name], thing))
            message = f"duplicate {self.what} {name!r}: {taken} and {new}"
            raise RuntimeError(message)
        self._things[name] = thing  # type: ignore[assignment]  # a decorator gives back what it gets
        self._early = self._early or getattr(thing, "__module__", "") in self._waiting
        return thing

    def under(self, *names: str) -> Callable[[R], R]:
        """A decorator that adds a thing under all of these names.

        Raises:
            RuntimeError: one of them is taken.
        """

        def add(thing: R) -> R:
            for name in names:
                self.register(name, thing)
            return thing

        return add

    def named(self, name: str) -> Callable[[C], C]:
        """A decorator that adds a class under a name, and stores the name in the class.

        Raises:
            RuntimeError: the name is taken.
        """

        def add(cls: C) -> C:
            cls.name = name
            return self.register(name, cls)

        return add

    @property
    def known(self) -> dict[str, T]:
        """The things that are registered so far; imports nothing."""
        return self._things

    def load(self) -> dict[str, T]:
        """All things, after importing all modules."""
        while self._waiting:
            import_module(self._waiting.pop(0))
        if self._early:
            self._things = dict(sorted(self._things.items(), key=lambda item: self._place(item[1])))
            self._early = False
        if self._homes:  # in the table's order, not in the order of finding
            self._things = {
                name: self._things[name] for name in self.names() if name in self._things
            }
        return self._things

    def get(self, name: str, default: T | None = None) -> T | None:  # type: ignore[override]  # names are texts
        """The thing of this name, or the default."""
        home = self._homes.get(name)
        if home and name not in self._things:
            import_module(home)
        while name not in self._things and self._waiting:
            if self._homes and not home:
                break  # the table knows all names
            import_module(self._waiting.pop(0))
        return self._things.get(name, default)

    def find(self, name: str) -> T:
        """The thing of this name.

        Raises:
            UsageError: there is none; the message names the nearest.
        """
        thing = self.get(name)
        if thing is None:
            message = f"no {self.what} {quoted(name)}{did_you_mean(name, self.names())}"
            raise UsageError(message)
        return thing

    def names(self) -> list[str]:
        """All names, in order; modules are imported only if there is no table of names."""
        return list(dict.fromkeys([*self._homes, *self._things])) if self._homes else [*self.load()]

    def __getitem__(self, name: str) -> T:
        thing = self.get(name)
        if thing is None:
            raise KeyError(name)
        return thing

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self.get(name) is not None

    def __iter__(self) -> Iterator[str]:
        if self._homes:
            yield from self.names()  # in the table's order, not in the order of import
            return
        if self._early:
            yield from [*self.load()]
            return
        given = 0
        while given < len(self._things) or self._waiting:
            if given == len(self._things):  # a loop that stops early imports no other modules
                import_module(self._waiting.pop(0))
            new = list(self._things)[given:]
            given += len(new)
            yield from new

    def _place(self, thing: T) -> int:
        """The place of a thing's module among the modules; the last if it is not one of them."""
        module = getattr(thing, "__module__", "")
        return self._modules.index(module) if module in self._modules else len(self._modules)

    def __len__(self) -> int:
        return len(self.load())

    def __repr__(self) -> str:
        return f"<Registry of {self.what}s: {', '.join(self._things) or 'none imported'}>"


def _name_of(thing: object) -> str:
    """The name of a thing for a message: of the class or function, or of its class."""
    return str(getattr(thing, "__name__", type(thing).__name__))
