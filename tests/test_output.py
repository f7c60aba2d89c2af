"""Where output goes: files, links, pipes, and standard streams that are closed, full or abandoned."""

from __future__ import annotations

import ast
import os
import shlex
import stat
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
import pytest

import convcalc.cli as command_line
from convcalc.cli.chain_command import command as chain_command
from convcalc.cli.main import open_closed_streams
from convcalc.errors import UsageError
from convcalc.files import check_place, write_lines
from convcalc.formats import FORMATS, Format, output_format

Run = Callable[..., Any]
SHEET = Path(__file__).parent.parent / "homework" / "class" / "ps1.yaml"
EXPORT = f"hw export {shlex.quote(str(SHEET))} --to gift"
HAND = "hand --x '0 1 2; 3 4 5; 6 7 8' --k '0 1; 2 3'"
FULL = "convcalc: the output cannot be written: No space left on device; choose another place\n"


def typed(line: str) -> subprocess.CompletedProcess[str]:
    """Run a shell line, in which ``CONVCALC`` means the tool; the exit code is that of its first command."""
    tool = f"{shlex.quote(sys.executable)} -m convcalc"
    return subprocess.run(
        ["bash", "-c", f"{line.replace('CONVCALC', tool)}; exit ${{PIPESTATUS[0]}}"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        # With a buffer, as usual: its content is written when Python ends.
        env={name: text for name, text in os.environ.items() if name != "PYTHONUNBUFFERED"},
    )


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


# --------------------------------------------------------------------------------------- files


def test_a_link_is_followed_and_its_target_replaced_whole(convcalc: Run, tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    target, link = tmp_path / "there" / "old.csv", tmp_path / "link.csv"
    target.write_text("old")
    link.symlink_to(Path("there") / "old.csv")
    ran = convcalc("arch", "lenet5", "-o", str(link))
    assert (ran.code, ran.err) == (0, f"wrote {link}\n")
    assert link.is_symlink()
    assert target.read_text().startswith("name,kind")
    assert [path.name for path in target.parent.iterdir()] == ["old.csv"]


def test_a_link_to_nothing_yet_makes_its_target(tmp_path: Path) -> None:
    link = tmp_path / "link.csv"
    link.symlink_to("new.csv")
    write_lines(str(link), ["a"])
    assert link.is_symlink()
    assert (tmp_path / "new.csv").read_text() == "a\n"


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o664, 0o755])
def test_a_file_that_is_there_keeps_its_mode(mode: int, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("old")
    path.chmod(mode)
    write_lines(str(path), ["new"])
    assert (mode_of(path), path.read_text()) == (mode, "new\n")


def test_a_private_file_is_private_while_it_is_written(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("old")
    path.chmod(0o600)
    seen: list[int] = []

    def lines() -> Any:
        yield "first"
        seen.extend(mode_of(each) for each in tmp_path.iterdir())

    write_lines(str(path), lines())
    assert seen == [0o600, 0o600]


def test_a_new_file_gets_the_mode_of_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write_lines(str(tmp_path / "x.csv"), ["new"])
    finally:
        os.umask(before)
    assert mode_of(tmp_path / "x.csv") == 0o640


def test_a_pipe_with_a_name_is_written_to_and_stays(convcalc: Run, tmp_path: Path) -> None:
    path = tmp_path / "pipe.csv"
    os.mkfifo(path)
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(path.read_text()), daemon=True)
    reader.start()
    ran = convcalc("arch", "lenet5", "-o", str(path))
    reader.join(60)
    assert (ran.code, ran.err) == (0, f"wrote {path}\n")
    assert read == [convcalc("arch", "lenet5", "--format", "csv").out]
    assert stat.S_ISFIFO(path.stat().st_mode)
    assert len(list(tmp_path.iterdir())) == 1


def test_process_substitution_is_written_to(tmp_path: Path) -> None:
    got = shlex.quote(str(tmp_path / "got"))
    ran = typed(f"CONVCALC kinds --format csv -o >(cat > {got}; echo done)")
    assert ran.stderr.startswith("wrote /dev/fd/")
    assert ran.stdout == "done\n"
    assert (tmp_path / "got").read_text().startswith("kind,")


# ---------------------------------------------------------------- refused before the work begins

WRITTEN = [
    ("arch", "lenet5"),
    ("chain", "--input", "1x8x8", "conv:k3"),
    ("compare", "lenet5"),
    ("diff", "lenet5", "lenet5"),
    ("hand", "--x", "1 2; 3 4", "--k", "1"),
    ("kernel",),
    ("kinds",),
    ("layer", "--n", "8", "--k", "3"),
    ("list",),
    ("schema",),
    ("verify", "--all"),
    ("hw", "types"),
    ("hw", "stats", "graded"),
]
# Problems of a path, and their messages.
REFUSED = {
    "": "convcalc: -o: names no file; give one, or leave -o out\n",
    "no/x.csv": "convcalc: -o no/x.csv: cannot be written: No such file or directory; choose another place\n",
    "no/": "convcalc: -o no/: cannot be written: No such file or directory; choose another place\n",
    "file/x.csv": "convcalc: -o file/x.csv: cannot be written: Not a directory; choose another place\n",
    "folder.csv": "convcalc: -o folder.csv: cannot be written: Is a directory; choose another place\n",
    "lost.csv": "convcalc: -o lost.csv: cannot be written: No such file or directory; choose another place\n",
    "loop.csv": "convcalc: -o loop.csv: cannot be written: Too many levels of symbolic links; choose another place\n",
}


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with all kinds of paths that cannot be written."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("")
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "lost.csv").symlink_to("no/x.csv")
    (tmp_path / "loop.csv").symlink_to("loop.csv")
    return tmp_path


def no_work(*_: Any, **__: Any) -> None:
    message = "the work began"
    raise AssertionError(message)


@pytest.mark.parametrize("path", REFUSED)
@pytest.mark.parametrize("words", WRITTEN, ids=" ".join)
@pytest.mark.usefixtures("places")
@pytest.mark.unmeasured
def test_a_place_that_cannot_be_written_is_refused_first(
    words: tuple[str, ...], path: str, convcalc: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("convcalc.verify.plan.Plan.verify", no_work)
    form = () if words in (("schema",), ("kernel",)) else ("--format", "csv")
    ran = convcalc(*words, "-o", path, *form)
    assert (ran.code, ran.out, ran.err) == (2, "", REFUSED[path])


@pytest.mark.usefixtures("places")
def test_a_suffix_without_a_format_is_refused_before_the_work(
    convcalc: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("convcalc.verify.plan.Plan.verify", no_work)
    ran = convcalc("verify", "lenet5", "-o", "x.pdf")
    assert (ran.code, ran.err) == (
        2,
        "convcalc: -o x.pdf: no format has the suffix '.pdf'; use one of .txt, .json, .jsonl, .csv, .md, .tex, .html, or --format\n",
    )


@pytest.mark.unmeasured
def test_a_suffix_is_free_with_a_format_on_either_side(convcalc: Run, tmp_path: Path) -> None:
    for words in (("-o", "x.pdf", "--format", "csv"), ("--format", "csv", "-o", "x.pdf")):
        path = tmp_path / "x.pdf"
        ran = convcalc("list", *(str(path) if word == "x.pdf" else word for word in words))
        assert (ran.code, ran.err) == (0, f"wrote {path}\n")
        path.unlink()


def test_an_export_is_refused_before_it_is_made(
    convcalc: Run, places: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("convcalc.homework.exports.base.Export.files", no_work)
    for path, message in REFUSED.items():
        assert convcalc("hw", "export", str(SHEET), "--to", "gift", "-o", path).err == message
    assert len(list(places.iterdir())) == 4


def test_a_folder_that_is_closed_to_us_is_refused_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    monkeypatch.setattr(os, "access", lambda path, mode: asked.append((path, mode)))
    with pytest.raises(UsageError) as caught:
        check_place(str(tmp_path / "x.csv"))
    assert str(caught.value) == (
        f"-o {tmp_path}/x.csv: cannot be written: Permission denied; choose another place"
    )
    assert asked == [(os.path.realpath(tmp_path), os.W_OK)]


def test_a_path_that_is_none_is_refused() -> None:
    with pytest.raises(UsageError, match=r"^-o a\\x00b: is not a file name; choose another$"):
        check_place("a\0b")


# ------------------------------------------------------------------- paths that drive a terminal


@pytest.mark.unmeasured
def test_a_path_is_told_without_its_escapes(
    convcalc: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    told = "wrote q\\x1b]0;x\\x07.json\n"
    for words in (("list",), ("schema",)):
        assert convcalc(*words, "-o", "q\x1b]0;x\x07.json").err == told
    (tmp_path / "p.pgm").write_text("P2 2 2 255 0 1 2 3")
    ran = convcalc("kernel", "identity", "p.pgm", "-o", "q\x1b.pgm")
    assert ran.err == "wrote q\\x1b.pgm\n"


@pytest.mark.unmeasured
def test_homework_tells_paths_without_their_escapes(
    convcalc: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    sheet = "s\x1b]0;x.yaml"
    Path(sheet).write_bytes(SHEET.read_bytes())
    Path("roster.csv").write_text("id,name\ns1,Ada\n")
    made = convcalc(
        "hw", "make", sheet, "--roster", "roster.csv", "--secret-file", "k\x1b", "--out", "o\x1b"
    )
    assert made.err.startswith("wrote a new secret to k\\x1b; keep it, hw grade needs it\n")
    Path("handed").mkdir()
    Path("handed", "s1.yaml").write_text("student: s1\nanswers: {q1: 12345}\n")
    graded = convcalc(
        "hw",
        "grade",
        sheet,
        "handed",
        "--roster",
        "roster.csv",
        "--secret-file",
        "k\x1b",
        "--out",
        "g\x1b",
        watched=True,
    )
    assert graded.err.endswith("next: convcalc hw stats 'g\\x1b'\n")
    again = convcalc(
        "hw", "regrade", "g\x1b", "--sheet", sheet, "--secret-file", "k\x1b", "--write"
    )
    assert "Wrote the new grades into g\\x1b." in again.out
    checked = convcalc("hw", "check", sheet, "handed/s1.yaml", watched=True)
    assert "convcalc hw hint 's\\x1b]0;x.yaml' q1" in checked.err
    told = convcalc("hw", "export", sheet, "--to", "gift", "-o", "e\x1b.gift")
    assert told.err.startswith("wrote e\\x1b.gift\n")
    folder = convcalc("hw", "export", sheet, "--to", "prairielearn", "-o", "f\x1b")
    assert " files into f\\x1b\n" in folder.err
    for ran in (made, graded, again, checked, told, folder):
        assert "\x1b" not in ran.out + ran.err


def test_progress_tells_targets_without_their_escapes(
    convcalc: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = Path("q\x1b]0;x.yaml")
    path.write_text("{input: [1, 4, 4], layers: [relu]}")
    line = ("verify", str(path), "lenet5", "--only", "shape", "--jobs", "1")
    ran = convcalc(*line)
    assert (ran.code, ran.err) == (0, "")  # nobody watches
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setattr("convcalc.cli.progress._QUIET", 0.0)
    monkeypatch.setattr("convcalc.cli.progress._STEP", 0.0)
    ran = convcalc(*line)
    assert "q\\x1b]0;x.yaml" in ran.err
    assert "[2/2] lenet5: " in ran.err
    assert "\x1b" not in ran.out + ran.err


# ---------------------------------------------------------------------------- standard streams


@pytest.mark.parametrize("words", ["verify lenet5", HAND, "--help", "layer --n 32 --k 5", "schema"])
def test_a_closed_standard_output_is_a_sink(words: str) -> None:
    ran = typed(f"CONVCALC {words} >&-")
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")


def test_a_closed_standard_error_does_not_matter() -> None:
    ran = typed("CONVCALC verify lenet5 2>&-")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "numbers agree" in ran.stdout
    assert typed("CONVCALC layr 2>&-").returncode == 2


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            "arch -",
            "convcalc: <stdin>: the file is empty; a network needs input: and layers:\n",
        ),
        (
            "hand --x - --k 1",
            "convcalc: --x: <stdin>: is empty; give numbers, such as '0 1; 2 3'\n",
        ),
    ],
)
def test_a_closed_standard_input_is_empty(words: str, message: str) -> None:
    ran = typed(f"CONVCALC {words} <&-")
    assert (ran.returncode, ran.stdout, ran.stderr) == (2, "", message)
    ran = typed(f"CONVCALC {words} <&- >&- 2>&-")
    assert (ran.returncode, ran.stderr) == (2, "")


def test_a_file_does_not_get_the_number_of_a_closed_stream(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    ran = typed(f"CONVCALC list -o {shlex.quote(str(path))} <&- >&- 2>&-")
    assert ran.returncode == 0
    assert path.read_text().startswith("name,")


needs_full = pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no device that is full")


@pytest.mark.unmeasured
@needs_full
@pytest.mark.parametrize(
    "words",
    ["verify lenet5", HAND, EXPORT, "--help", "--version", "layer -h", "arch resnet152 --all", "schema", ""],
)  # fmt: skip
def test_a_full_disk_is_one_line(words: str) -> None:
    ran = typed(f"CONVCALC {words} >/dev/full")
    assert (ran.returncode, ran.stderr) == (2, FULL)
    ran = typed(f"CONVCALC {words} >/dev/full 2>&1")
    assert (ran.returncode, ran.stderr) == (2, "")


@needs_full
def test_a_full_disk_is_said_alone_where_what_is_written_is_short(tmp_path: Path) -> None:
    """Python buffers up to 128 KiB before it writes; no notes on a lost file are printed."""
    sheet = tmp_path / "one.yaml"
    question = "{id: q1, type: output-size, points: 3, given: {n: 32, k: 5}}"
    sheet.write_text(f"convcalc_sheet: 1\nquestions:\n  - {question}\n", encoding="utf-8")
    words = f"CONVCALC hw export {shlex.quote(str(sheet))} --to gift"
    assert typed(words).stderr.startswith("note: ")
    assert len(typed(words).stdout) < 8_000
    ran = typed(f"{words} >/dev/full")
    assert (ran.returncode, ran.stderr) == (2, FULL)


@needs_full
def test_a_full_standard_error_does_not_stop_the_work(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    ran = typed(
        f"CONVCALC verify lenet5 alexnet --only shape -o {shlex.quote(str(path))} 2>/dev/full"
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    assert path.read_text().startswith("network,")
    assert typed("CONVCALC layr 2>/dev/full").returncode == 2


@needs_full
def test_what_a_full_stream_could_not_take_is_given_up(
    convcalc: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open("/dev/full", "w", encoding="utf-8") as full:
        monkeypatch.setattr(sys, "stdout", full)
        ran = convcalc("list")
        monkeypatch.undo()
    assert (ran.code, ran.err) == (
        2,
        FULL,
    )  # and closing it, as Python does at its end, is no error


def test_a_reader_that_went_away_in_the_middle_is_no_error(
    convcalc: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    end, start = os.pipe()
    os.close(end)
    with open(start, "w", encoding="utf-8") as pipe:
        monkeypatch.setattr(sys, "stdout", pipe)
        ran = convcalc("arch", "resnet152", "--all")
        monkeypatch.undo()
    assert (ran.code, ran.err) == (0, "")


def test_streams_that_are_not_there_are_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("stdin", "stdout", "stderr"):
        monkeypatch.setattr(sys, name, None)
    open_closed_streams()
    assert sys.stdin.read() == ""
    for stream in (sys.stdout, sys.stderr):
        assert stream.write("half a pair: \udcff") == 14
        stream.flush()


@pytest.mark.unmeasured
@pytest.mark.parametrize(
    "line",
    [
        "CONVCALC verify lenet5 | true",
        "CONVCALC verify resnet18 --only shape --each | head -n 1",
        "CONVCALC arch vgg16_bn --all | head -n 1",
        "CONVCALC layer --n 32 --k 5 | true",
        "CONVCALC --help | true",
        "CONVCALC layer -h | true",
    ],
)
def test_a_reader_that_goes_away_is_no_error(line: str) -> None:
    ran = typed(line)
    assert (ran.returncode, ran.stderr) == (0, "")


def test_an_error_told_to_nobody_is_still_an_error() -> None:
    assert typed("CONVCALC layr 2>&1 | true").returncode == 2


def test_an_error_that_names_a_file_is_not_taken_for_lost_output(
    convcalc: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: Any, **__: Any) -> None:
        raise FileNotFoundError(2, "No such file or directory", "ours.yaml")

    monkeypatch.setattr("convcalc.analysis.walk.walk", failing)
    with pytest.raises(FileNotFoundError):
        convcalc("arch", "lenet5")


# -------------------------------------------------------------------------------------- memory


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (MemoryError(), "not enough memory"),
        (
            MemoryError("Unable to allocate 8.00 EiB for an array"),
            "not enough memory: Unable to allocate 8.00 EiB for an array",
        ),
    ],
)
def test_too_little_memory_is_one_line(
    error: MemoryError, message: str, convcalc: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr("convcalc.analysis.walk.walk", full)
    ran = convcalc("arch", "vgg16")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == f"convcalc: {message}; use a smaller input or a smaller network\n"


# -------------------------------------------------------------------------------------- formats


def test_a_format_registered_once_works_by_name_and_by_suffix(
    convcalc: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    FORMATS.load()
    monkeypatch.setattr(FORMATS, "_things", dict(FORMATS.known))

    @output_format("tsv", suffix=".tsv")
    class Tabs(Format):
        def lines(self, report: Any, view: Any = None) -> Iterator[str]:
            yield "\t".join(column.key for column in report.columns)

    words = ("chain", "--input", "1x8x8", "conv:k3c2")
    assert convcalc(*words, "--format", "tsv").out.startswith("name\tkind\t")
    assert convcalc(*words, "-o", str(tmp_path / "x.tsv")).code == 0
    assert (tmp_path / "x.tsv").read_text().startswith("name\tkind\t")
    assert "|tsv]" in convcalc("chain", "-h").out.replace("\n", "")


def test_a_suffix_of_another_format_is_refused_before_the_work(
    convcalc: Run, tmp_path: Path
) -> None:
    path = tmp_path / "x.json"
    ran = convcalc("arch", "lenet5", "--format", "csv", "-o", str(path))
    assert ran.code == 2
    assert ran.err == (
        f"convcalc: -o {path}: its suffix means json, but --format is csv; "
        "leave --format out, or end the name in .csv\n"
    )
    assert not path.exists()
    same = convcalc("arch", "lenet5", "-o", str(path), "--format", "json")
    assert same.code == 0
    assert convcalc("arch", "lenet5", "-o", f"{path}.page", "--format", "html").code == 0


def test_no_command_knows_a_format() -> None:
    words = {name for each in FORMATS.load().values() for name in (each.name, each.suffix)}
    found = {
        (path.name, node.value)
        for path in sorted(Path(command_line.__file__).parent.glob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and node.value in words
    }
    assert found == {("output.py", "json")}, "--json is short for --format json; nothing else"


def test_formats_complete_in_a_shell() -> None:
    option = next(each for each in chain_command.params if each.name == "format_name")
    context = click.Context(chain_command)
    assert [item.value for item in option.shell_complete(context, "m")] == ["markdown"]


# ------------------------------------------------------------------- files that a command reads

OWN_NET = "input: [3, 8, 8]\nlayers:\n  - conv: {out_channels: 2, kernel_size: 3}\n"
OWN_SHEET = "convcalc_sheet: 1\nid: s\nquestions:\n  - {id: q, type: arch-table, arch: net.yaml}\n"
READING = {
    "arch net.yaml": "net.yaml",
    "compare net.yaml other.yaml": "other.yaml",
    "verify net.yaml": "net.yaml",
    "kernel sobel_x picture.pgm": "picture.pgm",
    "hw show s.yaml": "s.yaml",
    "hw lint s.yaml": "s.yaml",
    "hw hint s.yaml q": "s.yaml",
    "hw check s.yaml a.yaml": "a.yaml",
    "hw grade s.yaml a.yaml": "a.yaml",
    "hw export s.yaml --to gift": "s.yaml",
}


@pytest.mark.parametrize("spelling", ["{}", "./{}", "link-{}"])
@pytest.mark.parametrize("words", READING)
def test_no_command_writes_over_what_it_reads(
    words: str, spelling: str, convcalc: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, text in {
        "net.yaml": OWN_NET, "other.yaml": OWN_NET, "s.yaml": OWN_SHEET, "a.yaml": "q: 3\n", "picture.pgm": "P2 3 3 9 1 2 3 4 5 6 7 8 9\n",
    }.items():  # fmt: skip
        (tmp_path / name).write_text(text)
    name = READING[words]
    (tmp_path / f"link-{name}").symlink_to(name)
    before = (tmp_path / name).read_bytes()
    output = spelling.format(name)
    format_given = () if "export" in words else ("--format", "json")
    ran = convcalc(*words.split(), *format_given, "-o", output)
    assert (ran.code, ran.err) == (
        2,
        f"convcalc: -o: {output} is what this command reads; choose another name\n",
    )
    assert (tmp_path / name).read_bytes() == before


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("hw export s.yaml --to gift -o net.yaml", "-o: would write over net.yaml"),
        ("hw export s.yaml --to nbgrader -o . --force", "-o: would write over ./{}"),
        (
            "hw make s.yaml --roster r.csv --secret-file k.secret --out . --force",
            "--out: would write over ./net.yaml",
        ),
    ],
)
def test_nothing_is_written_over_the_networks_of_a_sheet(
    words: str, said: str, convcalc: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    before = {
        "net.yaml": f"# a note\n{OWN_NET}",
        "s.yaml": OWN_SHEET,
        "r.csv": "student_id\ns1\n",
        "k.secret": "an old and well kept secret",
    }
    for name, text in before.items():
        (tmp_path / name).write_text(text)
    ran = convcalc(*words.split())
    assert ran.code == 2
    assert ran.err.splitlines()[-1] in {
        f"convcalc: {said.format(name)}, which the sheet is made of; choose another place"
        for name in ("s.yaml", "net.yaml")
    }
    assert {name: (tmp_path / name).read_text() for name in before} == before


def test_a_student_who_is_called_as_the_sheet_gets_another_file(
    convcalc: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    plain = OWN_SHEET.replace(
        "type: arch-table, arch: net.yaml", "type: params, k: 3, c_in: 1, filters: 2"
    )
    (tmp_path / "s.yaml").write_text(plain)
    (tmp_path / "r.csv").write_text("student_id\ns\n")
    (tmp_path / "k.secret").write_text("an old and well kept secret")
    ran = convcalc(
        "hw",
        "make",
        "s.yaml",
        "--roster",
        "r.csv",
        "--secret-file",
        "k.secret",
        "--out",
        ".",
        "--force",
    )
    assert ran.code == 0
    assert (tmp_path / "s.yaml").read_text() == plain
    assert len(list(tmp_path.glob("answers/*.yaml"))) == 1


# ------------------------------------------------------------------------ errors on a terminal


def on_a_terminal(columns: int, *words: str) -> list[str]:
    """The output of a command on a terminal with a number of columns."""
    fcntl = pytest.importorskip("fcntl")
    termios = pytest.importorskip("termios")
    leader, follower = os.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    ran = subprocess.run(
        [sys.executable, "-m", "convcalc", *words],
        stdout=subprocess.DEVNULL,
        stderr=follower,
        check=False,
        env={**os.environ, "NO_COLOR": "1"},
    )
    os.close(follower)
    said = os.read(leader, 10_000).decode()
    os.close(leader)
    assert ran.returncode
    return said.splitlines()


def test_errors_are_as_wide_as_the_terminal_and_carets_stay_under_what_they_mean(
    tmp_path: Path,
) -> None:
    source = (
        "  - conv: {out_channels: 8, kernel_size: 3, padding: 1, strides_of_it: 2, name: first}"
    )
    (tmp_path / "n.yaml").write_text(f"input: [3, 8, 8]\nlayers:\n{source}\n")
    path = str(tmp_path / "n.yaml")
    lines = on_a_terminal(60, "arch", path)
    assert all(len(line) <= max(60, len(path) + 12) for line in lines)
    shown, caret = lines[-2:]
    assert len(shown) <= 60
    assert shown.startswith("  …")
    assert shown[len(caret) - 1 :].startswith("strides_of_it: 2")
    assert on_a_terminal(100, "arch", path)[-2].startswith(f"  {source}"[:70])
    assert len(lines) > 3
    for words in (
        ("chain", "--input", "3x8x8", "conv:k9c4"),
        ("chain", "--nonsense" * 4, "--imput", "3x8x8", "relu"),
    ):
        lines = on_a_terminal(40, *words)
        assert lines[0].startswith("convcalc: ")
        assert len(lines) > 1
        assert all(line.startswith("  ") for line in lines[1:])
    assert len(on_a_terminal(200, "chain", "--input", "3x8x8", "conv:k9c4")) == 1
