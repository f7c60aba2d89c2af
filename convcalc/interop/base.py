"""The base class of readers of other tools' network files, and the file that a reader gets."""

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
OPEN = 0  # a side that the file does not state


class ForeignFile(NamedTuple):
    """A file of another tool.

    Attributes:
        path: its name in messages.
        head: its first bytes.
        data: its whole content if it came through a pipe; None for a file on disk.
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
        """The open file, readable at any position.

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
        """The whole content.

        Raises:
            UsageError: it is too large, or cannot be read.
        """
        with self.open() as file:
            data = file.read(max_bytes + 1)
        check_size(data, max_bytes, printable(self.path), "use a smaller network")
        return data

    def text(self) -> str:
        """The whole content as text.

        Raises:
            UsageError: it is too large, or not UTF-8.
        """
        return decode(self.read(), printable(self.path))

    def error(self, what: str, line: int = 0, text: str = "") -> SpecError:
        """An error at a line; 0 means the whole file."""
        return SpecError(self.path, line, 1 if line else 0, what, text)


class OpenInputError(UsageError):
    """A file does not state sides of its input, and the user does not either."""


class Asked(NamedTuple):
    """The user's choices for a file, in addition to its content.

    Attributes:
        input: another input shape, or several by name; None for the file's own.
        order: the order of `input`: chw or hwc.
        max_layers: the most layers.
    """

    input: Shape | Mapping[str, Shape] | None = None
    order: str = ""
    max_layers: int = 100_000

    def inputs(self, file: ForeignFile, own: Mapping[str, Shape]) -> dict[str, Shape]:
        """The input shapes, channels first.

        Args:
            file: the file.
            own: the shapes that it states, by name; a side of 0 is unknown.

        Raises:
            UsageError: a requested shape does not fit the file's shapes.
            OpenInputError: a side remains unknown.
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
        name: its name in the registry.
        about: the tool that writes it, for documents and messages.
        suffix: the usual suffix of its files.
    """

    name: ClassVar[str] = ""
    about: ClassVar[str] = ""
    suffix: ClassVar[str] = ""

    @staticmethod
    def read(file: ForeignFile, asked: Asked) -> Network:
        """The network in a file.

        Raises:
            SpecError: it has an error, at the line in the message.
            UsageError: it is too large, or the user's choices do not fit it.
        """
        raise NotImplementedError


READERS: Registry[type[Reader]] = Registry("format of network files")
T = TypeVar("T", bound=type[Reader])


def reader(name: str) -> Callable[[T], T]:
    """Register a reader; a second one of the same name is refused."""
    return READERS.named(name)
