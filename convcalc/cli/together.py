"""Which options can be used together, and the messages for options without effect."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from convcalc.cli.format_names import other_format
from convcalc.errors import UsageError

if TYPE_CHECKING:
    from convcalc.formats import Format


class Given(NamedTuple):
    """An option on a command line.

    Attributes:
        name: our name of the option.
        typed: the name that the user typed.
        word: the word for click.
        value: its value; empty for a flag.
        is_whole: whether the word contains the value, as in ``--k=3`` and ``-k3``.
    """

    name: str
    typed: str
    word: str
    value: str = ""
    is_whole: bool = False


class Rule(NamedTuple):
    """When an option is refused, because it or another option would have no effect.

    Attributes:
        option: our name of the refused option.
        text: the message; ``{option}``, ``{others}`` and ``{format}`` become the typed words.
        apart: it is refused together with any of these.
        needs: it is refused if none of these is given.
        unless: with any of these, it is never refused.
        where: it is refused unless the output has such a format, or is a picture.
    """

    option: str
    text: str
    apart: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    where: Callable[[Format], bool] | None = None

    def broken(self, given: Mapping[str, Given]) -> str:
        """The message about these options; empty if they follow the rule."""
        if self.option not in given or any(name in given for name in self.unless):
            return ""
        beside = [given[name].typed for name in self.apart if name in given]
        alone = self.needs and not any(name in given for name in self.needs)
        said = other_format(self.where, given) if self.where else ""
        if not (beside or alone or said):
            return ""
        option = given[self.option].typed
        return self.text.format(option=option, others=" and ".join(beside), format=said)


# For all commands with these options.
_COMMON = (
    Rule(
        "--json", "{option} and {others} cannot be used together; give one of them", ("--format",)
    ),
    Rule("--roster-id", "{option} is a column of --roster; give it, too", needs=("--roster",)),
)


def check_together(rules: Iterable[Rule], given: Mapping[str, Given]) -> None:
    """Refuse options without effect.

    Args:
        rules: the rules of the command.
        given: the options on its command line.

    Raises:
        UsageError: an option has no effect here, or removes the effect of another.
    """
    for rule in (*_COMMON, *rules):
        if message := rule.broken(given):
            raise UsageError(message)
