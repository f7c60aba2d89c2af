"""Folders of outputs: they change all at once or not at all, by one process at a time.

No system replaces a folder of files in one step: Linux can swap two folders, but then files of
other people would have to move too, and macOS, Windows and network disks cannot swap.
So it is done as in databases, with a log that is written first:

1. The new files are made in ``.convcalc.part``, inside the folder, so always on the same disk.
2. That folder is renamed to ``.convcalc.whole``. This is the one step: before it the old files count,
   after it the new ones.
3. The files move from there to their places, one by one. Files that are no longer made are removed.

If a process is killed before step 2, the next process deletes the unfinished part. If it
is killed later, the next process finishes the work before it reads or writes anything else.

People write into some of the files. The log notes their content when the run began: if a file
has changed before the new file would replace it, it stays, and the next run reads it.
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

PREFIX = ".convcalc."  # begins the name of everything in a folder of outputs that is not an output
PART, WHOLE, LOCK = f"{PREFIX}part", f"{PREFIX}whole", f"{PREFIX}lock"
_GONE = f"{PREFIX}gone"  # in a whole: a line for each file that is no longer made
_READ = f"{PREFIX}read"  # in a whole: the files that people write into, and a digest of each
PATIENCE = 10.0  # seconds that a process waits for another
_PAUSE = 0.05
_MAX_FLUSHED = 20  # files whose writing to the disk is waited for


class OutputFolder:
    """A folder whose files change all at once, or not at all. Nobody else may write to it then.

    Args:
        out: the place of the folder.
        replace: whether existing files may be replaced.
        names: the files of an earlier run; files of others are never touched.
        way_out: what to do if there are files of an earlier run.
        option: the option with the place, for messages.
        typed: the files that people write into; if one changes later, it is not replaced.

    Raises:
        UsageError: there are files of an earlier run, another process writes, or nothing can be written.
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
        """Like `open`, for a file that stays open; `discard` closes it if nobody else did."""
        file = self.open(name)
        self._held.append(file)
        return file

    def check(self) -> None:
        """Refuse to continue if the folder changed meanwhile; for subclasses, does nothing here."""

    def gone(self) -> list[str]:
        """The files of an earlier run that are no longer made; for subclasses, none here."""
        return []

    def commit(self) -> None:
        """Put everything in its place.

        Raises:
            UsageError: it cannot be written; the old files are still there.
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
        """Remove everything that was not committed."""
        for file in self._held:
            file.close()
        _remove(self.path)
        self._lock.release()


def _is_below(path: str, folder: str) -> bool:
    """Whether a path is inside a folder; both are absolute, without links."""
    return path.startswith(os.path.join(folder, ""))


def _refuse_earlier(out: str, names: tuple[str, ...], way_out: str) -> None:
    """Refuse a folder with files of an earlier run."""
    kept = [name for name in names if os.path.exists(os.path.join(out, name))]
    if kept:
        message = f"{shortened(out)} has an earlier run ({', '.join(kept[:3])}); {way_out}"
        raise UsageError(message)


@contextmanager
def reading(folder: str) -> Iterator[None]:
    """Use a folder of outputs while nobody writes to it; the work of a killed run is finished first.

    A folder without permission to write is read as it is.

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
    """Move the files of a whole run to their places; after a kill, each step can be repeated.

    Raises:
        UsageError: a file cannot be moved; the next run tries again.
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
                if place not in (_GONE, _READ) and not _is_edited_later(out, place, read):
                    _put(os.path.join(folder, name), os.path.join(out, place))
    except OSError as error:
        message = (
            f"{shortened(out)}: the new files are complete, but {shortened(place)} cannot be "
            f"replaced: {error.strerror or error}; close it in other programs, then run this again"
        )
        raise UsageError(message) from None
    _remove(whole)


def _put(source: str, target: str) -> None:
    """Move a file to its place; it gets the permissions of the file that it replaces."""
    with suppress(FileNotFoundError):
        old, new = os.lstat(target).st_mode, os.lstat(source).st_mode
        if stat.S_ISREG(old) and stat.S_IMODE(old) != stat.S_IMODE(new):
            os.chmod(source, stat.S_IMODE(old))
    os.replace(source, target)


def _digest(path: str) -> str:
    """A digest of the contents of a file; ``-`` if there is no file, ``?`` if it cannot be read."""
    try:
        with open_regular(path, follow=True) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return "-"
    except (OSError, ValueError):
        return "?"


def _read_typed(whole: str) -> dict[str, str]:
    """The digests of the files that people write into, as the run read them."""
    try:
        with open(os.path.join(whole, _READ), encoding="utf-8", errors="replace") as file:
            lines = [line.rstrip("\n").partition(" ") for line in file]
    except OSError:
        return {}
    return {name: found for found, _, name in lines}


def _is_edited_later(out: str, place: str, read: dict[str, str]) -> bool:
    """Whether a person changed a file after the run read it, so that it must stay."""
    return place in read and _digest(os.path.join(out, place)) not in (read[place], "-")


def _check_way(out: str, place: str, names: list[str]) -> None:
    """Refuse to write through a link, or over a folder.

    Raises:
        OSError: a link or folder is in the way.
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
    """The files that a whole run no longer makes; names that lead outside are left out."""
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
    """Make the system write the files of a folder to the disk, so that they survive a power loss.

    Pages (one per student) are left to the system: waiting for each of 30,000 would take
    minutes, and they can be made again from the other files.
    """
    for place, _, names in os.walk(folder):
        if len(names) <= _MAX_FLUSHED:
            for name in (*names, ""):
                _flush_one(os.path.join(place, name))


def _flush_one(path: str) -> None:
    """Make the system write a file, or the names in a folder, to the disk, if it can."""
    with suppress(OSError):  # folders cannot be opened on Windows, and some disks cannot flush
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _remove(folder: str) -> None:
    """Remove a folder of convcalc and its contents, as far as possible."""
    if os.path.isdir(folder):
        import shutil  # noqa: PLC0415 - most commands write no folder

        shutil.rmtree(folder, ignore_errors=True)


# -------------------------------------------------------------------------------------- the lock


class _Lock:
    """One process at a time in a folder. The system releases it when the process ends for any reason.

    The process with the lock removes its file; a process that waited for that file notices
    this, and tries again.

    Args:
        folder: the folder to lock.
        make: whether to make the folder.

    Raises:
        OSError: the folder, or the file of the lock, cannot be made.
        UsageError: another process still has the lock after `PATIENCE` seconds.
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
            except FileNotFoundError:  # the process that made the folder removed it
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
        """Let the next process in; remove a folder that was made for nothing."""
        if self.handle < 0:
            return
        if sys.platform != "win32":
            with suppress(OSError):
                os.unlink(self.path)
        os.close(self.handle)
        self.handle = -1
        if sys.platform == "win32":  # open files cannot be removed there
            with suppress(OSError):
                os.unlink(self.path)
        if self.made:
            with suppress(OSError):
                os.rmdir(self.folder)


def _try_lock(handle: int) -> bool:
    """Lock an open file; False if another process has the lock."""
    try:
        if sys.platform == "win32":
            import msvcrt  # noqa: PLC0415 - only on this system

            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl  # noqa: PLC0415 - not on every system

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno in (errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP)  # a disk that cannot lock
    return True


def _is_at(handle: int, path: str) -> bool:
    """Whether an open file is still the one at that path."""
    try:
        return os.path.samestat(os.fstat(handle), os.stat(path, follow_symlinks=False))
    except OSError:
        return False
