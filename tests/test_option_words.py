"""Options as people type them: other libraries' words, one dash, dashes from slides; and each only once."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest

from convcalc import chain
from convcalc.cli import draw_command, hw_command, solve_command
from convcalc.cli.group import Group
from convcalc.cli.main import COMMANDS, load
from convcalc.cli.option_names import _NAMES
from convcalc.cli.option_words import in_our_words
from convcalc.errors import UsageError
from convcalc.homework import check
from convcalc.homework import loads as sheet_of
from convcalc.layers import make
from convcalc.network.load import loads

LAYER = ("layer", "--n", "32", "--k", "5", "--s", "3", "--p", "1", "--d", "2", "--cin", "4", "--cout", "8", "--groups", "2")  # fmt: skip


def commands() -> Iterator[click.Command]:
    """Every command with options."""
    for names, command in (
        (COMMANDS, load),
        (hw_command.COMMANDS, hw_command.load),
        (solve_command.COMMANDS, solve_command.load),
        (draw_command.COMMANDS, draw_command.load),
    ):
        yield from (found for found in map(command, names) if not isinstance(found, Group))


def read(command: click.Command, *words: str) -> list[str]:
    """The words with convcalc's names of the command's options."""
    return in_our_words(command, click.Context(command), words)


@pytest.mark.parametrize(
    "words",
    [
        "--n 32 --kernel_size 5 --stride 3 --padding 1 --dilation 2 --in_channels 4 --out_channels 8 --groups 2",
        "--n 32 --kernel-size 5 --stride 3 --padding 1 --dilation 2 --in-channels 4 --out-channels 8 --groups 2",
        "--input-size 32 --kernel-size 5 --strides 3 --pad 1 --dilation-rate 2 --cin 4 --filters 8 --group 2",
        "--n 32 --kernel 5 --stride 3 --pads 1 --dilations 2 --cin 4 --num-output 8 --groups 2",
        "-n 32 -k 5 -s 3 -p 1 -d 2 --cin 4 --cout 8 -g 2",
        "-n32 -k5 -s3 -p1 -d2 --cin=4 --cout=8 --groups=2",
        "–n 32 —k 5 −s 3 ‑p 1 ––d 2 —cin 4 –cout 8 --groups 2",
        "--N 32 --K 5 -S 3 --P 1 --D 2 --Cin 4 --COUT 8 --groups 2",
        "-n (32,32) -k (5,5) -s [3,3] -p (1,1) -d 2,2 --cin 4 --units 8 --groups 2",
    ],
)
@pytest.mark.unmeasured
def test_other_words_for_an_option_mean_the_same(words: str, convcalc: Any) -> None:
    found, wanted = convcalc("layer", *words.split()), convcalc(*LAYER)
    assert (found.code, found.err) == (0, "")
    assert found.out.replace("k5x5", "k5").replace("s3x3", "s3").replace("p1x1", "p1").replace("d2x2", "d2") == wanted.out  # fmt: skip


@pytest.mark.unmeasured
def test_each_word_means_the_first_of_its_options_that_a_command_has() -> None:
    met = set()
    for command in commands():
        own = {name for option in command.params for name in (*option.opts, *option.secondary_opts)}
        for ours, words in _NAMES:
            for word in {f"--{word}" for word in words.split()} - own:
                if own & {*ours}:
                    first = next(name for name in ours if name in own)
                    assert read(command, f"{word}=7") == [f"{first}=7"], command.name
                    assert read(command, word, "7") == [first, "7"], command.name
                    met.add(word)
    assert {f"--{word}" for _, words in _NAMES for word in words.split()} == met


def test_no_word_is_an_option_of_every_command_that_it_is_for() -> None:
    assert len({word for _, words in _NAMES for word in words.split()}) == len(
        [word for _, words in _NAMES for word in words.split()]
    )


def test_values_are_not_taken_for_options() -> None:
    chain = load("chain")
    assert read(chain, "-o", "--shape", "--format", "-k") == ["-o", "--shape", "--format", "-k"]
    assert read(chain, "--", "--shape", "-k") == ["--", "--shape", "-k"]
    assert read(chain, "-oshape", "--zzz", "--shape", "3") == ["-oshape", "--zzz", "--input", "3"]
    hand = load("hand")
    assert read(hand, "--image", "-1 -2", "-k", "-3") == ["--x", "-1 -2", "--k", "-3"]


def test_an_option_is_given_once() -> None:
    """In every command; repeatable options and flags may be repeated."""
    for command in commands():
        for option in command.params:
            if not isinstance(option, click.Option):
                continue
            name = option.opts[0]
            words = (name,) if option.is_flag else (name, *["7"] * option.nargs)
            if option.is_flag or option.multiple:
                assert read(command, *words, *words) == [*words, *words]
                continue
            with pytest.raises(UsageError) as caught:
                read(command, *words, *words)
            assert str(caught.value) == f"{name} is given twice; give it once"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("layer --n 32 --k 3 --kernel 5", "--k and --kernel are the same option; give one of them"),
        ("layer --n 32 -k3 --k 5", "-k and --k are the same option; give one of them"),
        ("layer --n 32 --no-bias --bias", "--no-bias and --bias cannot be used together; give one of them"),
        ("why 28 --params --size --k 5", "--params and --size cannot be used together; give one of them"),
        ("why 28 --size --type params", "--size and --type cannot be used together; give one of them"),
        ("layer --n 32 --kernel x", "--kernel must be numbers such as 3 or 3x5, but is 'x'"),
        ("layer --n 32 --filters 0", "--filters is 0; use 1 or more"),
        ("layer --n 8 -k 3 -s0", "-s is 0; use 1 or more"),
        ("layer --n 8 --kind linear --units 3 --kernel 3", "linear has no option --kernel; its options are --units, --bias, --set axis"),
        ("layer --n 8 --k 3 --kind depthwise_conv --filters 4", "depthwise_conv has no option --filters; its options are --k, --s, --p, --d, --fit, --bias, --set multiplier"),
        ("layer --n 8 --dims x --k 3", "--dims: 'x' is not a whole number; run convcalc layer -h for help"),
        ("hand --input 3 --kernel", "--kernel needs a value; write it after the option; run convcalc hand -h for help"),
        ("chain --shape axb conv:k3", "--shape must be a whole number, but is 'a'; write plain digits\n--shape must be a whole number, but is 'b'; write plain digits"),
        ("layer 32 5 3", "32 5 3: write the name of an option before each number: --n 32 --k 5 --s 3"),
        ("layer 3x5 1 --n 32x30 --s 2", "3x5 1: write the name of an option before each number: --k 3x5 --p 1"),
        ("layer 32 5 3 1 2", "32 5 3 1 2: write the name of an option before each of them, as in --kind conv --n 32 --k 3"),
        ("layer conv", "conv: write the name of an option before it: --kind conv"),
        ("layer conv:k5c6 pool:k2", "conv:k5c6 pool:k2: several layers in a row are a chain: convcalc chain --input 3x32x32 conv:k5c6 pool:k2"),
        ("layer --n 32 --k 1,000", "--k must be a whole number, but is '1,000'; write plain digits"),
    ],
)  # fmt: skip
def test_errors_name_what_was_typed(words: str, said: str, convcalc: Any) -> None:
    ran = convcalc(*words.split())
    assert (ran.code, ran.out, ran.err) == (2, "", f"convcalc: {said}\n")


@pytest.mark.parametrize("words", ["help layer", "help hw check", "hw help check", "help"])
def test_help_is_a_command_too(words: str, convcalc: Any) -> None:
    plain = [word for word in words.split() if word != "help"]
    assert convcalc(*words.split()) == convcalc(*plain, "-h")
    assert convcalc("-V") == convcalc("--version")


SIDES = ("3x2", "3X2", "3×2", "3,2", "3, 2", "(3, 2)", "[3, 2]", "( 3,2, )", "3 x 2")


@pytest.mark.parametrize("text", SIDES)
def test_a_pair_is_read_however_it_is_written(text: str, convcalc: Any, tmp_path: Path) -> None:
    """On the command line, in a file, in Python, by hand and in a sheet."""
    made: Any = make("conv", {"out_channels": 1, "kernel_size": text})
    network = loads(f"input: 1x8x8\nlayers:\n- conv: {{out_channels: 1, kernel_size: '{text}'}}\n")
    read: Any = network.nodes[0].layer
    assert made.kernel_size == read.kernel_size == (3, 2)
    assert convcalc("layer", "--n", "8", "--k", text) == convcalc("layer", "--n", "8", "--k", "3x2")
    by_hand = ("hand", "--x", "0 1 2; 3 4 5; 6 7 8", "--k", "0 1; 2 3", "--s")
    assert convcalc(*by_hand, text) == convcalc(*by_hand, "3x2")
    sheet = f"convcalc_sheet: 1\nquestions:\n- {{id: a, type: params, k: '{text}', c_in: 2, filters: 1}}\n"
    assert check(sheet_of(sheet), "a", 13).right


@pytest.mark.parametrize("text", ["(3, 8, 6)", "[3, 8, 6]", "3, 8, 6", "3 x 8 x 6"])
def test_a_shape_is_read_however_it_is_written(text: str, convcalc: Any) -> None:
    wanted = convcalc("layer", "--input", "3x8x6", "--k", "3")
    assert convcalc("layer", "--input", text, "--k", "3") == wanted
    assert loads(f"input: '{text}'\nlayers: [relu]\n").input == (3, 8, 6)
    assert walk_of(text) == walk_of("3x8x6")


def walk_of(shape: str) -> Any:
    return chain(shape, "conv:k3c4").walk().to_dict()


@pytest.mark.parametrize(
    ("text", "padding"),
    [
        ("1,2", ((1, 2),)),  # before and after, along one axis
        ("(1, 2)", (1, 2)),  # per axis, as in PyTorch
        ("1x2", (1, 2)),
        ("0,1x2,3", ((0, 1), (2, 3))),
        ("((0, 1), (2, 3))", ((0, 1), (2, 3))),
        ("[[0, 1], [2, 3]]", ((0, 1), (2, 3))),
        ("(0,1)x(2,3)", ((0, 1), (2, 3))),
    ],
)
def test_brackets_tell_sides_from_axes(text: str, padding: Any) -> None:
    options = {"out_channels": 1, "kernel_size": 3}
    made: Any = make("conv", {**options, "padding": text})
    line = f"- conv: {{out_channels: 1, kernel_size: 3, padding: '{text}'}}"
    shape = "1x8" if text == "1,2" else "1x8x8"
    network = loads(f"input: {shape}\nlayers:\n{line}\n")
    read: Any = network.nodes[0].layer
    assert made.padding == read.padding == padding


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("--kind attention --input 16x10 --num-heads 4", "no option '--num-heads'; write --set heads=4"),
        ("--kind mha --input 16x10 --heads=4", "no option '--heads'; write --set heads=4"),
        ("--kind=groupnorm --input 16x10x10 --num_groups 4", "no option '--num_groups'; write --set num_groups=4"),
        ("--kind dropout --n 8 --rate 0.5", "no option '--rate'; write --set p=0.5"),
        ("--kind lrn --n 8 --local-size", "no option '--local-size'; write --set size=VALUE"),
        ("--n 8 --connections 'a b'", "no option '--connections'; write --set connections='a b'"),
    ],
)  # fmt: skip
def test_an_option_of_the_kind_alone_is_answered_with_how_to_set_it(
    words: str, answer: str, convcalc: Any
) -> None:
    ran = convcalc("layer", *shlex.split(words))
    assert ran.err == f"convcalc: {answer}; run convcalc layer -h for help\n"


def test_units_that_come_in_are_the_input_of_a_linear_layer(convcalc: Any) -> None:
    wanted = convcalc("layer", "--kind", "linear", "--input", "10", "--cout", "5")
    for words in ("--in-features 10 --out-features 5", "--cin 10 --units 5", "--n 10 --units 5"):
        assert convcalc("layer", "--kind", "linear", *words.split()) == wanted
    for words in ("--num-features 64 --n 8", "--channels 64 --n 8", "--input 64x8x8"):
        assert "params   128 " in convcalc("layer", "--kind", "BatchNorm2d", *words.split()).out
