"""Every command on every screen: narrow and wide terminals, other encodings, with and without colour, a pipe.

All screens of all lines are tried with ``--hypothesis-profile=thorough``; otherwise two for each line,
so that each screen is used for some of the commands.
"""

from __future__ import annotations

import io
import re
import shlex
import shutil
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from command_lines import commands
from convcalc.cli.main import main
from convcalc.text import PAPER, width

SAMPLES = Path(__file__).parent.parent / "homework" / "class"
HAND = "hand --x '0 1 2; 3 4 5; 6 7 8' --k '0 1; 2 3'"
PARAMS = "--params --k 5 --cin 3 --filters 100"

# Lines with the same words on screens of any width.
TEXTS = f"""
layer --n 32 --k 5 --s 3 --cin 3 --cout 5 --explain
layer --n 224 --k 7 --s 2 --p 3 --cin 3 --cout 64
layer --kind conv_transpose --n 16 --k 4 --s 2 --p 1
chain --input 1x32x32 conv:k5c6 pool:k2 conv:k5c16 pool:k2 fc:120
chain --input 28x28x3 conv:k3c4
arch resnet50 --depth 1
arch lenet5 --memory
arch vgg16 --rf
arch vgg16 --explain conv1_1
arch lenet5 --columns help
arch unet --sizes
arch vgg16 --sees conv5_3:6,6
compare vgg16 resnet50 mobilenet_v2
diff resnet50 resnet50_torchvision
solve size --n 32 --o 10
solve field --rf 101
solve input unet
solve mirror --input 1x28x28 conv:k3s2p1c16 relu conv:k3s2p1c32
budget mobilenet_v1 --macs 150M --vary width
sweep --input 3x32..64:8x32 conv:k5c16 pool:k2
count lenet5
count lenet5 --like ptflops-pytorch
reconcile vgg16 '528 MB'
memory lenet5 --device 24GB
roofline lenet5 --device a100 --precision float16
check net.yaml
verify lenet5 --jobs 1
verify lenet5 --each --jobs 1
{HAND}
{HAND} --step 1,0
kernel
kernel sharpen
hw check ps1.yaml answers/s102.yaml --student s102 --secret-file example.secret
hw hint ps1.yaml q4 --level 3
hw show ps1.yaml
hw lint ps1.yaml
hw types
hw types params
hw types --mistakes
hw types params --mistakes
hw conventions
hw conventions fit
hw make ps1.yaml --roster roster.csv --secret-file example.secret --out dist --force
hw grade ps1.yaml answers --secret-file example.secret
hw grade ps1.yaml answers --secret-file example.secret --out graded --force
hw regrade graded --sheet ps1.yaml --diff
hw stats graded
why 2600 {PARAMS}
why 1 {PARAMS}
why 44 --type layers-to-reach --n 224 --k 5 --target 4
list
list --sheets
kinds
kinds conv
kinds attention
kinds --operations
"""
# Pictures, drawn for the width.
PICTURES = """
draw fit --n 32 --k 5 --s 2
draw window --n 5 --k 3 --s 2 --p 1 --step 1,0
draw net resnet50
draw cost resnet50
draw cost unet --of alive
draw cost resnet50 --device a100 --precision float16
draw field vgg16 --sees conv5_3:6,6
kernel sobel_x photo.pgm
layer --n 32 --k 5 --s 2 --draw
"""
# Files for programs, whose lines are never wrapped.
FILES = """
init --from lenet5
import lenet5
arch lenet5 --yaml
export lenet5 --to pytorch
schema
completion bash
hw new
hw export ps1.yaml --to gift
"""
ELSEWHERE = {"explore"}  # writes 9 MB
LINES = [line for lines in (TEXTS, PICTURES, FILES) for line in lines.split("\n") if line]


class Screen(NamedTuple):
    """Where output goes; no columns for a pipe."""

    columns: int
    encoding: str = "utf-8"
    said: tuple[str, str] = ("NO_COLOR", "1")

    @property
    def colored(self) -> bool:
        return self.said[0].endswith(("FORCE_COLOR", "CLICOLOR_FORCE"))


COLORS = [
    ("NO_COLOR", "1"),
    ("FORCE_COLOR", "1"),
    ("CLICOLOR_FORCE", "1"),
    ("TERM", "dumb"),
]
SCREENS = [
    Screen(columns, encoding, said)
    for columns in (60, 80, 100, 120, 200, 0)
    for encoding in ("utf-8", "ascii", "cp1252")
    for said in COLORS
]


class Stream(io.TextIOWrapper):
    """A standard stream of the test."""

    def __init__(self, screen: Screen) -> None:
        self.bytes = io.BytesIO()
        self.terminal = bool(screen.columns)
        super().__init__(
            self.bytes, encoding=screen.encoding, errors="backslashreplace", newline=""
        )

    def isatty(self) -> bool:
        return self.terminal

    def text(self) -> str:
        """The written text: in the encoding of the screen, or in UTF-8 for a file in a pipe."""
        self.flush()
        data = self.bytes.getvalue()
        if self.terminal:
            return data.decode(self.encoding)
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError:
            return data.decode(self.encoding)


class Said(NamedTuple):
    """The output of a command on its two streams."""

    out: str
    err: str


def run(line: str, screen: Screen, patch: pytest.MonkeyPatch) -> Said:
    """A line on a screen."""
    for name in ("COLUMNS", "TERM", *(name for name, _ in COLORS)):
        patch.delenv(name, raising=False)
    if screen.columns:
        patch.setenv("COLUMNS", str(screen.columns))
    patch.setenv(*screen.said)
    out, err = Stream(screen), Stream(screen)
    with patch.context() as streams:
        streams.setattr(sys, "stdout", out)
        streams.setattr(sys, "stderr", err)
        with pytest.raises(SystemExit) as stop:
            main(shlex.split(line))
    assert stop.value.code in (0, 1), (line, err.text())
    return Said(out.text(), without_wiped(err.text()))


def without_wiped(text: str) -> str:
    """A text without progress lines that were erased."""
    return re.sub(r"(\r[^\r\n]+)+\r *\r", "", text)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a class and a picture."""
    shutil.copytree(SAMPLES, tmp_path / "class")
    monkeypatch.chdir(tmp_path / "class")
    Path("net.yaml").write_text(
        "input: [1, 8, 8]\nlayers: [relu]\nexpect: {params: 12345, macs: 99999999}\n"
    )
    Path("photo.pgm").write_bytes(b"P5\n8 6\n255\n" + bytes(range(48)))
    return tmp_path


def without_color(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def words_of(text: str) -> set[str]:
    """The words of a text, without those of a line about what is left out."""
    told = re.sub(r"left out for width: [^)]*\)", "", text)
    return {word for word in re.findall(r"[^\s─█░]+", told) if "…" not in word}


def faults(line: str, screen: Screen, said: Said, plain: Said, wide: Said) -> list[str]:
    """The errors on a screen, compared with a very wide one in UTF-8 without colour."""
    text = said.out + said.err
    found = []
    if screen.colored:
        text = without_color(text)
    if "\x1b" in text or ("\x1b" in said.err and not screen.colored):
        found.append("escape codes")
    if text.count("?") > (plain.out + plain.err).count("?"):
        found.append("a sign became ?")
    if "\\u" in text and line not in FILES.split("\n"):
        found.append("a sign became \\u")
    if screen.columns and line not in FILES.split("\n"):
        long = [each for each in text.splitlines() if width(each) > screen.columns]
        found += [f"{width(each)} wide: {each!r}" for each in long[:1]]
    if line in TEXTS.split("\n") and screen.encoding == "utf-8":
        lost = words_of(text) - words_of(wide.out + wide.err)
        found += [f"cut words: {sorted(lost)[:5]}"] if lost else []
    if not screen.columns and re.search(r"^(next: |macs = )", said.out + said.err, re.MULTILINE):
        found.append("talk in a pipe")
    return [f"{line} on {screen}: {what}" for what in found]


def test_every_command_is_tried() -> None:
    tried = {name for name in commands() if any(line.startswith(name) for line in LINES)}
    assert set(commands()) - tried == ELSEWHERE


@pytest.mark.unmeasured
def test_every_command_is_right_on_every_screen(
    here: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    every = request.config.getoption("--hypothesis-profile") == "thorough"
    found: list[str] = []
    for place, line in enumerate(LINES):
        chosen = (
            SCREENS
            if every
            else [SCREENS[(7 * place) % len(SCREENS)], SCREENS[(7 * place + 39) % len(SCREENS)]]
        )
        wide = run(line, Screen(9_000), monkeypatch) if line in TEXTS.split("\n") else Said("", "")
        for screen in chosen:
            plain = run(line, Screen(screen.columns), monkeypatch)
            found += faults(line, screen, run(line, screen, monkeypatch), plain, wide)
    assert found == [], "\n".join(found)


@pytest.mark.parametrize("columns", [60, 80, 100, 200])
def test_the_columns_that_one_came_for_are_there(
    columns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def words(line: str) -> str:
        return " ".join(run(line, Screen(columns), monkeypatch).out.split())

    assert "× first" in words("compare vgg16 resnet50 mobilenet_v2")
    kinds = words("kinds")
    assert not re.search("…$", run("kinds", Screen(columns), monkeypatch).out, re.MULTILINE)
    assert columns > 80 or "each looks at a window of all channels of its group." in kinds
    types = words("hw types")
    assert 'zeros that "same" padding adds' in types
    assert "{n: 32, k: 5}" in types
    mistakes = words("hw types --mistakes")
    assert "How deep is" in mistakes
    assert "gives" in mistakes
    assert "alexnet" in (networks := words("list"))
    assert "724,406,816" in networks
    assert ("left out for width: " in networks) == (columns < 130)


@pytest.mark.unmeasured
def test_text_in_a_pipe_is_no_wider_than_paper(monkeypatch: pytest.MonkeyPatch) -> None:
    for line in ("kinds", "hw types --mistakes", "list --sheets", "verify lenet5 --jobs 1"):
        lines = run(line, Screen(0), monkeypatch).out.splitlines()
        assert max(map(width, lines)) <= 1.2 * PAPER, line


@pytest.mark.unmeasured
def test_a_long_word_is_whole_in_a_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    """There, texts continue on further lines, and nothing needs to be cut."""
    for line in ("list", "hw types --mistakes", "kinds"):
        shown = run(line, Screen(0), monkeypatch).out
        assert not re.search(r"\w…( |$)", shown, re.MULTILINE), line
    assert "github.com/forresti/SqueezeNet;" in run("list", Screen(0), monkeypatch).out


def test_sentences_in_a_pipe_are_one_line_each(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for line in (
        "hw show ps1.yaml",
        "hw hint ps1.yaml q4 --level 3",
        "hw lint ps1.yaml",
        "hw check ps1.yaml answers/s102.yaml --student s102 --secret-file example.secret",
        "hw conventions fit",
        "why 2600 " + PARAMS,
        "layer --n 224 --k 7 --s 2 --p 3 --cin 3 --cout 64",
        "arch vgg16 --explain conv1_1",
        "kinds attention",
        "check net.yaml",
    ):
        piped, wide = run(line, Screen(0), monkeypatch), run(line, Screen(9_000), monkeypatch)
        assert piped.out == wide.out, line
    notes = run("arch resnet50 --depth 1", Screen(0), monkeypatch).err
    assert len([line for line in notes.splitlines() if line]) == notes.count("note: ") == 3


@pytest.mark.parametrize("columns", [60, 80])
def test_pictures_fit_where_a_sign_takes_three_columns(
    here: Path, columns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    nets = (
        f"draw net {name}" for name in ("densenet121", "unet", "efficientnet_b0", "inception_v3")
    )
    for line in (*filter(None, PICTURES.split("\n")), *nets):
        shown = run(line, Screen(columns, "ascii"), monkeypatch).out
        wide = [each for each in shown.splitlines() if width(each) > columns]
        assert wide == [], line


def test_what_is_for_people_only_is_not_in_the_answer(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = run("arch resnet50 --depth 1", Screen(80), monkeypatch)
    assert re.findall(r"^(note|macs|next)\b", seen.out, re.MULTILINE) == []
    assert re.findall(r"^(note|macs|next)\b", seen.err, re.MULTILINE) == [
        *["note"] * 3,
        "macs",
        "next",
    ]
    piped = run("arch resnet50 --depth 1", Screen(0), monkeypatch)
    assert re.findall(r"^(note|macs|next)\b", piped.err, re.MULTILINE) == ["note"] * 3
    run("arch resnet50 -o net.txt", Screen(0), monkeypatch)
    assert re.findall(r"^(note|macs|next)\b", Path("net.txt").read_text(), re.MULTILINE) == []
    broken = run(
        "arch net.yaml", Screen(80), monkeypatch
    )  # a broken expectation belongs to the answer
    assert "note: expect: params should be 12,345 but is 0\n" in broken.out


def test_a_verdict_has_a_word_and_a_colour(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("mine.yaml").write_text("q1: 28x28x6\nq2: 260\nq4: many\n")
    line = "hw check ps1.yaml mine.yaml"
    plain = run(line, Screen(80, "ascii"), monkeypatch).out
    assert re.findall(r"(ok correct|x wrong|\? not understood)", plain) == [
        "ok correct", "x wrong", "? not understood",
    ]  # fmt: skip
    shown = run(line, Screen(80, said=("FORCE_COLOR", "1")), monkeypatch).out
    assert "\x1b[32m✓ correct\x1b[0m" in shown
    assert "\x1b[31m✗ wrong\x1b[0m: How deep is one filter?" in shown
    assert without_color(shown) == run(line, Screen(80), monkeypatch).out


def test_an_error_is_marked_where_colour_is_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    for said, start in (
        (("TERM", "xterm"), "\x1b[1;31mconvcalc:\x1b[0m no command"),
        (("TERM", "dumb"), "convcalc: no command"),
    ):
        monkeypatch.delenv("NO_COLOR", raising=False)
        monkeypatch.setenv(*said)
        err = Stream(Screen(80))
        with monkeypatch.context() as streams:
            streams.setattr(sys, "stderr", err)
            with pytest.raises(SystemExit):
                main(["layr"])
        assert err.text().startswith(start)
