"""Lines that call every command with a report, in a folder with the files that they name.

They are the examples in each command's help, and the lines below, so new commands are included.
"""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import click

from command_lines import commands, run

SAMPLES = Path(__file__).parent.parent / "homework" / "class"
NET = (
    "input: [1, 8, 8]\n"
    "layers: [{conv: {out_channels: 2, kernel_size: 3}}, relu]\n"
    "expect: {params: 12345, macs: 99999999}\n"
)
ENCODER = "input: [1, 28, 28]\nlayers: [{conv: {out_channels: 4, kernel_size: 3, stride: 2, padding: 1}}]\n"

# Reports that the examples do not show.
FURTHER = """
layer --n 224 --k 7 --s 2 --p 3 --cin 3 --cout 64 --explain
arch vgg16 --all
arch resnet50 --all
arch resnet50 --memory
arch lenet5 --columns help
arch vgg16 --sees conv5_3:6,6
compare vgg16 resnet50 mobilenet_v2 densenet121
diff resnet50 resnet50_torchvision --all
sweep lenet5 --input 28..40:4 --columns macs,params,memory
count lenet5
check net.yaml
verify lenet5 --jobs 1
hand --x image.csv --k 2 --op maxpool
draw cost lenet5 --by layer
draw cost vgg16 resnet50
draw cost lenet5 --of memory
draw cost lenet5 --of params
draw cost lenet5 --of activations
draw field vgg16 --sees conv4_1:0,0
draw field c3d
kernel sobel_x photo.pgm
hw check ps1.yaml handed.yaml
hw check ps1.yaml submissions/s102.yaml --student s102 --secret-file ps1.secret
hw hint ps1.yaml q4 --level 2
hw hint ps1.yaml q1 --level 4
hw show ps1.yaml --with-answers
hw make ps1.yaml --roster roster.csv --secret-file ps1.secret --out dist --force
hw grade ps1.yaml submissions --secret-file ps1.secret
hw grade ps1.yaml submissions --secret-file ps1.secret --out graded --force
hw regrade graded --sheet ps1-fixed.yaml
why 1 --params --k 5 --cin 3 --filters 100
why 2600 --params --k 5 --cin 3 --filters 100 --answer
list --sheets
kinds attention
"""
# These take seconds, or name missing files.
LONG = ("verify vgg16", "verify --all", "check nets/", "sweep mobilenet", "sweep efficientnet", "budget mobilenet_v1", "budget efficientnet")  # fmt: skip
ELSEWHERE = ("-o", "--output", "--format")  # options with a value for the place of the output
HANDED = "q1: 28x28x6\nq2: 260\nq3: [1, 2]\nq4: many\nq5: {total: 6, before: 3}\n"


def offers(command: click.Command, format_name: str) -> bool:
    """Whether a command has a format."""
    return any(
        param.name == "format_name" and format_name in param.type.names()  # type: ignore[attr-defined]
        for param in command.params
    )


@cache
def lines_of(format_name: str) -> dict[str, list[list[str]]]:
    """The lines of each command that offers a format, without options for the place of the output."""
    found: dict[str, list[list[str]]] = {}
    for name, command in commands().items():
        if not offers(command, format_name):
            continue
        said = [*getattr(command, "examples", "").strip().splitlines(), *FURTHER.splitlines()]
        for line in said:
            words = shlex.split(line.strip().removeprefix("convcalc "))
            own = words[: len(name.split())] == name.split()
            if own and not line.strip().removeprefix("convcalc ").startswith(LONG):
                plain = _plain(words)
                if plain not in found.setdefault(name, []):
                    found[name].append(plain)
    return found


def _plain(words: list[str]) -> list[str]:
    """A line without the options for the place and format of the output."""
    kept = iter(words)
    plain = []
    for word in kept:
        if word in ELSEWHERE:
            next(kept)
        elif word not in ("--json", "--draw"):
            plain.append(word)
    return plain


def furnish(folder: Path) -> None:
    """The files that the lines name; the folder is the current one."""
    for name in ("ps1.yaml", "ps1-fixed.yaml"):
        shutil.copy(SAMPLES / "ps1.yaml", folder / name)
    shutil.copy(SAMPLES / "roster.csv", folder)
    shutil.copy(SAMPLES / "example.secret", folder / "ps1.secret")
    shutil.copytree(SAMPLES / "answers", folder / "submissions")
    answers = min((folder / "submissions").iterdir())
    for name in ("mine.yaml", "s042.yaml"):
        shutil.copy(answers, folder / name)
    bundled = SAMPLES.parent.parent / "architectures"
    shutil.copy(bundled / "vgg16.yaml", folder)
    shutil.copy(bundled / "lenet5.yaml", folder / "mynet.yaml")
    texts = {"net.yaml": NET, "old.yaml": NET, "new.yaml": NET.replace("2", "3"), "encoder.yaml": ENCODER,
             "handed.yaml": HANDED, "image.csv": "1;2;3\n4;5;6\n7;8;9\n"}  # fmt: skip
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "photo.pgm").write_bytes(b"P5\n8 6\n255\n" + bytes(range(48)))
    shutil.copy(folder / "photo.pgm", folder / "photo.png")
    graded = run(
        [
            *[
                "hw",
                "grade",
                "ps1.yaml",
                "submissions",
                "--secret-file",
                "ps1.secret",
                "--out",
                "graded",
            ]
        ]
    )
    assert (folder / "graded" / "grades.csv").exists(), graded.err


def answers(name: str, format_name: str) -> Iterator[tuple[str, str]]:
    """The output of a command's lines in a format, each with its line; refused lines are left out.

    Raises:
        AssertionError: all are refused, or one breaks a rule of all commands.
    """
    answered = 0
    for words in lines_of(format_name)[name]:
        ran = run([*words, "--format", format_name], limit=60)
        assert not ran.faults, (words, ran.faults)
        if ran.code != 2:
            answered += 1
            yield shlex.join(words), ran.out
    assert answered, f"no line of {name} is answered in {format_name}"
