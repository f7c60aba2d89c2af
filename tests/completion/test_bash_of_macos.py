"""The script for bash works in bash 3.2, the version of macOS; newer features are used only after a check."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from completion.terminal import is_there
from convcalc.cli.shells.install import install
from convcalc.cli.shells.speak import script

# Features newer than bash 3.2, each with an example line.
LATER = {
    "a builtin": (r"\b(?:mapfile|readarray|coproc)\b", "mapfile -t words < file"),
    "a declaration": (r"\b(?:declare|local|typeset)\s+(?:-\w*[Agnlu]|-(?=\s|$))", "local -n name=$1"),
    "capitals": (r"\$\{\w+(?:\[[^]]*\])?[,^]", "${word,,}"),
    "a transformation": (r"\$\{\w+(?:\[[^]]*\])?@[A-Za-z]\}", "${word@Q}"),
    "counting from the end": (r"\$\{\w+(?:\[\s*-\d|:[^}:]*:\s*-)", "${word:0:-1}"),
    "whether a variable is set": (r"(?:\[\[|\[|\btest)\s+(?:!\s+)?-v\b", "[[ -v name ]]"),
    "a redirection of both": (r"&>>|\|&", "program |& cat"),
    "falling through a case": (r";;&|;&", "a) b ;;&"),
    "a number of a file": (r"\{\w+\}[<>]", "exec {file}< x"),
    "a step": (r"\{-?\w+\.\.-?\w+\.\.-?\w+\}|\{-?0\d+\.\.", "{1..9..2}"),
    "a character by its number": (r"\$'[^']*\\[uU]", "$'\\u00d7'"),
    "a time": (r"\bprintf\b.*%\([^)]*\)T|\bread\s.*-t\s*\d*\.\d", "read -t 0.5 word"),
    "an option of a builtin": (r"\bread\s+(?:\S+\s+)*?-\w*[iN]|\bwait\s+-[nfp]", "read -N 1 key"),
    "a setting": (
        r"\bshopt\s.*\b(?:globstar|lastpipe|autocd|dirspell|checkjobs|compat[4-9]\d*|direxpand|inherit_errexit|localvar_\w+)",
        "shopt -s globstar",
    ),
    "a variable": (
        r"\$\{?(?:BASHPID|EPOCH\w+|SRANDOM|BASH_ARGV0|READLINE_\w+|MAPFILE|COPROC|PROMPT_DIRTRIM|FUNCNEST|BASH_COMPAT)\b",
        "$BASHPID",
    ),
    "an empty list under set -u": (r"\"\$\{\w+\[[@*]\]\}", 'for each in "${list[@]}"'),
    "a case in a substitution": (r"\$\((?:[^()]|\([^()]*\))*\bcase\b", "x=$(case $y in a) b ;; esac)"),
}  # fmt: skip
ASKED = '[ "$(type -t compopt)" = builtin ]'


def code_of(text: str) -> list[str]:
    """The lines without comments; a line that ends with a backslash is joined to the next."""
    lines = [re.sub(r"(?:^|\s)#\s.*", "", line) for line in text.split("\n")]
    return "\n".join(lines).replace("\\\n", " ").split("\n")


def later(text: str) -> list[str]:
    """The features in a script that bash 3.2 does not have, each with its line."""
    return [
        f"{what}: {line.strip()}"
        for line in code_of(text)
        for what, (pattern, _) in LATER.items()
        if re.search(pattern, line)
    ]


def unguarded(text: str) -> list[str]:
    """The lines with ``compopt`` that would run without it."""
    branches: list[str] = []
    found = []
    for line in map(str.strip, code_of(text)):
        if line.startswith("if "):
            branches.append(line)
        elif line.startswith(("elif ", "else")):
            branches[-1] = line
        elif line == "fi":
            branches.pop()
        elif "compopt" in line and not any(ASKED in branch for branch in branches):
            found.append(line)
    return found


@pytest.mark.parametrize(("pattern", "line"), LATER.values(), ids=[*LATER])
def test_what_came_later_would_be_found(pattern: str, line: str) -> None:
    assert re.search(pattern, line)
    assert later(f"if x; then\n    {line}\nfi\n")
    assert later(f"# {line}\n") == []


def test_the_script_has_nothing_that_came_later() -> None:
    assert later(script("bash")) == []


def test_compopt_is_called_only_where_it_is_there() -> None:
    text = script("bash")
    assert text.count("compopt") > 3
    assert unguarded(text) == []
    assert unguarded(text.replace(ASKED, "true")) == [
        "compopt +o default +o bashdefault",
        '[ "$place" != dir ] || compopt -o dirnames',
        "compopt -o nospace",
    ]


def test_an_option_of_complete_that_came_later_is_tried_first_and_left_out_then() -> None:
    calls = [
        part
        for line in code_of("\n".join(code_of(script("bash"))).replace("||\n", "|| "))
        if line.startswith("complete ")
        for part in line.split("||")
    ]
    assert [("nosort" in call, "2>/dev/null" in call) for call in calls] == [(True, True), (False, False)]  # fmt: skip


def test_the_lines_in_the_file_that_bash_runs_at_its_start_are_of_any_shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On macOS that may be ``.profile``, which other shells also run."""
    for name in ("XDG_DATA_HOME", "ZDOTDIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    install("bash")
    block = (tmp_path / ".bashrc").read_text(encoding="utf-8")
    assert later(block) == []
    for shell in filter(is_there, ("dash", "bash", "busybox", "zsh")):
        words = [shell, "sh"] if shell == "busybox" else [shell]
        ran = subprocess.run(
            [*words, "-eu", "-c", f"{block}\necho fine"],
            capture_output=True, text=True, check=False, timeout=20,
        )  # fmt: skip
        assert (ran.returncode, ran.stdout, ran.stderr) == (0, "fine\n", ""), shell
