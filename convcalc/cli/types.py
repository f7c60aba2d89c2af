"""Types of command-line options: each parses its text, reports errors, and completes it in a shell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from convcalc.cli.shells.offers import meanings, offered
from convcalc.errors import UsageError, did_you_mean
from convcalc.text import quoted

if TYPE_CHECKING:
    from convcalc.layers.option_base import OptionType

    _ParamType = click.ParamType[Any]
else:
    _ParamType = click.ParamType  # not generic before click 8.4


class Type(_ParamType):
    """A type that parses text with `read`.

    Attributes:
        ending: what follows a word; empty if the word is the whole value.
        files: whether a file is also possible.
    """

    ending = ""
    files = False

    def read(self, text: str, what: str) -> Any:
        """Parse a text.

        Raises:
            UsageError: it is wrong; ``what`` is the option's name for the message.
        """
        raise NotImplementedError

    def words(self) -> Iterable[str]:
        """The known words."""
        return ()

    def offers(self, ctx: click.Context) -> Mapping[str, str]:
        """The words that the shell may complete, each with its meaning."""
        return meanings(self.words())

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if not isinstance(value, str):  # a default value
            return value
        option = isinstance(param, click.Option)
        return self.read(value, param.opts[0] if param and option else self.name)

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        found = offered(self.offers(ctx), incomplete, ending=self.ending)
        return [CompletionItem(incomplete, type="file"), *found] if self.files else found


class LayerOption(Type):
    """An option of layers, by the name of its type in `convcalc.layers.option_types`.

    Args:
        name: the type's name there, such as ``PER_AXIS``.
        least: the smallest allowed number.
        way_out: another way out if a number is too small, besides a larger one.
    """

    name = "value"

    def __init__(self, name: str, least: int | None = None, way_out: str = "") -> None:
        self.type_name, self.least, self.way_out = name, least, way_out

    @property
    def option_type(self) -> OptionType:
        from convcalc.layers import option_types

        return getattr(option_types, self.type_name)  # type: ignore[no-any-return]

    def read(self, text: str, what: str) -> Any:
        lowered = text.lower()
        value = self.option_type.read(lowered if lowered in self.option_type.words else text, what)
        smallest = min(_numbers_in(value), default=None)
        if self.least is not None and smallest is not None and smallest < self.least:
            message = f"{what} is {smallest}; use {self.least} or more{self.way_out}"
            raise UsageError(message)
        return value

    def words(self) -> Iterable[str]:
        return self.option_type.words


def _numbers_in(value: Any) -> list[int]:
    """The numbers in an option's value."""
    if isinstance(value, tuple):
        return [number for part in value for number in _numbers_in(part)]
    return [value] if isinstance(value, int) else []


class _Shape(Type):
    """A shape, such as 3x224x224, or the sizes of an input."""

    name = "shape"

    def read(self, text: str, what: str) -> Any:
        from convcalc.layers.values import shape_of

        return shape_of(text, what)


class _OutShape(_Shape):
    """The sizes of an output; the word same means those of the input."""

    def read(self, text: str, what: str) -> Any:
        if text.strip() == "?":
            message = (
                f"{what}: an output that is looked for is worked out by convcalc layer --n 32 --k 5"
            )
            raise UsageError(message)
        return () if text.lower() == "same" else super().read(text, what)


class _Kind(Type):
    """A layer kind, by its name here or in another library."""

    name = "kind"

    def read(self, text: str, what: str) -> Any:
        from convcalc.layers import find, get_kind

        joined = "_".join(text.split())
        return get_kind(joined if find(joined) else text)

    def offers(self, ctx: click.Context) -> Mapping[str, str]:
        return kinds()


class _BundledNetwork(Type):
    """A bundled network, by its name."""

    name = "network"

    def read(self, text: str, what: str) -> str:
        name = text.removesuffix(".yaml")
        if name in self.words():
            return name
        from convcalc.homework.sheets.find import bundled_names as sheets

        if name in sheets():
            message = (
                f"{name} is a bundled sheet, not a network; type convcalc hw new FILE --from {name}"
            )
            raise UsageError(message)
        near = did_you_mean(name, self.words()) or "; convcalc list shows them"
        message = f"no bundled network {quoted(text)}{near}"
        raise UsageError(message)

    def words(self) -> list[str]:
        from convcalc.network.find import bundled_names

        return bundled_names()


class _Network(_BundledNetwork):
    """A network: a file, or a bundled one by name."""

    files = True

    def read(self, text: str, what: str) -> str:
        return text


class Few(click.IntRange):
    """One of a few whole numbers; completion offers all of them."""

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem[str]]:
        numbers = range(int(self.min or 0), int(self.max or 0) + 1)
        return offered({str(number): "" for number in numbers}, incomplete)


def kinds() -> dict[str, str]:
    """The layer kinds, each with its description."""
    from convcalc.layers import every

    return {name: (cls.__doc__ or "").strip().partition("\n")[0] for name, cls in every().items()}


SHAPE, OUT_SHAPE, KIND = _Shape(), _OutShape(), _Kind()
BUNDLED_NETWORK, NETWORK = _BundledNetwork(), _Network()
