"""Every option of every command, alone and with every other one: none may be ignored silently.

For each command there are some base command lines (`BASES`), and for each option a value that changes their
output (`VALUES`). To see all errors:

    PYTHONPATH=.:tests python tests/option_pairs.py [COMMAND]
"""

from __future__ import annotations

import contextlib
import itertools
import os
import re
import shlex
import sys
import tempfile
import time
import zlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import click

from command_lines import commands, run

REFUSED = 2  # exit code
NET = """\
name: Small
input: [4, 24, 24]
parameters: {width: 4, k: 3}
blocks:
  step:
    layers:
      - conv: {out_channels: $width, kernel_size: $k, padding: 1}
      - instancenorm
      - relu
layers:
  - step
  - repeat: 17
    layers: [step]
  - maxpool: {name: pool, kernel_size: 3, stride: 2}
  - global_avgpool
  - flatten
  - linear: {name: out, out_features: 4}
expect: {params: 1}
"""
SOUND = """\
input: [1, 4000]
blocks:
  step:
    layers:
      - conv: {out_channels: 4, kernel_size: 3, padding: 1}
      - instancenorm
layers:
  - conv: {name: first, out_channels: 8, kernel_size: 9}
  - repeat: 26
    layers: [step]
  - maxpool: {name: pool, kernel_size: 4}
"""
SHEET = """\
convcalc_sheet: 1
id: ps
hints: {max_level: 3}
questions:
  - {id: q1, type: params, given: {k: 5, c_in: 3, filters: 10}}
  - {id: q2, type: params, vary: {k: [3, 5, 7], c_in: {from: 2, to: 8}, filters: {from: 8, to: 64}}}
"""
FIXED = """\
convcalc_sheet: 1
id: ps
hints: {max_level: 3}
questions:
  - {id: q1, type: params, given: {k: 5, c_in: 3, filters: 11}}
"""
FILES = {
    "net.yaml": NET,
    "other.yaml": NET.replace("stride: 2", "stride: 1").replace(
        "out_features: 4", "out_features: 5"
    ),
    "there.yaml": NET,
    "sound.yaml": SOUND,
    "bad.yaml": "input: [3, 8, 8]\nlayers: [relux]\n",
    "sheet.yaml": SHEET,
    "plain.yaml": FIXED.replace("11", "10")
    + "  - {id: q3, type: params, given: {k: 3, c_in: 3, filters: 10}}\n",
    "fixed.yaml": FIXED,
    "mine.yaml": "student: s1\nanswers: {q1: 760, q2: 3}\n",
    "wrong.yaml": "student: s1\nanswers: {q1: 250, q3: 5}\n",
    "bad_sheet.yaml": FIXED.replace("filters: 11}}", "filters: 11}, answer: 3}"),
    "roster2.csv": "student_id,name\ns1,Ada\n",
    "secret2": "another secret than that\n",
    "class.csv": "student_id,q1,q2\ns1,250,5\ns2,5,5\n",
    "handed/s1.yaml": "student: s1\nanswers: {q1: 760, q2: 3}\n",
    "handed/s2.yaml": "student: s2\nanswers: {q1: 12345, q2: 4}\n",
    "handed/s3.yaml": "student: s3\nanswers: {q1: 12345, q2: 4}\n",
    "late/s4.yaml": "student: s4\nanswers: {q1: 760, q2: 4}\n",
    "form.csv": "Student,First\ns1,760\n",
    "form2.csv": "Student,q1\ns1,760\n",
    "map.yaml": "'First': q1\n",
    "roster.csv": "student_id,email,name\ns1,a@x.org,Ada\ns2,b@x.org,Bob\ns4,d@x.org,Dan\n",
    "secret": "hvnxqpadkxtmzwbyrgjc\n",
    "photo.pgm": "P2 4 4 255 0 50 100 150 9 8 7 6 200 3 2 1 0 0 90 90\n",
}

# Base lines: everything that a line needs for an answer, and something for each option to change.
BASES: dict[str, tuple[str, ...]] = {
    "layer": (
        "--n 9x10 --k 3 --cin 4",
        "--n 9 --k 3 --kind conv_transpose --s 2 --cin 2",
        "--input 6x12x12 --k 3 --s 2 --kind maxpool",
        "--n 9 --cin 3 --kind linear --cout 4",
        "--n 9 --k 3 --kind lppool --set norm_type=2",
        "--input 12x20x24 --k 3",
    ),
    "chain": (
        "--input 12x20x24 conv:k3c4 instancenorm 2*(conv:k1c4 relu) pool:k2 conv:k1c4",
        "--input 1x400 conv:k9c4 instancenorm pool:k4 conv:k9c4",
    ),
    "arch": ("net.yaml", "sound.yaml", "net.yaml --input 12x20x24"),
    "compare": ("net.yaml other.yaml", "net.yaml other.yaml --input 12x20x24"),
    "diff": ("net.yaml other.yaml", "net.yaml other.yaml --input 12x20x24"),
    "solve size": ("--n 9 --o 5", "--n 8 --o 17 --kind conv_transpose", "--n 9 --o 5 --kind maxpool"),
    "solve field": ("--rf 11",),
    "solve input": ("net.yaml", "--input 12x20x24 conv:k3 pool:k2"),
    "solve mirror": ("--input 12x20x24 conv:k3c4 pool:k2", "net.yaml --input 12x20x24"),
    "budget": ("net.yaml --params 900 --vary width=2..5", "net.yaml --memory 60kB --vary width=2..5", "net.yaml --input 12x20x24 --params 900 --vary width=2..5"),
    "sweep": (
        "net.yaml --set width=2..5:0.5 --set k=2,3 --input 12x24x26",
    ),
    "count": ("net.yaml", "net.yaml --input 12x20x24"),
    "reconcile": ("net.yaml 1.493M", "net.yaml 1.493M --input 12x20x24"),
    "memory": ("net.yaml", "net.yaml --input 12x20x24"),
    "roofline": ("net.yaml --device a100", "net.yaml --peak 1G --bandwidth 1G", "net.yaml --device a100 --input 12x20x24"),
    "init": ("there.yaml --overwrite", "new.yaml", ""),
    "import": ("net.yaml", "net.yaml -o there.yaml --overwrite", "net.yaml --input 12x20x24"),
    "check": ("net.yaml bad.yaml",),
    "export": ("net.yaml --to mermaid", "net.yaml --to pytorch", "net.yaml --to dot --input 12x20x24"),
    "verify": ("conv:k3c2 --input 2x6x6", "net.yaml", "net.yaml --input 12x20x24"),
    "hand": (
        "--x '0 1 2 3 4; 3 4 5 7 8; 6 7 9 1 2; 2 1 2 3 4; 4 4 0 1 1' --k '0 1; 2 3' --s 2",
        "--x '0 1; 2 3' --k '0 1; 2 3' --op tconv --s 2",
        "--x '0 1 2; 3 4 5; 6 7 9' --k 2 --op avgpool --p 1",
        "--x '0 1 2; 3 4 5; 6 7 9' --k '1 1; 2 3' --grad '1 2; 3 4'",
        "--x '0 1 2; 3 4 5; 6 7 9' --k '1 1; 2 3' --blank",
        "--x '[[1, 2, 3], [4, 5, 6]]' --k '[[1, 2], [0, 1]]'",
    ),
    "draw fit": (
        "--n 9x10 --k 3 --cin 4", "--n 9 --k 3 --kind conv_transpose --s 2", "--input 6x12x12 --k 3 --s 2 --kind maxpool",
        "--n 9 --k 3 -o fit.svg", "--input 12x20x24 --k 3", "--n 9 --k 3 --kind lppool --set norm_type=2",
    ),
    "draw window": (
        "--n 9x10 --k 3 --cin 4", "--n 5 --k 3 --kind conv_transpose --s 2", "--input 6x12x12 --k 3 --s 2 --kind maxpool",
        "--n 9 --k 3 -o window.svg", "--input 12x20x24 --k 3", "--n 9 --k 3 --kind lppool --set norm_type=2",
    ),
    "draw net": ("net.yaml", "net.yaml -o net.svg", "net.yaml --input 12x20x24"),
    "draw cost": (
        "net.yaml", "net.yaml --device a100", "net.yaml --peak 1G --bandwidth 1G", "net.yaml other.yaml",
        "net.yaml -o cost.svg", "net.yaml --input 12x20x24",
    ),
    "draw field": ("net.yaml", "net.yaml -o field.svg", "net.yaml --input 12x20x24"),
    "kernel": ("", "sharpen", "sharpen photo.pgm", "sharpen photo.pgm -o out.pgm"),
    "hw check": (
        "plain.yaml wrong.yaml", "sheet.yaml class.csv --student s1 --secret-file secret",
        "plain.yaml class.csv --student s1", "plain.yaml wrong.yaml --json",
    ),
    "hw hint": ("plain.yaml q1", "sheet.yaml q2 --student s1 --secret-file secret --level 3"),
    "hw new": ("there.yaml --overwrite", "new.yaml", ""),
    "hw show": ("plain.yaml", "sheet.yaml --student s1 --secret-file secret"),
    "hw lint": ("bad_sheet.yaml",),
    "hw types": ("", "params"),
    "hw conventions": ("", "fit"),
    "hw make": (
        "sheet.yaml --roster roster.csv --secret-file secret --out made/",
        "sheet.yaml --roster roster.csv --secret-file secret --out made/ --force",
    ),
    "hw grade": (
        "plain.yaml handed/",
        "plain.yaml handed/ --out out/",
        "plain.yaml handed/ --roster roster.csv",
        "plain.yaml form.csv",
        "sheet.yaml handed/ --secret-file secret --out out/",
        "plain.yaml late/ --out graded/ --add",
        "plain.yaml form.csv --map map.yaml",
    ),
    "hw regrade": ("graded/ --sheet fixed.yaml",),
    "hw stats": ("graded/",),
    "hw export": ("sheet.yaml --to gift", "sheet.yaml --to prairielearn -o out/", "plain.yaml --to gift"),
    "why": (
        "2600 --params --k 5 --cin 3 --filters 100 --answer",
        "13 --params --cin 3 --filters 10 --given k=5 --answer",
        "27 --size --n 28 --k 5 --answer",
        "28x28x3 --volume --n 32 --k 5 --cin 3 --filters 6 --answer",
        "5 --rf --layers '3/2 3/1' --answer",
        "44 --type layers-to-reach --n 224 --k 5 --target 4 --answer",
        "33x33x3 --pool --n 32 --cin 3 --k 2 --answer",
        "100 --fc --input 4x4x3 --units 10 --answer",
        "2 --pad --k 5 --answer",
        "7 --fit --n 32 --k 5 --s 2 --answer",
        "80 --macs --n 8 --k 3 --cin 4 --filters 4 --answer",
        "80 --neurons --n 8 --k 3 --filters 4 --answer",
        "80 --type flatten --arch 'POOL-2' --input 8x8x3 --answer",
    ),
    "list": ("",),
    "kinds": ("", "conv"),
    "schema": ("",),
}  # fmt: skip

# A value for each option: of a command, or of all commands with an option of that name.
VALUES: dict[str, str] = {
    "--format": "json", "-o": "new.html", "--order": "hwc", "--input": "4x26x28", "--set": "k=2", "--batch": "3",
    "--n": "11x11", "--k": "2", "--s": "3", "--p": "1", "--d": "2", "--cin": "6", "--cout": "8", "--groups": "2",
    "--a": "1", "--fit": "ceil", "--kind": "maxpool", "--dims": "1", "--rf-through": "norms", "--rate": "16000",
    "--columns": "name,params,rf", "--sort": "params", "--depth": "1", "--explain": "pool", "--sees": "step2.conv1:0,0",
    "--max-layers": "90", "--step": "1,0", "--device": "t4", "--peak": "900M", "--bandwidth": "2G",
    "--precision": "float16", "--bytes": "fused", "--secret-file": "secret2", "--student": "s2", "--from": "vgg16",
    "--roster": "roster.csv", "--roster-id": "email", "--out": "folder/",
}  # fmt: skip
OWN_VALUES: dict[str, dict[str, str]] = {
    "layer": {"--set": "norm_type=1", "--input": "6x16x16", "--dims": "3"},
    "draw fit": {"--set": "norm_type=1", "-o": "new.svg"},
    "draw window": {"--set": "norm_type=1", "-o": "new.svg", "--n": "6x6"},
    "chain": {"--columns": "name,params", "--input": "4x26x28", "--explain": "conv2", "--sees": "conv2:0,0"},
    "arch": {"--columns": "name,params", "--sees": "step2.conv1:0,0"},
    "compare": {"--sort": "params"},
    "solve size": {"--n": "11", "--o": "6", "--k": "3", "--s": "1", "--p": "2", "--kind": "maxpool"},
    "solve field": {"--rf": "21", "--k": "5", "--layers": "5"},
    "solve mirror": {"--sizes": "12..13", "--axis": "1", "--input": "4x15x17"},
    "budget": {
        "--params": "500", "--macs": "20k", "--flops": "30k", "--memory": "20kB", "--vary": "input=20..22:1", "--set": "k=2",
    },
    "sweep": {
        "--set": "width=1,2,3", "--input": "4x23..25x28", "--columns": "macs", "--where": "'params > 900'", "--pareto": "macs,max:params",
        "--sort": "max:macs", "--limit": "2", "--max-points": "999", "--jobs": "1", "--cluster": "127.0.0.1:1",
    },
    "count": {"--like": "thop"},
    "memory": {"--optimizer": "adam", "--checkpoint": "sqrt", "--device": "1GB"},
    "import": {"-o": "new.yaml"},
    "export": {"--to": "dot", "-o": "new.mmd"},
    "verify": {"--only": "shape", "--seed": "5", "--dtype": "float64", "--limit": "0.001", "--jobs": "1"},
    "hand": {
        "--x": "'1 1 2 3 4; 3 4 5 7 8; 6 7 9 1 2; 2 1 2 3 4; 4 4 0 1 1'", "--k": "'1 1; 2 3'", "--op": "maxpool", "--bias": "5",
        "--grad": "'1 0 1 0; 0 1 1 0; 0 0 1 0; 0 1 0 2'", "--wrt": "input", "--fit": "ceil", "-o": "new.md",
        "--dims": "1",
    },
    "draw net": {"--of": "params", "-o": "new.svg"},
    "draw cost": {"--of": "params", "--by": "layer", "-o": "new.svg"},
    "draw field": {"--picture": "photo.pgm", "-o": "new.svg", "--sees": "step2.conv1:3,3"},
    "kernel": {"--border": "edge", "-o": "new.pgm"},
    "hw check": {"--only": "q1", "--hint": "2"},
    "hw hint": {"--level": "3"},
    "hw new": {"--from": "memphis"},
    "hw conventions": {"--preset": "cs231n"},
    "hw make": {"--roster": "roster2.csv"},
    "hw grade": {"--outputs": "json", "--map": "map.yaml", "--column": "Points", "--out": "folder/"},
    "hw regrade": {"--sheet": "plain.yaml"},
    "hw stats": {"--other": "1"},
    "hw export": {"--to": "moodle-xml", "--variants": "3", "-o": "new.txt"},
    "why": {
        "--n": "36", "--p": "2", "--s": "4", "--k": "9", "--d": "2", "--units": "4", "--input": "12x12x3", "--layers": "'3/2 5/2'",
        "--target": "8", "--arch": "POOL-4", "--type": "params", "--given": "k=3", "--preset": "cs231n",
        "--convention": "flops=2macs", "--filters": "50", "--cin": "4", "--groups": "2",
    },
}  # fmt: skip


# Why an option of a command ("" for all) changes nothing with another option ("" for any).
EXCUSED: dict[tuple[str, str, str], str] = {
    ("", "--jobs", ""): "it is a matter of speed",
    ("", "--max-layers", ""): "a limit: it refuses, or does nothing",
    ("", "--max-points", ""): "likewise",
    ("", "--overwrite", ""): "there is nothing to replace",
    ("", "--force", ""): "likewise",
    ("", "--bias", ""): "the usual setting; --no-bias is the other",
    ("", "--rf", "--rate"): "fields in seconds are fields, too",
    ("arch", "--all", "--format"): "JSON has every row anyway",
    ("arch", "--all", "--json"): "likewise",
    ("arch", "--all", "--set"): "rows that differ are shown anyway",
    ("arch", "--set", "--sees"): "behind the norm a unit sees the whole input",
    ("sweep", "--pareto", "--set"): "each of these points is on the front",
    ("sweep", "--pareto", "--limit"): "likewise",
    ("chain", "--depth", ""): "a chain has no blocks",
    ("chain", "--all", ""): "likewise",
    ("solve size", "--s", "--o"): "no window gives that size, whatever the stride",
    ("solve size", "--s", "--kind"): "likewise",
    ("", "--draw", "-o"): "a page has its picture anyway",
    ("diff", "--only-different", ""): "the usual setting",
    ("hw regrade", "--diff", ""): "likewise",
    ("kernel", "--preview", ""): "likewise",
    ("kernel", "--no-preview", ""): "the usual setting with -o and with formats for programs",
    ("solve size", "--all", ""): "few answers are all shown",
    ("budget", "--all", ""): "likewise",
    ("hand", "--all", ""): "small ones are shown whole",
    ("hw check", "--secret-file", "--only"): "the numbers of that question do not vary",
    ("sweep", "--cluster", ""): "needs a cluster",
    ("verify", "--all", ""): "takes minutes",
    ("verify", "--seed", ""): "other arrays, and the same verdict",
    ("verify", "--dtype", ""): "likewise",
    ("verify", "--limit", ""): "likewise, unless memory is short",
    ("verify", "--input", "--only"): "the same verdict on another size",
    ("verify", "--set", "--only"): "likewise",
    ("verify", "--order", "--only"): "likewise",
    ("hand", "--fit", ""): "every window fits, and nothing is rounded",
    ("hand", "--grad", "--s"): "the message has the sizes, which do not agree",
    ("hand", "--p", "--grad"): "likewise",
    ("hand", "--d", "--grad"): "likewise",
    ("hand", "--s", "--grad"): "likewise",
    ("hand", "--x", "--grad"): "likewise",
    ("hand", "--a", "--grad"): "likewise",
    ("hand", "--s", "--step"): "the message has the steps that there are",
    ("hand", "--d", "--step"): "likewise",
    ("draw window", "--cin", ""): "channels are not drawn",
    ("draw net", "--of", "--format"): "the numbers have all of them",
    ("draw net", "--of", "--json"): "likewise",
    ("draw cost", "--input", "--of"): "these parameters are the same for every input",
    ("draw cost", "--batch", "--of"): "parameters are the same for every batch",
    ("draw cost", "--bytes", "-o"): "layers without multiply-adds are no points of the picture",
    ("why", "--n", ""): "a question may give more than it needs",
    ("why", "--s", ""): "likewise",
    ("why", "--p", ""): "likewise",
    ("why", "--cin", ""): "likewise",
    ("why", "--preset", ""): "a preset changes what its conventions are about",
    ("why", "--convention", ""): "likewise",
    ("why", "--no-bias", ""): "multiply-adds leave biases out",
    ("why", "--s", "--preset"): "the message has the numbers, which do not fit",
}  # fmt: skip


class Answer(NamedTuple):
    """The result of a command line: its exit code, its output, and the files that it wrote or changed."""

    code: int
    out: str
    err: str
    files: Mapping[str, bytes]


class Line(NamedTuple):
    """A command line: the words that are not options, and the options with their values (None for a flag)."""

    words: tuple[str, ...]
    options: tuple[tuple[str, str | None], ...]

    def with_option(self, name: str, value: str | None) -> Line:
        """The line with one more option, or with another value of it."""
        others = tuple(pair for pair in self.options if pair[0] != name)
        return Line(self.words, (*others, (name, value)))

    def typed(self) -> list[str]:
        """The words that a shell would pass."""
        return [
            *self.words,
            *(word for pair in self.options for word in pair if word is not None),
        ]


def options_of(name: str) -> dict[str, click.Option]:
    """The options of a command by their first name, and by that of their opposite."""
    return {
        names[0]: param
        for param in commands()[name].params
        if isinstance(param, click.Option)
        for names in (param.opts, param.secondary_opts)
        if names
    }


def line_of(name: str, text: str) -> Line:
    """The command line of a base."""
    options, words, given = options_of(name), [], []
    rest = shlex.split(text)
    while rest:
        word = rest.pop(0)
        if word in options:
            given.append((word, None if options[word].is_flag else rest.pop(0)))
        else:
            words.append(word)
    return Line((*name.split(), *words), tuple(given))


def values_of(name: str) -> dict[str, str | None]:
    """A value for each option of a command; None for a flag.

    Raises:
        KeyError: an option has none; add one to `VALUES`.
    """
    own = VALUES | OWN_VALUES.get(name, {})
    return {
        option: None if param.is_flag else shlex.split(own[option])[0]
        for option, param in options_of(name).items()
    }


class Folder:
    """A folder with the files of the lines, restored after each line.

    Attributes:
        kept: its files, as they are before each line.
        ran: how many lines ran.
    """

    def __init__(self) -> None:
        self.kept = self._contents()
        self.ran = 0

    def answer(self, line: Line) -> Answer:
        """Run a line here."""
        self.ran += 1
        ran = run(line.typed(), limit=60)
        assert not ran.faults, (line.typed(), ran.faults)
        now = self._contents()
        changed = {path: data for path, data in now.items() if self.kept.get(path) != data}
        if changed:
            self._restore(now)
        return Answer(ran.code, ran.out, ran.err, changed)

    @staticmethod
    def _contents() -> dict[str, bytes]:
        paths = [os.path.join(top, name) for top, _, names in os.walk(".") for name in names]
        return {path: Path(path).read_bytes() for path in paths}

    def _restore(self, now: Mapping[str, bytes]) -> None:
        for path in now.keys() - self.kept.keys():
            os.unlink(path)
        for top, folders, names in os.walk(".", topdown=False):
            if not folders and not names and top != ".":
                os.rmdir(top)
        for path, data in self.kept.items():
            if now.get(path) != data:
                os.makedirs(os.path.dirname(path), exist_ok=True)
                Path(path).write_bytes(data)


@contextlib.contextmanager
def furnished(place: Path) -> Iterator[Folder]:
    """The folder, as the current folder."""
    before = Path.cwd()
    os.chdir(place)
    try:
        for name, text in FILES.items():
            Path(name).parent.mkdir(exist_ok=True)
            Path(name).write_text(text, encoding="utf-8")
        run(["hw", "grade", "plain.yaml", "handed/", "--out", "graded/"])
        yield Folder()
    finally:
        os.chdir(before)


def names_all(err: str, name: str, given: Mapping[str, str | None]) -> bool:
    """Whether a message contains a name of each option, or its value as typed."""
    known = options_of(name)
    for option, value in given.items():
        param = known[option]
        names = param.opts if option in param.opts else param.secondary_opts
        if not any(_has(err, word) for word in (*names, value) if word):
            return False
    return True


def _has(text: str, word: str) -> bool:
    return bool(re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", text))


def faults_of(
    name: str, folder: Folder, share: float = 1.0, *, in_both_orders: bool = False
) -> Iterator[str]:
    """The errors in the options of a command.

    Args:
        name: the command's name.
        folder: where its lines run.
        share: the share of the pairs to try, always the same ones.
        in_both_orders: whether each pair is also tried in the other order.
    """
    values, useful = values_of(name), set[str]()
    for base in BASES[name]:
        start = line_of(name, base)
        plain = folder.answer(start)
        if plain.code == REFUSED:
            yield f"{name} {base}: refused: {plain.err}"
            continue
        useful.update(option for option, _ in start.options)
        alone = {}
        for option, value in values.items():
            if (option, value) in start.options:
                continue
            answer = folder.answer(start.with_option(option, value))
            if answer.code != REFUSED:
                alone[option] = answer
                if answer != plain:
                    useful.add(option)
                elif not excused(name, option):
                    yield f"{name} {base}: {option} changes nothing"
        yield from _faulty_pairs(
            name, base, plain, alone, folder, share, in_both_orders=in_both_orders
        )
    for option in values.keys() - useful:
        if not excused(name, option):
            yield f"{name}: {option} changes nothing in any of its lines, or is refused"


def _faulty_pairs(
    name: str,
    base: str,
    plain: Answer,
    alone: Mapping[str, Answer],
    folder: Folder,
    share: float,
    *,
    in_both_orders: bool,
) -> Iterator[str]:
    """The errors of two options together that each work alone."""
    known, values, start = options_of(name), values_of(name), line_of(name, base)
    orders = itertools.permutations if in_both_orders else itertools.combinations
    for pair in orders(alone, 2):
        first, second = pair
        drawn = zlib.crc32(" ".join((name, base, *pair)).encode()) < share * 2**32
        if known[first] is known[second] or not drawn:
            continue
        line = start.with_option(first, values[first]).with_option(second, values[second])
        answer = folder.answer(line)
        if answer.code == REFUSED:
            is_said = excused(name, *pair) or excused(name, second, first)
            given = {each: values[each] for each in pair}
            if not is_said and not names_all(answer.err, name, given):
                yield f"{shlex.join(line.typed())}: does not name {first} and {second}: {answer.err.strip()}"
            continue
        for passed, other in (pair, pair[::-1]):
            inert = alone[passed] == plain  # already reported
            if answer == alone[other] and not inert and not excused(name, passed, other):
                yield f"{shlex.join(line.typed())}: {passed} changes nothing beside {other}"


def excused(name: str, option: str, other: str = "") -> bool:
    """Whether a table says why an option changes nothing, or nothing with another one."""
    return any(
        (command, option, beside) in EXCUSED for command in (name, "") for beside in ("", other)
    )


def main(names: Sequence[str]) -> None:
    """Try all pairs of some commands, in both orders, and print the errors."""
    os.environ["NO_COLOR"] = "1"
    for name in names or sorted(BASES):
        with tempfile.TemporaryDirectory() as top, furnished(Path(top)) as folder:
            start = time.process_time()
            found = list(faults_of(name, folder, in_both_orders=True))
            taken = time.process_time() - start
            print(
                *found, f"{name}: {len(found)} faults, {folder.ran} lines, {taken:.1f} s", sep="\n"
            )


if __name__ == "__main__":
    main(sys.argv[1:])
