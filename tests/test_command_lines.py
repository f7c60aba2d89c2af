"""Hostile command lines for every command, and every command on broken streams: no traceback ever."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import command_lines
from command_lines import SIGNS, command_line, commands, examples, furnish, run
from convcalc.cli.main import main

NAMES = sorted(commands())
LIGHT = {"verify": ["lenet5"]}  # instead of an example that is meant to take long


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with all files in the examples of the help, and many hostile files."""
    place, made = Path.cwd(), tmp_path_factory.mktemp("top") / "in"
    made.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NO_COLOR", "1")
        for variable in command_lines.HOMES:  # completion --install writes there
            patch.setenv(variable, str(made.parent))
        # Nothing is downloaded: npm, which explore calls, is here a program that always fails.
        npm = made.parent / "programs" / "npm"
        npm.parent.mkdir()
        npm.write_text("#!/bin/sh\necho no network >&2\nexit 1\n", encoding="utf-8")
        npm.chmod(0o755)
        patch.setenv("PATH", os.pathsep.join([str(npm.parent), os.environ["PATH"]]))
        patch.setenv("CONVCALC_CACHE", str(npm.parent))
        furnish(made)
        os.chdir(made)
        yield made
        os.chdir(place)


@pytest.mark.unmeasured
@pytest.mark.parametrize("name", NAMES)
def test_hostile_command_lines_are_answered_or_refused(name: str, folder: Path) -> None:
    """Exit code 0, 1 or 2, no raw control characters, no exception, and limited time."""

    @settings(
        max_examples=8 if settings().max_examples < 1000 else 100,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(st.randoms(use_true_random=False))
    def check(chance: random.Random) -> None:
        result = run(command_line(chance, name))
        assert result.faults == [], result.words

    check()


@pytest.mark.unmeasured
@pytest.mark.parametrize("name", NAMES)
def test_signs_that_cannot_be_seen_reach_no_stream(name: str, folder: Path) -> None:
    """In every option and argument of a command: escapes, C1, bidi controls, NUL, half surrogates."""
    chance = random.Random(name)
    for param in commands()[name].get_params(click.Context(commands()[name])):
        if getattr(param, "is_flag", False):
            continue
        for sign in [*chance.sample(SIGNS, 6), "a\x9b31m\x85\u2028\u202eb", "a\x00b", "a�b"]:
            option = [param.opts[0]] if param.param_type_name == "option" else []
            result = run([*name.split(), *chance.choice(examples()[name]), *option, sign])
            assert result.faults == [] or "--all" in result.words, result.words


def first_line(name: str) -> list[str]:
    """A command line with an answer."""
    words = LIGHT.get(name) or next((each for each in examples()[name] if each), [])
    return [sys.executable, "-m", "convcalc", *name.split(), *words]


def environment(**changes: str) -> dict[str, str]:
    path = os.pathsep.join([str(command_lines.HERE.parent), os.environ.get("PYTHONPATH", "")])
    return {**os.environ, "PYTHONPATH": path, "PYTHONIOENCODING": "utf-8", **changes}


@pytest.mark.unmeasured
@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a full device")
@pytest.mark.parametrize("name", NAMES)
def test_a_full_disk_is_said(name: str, folder: Path) -> None:
    with open("/dev/full", "wb") as full:
        ran = subprocess.run(
            first_line(name), stdin=subprocess.DEVNULL, stdout=full, stderr=subprocess.PIPE,
            timeout=60, check=False, env=environment(),
        )  # fmt: skip
    err = ran.stderr.decode()
    assert "Traceback" not in err
    assert ran.returncode in (0, 1, 2)  # 0 and 1: it wrote files, or had nothing to say
    assert ran.returncode != 2 or err.startswith("convcalc: ")


@pytest.mark.unmeasured
@pytest.mark.parametrize("name", NAMES)
def test_a_reader_that_goes_away_is_no_error(name: str, folder: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    ran = subprocess.run(
        first_line(name), stdin=subprocess.DEVNULL, stdout=writer, stderr=subprocess.PIPE,
        timeout=60, check=False, env=environment(COLUMNS="60"),
    )  # fmt: skip
    os.close(writer)
    assert ran.returncode in (0, 1, 2)
    assert b"Traceback" not in ran.stderr
    assert b"BrokenPipe" not in ran.stderr


@pytest.mark.parametrize("name", NAMES)
def test_ctrl_c_stops_without_a_traceback(
    name: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(**_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(commands()[name], "callback", lambda *_, **options: interrupted(**options))
    with pytest.raises(SystemExit) as stopped:
        main(first_line(name)[3:])
    assert stopped.value.code == 130


@pytest.mark.unmeasured
@pytest.mark.parametrize("name", NAMES)
def test_sixty_columns_and_no_color_are_plain_text(
    name: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    result = run(first_line(name)[3:])
    assert result.faults == []
