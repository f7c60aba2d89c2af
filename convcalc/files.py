"""Files: one reader with a limit, one writer of whole files.

A file is opened once, and its bytes are kept for later use. So a pipe such as
``<(cat sheet.yaml)``, or a file that changes meanwhile, gives the same answer everywhere.

While a command runs, the files that it names, reads and makes are known; it never overwrites them.
"""

from __future__ import annotations

import errno
import io
import os
import stat
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import Any

from convcalc.errors import UsageError
from convcalc.text import printable, shortened

STDIN = "-"
YAML_SUFFIXES = (".yaml", ".yml")
BYTE_MARKS = (b"\xff\xfe", b"\xfe\xff")  # of UTF-16, as Windows PowerShell's > writes
_PORTS = (f"{port}{digit}" for port in ("com", "lpt") for digit in "0123456789¹²³")
_RESERVED = {"con", "prn", "aux", "nul", "conin$", "conout$", *_PORTS}
_UTF_32_MARK = b"\xff\xfe\0\0"
_UTF_8_MARK = b"\xef\xbb\xbf"
_EDITOR_SUFFIXES = (
    ".convcalc.yaml",
    ".sheet.yaml",
    ".convcalc.yml",
    ".sheet.yml",
)  # docs/how-to/editor.md


# ---------------------------------------------------------------------------------------- reading


def read_file(
    path: str, max_bytes: int, what: str = "file", *, option: str = "", way_out: str = ""
) -> bytes:
    """The bytes of a file, a pipe, or standard input (``-``).

    Args:
        path: the file; a pipe or a device is read up to the limit.
        max_bytes: the largest allowed size.
        what: the expected kind of file, for messages: ``picture``.
        option: the option with its name, for messages: ``--x``.
        way_out: what to do if it is too large.

    Raises:
        UsageError: it is missing, a folder, not a file name, too large, or cannot be read.
    """
    name = file_name(path, option)
    with refusing_to_read(path, what, option):
        if path == STDIN:
            data = _standard_input(max_bytes + 1)
        else:
            with open(path, "rb") as file:
                _note_read(file.fileno())
                data = file.read(max_bytes + 1)
    check_size(data, max_bytes, name, way_out or f"use a smaller {what}")
    return data


@contextmanager
def refusing_to_read(path: str, what: str = "file", option: str = "") -> Iterator[None]:
    """Turn the system's error for a path that cannot be read into a message.

    Args:
        path, what, option: as for `read_file`.
    """
    name = file_name(path, option)
    try:
        yield
    except OSError as error:
        raise UsageError(f"{name}: {_refusal(path, what, error)}") from None
    except ValueError:  # a NUL or half a surrogate pair in the name
        raise UsageError(f"{name}: is not a file name; check the name") from None


@contextmanager
def open_regular(path: str, *, follow: bool = False) -> Iterator[io.BufferedReader]:
    """Open a regular file; never waits for a pipe, and follows links only if ``follow`` is set.

    Raises:
        OSError: it cannot be opened.
        ValueError: it is a pipe, a device or a folder.
    """
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    if not follow:
        flags |= getattr(os, "O_NOFOLLOW", 0)
    handle = os.open(path, flags)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        message = "not a regular file"
        raise ValueError(message)
    _note_read(handle)
    with open(handle, "rb") as file:
        yield file


def head_of(path: str, most: int) -> bytes:
    """The first bytes of a file that nobody asked to read; empty for a pipe or device, which may never answer.

    Raises:
        OSError: it cannot be read.
    """
    with suppress(ValueError), open_regular(path, follow=True) as file:
        return file.read(most)
    return b""


def text_lines(path: str, way_out: str) -> Iterator[str]:
    """The lines of a text of any length, one by one, with their ends; undecodable bytes become \ufffd.

    Raises:
        UsageError: it cannot be read.
    """
    try:
        with open(path, encoding="utf-8-sig", errors="replace", newline="") as file:
            _note_read(file.fileno())
            yield from file
    except OSError as error:
        message = f"{file_name(path)}: cannot be read: {error.strerror or error}; {way_out}"
        raise UsageError(message) from None


def file_name(path: str, option: str = "") -> str:
    """How messages name a file: with its option, and without control characters."""
    shown = (
        stdin_name() if path == STDIN else printable(path) if len(path) < 500 else shortened(path)
    )
    return f"{option} {shown}".lstrip()


def slashed(path: str) -> str:
    """A path with ``/`` between its folders, as every system reads it."""
    return path.replace(os.sep, "/")


def shown_path(path: str) -> str:
    """A path as every system prints it: with ``/``, and without control characters."""
    return printable(slashed(path))


def shell_word(path: str) -> str:
    """A path as a word of a command line: in quotes if a shell needs them."""
    return quoted_word(shown_path(path))


def quoted_word(word: str) -> str:
    """A word in the quotes of a shell, if it needs them; those of Windows know only double ones."""
    import shlex  # noqa: PLC0415 - only needed for a hint

    found = shlex.quote(word)
    if found == word or sys.platform != "win32":
        return found
    return '"' + word.replace('"', '\\"') + '"'


def stem_of(path: str) -> str:
    """A file name without folder and suffix, and without the part that tells editors its schema.

    >>> stem_of("nets/my.net.yaml"), stem_of("x.convcalc.yaml"), stem_of("ps1.sheet.yml"), stem_of("x.sheet.onnx")
    ('my.net', 'x', 'ps1', 'x.sheet')
    """
    name = os.path.basename(path)
    short = next((name[: -len(end)] for end in _EDITOR_SUFFIXES if name.lower().endswith(end)), "")
    return short or os.path.splitext(name)[0]


def suffix_of_file(path: str) -> str:
    """The suffix that turns a name into an existing YAML file; empty if there is none."""
    suffixes = (*YAML_SUFFIXES, *_EDITOR_SUFFIXES)
    return next((suffix for suffix in suffixes if os.path.exists(path + suffix)), "")


def check_size(data: bytes | str, max_bytes: int, name: str, way_out: str) -> None:
    """Refuse data that is larger than allowed.

    Raises:
        UsageError: it is larger.
    """
    if len(data) > max_bytes:
        raise UsageError(f"{name}: larger than {size_text(max_bytes)}; {way_out}")


def size_text(size: int) -> str:
    """A size for people; MiB are rounded up, so that a size over a limit also looks larger than it.

    >>> size_text(3), size_text(4 * 2**20), size_text(4 * 2**20 + 1), size_text(3 * 2**30)
    ('3 bytes', '4 MiB', '4.1 MiB', '3,072 MiB')
    """
    if size < 2**20:
        return f"{size:,} bytes"
    whole, tenth = divmod(-(-size * 10 // 2**20), 10)
    return f"{whole:,}.{tenth} MiB" if tenth else f"{whole:,} MiB"


def is_utf_16(data: bytes) -> bool:
    """Whether bytes begin with the mark of UTF-16."""
    return data.startswith(BYTE_MARKS) and not data.startswith(_UTF_32_MARK)


def start_as_utf_8(start: bytes) -> bytes:
    r"""The first bytes of a text as UTF-8 without a byte order mark; other bytes unchanged.

    >>> start_as_utf_8("[net]".encode("utf-16")), start_as_utf_8(b"\xef\xbb\xbf[net]"), start_as_utf_8(b"\xff")
    (b'[net]', b'[net]', b'\xff')
    """
    if is_utf_16(start):  # a character that was cut in two is left out
        return start.decode("utf-16", "ignore").encode(errors="ignore")
    return start.removeprefix(_UTF_8_MARK)


def decode(data: bytes, name: str) -> str:
    """Bytes as text: UTF-8 with or without a byte order mark, or UTF-16 with one.

    Args:
        data: the bytes.
        name: of the file, for messages.

    Raises:
        UsageError: the bytes are neither.
    """
    try:
        return data.decode("utf-16" if is_utf_16(data) else "utf-8-sig")
    except UnicodeDecodeError as error:
        at = error.start
        shown = f"byte 0x{error.object[at]:02x} at {at}"
        raise UsageError(f"{name}: not UTF-8 text ({shown}); save it as UTF-8") from None


def stdin_name() -> str:
    """How messages name standard input: ``<stdin>``, or ``<cell>`` in a notebook."""
    name = getattr(sys.stdin, "name", "")
    return name if isinstance(name, str) and name.startswith("<") else "<stdin>"


def _standard_input(most: int) -> bytes:
    """At most that many bytes of standard input."""
    try:
        return sys.stdin.buffer.read(most)
    except (AttributeError, ValueError):  # closed, or not there
        raise OSError(errno.EBADF, os.strerror(errno.EBADF)) from None


def _refusal(path: str, what: str, error: OSError) -> str:
    """Why a file cannot be read, and what to do."""
    if path == STDIN:
        return f"cannot be read; give a file, or pipe a {what} in"
    if os.path.isdir(path):
        return f"is a folder; name a {what} in it"
    if isinstance(error, PermissionError):
        return "cannot be read: no permission to read it; change its permissions"
    return f"cannot be read: {error.strerror or error}; check the name"


# ---------------------------------------------------------------------------------- a whole file


def write_file(path: str, parts: Iterable[bytes], option: str = "-o") -> None:
    """Write a file under a temporary name and rename it, so that it is whole or not there.

    A pipe or a device is written directly, because it cannot be renamed. If the path is a link,
    its target is written. An existing file keeps its mode.

    Raises:
        UsageError: it cannot be written, or the running command reads it or made it.
    """
    _refuse_kept(path, option)
    with refusing(path, option):
        target, mode = _target_of(path)
        if not _is_renamed(mode):
            with open(target, "wb") as file:
                file.writelines(parts)
            return
        folder, name = os.path.split(target)
        temporary = os.path.join(folder, f".{name}.{os.getpid()}.part")
        try:
            with open(temporary, "wb") as file:
                if mode is not None:
                    os.chmod(temporary, stat.S_IMODE(mode))
                file.writelines(parts)
            os.replace(temporary, target)
        finally:
            if os.path.exists(temporary):
                os.unlink(temporary)


def write_lines(path: str, lines: Iterable[str], option: str = "-o") -> None:
    """Write a file of text, like `write_file`."""
    write_file(path, (f"{line}\n".encode() for line in lines), option)


def check_place(path: str, option: str = "-o") -> None:
    """Refuse a path that `write_file` cannot write, before the work starts.

    Raises:
        UsageError: its folder does not exist or is not writable, or it is a folder itself.
    """
    with refusing(path, option):
        target, mode = _target_of(path)
        place = os.path.dirname(target) if _is_renamed(mode) else target
        if not os.access(place, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))


def is_reserved(name: str) -> bool:
    """Whether Windows reserves a file name for a device, with any suffix.

    >>> is_reserved("NUL"), is_reserved("aux.yaml"), is_reserved("console.txt")
    (True, True, False)
    """
    return name.partition(".")[0].rstrip(" ").lower() in _RESERVED


def is_one_of(path: str, others: Iterable[str]) -> bool:
    """Whether a path leads to the same file or folder as one of the others, under any name."""
    return os.path.exists(path) and any(
        os.path.exists(other) and os.path.samefile(path, other) for other in others
    )


def check_new(path: str, option: str = "", *, overwrite: bool | None) -> None:
    """Refuse to replace a file unless that is allowed; pipes and devices are always allowed.

    Args:
        path: the file.
        option: the option with its name.
        overwrite: whether it may be replaced; None if the command can never replace it.

    Raises:
        UsageError: a file with that name exists.
    """
    if os.path.isfile(path) and not overwrite:
        other = "" if overwrite is None else ", or add --overwrite to replace it"
        message = f"already exists; choose another name{other}"
        raise UsageError(f"{file_name(path, option)}: {message}")


# ------------------------------------------------------------- files a command must not overwrite


class _Kept:
    """The files of a running command.

    Attributes:
        named: those on its command line.
        read: device and inode number of the files that it read.
        made: the paths of the files that it made.
    """

    def __init__(self, named: Mapping[str, tuple[int, int]]) -> None:
        self.named = list(named)
        self.read = set(named.values())
        self.made: list[str] = []


_KEPT: ContextVar[_Kept | None] = ContextVar("kept", default=None)


@contextmanager
def keeping_files(given: Iterable[Any], output: str = "") -> Iterator[None]:
    """While it is open, do not overwrite files that are named here, or read or made meanwhile.

    A folder of outputs may replace files of an earlier run that it reads, but no named file.

    Args:
        given: the values of a command line; some are paths, or tuples of paths.
        output: the output file; refused before the work starts if it is one of those files.

    Raises:
        UsageError: the output is one of those files.
    """
    values = [each for value in given for each in (value if isinstance(value, tuple) else (value,))]
    named = {
        value: found for value in values if isinstance(value, str) and (found := _identity(value))
    }
    kept = _Kept(named)
    token = _KEPT.set(kept)
    try:
        if output:
            _refuse_kept(output, "-o")
        yield
    finally:
        _KEPT.reset(token)


def named_files() -> list[str]:
    """The files on the command line of the running command."""
    kept = _KEPT.get()
    return kept.named if kept else []


def note_made(paths: Iterable[str]) -> None:
    """Remember files that the running command made, so that it does not overwrite them."""
    kept = _KEPT.get()
    if kept:
        kept.made += paths


def _note_read(handle: int) -> None:
    """Remember a file that is open for reading."""
    kept = _KEPT.get()
    if kept and (found := _identity(handle)):
        kept.read.add(found)


def _identity(path: str | int) -> tuple[int, int] | None:
    """The identity of a file under any of its names; None for pipes, devices and folders."""
    with suppress(OSError, ValueError):
        found = os.stat(path)
        if stat.S_ISREG(found.st_mode):
            return found.st_dev, found.st_ino
    return None


def _refuse_kept(path: str, option: str) -> None:
    """Refuse to overwrite a file that the running command reads or made."""
    kept, found = _KEPT.get(), _identity(path)
    if kept is None or found is None:
        return
    word = "reads" if found in kept.read else "makes"
    if word == "reads" or found in map(_identity, kept.made):
        where = f"{option}: " if option else ""
        message = f"{where}{printable(path)} is what this command {word}; choose another name"
        raise UsageError(message)


@contextmanager
def refusing(path: str, option: str) -> Iterator[None]:
    """Turn the system's error for a path that cannot be written into a message."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or error
        message = f"{file_name(path, option)}: cannot be written: {reason}; choose another place"
        raise UsageError(message) from None
    except ValueError:  # a NUL or half a surrogate pair in the name
        message = f"{file_name(path, option)}: is not a file name; choose another"
        raise UsageError(message) from None


def _target_of(path: str) -> tuple[str, int | None]:
    """The file that a path leads to, and its mode; None if it does not exist yet.

    Raises:
        OSError: its folder does not exist, or it is a folder itself.
        ValueError: it is not a path.
    """
    os.stat(os.path.join(os.path.dirname(path), "."))
    name = os.path.basename(path).lower()
    if sys.platform == "win32" and is_reserved(name) and name != os.devnull:
        raise OSError(errno.EINVAL, "Windows keeps that name for a device")
    try:
        mode = os.stat(path).st_mode
    except FileNotFoundError:
        mode = None
    if mode is not None and stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if not _is_renamed(mode):
        return path, mode  # /dev/fd/63 leads to a name that only the system knows
    target = os.path.realpath(path)
    os.stat(os.path.dirname(target))
    return target, mode


def _is_renamed(mode: int | None) -> bool:
    """Whether writing can rename: onto a regular file, or a path that does not exist yet."""
    return mode is None or stat.S_ISREG(mode)
