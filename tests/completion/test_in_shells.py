"""The TAB key in bash, zsh and fish, in a pseudo-terminal; skipped if a shell is missing."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from completion.terminal import SHELLS, Terminal, is_there

pytestmark = pytest.mark.unmeasured

ROOT = Path(__file__).parents[2]
BUILTINS_OF_BASH_4 = """
enable -n compopt mapfile readarray
complete() { [ "$2" != nosort ] && builtin complete "$@"; }
"""

Open = Callable[..., Terminal]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with files of all kinds."""
    folder = tmp_path / "work"
    text = (ROOT / "architectures" / "lenet5.yaml").read_text(encoding="utf-8")
    for name in ("my net.yaml", "mynet.yaml", "nets/one.yaml", "vgg box/x.yaml", ".hidden.yaml"):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "homenet.yaml").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def opened(tmp_path: Path, folder: Path) -> Iterator[Open]:
    """Opens a shell for which completion is installed."""
    bin_folder = tmp_path / "bin"
    bin_folder.mkdir()
    program = bin_folder / "convcalc"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m convcalc "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    home = tmp_path / "home"
    with ExitStack() as stack:

        def open_shell(
            shell: str, *options: str, inside: bool = True, before: str = ""
        ) -> Terminal:
            if not is_there(shell):
                pytest.skip(f"no {shell}; install the package {shell}")
            places = [str(bin_folder)] * inside + ["/usr/local/bin", "/usr/bin", "/bin"]
            env = {"PATH": os.pathsep.join(places), "PYTHONPATH": str(ROOT)}
            subprocess.run(
                [sys.executable, "-m", "convcalc", "completion", shell, "--install"],
                env={**os.environ, **env, "HOME": str(home), "XDG_DATA_HOME": "", "XDG_CONFIG_HOME": "", "ZDOTDIR": ""},
                check=True, capture_output=True, timeout=60,
            )  # fmt: skip
            return stack.enter_context(Terminal(shell, home, folder, env, before, options))

        yield open_shell


# The typed text before the TAB key, and the line after it.
WORDS = {
    "convcalc ver": "convcalc verify ",
    "convcalc arch vgg16_b": "convcalc arch vgg16_bn ",
    'convcalc arch "vgg16_b': 'convcalc arch "vgg16_bn" ',
    "cd / && convcalc arch vgg16_b": "cd / && convcalc arch vgg16_bn ",
    "convcalc arch vgg16 --explain=conv5_3": "convcalc arch vgg16 --explain=conv5_3 ",
    "convcalc arch 'my net.yaml' --explain C3": "convcalc arch 'my net.yaml' --explain C3 ",
    "convcalc arch vgg16 --sees conv5_3": "convcalc arch vgg16 --sees conv5_3:",
    "convcalc arch vgg16 --columns name,para": "convcalc arch vgg16 --columns name,params ",
    "convcalc arch vgg16 --format my": "convcalc arch vgg16 --format my",
    "convcalc sweep vgg16 --sort max:para": "convcalc sweep vgg16 --sort max:params ",
}
FILES = {
    "convcalc arch my\\ n": "convcalc arch my\\ net.yaml ",
    "convcalc arch 'my n": "convcalc arch 'my net.yaml' ",
    "convcalc arch net": "convcalc arch nets/",
    "convcalc arch vgg\\ ": "convcalc arch vgg\\ box/",
    "convcalc arch ~/homen": "convcalc arch ~/homenet.yaml ",
    "convcalc arch .hid": "convcalc arch .hidden.yaml ",
    "convcalc arch vgg16 --output=nets/o": "convcalc arch vgg16 --output=nets/one.yaml ",
    "convcalc hw make s.yaml --out ne": "convcalc hw make s.yaml --out nets/",
}


@pytest.mark.parametrize("shell", SHELLS)
def test_the_tab_key_completes(shell: str, opened: Open) -> None:
    terminal = opened(shell, before="" if shell == "fish" else "set -u\n")
    assert terminal.started == ""
    found = {keys: terminal.line(f"{keys}\t") for keys in {**WORDS, **FILES}}
    assert found == {**WORDS, **FILES}
    assert terminal.line("convcalc hw make s.yaml --out my\t") == "convcalc hw make s.yaml --out my"
    both = terminal.press("convcalc arch vgg\t\t")[1]
    assert "vgg16_bn" in both
    assert "vgg box/" in both.replace("\\", "")
    if shell != "bash":  # it shows no descriptions
        told = terminal.press("convcalc ch\t\t")[1]
        assert "check network files against their own expect:, for continuous integration" in told


@pytest.mark.parametrize("shell", SHELLS)
def test_without_convcalc_files_are_completed_and_nothing_is_said(shell: str, opened: Open) -> None:
    terminal = opened(shell, inside=False)
    assert terminal.started == ""
    same = {keys: line for keys, line in FILES.items() if "--out" not in keys}
    assert {keys: terminal.line(f"{keys}\t") for keys in same} == same
    line, printed = terminal.press("convcalc ver\t")
    assert (line, "not found" in printed) == ("convcalc ver", False)


def test_bash_of_macos_lacks_what_later_ones_have(opened: Open) -> None:
    """Bash 3.2 has no compopt: words are followed by a space, and folders are completed like files."""
    terminal = opened("bash", before=BUILTINS_OF_BASH_4)
    cases = {
        keys: line for keys, line in {**WORDS, **FILES}.items() if "max:" in keys or "ne" in keys
    }
    assert len(cases) > 4
    assert {keys: terminal.line(f"{keys}\t") for keys in cases} == cases
    assert terminal.line("convcalc arch vgg16 --sees conv5_3\t").endswith("conv5_3: ")


def test_bash_may_keep_to_posix(opened: Open) -> None:
    terminal = opened("bash", "--posix", before="set -u\n")
    assert terminal.started == ""
    assert "posix          \ton" in terminal.press("set -o\r")[1]
    found = {keys: terminal.line(f"{keys}\t") for keys in {**WORDS, **FILES}}
    assert found == {**WORDS, **FILES}


def test_zsh_may_start_its_own_completion_before_or_after(opened: Open) -> None:
    terminal = opened("zsh", before="\nautoload -Uz compinit && compinit -i\n")
    assert terminal.line("convcalc arch vgg16_b\t") == "convcalc arch vgg16_bn "
