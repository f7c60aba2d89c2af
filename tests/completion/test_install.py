"""Completion is installed where a shell finds it, and removed: no other byte of the user's files changes."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest

from convcalc.cli.shells.install import SHELLS
from convcalc.cli.shells.speak import script

STARTUPS = {"bash": ".bashrc", "zsh": ".zshrc"}
SCRIPTS = {
    "bash": ".local/share/convcalc/completion.bash",
    "zsh": ".local/share/convcalc/_convcalc",
    "fish": ".config/fish/completions/convcalc.fish",
}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "ZDOTDIR", "SHELL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    home = tmp_path / "it's home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    return home


def files(home: Path) -> dict[str, bytes]:
    return {
        path.relative_to(home).as_posix(): path.read_bytes()
        for path in home.rglob("*")
        if path.is_file()
    }


NEXT = "next: open a new terminal, and try convcalc arch vg, then the TAB key\n"


@pytest.mark.parametrize("shell", SHELLS)
def test_it_says_what_it_wrote_once(shell: str, home: Path, convcalc: Any) -> None:
    ran = convcalc("completion", shell, "--install")
    written = [home / SCRIPTS[shell], *([home / STARTUPS[shell]] if shell in STARTUPS else [])]
    said = "".join(f"wrote {path}\n" for path in written)
    assert (ran.code, ran.out, ran.err) == (0, "", said + NEXT)
    before = files(home)
    assert before[SCRIPTS[shell]].decode() == script(shell)
    assert len(before) == len(written)
    again = convcalc("completion", shell, "--install")
    assert (again.code, again.err) == (0, f"completion for {shell} is installed already\n")
    assert files(home) == before


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(
    "own", [None, b"", b"alias x=y", b"alias x=y\n", b"\xff\0 x\r\n", b"a\n\n\n"]
)
def test_the_file_of_the_user_is_the_same_afterwards(
    shell: str, own: bytes | None, home: Path, convcalc: Any
) -> None:
    startup = home / STARTUPS.get(shell, ".config/fish/config.fish")
    startup.parent.mkdir(parents=True, exist_ok=True)
    if own is not None:
        startup.write_bytes(own)
        startup.chmod(0o640)
    before = files(home)
    convcalc("completion", shell, "--install")
    if own is not None:
        assert startup.read_bytes().startswith(own)
        assert startup.stat().st_mode & 0o777 == 0o640
    ran = convcalc("completion", shell, "--uninstall")
    assert ran.err.endswith(f"completion for {shell} is removed from new terminals\n")
    assert files(home) == before
    assert not (home / ".local/share/convcalc").exists()
    again = convcalc("completion", shell, "--uninstall")
    assert (again.code, again.err) == (0, f"completion for {shell} is not installed\n")


def test_what_is_written_after_the_block_stays(home: Path, convcalc: Any) -> None:
    bashrc = home / ".bashrc"
    bashrc.write_text("one", encoding="utf-8")
    convcalc("completion", "bash", "--install")
    with bashrc.open("a", encoding="utf-8") as file:
        file.write("two\n")
    convcalc("completion", "bash", "--uninstall")
    assert bashrc.read_text(encoding="utf-8") == "one\ntwo\n"
    convcalc("completion", "zsh", "--install")
    with (home / ".zshrc").open("a", encoding="utf-8") as file:
        file.write("mine\n")
    convcalc("completion", "zsh", "--uninstall")
    assert files(home)[".zshrc"] == b"mine\n"


def test_an_older_block_and_script_are_replaced_in_their_place(home: Path, convcalc: Any) -> None:
    bashrc, script_file = home / ".bashrc", home / SCRIPTS["bash"]
    bashrc.write_text("one\n", encoding="utf-8")
    convcalc("completion", "bash", "--install")
    new = bashrc.read_bytes()
    bashrc.write_bytes(new.replace(b"[ -z", b"echo old; [ -z") + b"two\n")
    script_file.write_text("# old: _CONVCALC_COMPLETE\n", encoding="utf-8")
    ran = convcalc("completion", "bash", "--install")
    assert ran.err == f"wrote {script_file}\nwrote {bashrc}\n{NEXT}"
    assert bashrc.read_bytes() == new + b"two\n"
    assert script_file.read_text(encoding="utf-8") == script("bash")


def test_links_are_followed(home: Path, convcalc: Any) -> None:
    real = home / "dotfiles" / "bashrc"
    real.parent.mkdir()
    real.write_text("one\n", encoding="utf-8")
    (home / ".bashrc").symlink_to(real)
    convcalc("completion", "bash", "--install")
    assert (home / ".bashrc").is_symlink()
    assert b"convcalc" in real.read_bytes()
    convcalc("completion", "bash", "--uninstall")
    assert (home / ".bashrc").is_symlink()
    assert real.read_text(encoding="utf-8") == "one\n"


def test_folders_that_the_environment_names_are_used(
    home: Path, convcalc: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "ZDOTDIR"):
        monkeypatch.setenv(name, str(home / name))
    for shell in SHELLS:
        convcalc("completion", shell, "--install")
    assert sorted(files(home)) == [
        ".bashrc", "XDG_CONFIG_HOME/fish/completions/convcalc.fish", "XDG_DATA_HOME/convcalc/_convcalc",
        "XDG_DATA_HOME/convcalc/completion.bash", "ZDOTDIR/.zshrc",
    ]  # fmt: skip


def test_on_macos_bash_reads_the_file_of_a_login(
    home: Path, convcalc: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    convcalc("completion", "bash", "--install")
    assert (home / ".bash_profile").exists()
    convcalc("completion", "bash", "--uninstall")
    (home / ".profile").write_text("one\n", encoding="utf-8")
    convcalc("completion", "bash", "--install")
    assert set(files(home)) == {".profile", SCRIPTS["bash"]}  # .bash_profile would hide it


@pytest.mark.parametrize("shell", SHELLS)
def test_the_shell_in_use_is_meant(
    shell: str, home: Path, convcalc: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHELL", f"/usr/local/bin/{shell}")
    assert convcalc("completion", "--install").code == 0
    assert SCRIPTS[shell] in files(home)


def refused(convcalc: Any, *words: str) -> str:
    """The error of a command, in one line."""
    ran = convcalc("completion", *words)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("convcalc: ")
    assert ran.err.count("\n") == 1
    return str(ran.err[len("convcalc: ") : -1])


def test_what_is_wrong_is_said_and_nothing_is_changed(
    home: Path, convcalc: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    bashrc = home / ".bashrc"
    bashrc.write_bytes(b"one\n")
    name = "name one, as in convcalc completion bash --install"
    assert refused(convcalc, "--install") == f"SHELL is not set, and completion is for bash, zsh and fish; {name}"  # fmt: skip
    monkeypatch.setenv("SHELL", "/bin/tcsh")
    assert refused(convcalc, "--uninstall") == f"SHELL is 'tcsh', and completion is for bash, zsh and fish; {name}"  # fmt: skip
    assert refused(convcalc, "zsh", "--install", "--uninstall") == "--install writes it and --uninstall removes it; give one of them"  # fmt: skip

    bashrc.write_bytes(b"# >>> convcalc completion >>>\none\n")
    said = f"{bashrc}: the lines of convcalc's completion have no last line '# <<< convcalc completion <<<'; remove them by hand, then try again"
    assert refused(convcalc, "bash", "--install") == said
    assert refused(convcalc, "bash", "--uninstall") == said
    bashrc.unlink()
    bashrc.mkdir()
    assert refused(convcalc, "bash", "--install") == f"{bashrc}: is a folder; name a file in it"

    fish = home / SCRIPTS["fish"]
    fish.parent.mkdir(parents=True)
    fish.write_bytes(b"# my own\n")
    assert refused(convcalc, "fish", "--install") == f"{fish}: is there, and is not convcalc's; move it away, then try again"  # fmt: skip
    assert convcalc("completion", "fish", "--uninstall").err == "completion for fish is not installed\n"  # fmt: skip
    assert files(home) == {SCRIPTS["fish"]: b"# my own\n"}

    monkeypatch.setenv("HOME", "/nowhere/at/all")
    assert refused(convcalc, "zsh", "--install") == "HOME is '/nowhere/at/all', and no such folder is there; set HOME, then try again"  # fmt: skip


def test_a_file_that_is_read_only_stays_as_it_is(
    home: Path, convcalc: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    bashrc = home / ".bashrc"
    bashrc.write_bytes(b"one\n")
    allowed = os.access  # root may write everywhere
    monkeypatch.setattr(
        os, "access", lambda path, mode: str(path) != str(bashrc) and allowed(path, mode)
    )
    said = f"{bashrc}: is read-only, so nothing was changed; make it writable, then try again"
    assert refused(convcalc, "bash", "--install") == said
    assert files(home) == {".bashrc": b"one\n"}
