"""The words offered to a shell for every parameter of every command, and words never offered."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest
from click.shell_completion import CompletionItem

from command_lines import commands
from convcalc.cli import hand_words, hw_words
from convcalc.cli.main import COMMANDS, group, main
from convcalc.cli.shells import speak
from convcalc.cli.shells.line import Line, as_typed, read_line
from convcalc.hand.options import GRADIENTS, OPS, WRT
from convcalc.homework.classroom.output_files import OUTPUTS

ROOT = Path(__file__).parents[2]
SHEET = "homework/memphis.yaml"

Ask = Callable[..., list[str]]


@pytest.fixture
def ask(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Ask:
    """Asks like a shell after a line; returns the lines of the answer."""

    def asked(line: str, shell: str = "fish") -> list[str]:
        monkeypatch.setenv("_CONVCALC_COMPLETE", f"{shell}_complete")
        monkeypatch.setenv("_CONVCALC_LINE", line)
        monkeypatch.setenv("_CONVCALC_BREAKS", " \t\n\"'@><=;|&(:")
        with pytest.raises(SystemExit) as end:
            main([])
        assert end.value.code in (0, None)
        found = capsys.readouterr()
        assert found.err == ""
        assert found.out.endswith("\n")
        return found.out[:-1].split("\n")

    monkeypatch.chdir(tmp_path)
    return asked


def words(lines: list[str]) -> list[str]:
    """The words of an answer for fish, without their meanings."""
    return [line.partition("\t")[0] for line in lines[1:]]


# --------------------------------------------------------------- every parameter of every command

# The words before a parameter, if its values depend on them.
_BEFORE = {
    "budget": ["vgg16"],
    "layer": ["--kind", "prelu"],
    "draw fit": ["--kind", "prelu"],
    "draw window": ["--kind", "prelu"],
    "hw check": [str(ROOT / SHEET)],
    "hw hint": [str(ROOT / SHEET)],
    "why": ["7", "--type", "params"],
    "chain": ["--input", "3x32x32", "conv:k3c8", "relu"],
}
# Parameters that only the user knows: numbers, shapes, and free texts.
_NUMBERS = ("value", "shape", "step", "sizes", "limit", "gigabytes", "bytes", "rate")
_TEXTS = {
    ("why", "number"), ("reconcile", "value"), ("sweep", "cluster"), ("sweep", "max_points"), ("hand", "s"), ("hand", "d"), ("hand", "a"),
    ("hand", "step"), ("hw check", "student"), ("hw hint", "student"), ("hw show", "student"), ("hw make", "roster_id"),
    ("hw grade", "roster_id"), ("hw grade", "column"),
}  # fmt: skip
_WHY = {"n", "k", "s", "p", "d", "c_in", "filters", "groups", "units", "input", "layers", "target"}


def is_free(command: str, param: click.Parameter) -> bool:
    """Whether only the user knows a parameter's value."""
    if isinstance(param.type, click.IntRange) and param.type.max and param.type.max < 5:
        return False
    if (command, param.name) in _TEXTS or (command == "why" and param.name in _WHY):
        return True
    numbers = (click.types.IntParamType, click.IntRange, click.types.FloatParamType)
    return isinstance(param.type, numbers) or param.type.name in _NUMBERS


def offers_of(command: str, param: click.Parameter) -> list[CompletionItem[Any]]:
    """The words offered for a parameter before anything is typed."""
    found = commands()[command]
    before = _BEFORE.get(command, [])
    if not before and any(each.name in ("network", "networks", "first", "targets") for each in found.params):  # fmt: skip
        before = ["vgg16"]
    context = found.make_context(command, [*before], resilient_parsing=True)
    return param.shell_complete(context, "")


def all_parameters() -> list[tuple[str, click.Parameter]]:
    return [
        (name, param)
        for name, command in commands().items()
        for param in command.params
        if not getattr(param, "is_flag", False)
    ]


@pytest.mark.unmeasured
def test_every_parameter_offers_what_it_may_be() -> None:
    one_input = {(name, "shape") for name in commands()} | {("sweep", "shapes")}  # needs no name
    silent = {
        (command, param.name)
        for command, param in all_parameters()
        if not is_free(command, param) and not offers_of(command, param)
    }
    assert silent - one_input == set()
    free = {
        (command, param.name)
        for command, param in all_parameters()
        if is_free(command, param) and offers_of(command, param)
    }
    words = {
        (command, name)
        for command in ("layer", "draw fit", "draw window", "solve size")
        for name in ("padding", "fit", "p")
    }
    assert free <= words, "a parameter offers words now; it is free no longer"


def test_every_choice_offers_all_of_it() -> None:
    met = 0
    for command, param in all_parameters():
        if isinstance(param.type, click.Choice):
            met += 1
            found = [item.value for item in offers_of(command, param)]
            assert found == list(param.type.choices), (command, param.name)
    assert met > 20


def test_whatever_is_a_file_is_completed_as_one() -> None:
    """By its name in the help, which no type knows."""
    met = set()
    for command, param in all_parameters():
        context = click.Context(commands()[command])
        shown = (param.metavar or param.make_metavar(context)).strip("[].")
        sort = {"DIR": "dir"}.get(shown, "file")
        if shown in ("FILE", "DIR", "MATRIX", "NETWORK", "SHEET", "PICTURE", "KERNEL", "TARGET", "NUMBERS", "ANSWERS", "NETWORK | LAYER", "FIRST", "SECOND", "SUBMISSIONS"):  # fmt: skip
            assert [item.type for item in offers_of(command, param)][:1] == [sort], (command, shown)
            met.add(shown)
    assert len(met) > 10


@pytest.mark.unmeasured
def test_nothing_else_completes_files() -> None:
    for command, param in all_parameters():
        kinds = {item.type for item in offers_of(command, param)}
        if kinds & {"file", "dir"}:
            assert param.type.name in ("file", "dir", "network", "matrix"), (command, param.name)


def test_words_that_stand_twice_are_the_same() -> None:
    """Words whose module takes long to import."""
    assert set(hand_words.OPERATION.offers(click.Context(group))) == {*OPS, GRADIENTS[0]}
    assert tuple(hand_words.GRADIENTS.offers(click.Context(group))) == WRT
    assert set(hw_words.OUTPUTS.offers(click.Context(group))) == set(OUTPUTS)


# ------------------------------------------------------------------------------ various lines


def test_commands_are_offered_with_all_of_what_they_do(ask: Ask) -> None:
    told = dict(line.split("\t") for line in ask("convcalc ")[1:])
    assert told == COMMANDS
    assert "," in told["arch"]  # click's script for fish cuts there
    assert words(ask("convcalc hw st")) == ["stats"]
    assert words(ask("convcalc help la")) == ["layer"]
    assert words(ask("convcalc draw ")) == ["fit", "window", "net", "cost", "field"]


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("convcalc arch vgg16 --expl", ["--explain"]),
        ("convcalc layer --ker", ["--kernel-size"]),
        ("convcalc layer --filt", []),  # a word of another library
        ("convcalc arch vgg16 --all --al", []),  # already given
        ("convcalc arch vgg16 --set width=1 --se", ["--set", "--sees"]),
        ("convcalc layer --stride 2 --s", ["--set"]),
        ("convcalc solve --", None),
        ("convcalc arch --help --vers", []),
        ("convcalc -V la", ["layer"]),
        ("convcalc nothing ", []),
        ("convcalc kinds batchn", ["batchnorm"]),
        ("convcalc chain co", ["conv", "conv_transpose", "concat"]),
        ("convcalc arch vgg16 --explain conv1_", ["conv1_1", "conv1_2"]),
        ("convcalc arch vgg16 --explain=conv1_", ["--explain=conv1_1", "--explain=conv1_2"]),
        ("convcalc arch vgg16 --sees conv1_", ["conv1_1:", "conv1_2:"]),
        ("convcalc arch vgg16 --sees conv1_1:", []),
        ("convcalc arch vgg16 --set ", ["classes=", "width=", "units="]),
        ("convcalc budget vgg16 --vary in", ["input="]),
        ("convcalc arch vgg16 --columns name,para", ["name,params"]),
        ("convcalc arch vgg16 --columns params,para", []),
        ("convcalc arch vgg16 --sort maxx", []),
        ("convcalc arch vgg16 --rf-through norms,", ["norms,gates"]),
        ("convcalc verify vgg16 --only shape,pa", ["shape,params", "shape,paths"]),
        ("convcalc verify conv:k3c8 --input 3x9x9 maxp", ["maxpool"]),
        ("convcalc chain --input 3x9x9 '3*(conv:k3c4 maxp", ["3*(conv:k3c4 maxpool"]),
        ("convcalc sweep vgg16 --pareto macs,max:pa", ["macs,max:params"]),
        ("convcalc chain --input 3x9x9 conv:k3c8 relu --explain ", ["conv1", "relu1"]),
        ("convcalc chain conv:k3c8 relu --explain ", []),  # no input yet
        ("convcalc layer --kind prelu --set ", ["per_channel="]),
        ("convcalc layer --p sa", ["same", "same_lower"]),
        ("convcalc count vgg16 --like tho", ["thop", "thop-2019"]),
        ("convcalc kernel sob", ["sobel_x", "sobel_y"]),
        ("convcalc hw types receptive-f", ["receptive-field", "receptive-field-net"]),
        ("convcalc why 7 --preset cs", ["cs231n"]),
        ("convcalc why 7 --convention flo", ["flops="]),
        ("convcalc why 7 --convention flops=2", ["flops=2macs"]),
        ("convcalc why 7 --type params --given fil", ["filters="]),
        ("convcalc hw export ps1.yaml --to gi", ["gift"]),
        ("convcalc hw new --from mem", ["memphis"]),
        ("convcalc hw hint x.yaml q1 --level ", ["0", "1", "2", "3", "4"]),
        ("convcalc list --sheets mem", ["memphis"]),
        ("convcalc list resnet10", ["resnet101", "resnet101_torchvision"]),
    ],
)  # fmt: skip
def test_a_line_is_completed(line: str, offered: list[str] | None, ask: Ask) -> None:
    found = words(ask(line))
    if offered is None:
        assert len(found) > 3
    else:
        assert found == offered


def test_networks_stand_beside_files(ask: Ask) -> None:
    assert ask("convcalc arch vgg16_")[0] == "file"
    assert words(ask("convcalc arch vgg16_")) == ["vgg16_bn", "vgg16_c"]
    assert ask("convcalc hw make s.yaml --out ") == ["dir"]
    assert ask("convcalc hw make s.yaml --roster ") == ["file"]
    assert ask("convcalc layer --n ") == ["none"]


def test_questions_of_the_sheet_are_offered(ask: Ask) -> None:
    assert ask(f"convcalc hw hint {ROOT / SHEET} ")[1] == "dense\tparams-fc"
    assert len(ask(f"convcalc hw check {ROOT / SHEET} mine.yaml --only ")) > 3


def test_words_of_a_question_type_are_offered_with_what_they_mean_there(ask: Ask) -> None:
    assert "mode=\tThe pool: max or avg." in ask("convcalc why 7 --type pool-by-hand --given ")
    assert "mode=\tWhere each value goes in its block: max or nails." in ask("convcalc why 7 --type unpool-by-hand --given ")  # fmt: skip


def test_questions_of_a_bundled_sheet_are_offered_unless_a_file_has_its_name(
    ask: Ask, tmp_path: Path
) -> None:
    assert "dense" in words(ask("convcalc hw hint memphis "))
    assert words(ask("convcalc hw hint memphis.yaml den")) == ["dense"]
    assert ask("convcalc hw hint memfis ") == ["none"]
    (tmp_path / "memphis").mkdir()
    assert ask("convcalc hw hint memphis ") == ["none"]


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("convcalc hw types par", "params"),
        ("convcalc why 7 --type par", "params"),
        ("convcalc why 7 --preset pyt", "pytorch"),
        ("convcalc why 7 --convention fl", "flops="),
        ("convcalc hw conventions fl", "flops"),
    ],
)
def test_names_of_homework_are_offered_without_what_they_are_names_of(line: str, word: str) -> None:
    """No class of a question type or an answer is created: that would take as long as everything else."""
    code = """
import sys
from convcalc.cli.main import main
try:
    main([])
except SystemExit:
    print("LOADED", *(name for name in sys.modules if name.startswith("convcalc.homework.")))
"""
    env = {**os.environ, "_CONVCALC_COMPLETE": "bash_complete", "_CONVCALC_LINE": line, "PYTHONPATH": str(ROOT)}  # fmt: skip
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=env, timeout=60, check=True
    )  # fmt: skip
    *answer, loaded = ran.stdout.splitlines()
    assert any(found.split(" ")[1:] == [word] for found in answer)
    assert set(loaded.split()[1:]) <= {"convcalc.homework.conventions", "convcalc.homework.question_types"}  # fmt: skip


def test_layers_of_ones_own_file_are_offered_whatever_it_is_called(
    ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (ROOT / "architectures" / "lenet5.yaml").read_text(encoding="utf-8")
    (tmp_path / "my net.yaml").write_text(text, encoding="utf-8")
    monkeypatch.setenv("HOME", str(tmp_path))
    for typed in ("'my net.yaml'", "my\\ net.yaml", '"my net.yaml"', "'~/my net.yaml'", '"$HOME/my net.yaml"'):  # fmt: skip
        assert words(ask(f"convcalc arch {typed} --explain C")) == ["C1", "C3", "C5"], typed


@pytest.mark.parametrize(
    "text",
    [
        "", ":", "layers: [", "input: 3x4x4\nlayers:\n  - conv\n", "\0\1\2", "input: 3x4x4\nlayers: [{bogus: 3}]\n",
        "a: &a [x, x]\nb: &b [*a, *a]\nlayers: *b\n", "convcalc_sheet: 1\nquestions: 7\n",
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_passed_over(text: str, ask: Ask, tmp_path: Path) -> None:
    (tmp_path / "net.yaml").write_text(text, encoding="utf-8")
    assert ask("convcalc arch net.yaml --explain ") == ["none"]
    assert ask("convcalc arch net.yaml --set ") == ["none"]
    assert ask("convcalc hw hint net.yaml ")[0] == "none"


def test_nothing_waits_for_what_does_not_come(
    ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(speak, "_SECONDS", 0.3)
    os.mkfifo(tmp_path / "pipe.yaml")
    assert ask("convcalc arch pipe.yaml --explain ") == ["none"]
    assert ask("convcalc arch - --explain ") == ["none"]
    assert ask("convcalc hw hint pipe.yaml ") == ["none"]
    with (tmp_path / "large.yaml").open("wb") as file:
        file.truncate(2**23)
    assert ask("convcalc arch large.yaml --explain ") == ["none"]
    (tmp_path / "held.yaml").write_text("extends: pipe.yaml\n", encoding="utf-8")
    assert ask("convcalc arch held.yaml --explain ") == ["none"]


def test_no_sign_of_a_file_reaches_the_terminal(ask: Ask, tmp_path: Path) -> None:
    text = 'input: 3x4x4\nlayers:\n  - relu: {name: "a\\tb\\e[31m"}\n  - relu: {name: ok}\n'
    (tmp_path / "net.yaml").write_text(text, encoding="utf-8")
    assert "\x1b" not in "".join(ask("convcalc arch net.yaml --explain "))
    assert all(line.count("\t") <= 2 for line in ask("convcalc arch net.yaml --explain ", "zsh"))


def test_bash_gets_words_from_where_its_own_begins(ask: Ask) -> None:
    assert ask("convcalc arch vgg16 --explain=conv1_", "bash") == ["none", "plain conv1_1", "plain conv1_2"]  # fmt: skip
    assert ask("convcalc arch vgg16 --sees conv1_1", "bash") == ["none", "open conv1_1:"]
    assert ask("convcalc sweep vgg16 --sort max:para", "bash") == ["none", "plain params"]
    assert ask("convcalc sweep vgg16 --sort 'max:para", "bash") == ["none", "plain max:params"]
    assert ask("convcalc chain 'conv:k3c3 maxp", "bash") == ["none", "open conv:k3c3 maxpool"]
    assert ask("convcalc chain conv:k3c3\\ maxp", "bash") == ["none", "open k3c3\\ maxpool"]


def test_zsh_gets_three_fields(ask: Ask) -> None:
    assert ask("convcalc kinds relu6", "zsh") == ["none", "plain\trelu6\tmin(max(x, 0), 6)"]


# ----------------------------------------------------------------------------- lines and scripts


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("convcalc ", Line([], "", 0, "")),
        ("convcalc a 'b c", Line(["a"], "b c", 0, "'")),
        ("convcalc a b\\", Line(["a"], "b", 0, "")),
        ('convcalc "a\\n\\"b" c', Line(['a\\n"b'], "c", 0, "")),
        ("convcalc ''", Line([], "", 0, "")),
        ("convcalc '' x", Line([""], "x", 0, "")),
        ('X=1 Y="a b" convcalc a', Line([], "a", 0, "")),
        ("convcalc a=b:c", Line([], "a=b:c", 4, "")),
        ("convcalc 'a=b", Line([], "a=b", 0, "'")),
        ("convcalc x'a=b", Line([], "xa=b", 1, "'")),
        ("convcalc 'a'b", Line([], "ab", 1, "")),
        ("", Line([], "", 0, "")),
    ],
)
def test_a_line_is_read_as_a_shell_does(text: str, line: Line) -> None:
    assert read_line(text, "\"'=:") == line


def test_words_are_typed_so_that_the_shell_reads_them_again() -> None:
    for word in ("a b", "it's", 'a"b', "$HOME", "`x`", "a\\b", "(a|b)", "a*b;c", "{a,b}", "!x"):
        for quote in ("", '"', "'"):
            typed = as_typed(word, quote)
            if typed is not None:
                assert read_line(f"convcalc {quote}{typed}").typed == word, (word, quote)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_is_printed(shell: str, convcalc: Any) -> None:
    ran = convcalc("completion", shell)
    assert (ran.code, ran.err, ran.out) == (0, "", speak.script(shell))
    assert f"printed by: convcalc completion {shell}" in ran.out


def test_an_answer_comes_from_a_process_of_its_own() -> None:
    env = {**os.environ, "_CONVCALC_COMPLETE": "bash_complete", "_CONVCALC_LINE": "convcalc co"}
    ran = subprocess.run(
        [sys.executable, "-m", "convcalc"],
        capture_output=True, text=True, env=env, timeout=60, check=False,
    )  # fmt: skip
    words = ["none", "plain compare", "plain count", "plain completion"]
    assert (ran.returncode, ran.stdout.splitlines(), ran.stderr) == (0, words, "")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_nothing_is_said_where_a_script_sends_no_line(
    shell: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("_CONVCALC_COMPLETE", f"{shell}_complete")
    monkeypatch.delenv("_CONVCALC_LINE", raising=False)
    with pytest.raises(SystemExit):
        main([])
    assert capsys.readouterr().err == ""
