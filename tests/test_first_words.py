"""Unknown words lead to advice on what to type: commands, options, flags, and missing or surplus words."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import click
import pytest

from command_lines import commands
from convcalc.cli import draw_command, hw_command, solve_command
from convcalc.cli.main import COMMANDS
from convcalc.cli.meant.command_names import _NAMES, NAMES, called_so
from convcalc.cli.meant.sentence import options_in
from convcalc.cli.option_words import in_our_words
from option_pairs import FILES

GROUPS = {
    "": COMMANDS,
    "draw ": draw_command.COMMANDS,
    "solve ": solve_command.COMMANDS,
    "hw ": hw_command.COMMANDS,
}


def test_other_words_for_commands_lead_to_commands(convcalc: Any) -> None:
    every = {*commands(), *COMMANDS, "--version"}
    for prefix, words in NAMES.items():
        assert words.keys() & GROUPS[prefix].keys() == set()
        assert {
            f"{prefix}{ours}".removesuffix(" --with-answers") for ours in words.values()
        } <= every
        for word, ours in words.items():
            for typed in (word, word.upper(), word.replace("-", "_")):
                assert called_so(typed, prefix) == ours
        for word in list(words)[::7]:
            said = convcalc(*prefix.split(), word).err
            assert said.startswith(f"convcalc: no command {prefix}'{word}'; type convcalc "), said


def test_each_word_means_one_command() -> None:
    for prefix, pairs in _NAMES.items():
        words = [word for _, text in pairs for word in text.split()]
        assert len(words) == len(set(words)) == len(NAMES[prefix])


def test_flags_take_true_and_false_behind_an_equals_sign() -> None:
    tried = 0
    for command in commands().values():
        for option in command.params:
            if not isinstance(option, click.Option) or not option.is_flag:
                continue
            on, off = option.opts[:1], option.secondary_opts[:1]
            for word, wanted in (("true", on), ("False", off), ("yes", on), ("off", off)):
                read = in_our_words(command, click.Context(command), [f"{on[0]}={word}"])
                assert read == wanted, (command.name, on)
                tried += 1
            if off:
                assert in_our_words(command, click.Context(command), [f"{off[0]}=no"]) == on
    assert tried > 100


@pytest.mark.parametrize(
    ("words", "same"),
    [
        ("layer --n 32 --k 3 --bias False", "layer --n 32 --k 3 --no-bias"),
        ("layer --n 32 --k 3 --bias true --cout 4", "layer --n 32 --k 3 --bias --cout 4"),
        ("layer --n 9 --k 2 --s 2 --kind maxpool --ceil-mode True", "layer --n 9 --k 2 --s 2 --kind maxpool --ceil"),
        ("layer --n 9 --k 2 --s 2 --kind maxpool --ceil_mode=False", "layer --n 9 --k 2 --s 2 --kind maxpool"),
        ("layer --input 3*32*32 --k 3", "layer --input 3x32x32 --k 3"),
        ("hand --x np.array([[1,2],[3,4]]) --k torch.tensor([[1]])", "hand --x [[1,2],[3,4]] --k [[1]]"),
        ("sweep lenet5 --vary classes=5,10 --workers 1", "sweep lenet5 --set classes=5,10 --jobs 1"),
        ("chain --input 3x8x8 c4k3 2*k3c5p1", "chain --input 3x8x8 conv:c4k3 2*conv:k3c5p1"),
        ("chain --input 28 28-12-10", "chain --input 28 fc:12 fc:10"),
        ("chain --input 28 linear(28,12) relu", "chain --input 28 fc:12 relu"),
        ("solve --n 63 --k 7 --o same", "solve --n 63 --k 7 --o 63"),
        ("layer --n 784 --units 128", "layer --kind linear --n 784 --cout 128"),
        ("layer --length 100 --k 3", "layer --dims 1 --n 100 --k 3"),
        ("hand --x {{1,2},{3,4}} --k {{1}}", "hand --x [[1,2],[3,4]] --k [[1]]"),
        ("why 100480 --params --n 784 --units 128", "why 100480 --fc --input 784 --units 128"),
        ("why 7 --rf --layers conv:k3,conv3,3x3", "why 7 --rf --layers 3/1,3/1,3/1"),
        ("list lenet-5", "list lenet5"),
    ],
)  # fmt: skip
def test_other_ways_to_write_it_mean_the_same(words: str, same: str, convcalc: Any) -> None:
    found, wanted = convcalc(*words.split()), convcalc(*same.split())
    assert found == wanted
    assert found.code == 0


def test_a_word_behind_a_flag_stays_where_it_can_be_an_argument(convcalc: Any) -> None:
    why = commands()["why"]
    words = ["--answer", "true", "--type", "true-false"]
    assert in_our_words(why, click.Context(why), words) == words


def test_guesses_leave_lines_alone_that_mean_something(
    convcalc: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert convcalc("layer", "--n", "32", "--k", "5", "--json", "-o", "28").code == 0
    assert Path("28").read_text(encoding="utf-8").startswith("{")
    for line in (
        "26x26x26 --size --n 28x28x28 --k 3",
        "26x26x28 --size --n 28x28x30 --k 3",
        "5x7 --type fc-to-conv --input 5x7x7 --units 4",
    ):
        assert convcalc("why", *line.split()).code == 0, line


def test_a_long_question_is_read_at_once() -> None:
    for text in ("5 " + "gray" * 70 + "!", "5" + " rgb" * 70, "32x32 input, 5x5" + " " * 200):
        assert options_in(text) == ""


SAID = {
    "layer --n 32 --bias=maybe": "Option '--bias' does not take a value; run convcalc layer -h for help",
    "layer --n 32 --k 3 --bias true --no-bias": "--bias true and --no-bias cannot be used together; give one of them",
    "layer --n 32 --k 3*5": "--k must be a whole number, but is '3*5'; write 3x5",
    "layer --n 32px": "--n must be a shape such as 3x224x224, but is '32px'; write 32",
    "layer --n 32 --k 3 --p \"'same'\"": "--p must be a whole number, but is \"'same'\"; write same, without quotes",
    "chain --input 1x28x28 layers.txt": "layers.txt is a file; type convcalc chain --input 1x28x28 - < layers.txt",
    "arch net.yaml other.yaml": "to compare several networks, type convcalc compare net.yaml other.yaml",
    "arch net.yaml width=8": "'width=8' has no option before it; type convcalc arch net.yaml --set width=8",
    "arch net.yaml --width 8": "no option '--width'; write --set width=8; run convcalc arch -h for help",
    "arch net.yaml --width=8": "no option '--width'; write --set width=8; run convcalc arch -h for help",
    "layer --n 9 --kind lppool --k 2 --norm-type 1": "no option '--norm-type'; write --set norm_type=1; run convcalc layer -h for help",
    "export net.yaml net.onnx": "'net.onnx' has no option before it; type convcalc export net.yaml -o net.onnx",
    "reconcile net.yaml 1.5 M": "'M' belongs to the number; type convcalc reconcile net.yaml 1.5M",
    "compare net.yaml and other.yaml": "networks are named one after the other; type convcalc compare net.yaml other.yaml",
    "compare 'net.yaml, other.yaml'": "networks are named one after the other; type convcalc compare net.yaml other.yaml",
    "hw hint plain.yaml question q1": "'question' is not needed; type convcalc hw hint plain.yaml q1",
    "show sheet.yaml": "no command 'show'; type convcalc hw show sheet.yaml",
    "show net.yaml": "no command 'show'; type convcalc arch net.yaml",
    "sheet.yaml": "no command 'sheet.yaml'; type convcalc hw show sheet.yaml",
    "photo.pgm": "no command 'photo.pgm'; type convcalc kernel sharpen photo.pgm",
    "draw photo.pgm": "no command draw 'photo.pgm'; known: cost, field, fit, net, window; run convcalc draw -h for help",
    "init vgg16": "vgg16: is the name of a bundled network; type convcalc init vgg16.yaml --from vgg16",
    "hw new memphis": "memphis: is the name of a bundled sheet; type convcalc hw new memphis.yaml --from memphis",
    "hw export plain.yaml --to pdf": "--to: no platform 'pdf'; a sheet to print is written by convcalc hw show SHEET -o sheet.html",
    "sweep net.yaml --set 'width=range(2, 8)'": "--set width=range(2, 8): is a range of Python; write --set width=2..7",
    "sweep net.yaml --set width=range(8,65,8)": "--set width=range(8,65,8): is a range of Python; write --set width=8..64:8",
    "sweep net.yaml width=8,16": "width=8,16 has no option before it; type convcalc sweep net.yaml --set width=8,16",
    "count conv:k3c64 --input 3x8x8": "conv:k3c64: layers are a chain, and convcalc count takes a network; type convcalc chain --input 3x8x8 conv:k3c64 -o net.yaml, then convcalc count net.yaml",
    "arch torchvision.models.resnet18": "no file 'torchvision.models.resnet18' and no bundled network of that name; did you mean 'resnet18_torchvision'?",
    "arch 'models.vgg16(pretrained=True)'": "no file 'models.vgg16(pretrained=True)' and no bundled network of that name; did you mean 'vgg16'?",
    "export net.yaml --to keras -o net.h5": "-o net.h5: --to keras does not write .h5; end the name in .py",
    "hw check plain.yaml q1=760": "q1=760 is an answer and no file; type echo 'q1: 760' | convcalc hw check plain.yaml -",
    "hw check plain.yaml 760": "760 is an answer and no file; type echo 'q1: 760' | convcalc hw check plain.yaml -",
    "check net.yaml --params 1000": "no option '--params'; write it into the file: expect: {params: 1000}; run convcalc check -h for help",
    "verify layer --n 8 --k 3": "no option '--n'; type convcalc verify --input 1x8x8 conv:k3",
    "layer --n 32 --k 5 --f 3": "no option '--f'; write --k for the size of a filter, --cout for how many there are; run convcalc layer -h for help",
    "why lenet5 conv": "'lenet5' is a network; to explain one of its layers, type convcalc arch lenet5 --explain C1",
    "layer --input 3 32 32 --k 5": "32 32: the sides of a shape are one word: --input 3x32x32",
    "layer --n 224 200 --k 3": "200: the sides of a shape are one word: --n 224x200",
    "arch net.yaml --shape 800 1200": "the sides of a shape are one word; type convcalc arch net.yaml --shape 800x1200",
    'layer "Conv2D(32, 3, input_shape=(28, 30, 1))"': "Conv2D(32, 3, input_shape=(28, 30, 1)): code is read by a chain: convcalc chain --input 1x28x30 'Conv2D(32, 3, input_shape=(28, 30, 1))'",
    "chain 'nn.Conv2d(4, 8, 3)'": "--input is missing: write --input 4x32x32; run convcalc chain -h for help",
    "chain --input 1x28x28 conv:k3c32,pool:k2,fc:10": "layers are words with spaces between them; type convcalc chain --input 1x28x28 conv:k3c32 pool:k2 fc:10",
    "compare --models net.yaml other.yaml": "no option '--models'; write its value without an option: type convcalc compare net.yaml other.yaml",
    "arch -m net.yaml": "no option '-m'; write its value without an option: type convcalc arch net.yaml",
    "hw grade --sheet=plain.yaml handed/": "no option '--sheet'; write its value without an option: type convcalc hw grade plain.yaml handed/",
    "memory net.yaml --fp16": "no option '--fp16'; write --precision float16; run convcalc memory -h for help",
    "layer --n 9 --k 3 --activation relu": "no option '--activation'; no size depends on it, leave it out: type convcalc layer --n 9 --k 3",
    "draw window --x '1 2; 3 4' --k 1": "no option '--x'; numbers are worked out by convcalc hand --x '1 2 3; 4 5 6; 7 8 9' --k '1 2; 3 4'; run convcalc draw window -h for help",
    "why 61M --params alexnet": "to compare a number with a network, type convcalc reconcile alexnet 61M",
    "sweep net.yaml --set width=2:8:2": "--set width=2:8:2: a range has two dots; write --set width=2..8:2",
    "solve size 32 16": "--n is missing: write --n 32 --o 16; run convcalc solve size -h for help",
    "export net.yaml --to png": "--to: no tool 'png'; pictures: convcalc draw net NETWORK -o net.png",
    "hw export plain.yaml --to canvas": "--to: no platform 'canvas'; it imports what --to qti writes",
    "hw conventions cs231n": "no convention 'cs231n'; it is a preset: convcalc hw conventions --preset cs231n",
    "layer help": "help: type convcalc layer -h",
    "homework plain.yaml": "no command 'homework'; type convcalc hw show plain.yaml",
    "arch https://example.org/net.yaml": "'https://example.org/net.yaml' is a web address, and convcalc downloads nothing; download the file, then name it",
    # Words stay words: text that a shell would run or split is in quotes.
    "layer 'a=$(ls)' --k 3": "a=$(ls): write the name of an option before it: --a '$(ls)'",
    "layer 'kind=my conv'": "kind=my conv: write the name of an option before it: --kind 'my conv'",
    "layer 'conv:k3;ls'": "conv:k3;ls: several layers in a row are a chain: convcalc chain --input 3x32x32 'conv:k3;ls'",
    "layer conv:k3c64 pool:k2 --n 224 --cin 4": "conv:k3c64 pool:k2: several layers in a row are a chain: convcalc chain --input 4x224x224 conv:k3c64 pool:k2",
    "layer 28x28x1 conv:k3 relu:": "28x28x1 conv:k3 relu:: several layers in a row are a chain: convcalc chain --input 1x28x28 conv:k3 relu:",
    "layer W=32 w=3": "W=32 w=3: write the name of an option before each of them, as in --kind conv --n 32 --k 3",
    # A letter names no argument, and all arguments are listed at once.
    "arch vgg16 --n 32": "no option '--n'; did you mean '--input'? Run convcalc arch -h for help.",
    "hw check plain.yaml --a mine.yaml": "no option '--a'; run convcalc hw check -h for help",
    "hw grade --sheet plain.yaml --submissions=handed/": "no option '--sheet'; write its value without an option: type convcalc hw grade plain.yaml handed/",
    # Values that a missing option cannot take are not advised.
    "solve size foo": "--n is missing; for example: convcalc solve size --n 32 --o 10; run convcalc solve size -h for help",
    "solve size same --k 7": "--n is missing; for example: convcalc solve size --n 32 --o 10; run convcalc solve size -h for help",
    "solve field abc2": "--rf is missing; for example: convcalc solve field --rf 101; run convcalc solve field -h for help",
    "hand random": "--x is missing; for example: convcalc hand --x '0 1 2; 3 4 5; 6 7 8' --k '0 1; 2 3'; run convcalc hand -h for help",
    # Two names are not similar only because both begin with dashes.
    "import model.h5 --to yaml": "no option '--to'; run convcalc import -h for help",
    "sweep net.yaml --kernel 3": "no option '--kernel'; run convcalc sweep -h for help",
    "arch net.yaml --colums params": "no option '--colums'; did you mean '--columns'? Run convcalc arch -h for help.",
    # Numbers in a row are sides only if a shape is expected; all shapes are listed.
    "budget net.yaml --batch 32 64": "'64' is one word too many; write it as in convcalc budget mobilenet_v2 --macs 300M --params 5M; run convcalc budget -h for help",
    "hand --x 3 3 --k 2 2": "'2' is one word too many; write it as in convcalc hand --x '0 1 2; 3 4 5; 6 7 8' --k '0 1; 2 3'; run convcalc hand -h for help",
    "solve size --n 30 32 --o 15 16": "the sides of a shape are one word; type convcalc solve size --n 30x32 --o 15x16",
    "memory net.yaml --dtype fp16": "--dtype: 'fp16' is not one of 'float32', 'float16', 'bfloat16', 'float64', 'mixed', 'int8'; did you mean 'float16'? Run convcalc memory -h for help.",
    "memory net.yaml --dtype Double": "--dtype: 'Double' is not one of 'float32', 'float16', 'bfloat16', 'float64', 'mixed', 'int8'; did you mean 'float64'? Run convcalc memory -h for help.",
    "arch vgg16 --layer conv1": "--layer: no layer 'conv1'; did you mean 'conv1_1'?",
    # A size after -o is a question, if the line has an input for it.
    "layer --n 64 --k 5 --out 10": "-o 10: this is the name of a file; for 10 output channels write --cout 10; for an output of size 10 type convcalc solve --n 64 --o 10 --k 5",
    "hand --x '1 2; 3 4' --pool max": "no option '--pool'; write --op maxpool or --op avgpool; run convcalc hand -h for help",
    "net.yaml --flops": "no command 'net.yaml'; type convcalc count net.yaml",
    "net.yaml --memory --batch 8": "no command 'net.yaml'; type convcalc arch net.yaml --memory --batch 8",
    "vgg16 --vram --batch 8": "no command 'vgg16'; type convcalc memory vgg16 --batch 8",
    "compare conv:k3 conv:k5": "no file 'conv:k3' and no bundled network of that name; convcalc list shows them\n"
    "no file 'conv:k5' and no bundled network of that name; convcalc list shows them",
    "compare vgg16 conv:k5": "no file 'conv:k5' and no bundled network of that name; convcalc list shows them",
    # All unknown options are listed; the advised line leaves out those on which no size depends.
    "layer --n 9 --k 3 --same --width 9": "no option '--same'; write --p same; no option '--width'; write height and width in one: --n 9 for both, or --n 11x9; run convcalc layer -h for help",
    "arch net.yaml --verbose 0 --as_strings --rf": "no options '--verbose' and '--as_strings'; no size depends on them, leave them out: type convcalc arch net.yaml --rf",
    "layer --n 9 --k 3 --name $(ls)": "no option '--name'; no size depends on it, leave it out: type convcalc layer --n 9 --k 3",
    # Only the terms of a formula are computed.
    "solve '(32-k)/s+1=10'": "no command solve '(32-k)/s+1=10'; convcalc works out the formula itself; type convcalc solve --n 32 --o 10 --p 0",
    "layer '(32-5+2*2)/3+1'": "(32-5+2*2)/3+1: convcalc works out the formula itself; type convcalc layer --n 32 --k 5 --s 3 --p 2",
    "layer '(9**9**9-5)/1+1'": "(9**9**9-5)/1+1: convcalc works out the formula itself; leave it out",
    "layer '__import__(1)-5+1'": "__import__(1)-5+1: convcalc works out the formula itself; leave it out",
    # Swapped sizes, shortened layers, and a layer of a network.
    "layer --k 32 --n 5 --s 2": "conv: a 32-wide window does not fit 5 along the height; raise the padding by 14 per side, or use a kernel of at most 5; if the two are swapped, type convcalc layer --k 5 --n 32 --s 2",
    "chain --input 1x28x28 32C3-P2-10": "a layer is a kind with options; type convcalc chain --input 1x28x28 conv:k3c32 pool:k2 fc:10",
    "draw field vgg16 conv5": "conv5 has no option before it; type convcalc draw field vgg16 --sees conv5_1:0,0",
    "layer --n 3 --k 5 --d 4": "conv: a 17-wide window (5 taps 4 apart) does not fit 3 along the height; raise the padding by 7 per side, or use a kernel of at most 1",
    # A flag with the value of a convention: the line with the convention, and with what the number is.
    "why 57 --pool --n 112 --k 3 --s 2 --fit ceil": "--fit ceil: a rule is written --convention fit=ceil; type convcalc why 57 --pool --n 112 --k 3 --s 2 --convention fit=ceil",
    "why 57 --fit=Ceil --n 112 --k 3": "--fit ceil: a rule is written --convention fit=ceil; type convcalc why 57 --fit --convention fit=ceil --n 112 --k 3",
    "why 9 --bias false --params --k 3": "--bias false: a rule is written --convention bias=false; type convcalc why 9 --convention bias=false --params --k 3",
    # What a question or a list says is said by the line, or nothing is guessed.
    "'7x7 input, 3x3 filter, stride 2, same padding'": "no command '7x7 input, 3x3 filter, stride 2, same padding'; type convcalc layer --n 7 --k 3 --s 2 --p same",
    "'7x7 input, 3x3 filter, stride two'": "no command '7x7 input, 3x3 filter, stride two'; write what is asked as options, such as convcalc layer --n 32 --k 5 --s 1 --p 2; run convcalc -h for help",
    "rf --kernels 3,3 --strides 2,1 --dilations 1,4": "no command 'rf'; type convcalc chain --input 1x64x64 conv:k3s2d1 conv:k3s1d4",
    "rf --kernels 3,3,3 --strides 2,1": "no command 'rf'; type convcalc draw field --kernels 3,3,3 --strides 2,1",
    "draw field --kernels 3,3,3 --strides 2,1": "no options '--kernels' and '--strides'; layers are written conv:k3s2p1c8, and the input is --input 1x8x8; run convcalc draw field -h for help",
    "hw make plain.yaml --seed 5": "no option '--seed'; run convcalc hw make -h for help",
    "--zzz 3": "no option '--zzz'; run convcalc -h for help",
    "hw --zzz 3": "no option '--zzz'; run convcalc hw -h for help",
}


@pytest.mark.parametrize("line", SAID)
def test_what_is_said(
    line: str, convcalc: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, text in FILES.items():
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_text(text, encoding="utf-8")
    Path("layers.txt").write_text("conv:k3c32 relu\n")
    ran = convcalc(*shlex.split(line))
    assert (ran.code, ran.out, ran.err) == (2, "", f"convcalc: {SAID[line]}\n")


@pytest.mark.parametrize(
    "word", ["\x1b[31m", "x" * 100_000, "1" * 100_000, "1" * 100_000 + "M", "k=" + "3" * 100_000]
)
@pytest.mark.parametrize(
    "command",
    [
        "",
        "layer",
        "solve size",
        "hand",
        "arch",
        "count",
        "chain",
        "hw check",
        "reconcile vgg16",
        "draw",
    ],
)
def test_no_word_floods_a_terminal_or_drives_it(command: str, word: str, convcalc: Any) -> None:
    ran = convcalc(*command.split(), word)
    assert ran.code == 2
    assert "\x1b" not in ran.err
    assert len(ran.err) < 4000
