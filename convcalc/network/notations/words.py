"""Networks in words, as in lectures and exams: ``CONV5-64, POOL2, FC-10``.

A layer is a name with properties before or after it: ``3x3 conv, 64, stride 2, pad 1``. Words of
the chain language (``conv:k5c6``) are allowed anywhere.
"""

from __future__ import annotations

import re
from functools import lru_cache
from math import prod
from typing import ClassVar

from convcalc.errors import UsageError
from convcalc.layers import Layer, find, get_kind
from convcalc.network.chain import Written, read_word
from convcalc.network.notations.base import Notation, Reading, notation
from convcalc.network.notations.word_groups import HOW_TO_REPEAT, written_out
from convcalc.network.notations.word_items import (
    SLOTS,
    Item,
    how_to_write,
    missing,
    spoken_options,
    stack_of,
)
from convcalc.network.notations.word_leads import filters_apart, without_lead
from convcalc.network.notations.word_tokens import (
    Token,
    below_0,
    is_plural,
    plain_signs,
    segments,
    tokens,
)
from convcalc.text import quoted, shortened

_STRUCTURE = (
    "comma",
    "layer",
    "chain",
    "letter",
    "word",
    "noise",
)  # all others are properties of a layer
_LAYERS_OF = re.compile(r"\blayers of\b", re.IGNORECASE)
_EACH = re.compile(r"\beach[\w ]{0,20},? followed by\b", re.IGNORECASE)
_OF_ALL = re.compile(r"(?:twice|thrice| times| of them)$", re.IGNORECASE)  # after a layer
_SIZE = re.compile(r"[ _-]?size", re.IGNORECASE)
_SQUARE = re.compile(r" ?(\d{1,9})x\d{1,9}")
_HOW_MANY = "does not say how many layers; write 2 x (CONV3-8), or one layer"
_WHICH_NUMBER = "the number can mean layers or filters; write 2 x (CONV3-8), or 8 filters"
_EXAMPLE = "write layers such as CONV5-64, POOL2, FC-10"


@notation("words")
class Words(Notation):
    """Words, and chains."""

    about: ClassVar = "words of lectures and exams, and chains"
    example: ClassVar = "CONV5-64 (pad 2), ReLU, POOL2, FC-10"

    @staticmethod
    def fits(text: str) -> bool:
        return bool(text.strip()) or not text  # accepts texts that no other notation reads

    @staticmethod
    def read(text: str, axes: int) -> Reading:
        found = Reading()
        plain = without_lead(plain_signs(text))
        if each := _EACH.search(plain):
            found.refuse(f"{each[0]}: {HOW_TO_REPEAT}")
        for segment in segments(written_out(plain, found)):
            if found.is_full:
                break
            stack = stack_of(segment)
            found.layers += stack
            for part in [] if stack else filters_apart(segment):
                _Segment(part, axes, found).read()
        return found


class _Segment:
    """The text between two arrows: usually one layer, or several separated by commas or spaces.

    Args:
        text: the text.
        axes: the number of axes of the input; 0 if unknown.
        found: gets the layers and errors.
    """

    def __init__(self, text: str, axes: int, found: Reading) -> None:
        self.text, self.axes, self.found = text, axes, found
        self.tokens = list(tokens(text))
        self.items: list[Item | Written] = []
        self.waiting: list[Token] = []  # properties before the layer's name
        self.last: Item | None = None  # the layer that properties belong to, never an activation

    def read(self) -> None:
        """Add its layers, or its errors."""
        if number := below_0(self.text):
            how = f"write 0 or more, or {number[1:]} without the sign"
            self.found.refuse(f"{shortened(self.text)}: {number} is below 0; {how}")
            return
        if kind := self._unnamed():
            self.items.append(Item(kind, 0))
            self.last = self.items[0]  # type: ignore[assignment]
        sides = _sides(self.tokens)
        for token, beside in zip(self.tokens, sides):
            if self.found.is_full:
                return
            if token.what == "layer":
                self._begin(token)
            elif token.what in ("chain", "word"):
                self._other(token)
            elif token.what == "letter":
                self.found.refuse(
                    f"{shortened(token.text)}: a letter stands for a number; write the number"
                )
            elif token.what == "vague":
                self.found.refuse(f"{self._chunk(token)}: {_HOW_MANY}")
            elif token.what == "gives":
                what = "convcalc computes the output; leave it out"
                self.found.refuse(f"{self._chunk(token)}: {what}")
            elif token.what not in _STRUCTURE:
                self._attribute(token, beside)
        for token in self.waiting:
            self._homeless(token)
        for item in self.items:
            if isinstance(item, Written):
                self.found.layers.append(item)
            else:
                self._finish(item)

    def _unnamed(self) -> str:
        """The kind of a layer without a name; empty if there is a name, or no layer."""
        if any(token.what in ("layer", "chain", "word", "letter") for token in self.tokens):
            return ""
        counted = [token for token in self.tokens if token.what == "filters"]
        if any("filter" in token.text.lower() for token in self.tokens) or any(
            "kernel" in token.text.lower() for token in counted
        ):
            return "conv"  # "10 filters of size 5x5": only a conv has filters
        said = [token.what for token in self.tokens if token.what not in ("noise", "comma")]
        is_output = self.text[:6].lower() == "output" and said in (["number"], ["filters"])
        return "linear" if is_output else ""  # "Output layer: 10 neurons"

    def _begin(self, token: Token) -> None:
        """Begin a layer, with earlier properties and the numbers in its name."""
        if self._is_size_of_last(token) or self._is_last_again(token):
            return
        item = Item(token.value, self.waiting[0].start if self.waiting else token.start)
        item.end = token.start + len(token.text)
        item.is_label = token.is_label
        self._check_behind(item, token)
        item.is_pool = token.is_label and token.text.lower().startswith("pool")
        self.items.append(item)
        if item.cls is None or item.options:
            self.last = item
        item.chunk = self._chunk(token)
        before = self.text[self.text.rfind(",", 0, token.start) + 1 : token.start]
        item.is_plural = token.is_plural or bool(_LAYERS_OF.search(before[-40:]))
        counts = [said for said in self.waiting if said.what in ("number", "count")]
        if item.is_plural and item.cls and len(counts) == 1 and counts[0].what == "number":
            item.number = counts[0]
            self.waiting.remove(counts[0])
        for said in self.waiting:
            self._give(item, said)
        ahead = [said.text for said in self.waiting if said.what == "number"]
        is_count = item.counted and not item.has_units and ahead == [item.said.get("filters")]
        item.ahead = ahead[0] if is_count else ""
        self.waiting = []
        self._numbers(item, token)

    def _check_behind(self, item: Item, token: Token) -> None:
        """Refuse an activation after several layers: "two convs with ReLU" may mean one after each."""
        newest = self.items[-1] if self.items else None
        if not isinstance(newest, Item) or not newest.is_several or item.options or not item.cls:
            return
        if "," not in self.text[newest.end : token.start] and not newest.is_label:
            what = f"{item.kind} can come after each layer, or after the last"
            self.found.refuse(f"{self._chunk(token)}: {what}; {HOW_TO_REPEAT}")

    def _is_size_of_last(self, token: Token) -> bool:
        """Whether a layer's name is repeated for its size, as in ``Pooling: pool size 2``."""
        size = _SIZE.match(self.text, token.start + len(token.text))
        last = self.last
        return bool(size and last and last.kind == token.value and "kernel" not in last.said)

    def _is_last_again(self, token: Token) -> bool:
        """Whether a layer's name follows its label, as in ``Pool1: 2x2 pooling`` or ``Conv layer (Conv1):``."""
        newest = self.items[-1] if self.items else None
        if not isinstance(newest, Item) or newest.is_named_twice or token.numbers:
            return False
        if "," in self.text[newest.end : token.start]:
            return False
        is_generic = newest.is_pool and token.value in ("avgpool", "maxpool")
        if not (newest.kind == token.value or is_generic) or newest.is_label == token.is_label:
            return False
        if token.is_label and newest.said:
            return False
        newest.rename(token.value if newest.is_label else newest.kind)
        newest.is_named_twice = True
        newest.end = token.start + len(token.text)
        for said in self.waiting:
            self._give(newest, said)
        self.waiting = []
        return True

    def _numbers(self, item: Item, token: Token) -> None:
        """The numbers in a name: kernel and filters, window and stride, or units."""
        if not token.numbers:
            return
        parts = token.numbers.split("-")
        names = (
            ["filters"] if item.has_units else ["kernel", "filters" if item.counted else "stride"]
        )
        if item.counted and not item.has_units and len(parts) == 1 and parts[0].count("x") != 2:
            names = ["kernel"]
        is_label = len(token.numbers) == 1 and token.text[-2:-1].isalpha()
        if len(parts) > len(names):
            item.is_refused = True
            self.found.refuse(
                f"{shortened(token.text)}: has {len(parts)} numbers; {how_to_write(item)}"
            )
            return
        for name, value in zip(names, parts):
            self._give(item, Token(name, value, value, "", token.start))
        item.labelled = names[0] if is_label else ""

    def _other(self, token: Token) -> None:
        """A word of the chain language, or the name of a kind."""
        word = token.text
        cls = _find(word)
        if token.what == "word" and cls and not cls.merges:
            many = is_plural(self.text, token.start + len(word))
            self._begin(Token("layer", word, word, "", token.start, is_plural=many))
            return
        read = _read(word)
        if isinstance(read, Written):
            self.items.append(read)
            self.last = None  # later properties do not belong to an earlier layer
        else:
            known = ":" in word or cls or "did you mean" in read or word == self.text
            self.found.refuse(
                read if known else f"{self._chunk(token)}: cannot read {quoted(word)}; {_EXAMPLE}"
            )

    def _chunk(self, token: Token) -> str:
        """The text between the commas around a token, for messages."""
        start = self.text.rfind(",", 0, token.start) + 1
        end = self.text.find(",", token.start)
        return shortened(self.text[start : end if end >= 0 else None].strip())

    def _chunk_from(self, item: Item, token: Token) -> str:
        """The text from the beginning of a layer to the comma after a token, for messages."""
        end = self.text.find(",", token.start)
        return shortened(self.text[item.start : end if end >= 0 else None].strip())

    def _attribute(self, token: Token, beside: tuple[bool, bool]) -> None:
        """A property of the layer before it, or of the layer after it.

        Args:
            token: the property.
            beside: whether there is a layer before and after it, from `_sides`.
        """
        if token.what in ("before", "times") and self._is_a_side(token):
            return
        before, after = beside
        last = self.last
        newest = self.items[-1] if self.items else None
        if token.what == "count" and isinstance(newest, Item) and not self._leads(token):
            self._count(newest, token)
            return
        if token.what == "times" and newest is not last and isinstance(newest, Item):
            if last is None:
                self._give(newest, token)
            else:
                what = f"{quoted(token.text)} comes after {newest.kind}"
                self.found.refuse(f"{self._chunk(token)}: {what}; {HOW_TO_REPEAT}")
            return
        next_one = token.what in ("before", "count") or (
            after and not (before and last and last.place(token))
        )
        if last is None or next_one:
            self.waiting.append(token)
        else:
            self._give(last, token)
            last.end = max(last.end, token.start + len(token.text))

    def _leads(self, token: Token) -> bool:
        """Whether a layer follows a token, before the next comma."""
        end = self.text.find(",", token.start)
        return any(
            each.what in ("layer", "word")
            and each.start > token.start
            and (end < 0 or each.start < end)
            for each in self.tokens
        )

    def _count(self, newest: Item, token: Token) -> None:
        """The number of layers after their name, as in ``max pools (two)``."""
        if newest is not self.last and self.last:
            what = f"{quoted(token.text)} comes after {newest.kind}"
            self.found.refuse(f"{self._chunk(token)}: {what}; {HOW_TO_REPEAT}")
        elif newest.is_plural or _OF_ALL.search(token.text):
            self._give(newest, token)
        else:
            what = f"{quoted(token.text)} can be how many layers, or which one"
            self.found.refuse(f"{self._chunk(token)}: {what}; {HOW_TO_REPEAT}")

    def _is_a_side(self, token: Token) -> bool:
        """Whether a number of times may be a side of the next kernel, as in 3 x 3x3; adds a problem."""
        behind = self.text[token.start + len(token.text) :]
        if token.what == "times":
            before = self.text[max(token.start - 20, 0) : token.start].rstrip()
            if re.search(rf"(?<!\w){token.value}$", before):
                what = f"{token.value} {token.text}"
                self.found.refuse(
                    f"{self._chunk(token)}: {quoted(what)} can be a size or how often; "
                    f"write {token.value}x{token.value}, or 2 x (CONV3-8)"
                )
                return True
            return False
        sides = _SQUARE.match(behind)
        if not sides or (sides[1] != token.value and self.axes != 3):
            return False
        if " " not in token.text.strip() and self.axes != 3:
            return False  # 3x 3x3
        both = f"{token.value} x {sides[0].strip()}"
        self.found.refuse(
            f"{self._chunk(token)}: {quoted(both)} can be {token.value} layers or one kernel; "
            f"write {token.value} x (CONV3-8), or {both.replace(' ', '')}"
        )
        return True

    def _give(self, item: Item, token: Token) -> None:
        """Give a layer a property."""
        slot = item.place(token)
        if not slot:
            what = quoted(token.text)
            named = self._chunk(token)
            named = self._chunk_from(item, token) if named.isdecimal() else named
            counts = (
                token.what in ("number", "kernel", "filters", "stride") or token.what in item.said
            )
            if item.ahead and item.is_refused:
                return  # one message about the meaning of the first number
            if counts and "kernel_size" not in item.options and not item.counted:
                said = f"{item.kind} takes no numbers, but has {what}; leave it out"
            elif counts:
                how = "write one, as in FC-10" if item.has_units else how_to_write(item)
                said = f"{what} is one number too many for {item.kind}; {how}"
                if item.ahead:
                    named = self._chunk_from(item, token)
                    said = (
                        f"{what} is one number too many for {item.kind}: {quoted(item.ahead)} can be how "
                        f"many layers, or their filters; write {item.ahead} x (CONV3-{token.value}), or {item.ahead} filters"
                    )
            else:
                said = f"{item.kind} cannot use {what}; leave it out"
            item.is_refused = True
            self.found.refuse(f"{named}: {said}")
            return
        item.said[slot] = token.value
        item.is_counted = item.is_counted or (slot == "filters" and token.text != token.value)

    def _homeless(self, token: Token) -> None:
        """A property without a layer."""
        self.found.refuse(
            f"{self._chunk(token)}: {quoted(token.text)} belongs to no layer; {_EXAMPLE}"
        )

    def _finish(self, item: Item) -> None:
        """Add a layer, or an error about missing properties."""
        label = self.text[item.start : item.end].strip(" ,.:-")
        said = dict(item.said)
        if item.cls is None:
            self._input(label, said.get("kernel", ""))
            return
        if item.is_plural and not item.is_refused and not self._says_how_many(item, said):
            return
        times, reads = int(said.pop("times", "1")), int(said.pop("reads", "0"))
        if said.get("pad") == "zero":
            self.found.refuse(
                f"{shortened(label)}: zero padding can mean none, or zeros; write pad 0 or pad 1"
            )
            return
        if item.labelled == "kernel" and item.is_counted:  # conv2, 64 filters
            number = said["kernel"]
            self.found.refuse(
                f"{shortened(label)}: {number} can be the number of the layer or its kernel; "
                f"write {number}x{number}, or the kernel that it has"
            )
            return
        sizes = said.get("kernel", "").split("x")
        if (
            item.counted
            and self.axes != 3
            and len({*sizes[1:]}) == 1 < len({*sizes}) == len(sizes) - 1
        ):
            self.found.refuse(
                f"{shortened(label)}: {'x'.join(sizes)} can be {sizes[0]} filters or a side; "
                f"write {'x'.join(sizes[1:])}, {sizes[0]} filters"
            )
            return
        if (
            item.counted and len(sizes) == 3 and self.axes != 3
        ):  # the third number is the depth or the filters
            said["kernel"] = "x".join(sizes[:2])
            if said.setdefault("filters", sizes[2]) and "filters" in item.said:
                reads = int(sizes[2])
        if item.is_refused:
            return
        lacks = missing(item, said)
        if lacks or not 1 <= times <= 10_000:
            self.found.refuse(f"{shortened(label)}: {lacks or 'use 1 to 10,000 times'}")
            return
        options = {SLOTS[name]: self._one(value) for name, value in said.items() if name in SLOTS}
        if "sized" in said:
            options[item.sized] = self._one(said["sized"])
        if "filters" in said:
            options[item.counted] = said["filters"]
        if "bias" in said:
            options["bias"] = "false"
        if options.get("padding") in ("no", "valid"):
            options["padding"] = "0"
        written = Written(label, item.cls, options, times, reads=reads)
        self.found.layers.append(written._replace(reads_values=item.has_units))

    def _says_how_many(self, item: Item, said: dict[str, str]) -> bool:
        """Whether the number of layers of a plural is known; adds it to `said`, or adds a problem."""
        which = item.number and item.counted and "filters" not in said
        if which or not (item.number or "times" in said):
            self.found.refuse(f"{item.chunk}: {_WHICH_NUMBER if which else _HOW_MANY}")
            return False
        if item.number:
            said["times"] = item.number.value
        return True

    def _one(self, sizes: str) -> str:
        """One number if all axes have the same."""
        parts = sizes.split("x")
        has_all = len(parts) == (self.axes or len(parts))
        return parts[0] if len(set(parts)) == 1 and has_all else sizes

    def _input(self, label: str, sizes: str) -> None:
        """The input, height × width × channels; without channels, any number of channels."""
        numbers = [int(size) for size in sizes.split("x") if size]
        if not numbers:
            return
        if prod(numbers) == 0:
            self.found.refuse(f"{shortened(label)}: the input has a side of 0; use 1 or more")
            return
        channels = 0 if len(numbers) == 2 and self.axes == 2 else numbers.pop()
        self.found.input = (channels, *numbers)


@lru_cache(maxsize=512)
def _find(word: str) -> type[Layer] | None:
    """The kind for a name; cached, because a text repeats its words."""
    return find(word)


@lru_cache(maxsize=512)
def _read(word: str) -> Written | str:
    """A word of a chain, or its error."""
    try:
        return read_word(word)
    except UsageError as error:
        return str(error)


def _talks(token: Token) -> bool:
    """Whether a token is a layer with properties, so not an activation."""
    return token.what == "layer" and (
        token.value == "input" or bool(spoken_options(get_kind(token.value)))
    )


def _sides(tokens: list[Token]) -> list[tuple[bool, bool]]:
    """For each token, whether a layer is before it and after it, between the same commas."""
    before, after = [], []
    seen = False
    for token in tokens:
        before.append(seen)
        seen = token.what != "comma" and (seen or token.what in ("layer", "chain", "word"))
    seen = False
    for token in reversed(tokens):
        after.append(seen)
        seen = token.what != "comma" and (seen or token.what == "word" or _talks(token))
    return list(zip(before, reversed(after)))
