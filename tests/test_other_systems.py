"""Differences of Windows that can be tested on another system; see also package/test_on_windows.py."""

from __future__ import annotations

import errno
import io
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from convcalc.cli.main import main
from convcalc.cli.meant.line import as_line
from convcalc.explore.pyodide import cache_folder
from convcalc.files import write_file
from convcalc.formats import DEFAULT, FORMATS
from convcalc.homework.classroom.output_folder import student_file_name
from convcalc.homework.exports import EXPORTS
from convcalc.network.load import loads

Convcalc = Callable[..., Any]

NETWORK = "name: Unet\ninput: 3x32x32\nlayers:\n  - conv: {kernel_size: 3, padding: 1, out_channels: 8}\n  - relu\n"
SHEET = (
    "convcalc_sheet: 1\nquestions:\n  - id: q1\n    type: output-size\n    given: {n: 32, k: 5}\n"
)
ANSWERS = "q1: 28\n"
CFG = "[net]\nwidth=8\nheight=8\nchannels=3\n\n[convolutional]\nfilters=4\nsize=3\nstride=1\npad=1\nactivation=linear\n"

# A path on Windows. Here it is the name of a file.
PLACE = "C:\\My nets\\net.yaml"
SHEET_PLACE = "C:\\My nets\\ps1.sheet.yaml"
ANSWERS_PLACE = "D:\\in\\answers.yaml"

WITH_A_NETWORK = [
    "arch", "check", "compare vgg16", "diff lenet5", "count --like thop", "memory", "draw net", "draw field",
    "export --to mermaid", "roofline --device t4", "solve input", "import",
]  # fmt: skip


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("net.yaml").write_text(NETWORK, encoding="utf-8")
    Path(PLACE).write_text(NETWORK, encoding="utf-8")
    Path(SHEET_PLACE).write_text(SHEET, encoding="utf-8")
    Path(ANSWERS_PLACE).write_text(ANSWERS, encoding="utf-8")


@pytest.mark.parametrize("words", WITH_A_NETWORK)
def test_a_path_with_a_drive_and_backslashes_is_a_path_everywhere(
    words: str, convcalc: Convcalc
) -> None:
    plain, there = convcalc(*words.split(), "net.yaml"), convcalc(*words.split(), PLACE)
    assert plain.code == there.code
    assert "Traceback" not in there.err
    assert (there.out + there.err).replace(PLACE, "net.yaml").replace("My nets\\net", "net") == (
        plain.out + plain.err
    )


def test_what_is_not_there_is_called_as_it_was_typed(convcalc: Convcalc) -> None:
    ran = convcalc("arch", "C:\\nets\\none.yaml")
    assert (ran.code, ran.out) == (2, "")
    assert "'C:\\nets\\none.yaml'" in ran.err


def test_homework_is_checked_under_such_paths(convcalc: Convcalc) -> None:
    ran = convcalc("hw", "check", SHEET_PLACE, ANSWERS_PLACE)
    assert ran.code == 0, ran.err
    assert "1 correct" in ran.out


def test_output_goes_to_such_a_path(convcalc: Convcalc) -> None:
    ran = convcalc("arch", PLACE, "-o", "D:\\out\\table.csv")
    assert (ran.code, ran.err) == (0, "wrote D:\\out\\table.csv\n")
    assert Path("D:\\out\\table.csv").read_text(encoding="utf-8").startswith("name,kind,")


# ------------------------------------------------------- files written by programs of Windows


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])  # Notepad; > of Windows PowerShell
def test_files_as_windows_programs_save_them_are_read(encoding: str, convcalc: Convcalc) -> None:
    def save(name: str, text: str) -> None:
        Path(name).write_bytes(text.replace("\n", "\r\n").encode(encoding))

    for name, text in {"n.yaml": NETWORK, "s.yaml": SHEET, "a.yaml": ANSWERS, "d.cfg": CFG}.items():
        save(name, text)
    plain = convcalc("arch", "net.yaml")
    assert convcalc("arch", "n.yaml") == plain
    assert convcalc("hw", "check", "s.yaml", "a.yaml").code == 0
    assert "4×8×8" in convcalc("arch", "d.cfg").out
    save("x.csv", "1,2,3\n4,5,6\n7,8,9\n")
    assert convcalc("hand", "--x", "x.csv", "--k", "2").code == 0


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_what_stands_in_the_place_of_another_file_is_known_in_every_encoding(
    encoding: str, convcalc: Convcalc
) -> None:
    for name, text in {"n.yaml": NETWORK, "s.yaml": SHEET, "a.yaml": ANSWERS, "d.cfg": CFG}.items():
        Path(name).write_bytes(text.encode(encoding))
    assert "the arguments are swapped; type convcalc hw check s.yaml a.yaml" in (
        convcalc("hw", "check", "a.yaml", "s.yaml").err
    )
    assert "s.yaml is a sheet" in convcalc("arch", "s.yaml").err
    for network in ("n.yaml", "d.cfg"):
        assert f"{network} is a network" in convcalc("hw", "show", network).err


# ---------------------------------------------------------------- characters of the console


def on_console(encoding: str, monkeypatch: pytest.MonkeyPatch, *words: str) -> tuple[str, str]:
    """The output on a console with an encoding; it raises an error for a missing character."""
    streams = [
        io.TextIOWrapper(io.BytesIO(), encoding=encoding, errors=errors, newline="\r\n")
        for errors in ("strict", "backslashreplace")  # with Python's names
    ]
    monkeypatch.setattr(sys, "stdout", streams[0])
    monkeypatch.setattr(sys, "stderr", streams[1])
    monkeypatch.setenv("NO_COLOR", "1")
    with pytest.raises(SystemExit):
        main(list(words))
    shown = []
    for stream in streams:
        stream.flush()
        assert isinstance(stream.buffer, io.BytesIO)
        shown.append(stream.buffer.getvalue().decode(encoding))
    return shown[0], shown[1]


@pytest.mark.parametrize("encoding", ["cp1252", "cp437", "cp850", "cp932", "ascii"])
@pytest.mark.parametrize(
    "line",
    [
        "layer --n 32 --k 5 --s 3 --explain", "arch net.yaml --memory", "arch vgg16 --draw", "kinds conv", "hand --x 3,1,2 --k 2 --draw",
        "hw check ps1.yaml answers.yaml", "why 2600 --params --k 5 --cin 3 --filters 100", "arch nope", "draw net net.yaml",
    ],
)  # fmt: skip
@pytest.mark.unmeasured
def test_a_console_without_our_signs_shows_others_and_no_question_marks(
    encoding: str, line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("ps1.yaml").write_text(SHEET, encoding="utf-8")
    Path("answers.yaml").write_text(ANSWERS, encoding="utf-8")
    out, err = on_console(encoding, monkeypatch, *line.split())
    assert out + err
    utf_8 = "".join(on_console("utf-8", monkeypatch, *line.split()))
    assert (out + err).count("?") == utf_8.count("?")
    assert "\\u" not in err


AS_FILES = [
    *(f"arch größe.yaml --format {name}" for name in FORMATS if name != DEFAULT),
    "arch größe.yaml --yaml", "import größe.yaml", "init", "schema", "hw new", "schema --sheet",
    "export größe.yaml --to pytorch", "export größe.yaml --to dot", "draw net größe.yaml --format svg",
    *(f"hw export ps1.yaml --to {name}" for name, export in EXPORTS.items() if export.text),
]  # fmt: skip


@pytest.mark.parametrize("line", AS_FILES)
def test_a_file_through_a_pipe_keeps_every_sign_on_every_console(
    line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its readers expect UTF-8; a letter that the console does not have would be lost."""
    text = NETWORK.replace("Unet", "größe 层 ×").encode()
    Path("größe.yaml").write_bytes(text)
    Path("ps1.yaml").write_text(
        SHEET.replace("id:", "text: Größe 层 × −\n    id:"), encoding="utf-8"
    )
    utf_8 = piped("utf-8", monkeypatch, line)
    assert len(utf_8) > 100
    for encoding in ("cp1252", "cp437", "ascii"):
        assert piped(encoding, monkeypatch, line) == utf_8, encoding


def piped(encoding: str, monkeypatch: pytest.MonkeyPatch, line: str) -> str:
    """The output through a pipe with an encoding, read as UTF-8."""
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding, newline="\r\n")
    monkeypatch.setattr(sys, "stdout", stream)
    with pytest.raises(SystemExit) as ended:
        main(line.split())
    assert not ended.value.code
    assert stream.encoding == encoding
    stream.flush()
    assert isinstance(stream.buffer, io.BytesIO)
    return stream.buffer.getvalue().decode("utf-8").replace("\r\n", "\n")


# -------------------------------------------------------------------------- files and their names


def test_a_line_to_type_has_the_quotes_that_the_shells_of_windows_know(
    monkeypatch: pytest.MonkeyPatch, convcalc: Convcalc
) -> None:
    with monkeypatch.context() as there:
        there.setattr(sys, "platform", "win32")
        assert convcalc("init", "my net.yaml").err == (
            'wrote my net.yaml\nnext: convcalc arch "my net.yaml", then change it as you like\n'
        )
        assert as_line(["hw", "show", "C:/PS 1.yaml", 'a"b', "p1.yaml"]) == (
            'hw show "C:/PS 1.yaml" "a\\"b" p1.yaml'
        )


@pytest.mark.parametrize(
    "name", ["con", "NUL", "aux.txt", "com1", "LPT9", "a:b", "a\\b", "a?", "a. ", 'a"b']
)
def test_no_student_gets_a_file_that_windows_cannot_have(name: str) -> None:
    file = student_file_name(name, set())
    assert file != name
    assert not set('<>:"/\\|?* ') & set(file)
    assert not file.endswith(".")


@pytest.mark.parametrize(
    "name", ["AUX.yaml", "nul.yaml", "com1", "Lpt9.tar.gz", "con .csv", "COM¹"]
)
def test_what_windows_would_give_to_a_device_is_refused_there(
    name: str, monkeypatch: pytest.MonkeyPatch, convcalc: Convcalc
) -> None:
    said = "cannot be written: Windows keeps that name for a device; choose another place\n"
    with monkeypatch.context() as there:
        there.setattr(sys, "platform", "win32")
        for words, told in ((("arch", "net.yaml", "--format", "csv", "-o", name), f"-o {name}"), (("init", name), name)):  # fmt: skip
            assert convcalc(*words) == (2, "", f"convcalc: {told}: {said}")
    assert not Path(name).exists()
    write_file(name, [b"here it is a name like others"])
    assert Path(name).exists()


def test_a_file_that_another_program_holds_open_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, convcalc: Convcalc
) -> None:
    def held(_source: str, _target: str) -> None:
        raise PermissionError(13, "The process cannot access the file")

    monkeypatch.setattr(os, "replace", held)
    Path("t.csv").write_text("old", encoding="utf-8")
    ran = convcalc("arch", "net.yaml", "-o", "t.csv")
    assert ran.code == 2
    assert ran.err.startswith("convcalc: -o t.csv: ")
    assert ran.err.count("\n") == 1
    assert Path("t.csv").read_text(encoding="utf-8") == "old"
    assert sorted(path.name for path in tmp_path.iterdir() if path.name.startswith(".")) == []
    monkeypatch.undo()
    monkeypatch.chdir(tmp_path)
    write_file("t.csv", [b"new"])
    assert Path("t.csv").read_text(encoding="utf-8") == "new"


def open_files() -> list[str]:
    """The files that this process has open."""
    found = []
    for handle in os.listdir("/proc/self/fd"):
        with suppress(OSError):  # the one that lists them
            found.append(os.readlink(f"/proc/self/fd/{handle}"))
    return found


@pytest.fixture
def strict_renames(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Like Windows, refuse to rename an open file, or a folder that contains one. Returns the list of renames."""
    renamed = []

    def as_there(rename: Callable[[str, str], None]) -> Callable[[str, str], None]:
        def checked(source: str, target: str) -> None:
            for place in map(Path, open_files()):
                held = [os.path.realpath(path) for path in (source, target)]
                if not {str(place), *map(str, place.parents)}.isdisjoint(held):
                    raise PermissionError(errno.EACCES, "Access is denied", str(place))
            rename(source, target)
            renamed.append(source)

        return checked

    for name in ("rename", "replace"):
        monkeypatch.setattr(os, name, as_there(getattr(os, name)))
    yield renamed
    monkeypatch.undo()


CLASS = Path(__file__).parents[1] / "homework" / "class"
GRADE = "hw grade ps1.yaml answers --roster roster.csv --secret-file example.secret --out graded"


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="no list of open files")
@pytest.mark.unmeasured
def test_nothing_is_renamed_while_it_is_open(
    strict_renames: list[str], convcalc: Convcalc, tmp_path: Path
) -> None:
    shutil.copytree(CLASS, tmp_path, dirs_exist_ok=True)
    lines = [
        "hw make ps1.yaml --roster roster.csv --secret-file example.secret --out sheets", GRADE, f"{GRADE} --force", f"{GRADE} --anon --force",
        f"{GRADE} --add", "hw regrade graded --sheet ps1.yaml --write", "hw stats graded -o stats.csv", "hw export ps1.yaml --to canvas -o q.zip",
        "hw export ps1.yaml --to nbgrader -o book", "arch net.yaml -o net.html", "sweep net.yaml --set x=1..3 -o s.csv", "init new.yaml",
        "import net.yaml -o other.yaml", "draw net net.yaml -o net.svg", "draw window --n 5 --k 3 -o steps.png", "export lenet5 -o lenet5.onnx",
    ]  # fmt: skip
    for line in lines:
        ran = convcalc(*line.split())
        assert "Access is denied" not in ran.err, line
    assert len(strict_renames) > 30
    with open("net.html", encoding="utf-8"):
        assert "Access is denied" in convcalc("arch", "net.yaml", "-o", "net.html").err


def test_the_cache_is_where_windows_keeps_such_things(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CONVCALC_CACHE", raising=False)
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setenv("LOCALAPPDATA", "C:\\Users\\me\\AppData\\Local")
    assert cache_folder().startswith("C:\\Users\\me\\AppData\\Local")


def test_a_network_is_the_same_with_the_line_ends_of_windows() -> None:
    first, second = (loads(text).walk().totals for text in (NETWORK, NETWORK.replace("\n", "\r\n")))
    assert first == second


# ------------------------------------------------------------------------------- modules and signals

_OF_UNIX = "curses fcntl grp posix pty pwd readline resource syslog termios tty"
_IMPORT_ALL = f"""
import os, pkgutil, signal, sys
import click, concurrent.futures.process, ctypes, json, multiprocessing.connection, numpy, rich.console, subprocess, tempfile, yaml, webbrowser, zipfile, shutil, http.server
for name in "{_OF_UNIX}".split():
    sys.modules[name] = None
for place, names in (os, "fork forkpty getuid geteuid mkfifo chown O_NOFOLLOW O_NONBLOCK"), (signal, "SIGKILL SIGHUP SIGPIPE SIGALRM alarm pthread_sigmask"):
    for name in names.split():
        if hasattr(place, name):
            delattr(place, name)
sys.platform = "win32"
import convcalc
failed = []
for found in pkgutil.walk_packages(convcalc.__path__, "convcalc."):
    if not found.name.endswith("__main__"):
        try:
            __import__(found.name)
        except Exception as error:
            failed.append(f"{{found.name}}: {{error!r}}")
print(len(sys.modules), *failed, sep="\\n")
"""


def test_every_module_is_imported_without_what_windows_lacks() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", _IMPORT_ALL], capture_output=True, text=True, timeout=120, check=True
    )
    count, *failed = ran.stdout.splitlines()
    assert int(count) > 500
    assert failed == []
