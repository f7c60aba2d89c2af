"""Which similar sections are worth a block: those whose block makes the text shorter."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from convcalc.network.outline.keys import Keys, parts_in
from convcalc.network.outline.parts import Join, Part, Section

_HEADING = 3  # lines of a block without its layers
_LEAST_GAIN = 2  # lines
_ROUNDS = 5


class Worth:
    """Decides which section numbers become blocks.

    Args:
        keys: the section numbers.
        parts: all parts.
    """

    def __init__(self, keys: Keys, parts: Sequence[Part]) -> None:
        self.keys, self.parts = keys, parts
        self.refused: set[int] = set()

    def run(self) -> set[int]:
        """The numbers that become blocks.

        The number of uses depends on which others are blocks, and so does the length; so they
        are counted again until nothing changes.
        """
        counts: Counter[int] = Counter()
        for _ in range(_ROUNDS):
            counts = self._counts()
            self._lines: dict[int, int] = {}
            self._blocks = {number for number, count in counts.items() if count > 1}
            wrong = {number for number in self._blocks if not self._is_worth(number, counts)}
            if not wrong:
                break
            self.refused |= wrong
        return {number for number, count in counts.items() if count > 1} - self.refused

    def _counts(self) -> Counter[int]:
        """How often each number is in the text, if a block is written once."""
        counts: Counter[int] = Counter()
        stack = [*self.parts]
        while stack:
            part = stack.pop()
            number = self._number(part)
            if number is not None:
                counts[number] += 1
            if number is None or counts[number] == 1:
                stack += parts_in(part)
        return counts

    def _number(self, part: Part) -> int | None:
        number = self.keys.of.get(id(part))
        return None if number in self.refused else number

    def _is_worth(self, number: int, counts: Counter[int]) -> bool:
        """Whether a block is shorter than repeating its layers."""
        lines, count = self._length(number), counts[number]
        if any(
            self._is_better_block(part, lines, counts) for part in self.keys.first[number].parts
        ):
            return False
        section = self.keys.first[number].name and count > 2 and lines > 2  # has its own lines
        return count * (lines + bool(section)) >= count + lines + _HEADING + _LEAST_GAIN

    def _is_better_block(self, part: Part, lines: int, counts: Counter[int]) -> bool:
        """Whether a part should be the block instead, because it is most of the section."""
        if not isinstance(part, Section) or not part.name:
            return False
        number = self._number(part)
        return number is not None and counts[number] == 1 and 2 * self._length(number) > lines

    def _length(self, number: int) -> int:
        """The lines of the layers of a block."""
        if number not in self._lines:
            self._lines[number] = self._of(self.keys.first[number].parts)
        return self._lines[number]

    def _of(self, parts: Sequence[Part]) -> int:
        """The lines of some parts; equal uses in a row are a repeat."""
        lines, before, run = 0, None, 0
        for part in parts:
            number = self._number(part)
            is_use = number in self._blocks
            run = run + 1 if is_use and number == before else 1
            before = number if is_use else None
            if is_use:
                lines += 1 if run <= 2 else 0
            elif isinstance(part, Join):
                lines += 1 + sum(max(1, self._of(path)) for path in part.paths)
            elif isinstance(part, Section):
                lines += self._of(part.parts)
            else:
                lines += 1
        return lines
