"""The manual: Sphinx builds it without a warning, and its reference describes everything that exists, and only that."""

from __future__ import annotations

import inspect
import json
import os
import re
import shutil
import subprocess
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

import convcalc
import convcalc.draw
import convcalc.formulas
import convcalc.homework
from convcalc.analysis.counting.ways import WAYS
from convcalc.analysis.devices import DEVICES
from convcalc.analysis.rows import COLUMNS
from convcalc.formats import FORMATS
from convcalc.homework.answers.types import ANSWER_TYPES
from convcalc.homework.conventions import PRESETS, RULES
from convcalc.homework.exports import EXPORTS
from convcalc.homework.mistakes import MISTAKES
from convcalc.homework.questions import QUESTIONS
from convcalc.homework.sheets.keys import GRADING_KEYS, HINT_KEYS, QUESTION_KEYS, SHEET_KEYS
from convcalc.images.kernels import KERNELS
from convcalc.interop.readers import READERS
from convcalc.interop.writers import WRITERS
from convcalc.layers import every
from convcalc.layers.operations import OPERATIONS
from convcalc.layers.options import options_of
from convcalc.network.blocks import BLOCK_KEYS
from convcalc.network.expression import FUNCTIONS
from convcalc.network.graph_plan import NETWORK_KEYS
from convcalc.network.load import EXPECT_KEYS, TOP_KEYS
from convcalc.network.notations import NOTATIONS
from convcalc.network.plan import ITEM_WORDS
from manual.errors import area_of, meant, messages
from manual.json_keys import LINES, command_of
from manual.json_meanings import meanings
from manual.man import man_pages
from manual.pages import SORTS
from manual.stage import ALSO, for_sphinx
from manual.tree import DISAGREE, commands
from manual.writing import code, docstring, plain, table, thing

ROOT = Path(__file__).parent.parent
BAD = ROOT / "tests" / "bad_specs"
Objects = dict[str, set[str]]

# Messages that are parts of a name, not of an error's text.
NOT_IN_THE_CATALOGUE = {"option_darknet_pad", "route_by_number"}


# ------------------------------------------------------------------------------ expected content


def options() -> Iterator[str]:
    """Every option of every command, with its name in the manual."""
    for words, command, context in commands():
        for option in command.get_params(context):
            if isinstance(option, click.Option) and not option.hidden:
                program = f"convcalc-{words.replace(' ', '-')}" if words else "convcalc"
                yield from (f"{program}.{name}" for name in (*option.opts, *option.secondary_opts))


def expected() -> Objects:
    """The names of every kind of thing, from the registries."""
    MISTAKES.load()
    return {
        "cmdoption": set(options()),
        "command-line": {f"convcalc {words}" for words, _, _ in commands() if words},
        "kind": set(every()),
        "kind-option": {
            f"{name}.{option}" for name, cls in every().items() for option in options_of(cls)
        },
        "operation": set(OPERATIONS),
        "column": set(COLUMNS),
        "format": set(FORMATS),
        "reader": set(READERS),
        "writer": set(WRITERS),
        "notation": set(NOTATIONS),
        "picture": set(convcalc.draw.PICTURES),
        "way": set(WAYS),
        "device": set(DEVICES),
        "kernel": set(KERNELS),
        "question-type": set(QUESTIONS),
        "mistake": set(MISTAKES),
        "convention": set(RULES),
        "preset": set(PRESETS),
        "answer-type": set(ANSWER_TYPES),
        "platform": set(EXPORTS),
        "network-key": {
            *TOP_KEYS,
            *(f"expect.{key}" for key in EXPECT_KEYS),
            *(f"blocks.NAME.{key}" for key in BLOCK_KEYS),
            *(f"layers: {key}" for key in (*ITEM_WORDS, "weights", "paths")),
            *(f"network.{key}" for key in NETWORK_KEYS),
            *(f"{name}()" for name in FUNCTIONS),
        },
        "sheet-key": {
            *SHEET_KEYS,
            *(f"questions.{key}" for key in QUESTION_KEYS),
            *(f"hints.{key}" for key in HINT_KEYS),
            *(f"grading.{key}" for key in GRADING_KEYS),
        },
        "function": {
            f"{module.__name__}.{name}"
            for module in (convcalc, convcalc.homework, convcalc.formulas)
            for name in getattr(module, "__all__", vars(module))
            if inspect.isfunction(each := getattr(module, name))
            and not name.startswith("_")
            and (module is not convcalc.formulas or each.__module__ == module.__name__)
        },
        "class": {
            f"{module.__name__}.{name}"
            for module in (convcalc, convcalc.homework)
            for name in module.__all__
            if inspect.isclass(getattr(module, name))
        },
    }


def objects(inventory: Path) -> Objects:
    """The names of every kind of thing that a manual describes."""
    *_, packed = inventory.read_bytes().split(b"\n", 4)
    found: Objects = {}
    for line in zlib.decompress(packed).decode().splitlines():
        match = re.fullmatch(r"(.+?) (?:std|py):(\S+) -?\d+ \S+ .*", line)
        assert match, line
        found.setdefault(match[2], set()).add(match[1])
    return found


# -------------------------------------------------------------------------------------- the build


def build(out: Path) -> str:
    """Build the site; returns the output of Sphinx."""
    options = ["-W", "-n", "--keep-going", "-q", "-b", "html"]
    ran = subprocess.run(
        [sys.executable, "-m", "sphinx", *options, "docs", str(out)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    return f"{ran.stderr}{f'exit code {ran.returncode}' if ran.returncode else ''}"


def undescribed(described: Objects, there: Objects) -> list[str]:
    """Things that are not in the manual, and things in the manual that do not exist."""
    return [
        f"{sort}: {'missing' if name in wanted else 'described, but not there'}: {name}"
        for sort, wanted in there.items()
        for name in sorted(wanted ^ described.get(sort, set()))
    ]


@pytest.mark.unmeasured
def test_the_manual_is_built_without_a_warning_and_describes_what_there_is(tmp_path: Path) -> None:
    out = tmp_path / "manual"
    wrong = build(out).splitlines()
    assert (out / "objects.inv").exists(), "\n".join(wrong)
    described = objects(out / "objects.inv")
    wrong += undescribed(described, expected())
    answering = {
        words
        for words, command, _ in commands()
        if any("--format" in option.opts for option in command.params)
    }
    said = {name.partition(":")[0] for name in described["json-key"]}
    wrong += [f"json-key: nothing of {words}" for words in answering ^ said]
    assert set(SORTS) <= {*expected(), "json-key", "error"}
    wrong += broken_links(out)
    wrong += unsaid(out)
    wrong += not_found(out) if shutil.which("node") else []
    assert not wrong, "\n".join(wrong)
    assert len(described["error"]) > 1000
    assert remote_files(out) == []


def broken_links(out: Path) -> list[str]:
    """The broken links in pages of the manual."""
    texts = {path: path.read_text(encoding="utf-8") for path in out.rglob("*.html")}
    places = {path: set(re.findall(r'\bid="([^"]+)"', text)) for path, text in texts.items()}
    wrong = []
    for path, text in texts.items():
        for name, anchor in set(re.findall(r'\bhref="([^"#:]*)(?:#([^"]*))?"', text)):
            goal = Path(os.path.normpath(path.parent / name.partition("?")[0])) if name else path
            if not goal.exists():
                wrong.append(f"{path.relative_to(out)}: no file {name}")
            elif (
                anchor
                and goal in places
                and anchor not in places[goal]
                and not anchor.startswith("svg-")
            ):
                wrong.append(f"{path.relative_to(out)}: no place {name}#{anchor}")
    return wrong


def remote_files(out: Path) -> list[str]:
    """External files that pages load; none, so that they work without network."""
    remote = re.compile(
        r'<(?:script|img|iframe)[^>]*src="(?:https?:)?//[^"]*"|<link[^>]*href="(?:https?:)?//[^"]*"'
    )
    return [
        found
        for path in out.rglob("*.html")
        for found in remote.findall(path.read_text(encoding="utf-8"))
    ]


def unsaid(out: Path) -> list[str]:
    """The pages without a title or a description."""
    pages = {
        path.relative_to(out).as_posix(): path.read_text("utf-8") for path in out.rglob("*.html")
    }
    signs = ("<title>", "<h1>", '<meta name="description" content="')
    without = ("genindex.html", "search.html")
    return [
        f"{name}: nothing after {sign}"
        for name, text in pages.items()
        if name not in without
        for sign in signs
        if not re.search(rf"{sign}[^\s<\"]", text)
    ]


# Search queries, and the wanted page.
WANTED = {
    "flops": "how-to/which-flops", "which flops": "how-to/which-flops", "receptive field": "arithmetic/fields",
    "dilation": "arithmetic/dilation", "padding same": "arithmetic/same", "checkerboard": "arithmetic/transposed",
    "biggest batch": "how-to/biggest-batch", "torchinfo": "ways/torchinfo", "stride": "arithmetic/windows",
    "parameters": "arithmetic/counts", "transposed convolution": "arithmetic/transposed",
    "output size": "arithmetic/windows", "install": "install", "moodle": "homework/platforms",
    "onnx": "bring-your-network", "depthwise": "arithmetic/counts", "effective kernel": "arithmetic/dilation",
    "hint": "reference/commands/hw-hint", "convention": "how-to/own-conventions", "memory": "sizing",
    "marking": "how-to/mark-a-class", "ceil_mode": "how-to/framework-says-13", "known wrong": "known-wrong",
    "man pages": "man-pages", "hw grade": "reference/commands/hw-grade", "glossary": "glossary",
    "par.no-bias": "reference/mistakes/par", "global_avgpool": "reference/kinds/global_avgpool",
}  # fmt: skip


def not_found(out: Path) -> list[str]:
    """The queries whose page is not among the first three results of the site's search."""
    script = ROOT / "tests" / "manual_search.js"
    command = ["node", str(script), str(out), *WANTED]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    wrong = []
    for (query, wanted), found in zip(WANTED.items(), json.loads(ran.stdout), strict=True):
        pages = list(dict.fromkeys(place.partition("#")[0] for place, _, _ in found))
        if wanted not in pages[:3]:
            wrong.append(
                f"search: {query} finds {', '.join(pages)}; not {wanted} among the first three"
            )
        wrong += [f"search: {title}" for _, title, _ in found if "&#x27;" in title]
    return wrong


# ------------------------------------------------------------------------------- single promises


@pytest.mark.unmeasured
def test_every_message_of_a_bad_file_is_in_the_catalogue_of_errors() -> None:
    found = messages()
    missing = {path.stem for path in BAD.glob("*.err") if not meant(path.read_text("utf-8"), found)}
    assert missing == NOT_IN_THE_CATALOGUE
    assert all(area_of(place) for each in found.values() for place in each.places)


def test_a_message_is_found_by_what_is_fixed_in_it() -> None:
    found = messages()
    (first, *_) = meant("a.yaml:3:5: no layer kind 'cnov'; it is called 'conv' here", found)
    assert first.text == "no layer kind …; it is called … here"
    assert first.way_out == "it is called … here"
    assert meant("the kettle is on", found) == []


def test_every_command_that_can_end_with_1_says_when() -> None:
    ends = re.compile(r"SystemExit\(1\)|exit\(1\)|\b1 if |else 1\b")
    files = {
        path.stem.removesuffix("_command")
        for path in (ROOT / "convcalc" / "cli").glob("*_command.py")
        if ends.search(path.read_text("utf-8"))
    }
    assert files == {words.replace(" ", "_") for words in DISAGREE}


def test_every_meaning_of_a_key_of_json_is_used() -> None:
    known = {command_of(line) for line in LINES.strip().splitlines()}
    for name in meanings():
        command, colon, _ = name.partition(":")
        assert not colon or command in known, name


def test_man_pages_are_those_of_the_commands(overwrite: bool) -> None:
    folder = ROOT / "docs" / "man"
    pages = man_pages()
    if overwrite:
        for path in folder.glob("*.1"):
            path.unlink()
        for name, text in pages.items():
            (folder / name).write_text(text, encoding="utf-8")
    assert {path.name: path.read_text("utf-8") for path in folder.glob("*.1")} == pages
    assert all(text.isascii() for text in pages.values())


@pytest.mark.skipif(not shutil.which("groff"), reason="groff is not installed")
def test_man_pages_are_laid_out_without_a_warning_and_divide_no_name() -> None:
    files = sorted((ROOT / "docs" / "man").glob("*.1"))
    for width in (60, 80, 120):
        command = ["groff", "-man", "-Tutf8", "-ww", f"-rLL={width}n", "-P-cbou", *map(str, files)]
        ran = subprocess.run(command, capture_output=True, text=True, check=True)
        assert ran.stderr == ""
        assert "\N{HYPHEN}\n" not in ran.stdout
    assert ran.stdout.count("SEE ALSO") == len(files)


@pytest.mark.skipif(not shutil.which("mandoc"), reason="mandoc is not installed")
def test_man_pages_are_as_man_wants_them() -> None:
    files = sorted(map(str, (ROOT / "docs" / "man").glob("*.1")))
    ran = subprocess.run(["mandoc", "-Tlint", *files], capture_output=True, text=True, check=False)
    said = {re.sub(r"^.*?\d+:\d+: ", "", line) for line in ran.stdout.splitlines()}
    # A page without a date is always the same; lines of examples are not wrapped.
    assert {s for s in said if "missing date" not in s and "longer than 80 bytes" not in s} == set()


# --------------------------------------------------------------------------------- the machinery


def test_texts_that_look_like_markdown_are_plain() -> None:
    assert plain("a_b *c* [d](e) <f> $g$ `h` {i}") == (
        r"a\_b \*c\* \[d\](e) \<f\> \$g\$ \`h\` \{i\}"
    )
    assert plain("- no list\n1. nor this") == "\\- no list\n\\1. nor this"
    assert [code("a`b"), code(""), code("a\nb")] == ["``a`b``", "", "`a b`"]
    assert table(("a",), [("`x|y`",), ("b\nc",)]) == "| a |\n| --- |\n| `x\\|y` |\n| b c |\n"
    assert table(("a",), []) == ""


def test_an_object_may_hold_another() -> None:
    inner = thing("py:method", "f()", "what")
    assert thing("py:class", "C", inner).startswith("::::{py:class} C\n\n:::{py:method} f()\n")


def test_a_docstring_is_markdown_with_its_sections() -> None:
    text = "What it *does*.\n\nArgs:\n    x: the ``input``,\n        which goes on.\n\nFormula:\n    a * b\n\n>>> 1\n1"
    assert docstring(text) == (
        "What it \\*does\\*.\n\nArguments:\n\n- `x`: the `input`, which goes on.\n\n"
        "**Formula**\n\n```text\na * b\n```\n\n```pycon\n>>> 1\n1\n```\n"
    )


def test_links_to_the_source_are_links_within_the_manual() -> None:
    links: dict[str, Path] = {}
    text = (
        "[a](../CHANGELOG.md) [b](../layers.md#x) [c](https://x.org) [d](../../LICENSE) ![e](e.svg)\n"
        "```text\n[a](../CHANGELOG.md)\n```\n<!-- manual\nonly here\n-->\n"
    )
    page = for_sphinx(text, "docs/homework/index.md", "homework/index.md", links)
    assert page == (
        "[a](../CHANGELOG.md) [b](../layers.md#x) [c](https://x.org) [d](../files/LICENSE) ![e](e.svg)\n"
        "```text\n[a](../CHANGELOG.md)\n```\nonly here\n\n"
    )
    assert links == {"files/LICENSE": ROOT / "LICENSE"}
    assert for_sphinx("[x](docs/a.md) [y](README.md)", "CHANGELOG.md", "changelog.md", {}) == (
        "[x](a.md) [y](readme.md)"
    )
    assert for_sphinx("[x](../CHANGELOG.md)", "docs/a.md", "a.md", {}) == "[x](changelog.md)"
    assert all((ROOT / name).exists() for name in ALSO)
