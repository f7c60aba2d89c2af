"""What a reader of another tool's network files is, and the file that it is given."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from contextlib import ExitStack, contextmanager
from typing import IO, TYPE_CHECKING, ClassVar, NamedTuple, TypeVar

from convcalc.errors import SpecError, UsageError
from convcalc.files import check_size, decode, open_regular, refusing_to_read, stem_of
from convcalc.network.asked import as_asked
from convcalc.registry import Registry
from convcalc.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from convcalc.layers import Shape
    from convcalc.network.network import Network

MAX_TEXT = 32 * 2**20  # bytes of a file that is read whole
OPEN = 0  # a side that the file leaves open


class ForeignFile(NamedTuple):
    """A file of another tool.

    Attributes:
        path: how messages call it.
        head: its first bytes.
        data: all of it, where it came through a pipe; None for a file on disk.
    """

    path: str
    head: bytes
    data: bytes | None = None

    @property
    def name(self) -> str:
        """Its name without folder and suffix."""
        return stem_of(self.path)

    @contextmanager
    def open(self) -> Iterator[IO[bytes]]:
        """The file, to be read at any place.

        Raises:
            UsageError: it cannot be read.
        """
        if self.data is not None:
            yield io.BytesIO(self.data)
            return
        with ExitStack() as stack:
            with refusing_to_read(self.path, "network"):
                file = stack.enter_context(open_regular(self.path, follow=True))
            yield file

    def read(self, max_bytes: int = MAX_TEXT) -> bytes:
        """All of it.

        Raises:
            UsageError: it is larger than that, or cannot be read.
        """
        with self.open() as file:
            data = file.read(max_bytes + 1)
        check_size(data, max_bytes, printable(self.path), "use a smaller network")
        return data

    def text(self) -> str:
        """All of it as text.

        Raises:
            UsageError: it is too large, or no UTF-8.
        """
        return decode(self.read(), printable(self.path))

    def error(self, what: str, line: int = 0, text: str = "") -> SpecError:
        """An error at a line; at 0 of the file as a whole."""
        return SpecError(self.path, line, 1 if line else 0, what, text)


class OpenInputError(UsageError):
    """A file leaves sides of its input open, and nobody says them."""


class Asked(NamedTuple):
    """What is asked of a file besides what it says.

    Attributes:
        input: another input shape, or several by name; None for the file's own.
        order: how it is written: chw or hwc.
        max_layers: how many layers are too many.
    """

    input: Shape | Mapping[str, Shape] | None = None
    order: str = ""
    max_layers: int = 100_000

    def inputs(self, file: ForeignFile, own: Mapping[str, Shape]) -> dict[str, Shape]:
        """The input shapes, channels first.

        Args:
            file: which says them.
            own: what it says, by name; a side of 0 is open.

        Raises:
            UsageError: a shape that is asked for does not go with those.
            OpenInputError: a side stays open.
        """
        found = as_asked(file.path, own, self.input, self.order)
        for name, shape in found.items():
            if OPEN in shape:
                sides = "×".join("?" if side == OPEN else f"{side:,}" for side in shape)
                example = "x".join(str(side or (224 if at else 3)) for at, side in enumerate(shape))
                which = "" if len(own) == 1 else f"{printable(name)}="
                message = (
                    f"{printable(file.path)}: the input {sides} has open sides; "
                    f"give them, as in --input {which}{example}"
                )
                raise OpenInputError(message)
        return found


class Reader:
    """A format of network files.

    Attributes:
        name: in the registry.
        about: what writes it, for documents and messages.
        suffix: what names of its files mostly end in.
    """

    name: ClassVar[str] = ""
    about: ClassVar[str] = ""
    suffix: ClassVar[str] = ""

    @staticmethod
    def read(file: ForeignFile, asked: Asked) -> Network:
        """The network in a file.

        Raises:
            SpecError: it is wrong, at the line that the error names.
            UsageError: it is too large, or what is asked does not go with it.
        """
        raise NotImplementedError


READERS: Registry[type[Reader]] = Registry("format of network files")
T = TypeVar("T", bound=type[Reader])


def reader(name: str) -> Callable[[T], T]:
    """Register a reader; a second one of the same name is refused."""
    return READERS.named(name)
