"""Which options of a command go together, and what is said of those that would be passed over."""

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
        name: as we call it.
        typed: as it is called there.
        word: what click shall read.
        value: what follows it; empty for a flag.
        is_whole: whether the word holds the value too, as in ``--k=3`` and ``-k3``.
    """

    name: str
    typed: str
    word: str
    value: str = ""
    is_whole: bool = False


class Rule(NamedTuple):
    """When an option is refused, because it would do nothing or another would.

    Attributes:
        option: the option that is refused, by our name of it.
        text: what is said: ``{option}``, ``{others}`` and ``{format}`` are as they were typed.
        apart: it is refused beside any of these.
        needs: it is refused without any of these.
        unless: with any of these it is never refused.
        where: it is refused unless the format of the output is such a one, or the output is a picture.
    """

    option: str
    text: str
    apart: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    where: Callable[[Format], bool] | None = None

    def broken(self, given: Mapping[str, Given]) -> str:
        """What to say of these options; empty where the rule is kept."""
        if self.option not in given or any(name in given for name in self.unless):
            return ""
        beside = [given[name].typed for name in self.apart if name in given]
        alone = self.needs and not any(name in given for name in self.needs)
        said = other_format(self.where, given) if self.where else ""
        if not (beside or alone or said):
            return ""
        option = given[self.option].typed
        return self.text.format(option=option, others=" and ".join(beside), format=said)


# Of all commands that have such options.
_COMMON = (
    Rule(
        "--json", "{option} and {others} cannot be used together; give one of them", ("--format",)
    ),
    Rule("--roster-id", "{option} is a column of --roster; give it, too", needs=("--roster",)),
)


def check_together(rules: Iterable[Rule], given: Mapping[str, Given]) -> None:
    """Refuse options that would be passed over.

    Args:
        rules: of the command.
        given: the options of its command line.

    Raises:
        UsageError: an option is given that does nothing here, or makes another do nothing.
    """
    for rule in (*_COMMON, *rules):
        if message := rule.broken(given):
            raise UsageError(message)
