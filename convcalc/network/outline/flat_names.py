"""Names of a block's layers if the network's names are flat: what all uses have in common stays."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from convcalc.network.outline.parts import Join, Layer, Part, Use, places_of
from convcalc.network.outline.sections import is_name

_END = re.compile(r"[^_/.:-]*$")
_SEPARATORS = "_/.:-"


class FlatNames:
    """Gives names to the uses of blocks, and to their parts.

    Args:
        names: the names of all nodes, by place.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self.names = names
        self.taken = set(names)

    def given(
        self, contents: Sequence[tuple[Part, ...]]
    ) -> tuple[list[str], list[tuple[Part, ...]]]:
        """The names of a block's uses, and their parts with names that are the same in every use.

        If the names in each use begin alike, as in conv2_block1_1_conv and conv2_block1_add, the
        beginning becomes the name of the use. The rest become the names inside, if they are the same in
        all uses. Everything else gets an automatic name.

        Args:
            contents: the parts of each use.
        """
        starts = [_start([self.names[place] for place in places_of(parts)]) for parts in contents]
        uses = [start.rstrip(_SEPARATORS) for start in starts]
        if not all(map(is_name, uses)) or len({*uses}) < len(uses) or self.taken & {*uses}:
            return [""] * len(contents), [_with(parts, None) for parts in contents]
        self.taken.update(uses)
        rests = [
            [name[len(start) :] for name in _names(parts)] for parts, start in zip(contents, starts)
        ]
        if rests.count(rests[0]) < len(rests) or not all(map(is_name, filter(None, rests[0]))):
            return uses, [_with(parts, None) for parts in contents]
        return uses, [_with(parts, iter(rest)) for parts, rest in zip(contents, rests)]


def _start(names: Sequence[str]) -> str:
    """The common beginning of names, up to a separator."""
    first, last = min(names), max(names)
    same = next((at for at, sign in enumerate(first) if sign != last[at]), len(first))
    return _END.sub("", first[:same])


def _names(parts: Sequence[Part]) -> Iterator[str]:
    """The names in some parts, in the written order."""
    for part in parts:
        if isinstance(part, Join):
            for path in part.paths:
                yield from _names(path)
        if isinstance(part, Layer | Join | Use):
            yield part.name


def _with(parts: Sequence[Part], names: Iterator[str] | None) -> tuple[Part, ...]:
    """Parts with other names; without names if none are given."""
    return tuple([_renamed(part, names) for part in parts])


def _renamed(part: Part, names: Iterator[str] | None) -> Part:
    if isinstance(part, Join):
        part = part._replace(paths=tuple([_with(path, names) for path in part.paths]))
    if isinstance(part, Layer | Join | Use):
        return part._replace(name=next(names) if names else "")
    return part
