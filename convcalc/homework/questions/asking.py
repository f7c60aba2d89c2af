"""Questions with several named parts; a sheet may ask for only some: ``ask: ratio``."""

from __future__ import annotations

from collections.abc import Collection

from convcalc.errors import did_you_mean
from convcalc.homework.questions.base import Part, Task
from convcalc.homework.questions.given import GivenError, Names
from convcalc.text import shortened


def check_names(word: str, names: tuple[str, ...], known: Collection[str], what: str) -> None:
    """Refuse names under a word of ``given:`` that are unknown or repeated.

    Args:
        word: such as ``ask``.
        names: the names listed.
        known: the allowed names.
        what: what the names are, for the message, such as "gradient".
    """
    for place, name in enumerate(names):
        if name not in known:
            message = f"{what} has no {shortened(name)!r}{did_you_mean(name, known)}"
            raise GivenError(word, message)
        if name in names[:place]:
            raise GivenError(word, f"lists {name} twice; keep one")


class Parted(Task):
    """A question with named parts, all of them or those under ``ask:``.

    A single part has no name: such a question has one answer, like any other.
    """

    ask: Names = ()

    def check(self) -> None:
        super().check()
        check_names("ask", self.ask, self.asks(), self.kind)

    def asks(self) -> dict[str, str]:
        """Each part with the sentence that asks for it."""
        raise NotImplementedError

    def setting(self) -> str:
        """The given data in words; empty if the sentences of the parts contain it."""
        raise NotImplementedError

    def every_part(self) -> list[Part]:
        """The parts; at least those that are asked for."""
        raise NotImplementedError

    @property
    def asked(self) -> tuple[str, ...]:
        """The names of the parts that are asked for, in the order of the question."""
        return self.ask or tuple(self.asks())

    def sentence(self) -> str:
        sentences, asked = self.asks(), self.asked
        texts = [sentences[name] for name in asked]
        if len(asked) > 1:
            texts = [f"{text[:-1]} ({name}){text[-1]}" for name, text in zip(asked, texts)]
        return " ".join([self.setting(), *texts])

    def parts(self) -> list[Part]:
        found = {part.name: part for part in self.every_part()}
        return unnamed_if_alone([found[name] for name in self.asked])


def unnamed_if_alone(parts: list[Part]) -> list[Part]:
    """The parts; a single part loses its name, because the question itself says what it is."""
    if len(parts) == 1:
        parts[0].name = parts[0].label = ""
    return parts
