"""A shell in a pseudo-terminal: keys go in, and the line that it shows comes out."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

import pexpect

SHELLS = ("bash", "zsh", "fish")
_ARGUMENTS = {
    "bash": ["--noprofile", "-i"],
    "zsh": ["-i"],
    "fish": ["-i"],
}
# Start-up code for each shell, so that Ctrl-G shows the line between unique marks.
_STARTS = {
    "bash": r"""
PS1='READY> '
bind 'set bell-style none'
bind 'set enable-bracketed-paste off'
bind 'set completion-query-items 1000'
bind 'set page-completions off'
bind -x '"\C-g": printf "\n<<%s>>\n" "$READLINE_LINE"'
""",
    "zsh": r"""
PROMPT='READY> '
unsetopt beep promptsp promptcr
LISTMAX=1000
show-line() { print -r -- $'\n'"<<$BUFFER>>"; zle reset-prompt }
zle -N show-line
bindkey -e
bindkey '^G' show-line
""",
    "fish": r"""
function fish_prompt; echo -n 'READY> '; end
function fish_greeting; end
set -g fish_autosuggestion_enabled 0
bind \cg 'echo; echo "<<"(commandline)">>"; commandline -f repaint'
""",
}
_STARTUPS = {"bash": ".bashrc", "zsh": ".zshrc", "fish": ".config/fish/config.fish"}
_CONTROL = re.compile(
    r"\x1b(\[[0-?]*[ -/]*[@-~]|[]P][^\x07\x1b]*(\x07|\x1b\\)|[()][0-9A-B]|[=>78])|[\x00-\x08\x0e-\x1f]"
)


def is_there(shell: str) -> bool:
    return shutil.which(shell) is not None


class Terminal:
    """A shell with a separate home folder.

    Args:
        shell: which.
        home: its home folder.
        folder: where it starts.
        env: further environment variables.
        start: further lines of its start-up file.
        options: further options of the shell.
    """

    def __init__(
        self,
        shell: str,
        home: Path,
        folder: Path,
        env: Mapping[str, str],
        start: str = "",
        options: Sequence[str] = (),
    ) -> None:
        startup = home / _STARTUPS[shell]
        startup.parent.mkdir(parents=True, exist_ok=True)
        before = startup.read_text(encoding="utf-8") if startup.exists() else ""
        startup.write_text(_STARTS[shell] + before + start, encoding="utf-8")
        usual = {"HOME": str(home), "TERM": "xterm", "LC_ALL": "C.UTF-8", "SHELL": f"/bin/{shell}", "ENV": str(startup), "fish_features": "no-query-term"}  # fmt: skip
        self.child = pexpect.spawn(
            shutil.which(shell) or shell,
            [*options, *_ARGUMENTS[shell]],
            env={**usual, **env},
            cwd=str(folder),
            encoding="utf-8",
            timeout=20,
            dimensions=(60, 200),
        )
        self.started = self._until("READY> ").strip()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *reason: object) -> None:
        self.child.close(force=True)

    def _until(self, sign: str) -> str:
        """The output up to a mark."""
        self.child.expect_exact(sign)
        return _CONTROL.sub("", self.child.before or "")

    def line(self, keys: str) -> str:
        """The line after some keys; afterwards it is cancelled."""
        return self.press(keys)[0]

    def press(self, keys: str) -> tuple[str, str]:
        """The line after some keys, and everything printed meanwhile."""
        self.child.send(keys)
        self.child.send("\x07")
        printed = self._until("<<")
        line = self._until(">>")
        self._until("READY> ")
        self.child.send("\x05\x15")  # go to the end, and delete the line
        return line.replace("\r", "").replace("\n", ""), printed
