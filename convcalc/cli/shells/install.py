"""Install and remove completion for a shell, without changing anything else of the user's.

The script is a separate file. Fish finds it by its name; for bash and zsh, a block of lines in
their startup file reads it.
"""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple

from convcalc.cli.shells.speak import script
from convcalc.errors import UsageError
from convcalc.files import refusing, refusing_to_read, write_file
from convcalc.text import printable, quoted

SHELLS = ("bash", "zsh", "fish")
_BEGIN, _END = b"# >>> convcalc completion", b"# <<< convcalc completion <<<\n"
_JOINED, _MADE = b", after a line without an end", b", in a file made for it"
_MAX_BYTES = 2**24  # of a shell's startup file
_OURS = b"_CONVCALC_COMPLETE"  # in every script for convcalc, also in those of earlier versions


class Place(NamedTuple):
    """The files of a shell's completion.

    Attributes:
        script: the path of the script.
        startup: the shell's startup file; empty if the shell finds the script itself.
    """

    script: str
    startup: str


def shell_in_use(name: str = "") -> str:
    """The named shell, or the one in the environment variable SHELL.

    Raises:
        UsageError: SHELL names no known shell.
    """
    found = name or os.path.basename(os.environ.get("SHELL", "")).removesuffix(".exe")
    if found in SHELLS:
        return found
    said = f"SHELL is {quoted(found)}" if found else "SHELL is not set"
    message = f"{said}, and completion is for {', '.join(SHELLS[:-1])} and {SHELLS[-1]}; name one, as in convcalc completion bash --install"
    raise UsageError(message)


def place_of(shell: str) -> Place:
    """The files of a shell's completion.

    Raises:
        UsageError: there is no home folder.
    """
    if not os.path.isdir(_home()):
        message = (
            f"HOME is {quoted(_home())}, and no such folder is there; set HOME, then try again"
        )
        raise UsageError(message)
    if shell == "fish":
        folder = os.path.join(_folder("XDG_CONFIG_HOME", ".config"), "fish", "completions")
        return Place(os.path.join(folder, "convcalc.fish"), "")
    folder = os.path.join(_folder("XDG_DATA_HOME", ".local", "share"), "convcalc")
    startup = _bash_startup() if shell == "bash" else os.path.join(os.environ.get("ZDOTDIR") or _home(), ".zshrc")  # fmt: skip
    name = "completion.bash" if shell == "bash" else "_convcalc"  # the name that zsh looks for
    return Place(os.path.join(folder, name), startup)


def install(shell: str) -> list[str]:
    """Install the completion of a shell.

    Returns:
        The files that were changed; none if it was already installed.

    Raises:
        UsageError: a file cannot be read or written, or is not convcalc's; the files stay intact.
    """
    place = place_of(shell)
    wanted = script(shell).encode()
    changes = {}
    if (found := _read(place.script)) != wanted:
        if found and _OURS not in found:
            message = f"{printable(place.script)}: is there, and is not convcalc's; move it away, then try again"
            raise UsageError(message)
        changes[place.script] = wanted
    if place.startup:
        found = _read(place.startup)
        text = _with_block(found, _block(shell, place.script), place.startup)
        if text != found:
            changes[place.startup] = text
    _change(changes)
    return [*changes]


def uninstall(shell: str) -> list[str]:
    """Remove what `install` wrote, and nothing else.

    Returns:
        The files that were changed or removed.

    Raises:
        UsageError: a file cannot be read or written; the files stay intact.
    """
    place = place_of(shell)
    found = _read(place.startup) if place.startup else None
    changes: dict[str, bytes | None] = {}
    if found is not None:
        before, block, after = _parts(found, place.startup)
        if block:
            head, rest = block.splitlines()[0], before + after
            if _JOINED in head and not after:
                rest = before[:-1]
            is_ours = _MADE in head and not rest
            changes[place.startup] = None if is_ours else rest
    if _OURS in (_read(place.script) or b""):
        changes[place.script] = None
    _change(changes)
    with suppress(OSError):  # not empty, or it does not exist
        if place.startup:
            os.rmdir(os.path.dirname(place.script))
    return [*changes]


def _home() -> str:
    return os.path.expanduser("~")


def _folder(variable: str, *usual: str) -> str:
    """The folder in an environment variable, or a default in the home folder."""
    named = os.environ.get(variable, "")
    return named if os.path.isabs(named) else os.path.join(_home(), *usual)


def _bash_startup() -> str:
    """The file that bash runs in a new terminal: on macOS, the file for login shells."""
    names = (".bash_profile", ".bash_login", ".profile") if sys.platform == "darwin" else ()
    paths = [os.path.join(_home(), name) for name in names]
    usual = os.path.join(_home(), ".bashrc") if not paths else paths[0]
    return next((path for path in paths if os.path.exists(path)), usual)


def _block(shell: str, path: str) -> Callable[[bytes], bytes]:
    """The lines that read the script; the first line is a comment about them."""
    file = shlex.quote(path)
    reads = f"[ ! -r {file} ] || . {file}"
    if shell == "bash":
        reads = f'[ -z "${{BASH_VERSION-}}" ] || {reads}'  # other shells run this file too
    else:  # for a later compinit
        reads = f"fpath=({shlex.quote(os.path.dirname(path))} $fpath)\n{reads}"
    lines = f"# convcalc completion --uninstall takes these lines away again.\n{reads}\n"
    return lambda remark: _BEGIN + remark + b" >>>\n" + os.fsencode(lines) + _END


def _with_block(found: bytes | None, block: Callable[[bytes], bytes], path: str) -> bytes:
    """A file with the block: in place of an older block, or at the end."""
    before, old, after = _parts(found or b"", path)
    if old:
        head = old.splitlines()[0]
        remark = next((each for each in (_JOINED, _MADE) if each in head), b"")
        return before + block(remark) + after
    if found is None:
        return block(_MADE)
    if found and not found.endswith(b"\n"):
        return found + b"\n" + block(_JOINED)
    return found + block(b"")


def _parts(found: bytes, path: str) -> tuple[bytes, bytes, bytes]:
    """The text before the block, the block, and the text after it; the block is empty if there is none.

    Raises:
        UsageError: the end of the block is missing.
    """
    start = 0 if found.startswith(_BEGIN) else found.find(b"\n" + _BEGIN) + 1
    if not found[start:].startswith(_BEGIN):
        return found, b"", b""
    end = found.find(_END, start)
    if end < 0:
        message = f"{printable(path)}: the lines of convcalc's completion have no last line {_END.decode().strip()!r}; remove them by hand, then try again"
        raise UsageError(message)
    end += len(_END)
    return found[:start], found[start:end], found[end:]


def _read(path: str) -> bytes | None:
    """The bytes of a file; None if it does not exist."""
    if not os.path.lexists(path):
        return None
    with refusing_to_read(path), open(path, "rb") as file:
        found = file.read(_MAX_BYTES + 1)
    if len(found) > _MAX_BYTES:
        message = f"{printable(path)}: is larger than any file that a shell runs; check it"
        raise UsageError(message)
    return found


def _change(changes: dict[str, bytes | None] | dict[str, bytes]) -> None:
    """Write files whole, or remove them, after checking that all of them can be changed.

    Raises:
        UsageError: one of them cannot be changed.
    """
    for path in changes:
        if os.path.lexists(path) and not os.access(path, os.W_OK):
            message = f"{printable(path)}: is read-only, so nothing was changed; make it writable, then try again"
            raise UsageError(message)
    for path, data in changes.items():
        with refusing(path, ""):
            if data is None:
                os.unlink(path)
                continue
            os.makedirs(os.path.dirname(path), exist_ok=True)
        write_file(path, [data], "")
