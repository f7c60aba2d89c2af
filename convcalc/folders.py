"""Folders of outputs: built whole, put in place in one step, by one process at a time.

No system replaces a folder that holds files in one step: Linux can swap two folders, but files of
other people would have to move from one to the other, and macOS, Windows and network disks cannot.
So it is done as databases do it, with a log that is written ahead:

1. The new files are made in ``.convcalc.part``, inside the folder: on the same disk, always.
2. That folder is renamed to ``.convcalc.whole``. This is the one step: before it the old files count,
   after it the new ones.
3. The files move from there to their places, one by one, and those that are no longer made go.

A process that is killed before the second step leaves a part that the next one throws away; one that
is killed after it leaves work that the next one finishes, before it reads or writes anything else.

People write into some of the files. What stood in them when the run began is noted in the log: if one
holds something else by the time that the new file would replace it, it stays, and the next run reads it.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import IO

from convcalc.errors import UsageError
from convcalc.files import file_name, named_files, note_made, open_regular, refusing
from convcalc.text import shortened

PREFIX = ".convcalc."  # of everything in a folder of outputs that is no output
PART, WHOLE, LOCK = f"{PREFIX}part", f"{PREFIX}whole", f"{PREFIX}lock"
_GONE = f"{PREFIX}gone"  # in a whole: a line for each file that is no longer made
_READ = f"{PREFIX}read"  # in a whole: a line for each file that people write into, with what stood in it
PATIENCE = 10.0  # seconds that a process waits for another
_PAUSE = 0.05
_MAX_FLUSHED = 20  # files of a folder


class OutputFolder:
    """A folder whose files change all at once, or not at all. Nobody else may write to it meanwhile.

    Args:
        out: where it belongs.
        replace: whether files that are there may be replaced.
        names: what an earlier run would have left there; others' files are never touched.
        way_out: what to do where it has.
        option: what the place was given to, for messages.
        typed: the files that people write into; one that changes after this is not replaced.

    Raises:
        UsageError: an earlier run is there, another process writes to it, or nothing can be written.
    """

    def __init__(
        self,
        out: str,
        *,
        replace: bool,
        names: tuple[str, ...],
        way_out: str,
        option: str = "--out",
        typed: tuple[str, ...] = (),
    ) -> None:
        self.out, self.option = out.rstrip("/\\") or out, option
        self.path = os.path.join(self.out, PART)
        self._held: list[IO[str]] = []
        with refusing(out, option):
            self._lock = _Lock(self.out, make=True)
        try:
            _finish(self.out)
            if not replace:
                _refuse_earlier(self.out, names, way_out)
            self._read = {name: _digest(os.path.join(self.out, name)) for name in typed}
            with refusing(out, option):
                _remove(self.path)
                os.mkdir(self.path)
        except BaseException:
            self._lock.release()
            raise

    def open(self, name: str) -> IO[str]:
        """A new file of text in it."""
        path = os.path.join(self.path, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        return open(path, "w", encoding="utf-8", newline="\n")

    def write(self, name: str, data: bytes) -> None:
        """A new file of bytes in it."""
        path = os.path.join(self.path, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(data)

    def hold(self, name: str) -> IO[str]:
        """Like `open`, for a file that stays open; `discard` closes it where nobody else has."""
        file = self.open(name)
        self._held.append(file)
        return file

    def check(self) -> None:
        """Refuse to go on where the folder has changed meanwhile; nothing, unless overridden."""

    def gone(self) -> list[str]:
        """The files of an earlier run that are no longer made; none, unless overridden."""
        return []

    def commit(self) -> None:
        """Put everything in its place.

        Raises:
            UsageError: it cannot be written; what was there is still there.
        """
        with refusing(self.out, self.option):
            self.check()
            gone = self.gone()
            self._refuse_named()
            made: list[str] = []
            for folder, _, names in os.walk(self.path):
                place = os.path.relpath(folder, self.path)
                _check_way(self.out, place, names)
                made += [os.path.join(self.out, place, name) for name in names]
            if gone:
                with self.open(_GONE) as file:
                    file.writelines(f"{name}\n" for name in gone)
            if self._read:
                with self.open(_READ) as file:
                    file.writelines(f"{found} {name}\n" for name, found in self._read.items())
            _flush(self.path)
            os.rename(self.path, os.path.join(self.out, WHOLE))
            _flush_one(self.out)
        _finish(self.out)
        note_made(made)

    def _refuse_named(self) -> None:
        """Refuse to replace a file that is on the command line, such as the roster."""
        home = os.path.realpath(self.out)
        for path in named_files():
            folder, name = os.path.split(os.path.abspath(path))
            for each in (os.path.realpath(path), os.path.join(os.path.realpath(folder), name)):
                if _is_below(each, home) and os.path.exists(
                    os.path.join(self.path, os.path.relpath(each, home))
                ):
                    message = f"{self.option}: would write over {shortened(path)}, which this command reads; choose another place"
                    raise UsageError(message)

    def discard(self) -> None:
        """Leave nothing behind but what was committed."""
        for file in self._held:
            file.close()
        _remove(self.path)
        self._lock.release()


def _is_below(path: str, folder: str) -> bool:
    """Whether a path lies in a folder; both are whole, and lead through no links."""
    return path.startswith(os.path.join(folder, ""))


def _refuse_earlier(out: str, names: tuple[str, ...], way_out: str) -> None:
    """Refuse a folder that holds what an earlier run has made."""
    kept = [name for name in names if os.path.exists(os.path.join(out, name))]
    if kept:
        message = f"{shortened(out)} has an earlier run ({', '.join(kept[:3])}); {way_out}"
        raise UsageError(message)


@contextmanager
def reading(folder: str) -> Iterator[None]:
    """A folder of outputs to which nobody writes meanwhile; what a killed run has left is finished.

    A folder that we may not write to is read as it is.

    Raises:
        UsageError: another process writes to it, or a killed run cannot be finished.
    """
    if not os.path.isdir(folder) or not os.access(folder, os.W_OK):
        if os.path.isdir(os.path.join(folder, WHOLE)):
            message = (
                f"{shortened(folder)}: a run that was killed must be finished first; "
                "run this as a user who can write there"
            )
            raise UsageError(message)
        yield
        return
    with refusing(folder, ""):
        lock = _Lock(folder, make=False)
    try:
        _finish(folder)
        yield
    finally:
        lock.release()


# ------------------------------------------------------------------------------ putting in place


def _finish(out: str) -> None:
    """Move the files of a whole run to their places; each step may be done again after a kill.

    Raises:
        UsageError: a file cannot be moved; it is moved the next time.
    """
    whole = os.path.join(out, WHOLE)
    if os.path.islink(whole) or not os.path.isdir(whole):
        return
    place = ""
    try:
        read = _read_typed(whole)
        for place in _read_gone(whole):
            with suppress(FileNotFoundError):
                os.unlink(os.path.join(out, place))
        for folder, _, names in os.walk(whole):
            place = os.path.relpath(folder, whole)
            _check_way(out, place, names)
            os.makedirs(os.path.join(out, place), exist_ok=True)
            for name in sorted(names):
                place = os.path.relpath(os.path.join(folder, name), whole)
                if place not in (_GONE, _READ) and not _is_typed_later(out, place, read):
                    _put(os.path.join(folder, name), os.path.join(out, place))
    except OSError as error:
        message = (
            f"{shortened(out)}: the new files are complete, but {shortened(place)} cannot be "
            f"replaced: {error.strerror or error}; close it in other programs, then run this again"
        )
        raise UsageError(message) from None
    _remove(whole)


def _put(source: str, target: str) -> None:
    """Move a file to its place; a file that it replaces leaves it its permissions."""
    with suppress(FileNotFoundError):
        old, new = os.lstat(target).st_mode, os.lstat(source).st_mode
        if stat.S_ISREG(old) and stat.S_IMODE(old) != stat.S_IMODE(new):
            os.chmod(source, stat.S_IMODE(old))
    os.replace(source, target)


def _digest(path: str) -> str:
    """What tells the contents of a file from others; ``-`` where there is none, ``?`` if it cannot be read."""
    try:
        with open_regular(path, follow=True) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return "-"
    except (OSError, ValueError):
        return "?"


def _read_typed(whole: str) -> dict[str, str]:
    """What stood in the files that people write into when a whole run read them."""
    try:
        with open(os.path.join(whole, _READ), encoding="utf-8", errors="replace") as file:
            lines = [line.rstrip("\n").partition(" ") for line in file]
    except OSError:
        return {}
    return {name: found for found, _, name in lines}


def _is_typed_later(out: str, place: str, read: dict[str, str]) -> bool:
    """Whether a person has written into a file since a whole run read it, so that it must stay."""
    return place in read and _digest(os.path.join(out, place)) not in (read[place], "-")


def _check_way(out: str, place: str, names: list[str]) -> None:
    """Refuse to write through a link, or over a folder.

    Raises:
        OSError: one of them stands in the way.
    """
    target = os.path.normpath(os.path.join(out, place))
    if place != os.curdir and os.path.islink(target):
        raise OSError(errno.ELOOP, f"{shortened(target)} is a link")
    if not os.path.lexists(target):
        return
    for name in names:
        path = os.path.join(target, name)
        if os.path.isdir(path) and not os.path.islink(path):
            raise OSError(errno.EISDIR, f"{shortened(path)} is a folder")


def _read_gone(whole: str) -> list[str]:
    """The files that a whole run no longer makes; names that lead elsewhere are left out."""
    try:
        with open(os.path.join(whole, _GONE), encoding="utf-8", errors="replace") as file:
            names = [line.rstrip("\n") for line in file]
    except OSError:
        return []
    out = os.path.realpath(os.path.dirname(whole))
    return [
        name
        for name in names
        if "\0" not in name
        and os.path.isfile(os.path.join(out, name))
        and os.path.realpath(os.path.join(out, name)) == os.path.normpath(os.path.join(out, name))
        and os.path.normpath(name).partition(os.sep)[0] not in (os.pardir, "", name)
    ]


def _flush(folder: str) -> None:
    """Have the system write the files of a folder to the disk, so that they outlive a loss of power.

    Of the pages, of which there are as many as students, it does so in its own time: to wait for
    each of 30,000 would take minutes, and they can be made again from the other files.
    """
    for place, _, names in os.walk(folder):
        if len(names) <= _MAX_FLUSHED:
            for name in (*names, ""):
                _flush_one(os.path.join(place, name))


def _flush_one(path: str) -> None:
    """Have the system write a file, or the names in a folder, to the disk, where it can."""
    with suppress(OSError):  # folders cannot be opened on Windows, and some disks cannot flush
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _remove(folder: str) -> None:
    """Remove a folder of ours and what is in it, as far as possible."""
    if os.path.isdir(folder):
        import shutil  # noqa: PLC0415 - most commands write no folder

        shutil.rmtree(folder, ignore_errors=True)


# -------------------------------------------------------------------------------------- the lock


class _Lock:
    """One process at a time in a folder. The system lets go of it when its process ends, however.

    Its file is removed by the process that holds it; who waited for that file finds that it is no
    longer there, and tries again.

    Args:
        folder: which.
        make: whether to make the folder.

    Raises:
        OSError: the folder, or the file of the lock, cannot be made.
        UsageError: another process still has it after `PATIENCE` seconds.
    """

    def __init__(self, folder: str, *, make: bool) -> None:
        self.folder, self.made = folder, False
        self.path = os.path.join(folder, LOCK)
        self.handle = -1
        until = time.monotonic() + PATIENCE
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
        while self.handle < 0:
            if make and not os.path.isdir(folder):
                os.makedirs(folder, exist_ok=True)
                self.made = True
            try:
                handle = os.open(self.path, flags, 0o666)
            except FileNotFoundError:  # the process that had made the folder took it away
                if not make or time.monotonic() > until:
                    raise
                continue
            if _try_lock(handle) and _is_at(handle, self.path):
                self.handle = handle
                return
            os.close(handle)
            if time.monotonic() > until:
                message = (
                    f"{file_name(folder)}: another convcalc is working in it; "
                    "run this again when it has finished"
                )
                raise UsageError(message)
            time.sleep(_PAUSE)

    def release(self) -> None:
        """Let the next one in; a folder that was made for nothing goes."""
        if self.handle < 0:
            return
        if sys.platform != "win32":
            with suppress(OSError):
                os.unlink(self.path)
        os.close(self.handle)
        self.handle = -1
        if sys.platform == "win32":  # where files that are open cannot be removed
            with suppress(OSError):
                os.unlink(self.path)
        if self.made:
            with suppress(OSError):
                os.rmdir(self.folder)


def _try_lock(handle: int) -> bool:
    """Lock a file that is open; False where another process has it."""
    try:
        if sys.platform == "win32":
            import msvcrt  # noqa: PLC0415 - of this system only

            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl  # noqa: PLC0415 - not of every system

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno in (errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP)  # a disk without locks
    return True


def _is_at(handle: int, path: str) -> bool:
    """Whether a file that is open is the one of that name."""
    try:
        return os.path.samestat(os.fstat(handle), os.stat(path, follow_symlinks=False))
    except OSError:
        return False
