"""The documents: every example is run again, every link works, every option is mentioned.

``pytest tests/test_documents.py --overwrite`` writes the output of the examples, and the tables from
the registries, into the documents. Read the difference before you commit it.
"""

from __future__ import annotations

import contextlib
import doctest
import io
import json
import re
import shlex
import shutil
import subprocess
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

import convcalc
from convcalc.analysis.counting.features import FEATURES
from convcalc.analysis.counting.report import terms_text
from convcalc.analysis.counting.ways import WAYS, Rules
from convcalc.analysis.devices import DEVICES, amount_text
from convcalc.cli import hw_command
from convcalc.cli.main import COMMANDS
from convcalc.cli.main import load as load_command
from convcalc.formats import FORMATS
from convcalc.homework import check
from convcalc.homework import loads as sheet_of
from convcalc.homework.conventions import PRESETS, RULES, Conventions
from convcalc.homework.exports import EXPORTS
from convcalc.interop.writers import WRITERS
from convcalc.layers import every
from convcalc.layers.operations import OPERATIONS
from convcalc.layers.operations import RULES as OPERATION_RULES
from convcalc.network.load import loads
from homework.test_published import QUESTIONS, marked
from manual.man import summary
from manual.tree import commands as tree_commands
from manual.tree import examples as help_examples
from test_floors import FLOORS, MODULES

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
PAGES = [README, *sorted((ROOT / "docs").rglob("*.md"))]
DOCUMENTS = [*PAGES, ROOT / "CHANGELOG.md", ROOT / "CONTRIBUTING.md"]

BLOCK = re.compile(r"^```(?P<language>\w+)\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)
ONLY_IN_THE_MANUAL = re.compile(r"^<!-- manual\n.*?^-->$", re.DOTALL | re.MULTILINE)
TABLE = re.compile(r"(<!-- table: (?P<name>[\w -]+?) -->\n)(.*?)(<!-- end of table -->)", re.DOTALL)
LANGUAGES = {"console", "json", "pycon", "sh", "text", "yaml", "python"}

Convcalc = Callable[..., Any]


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


# --------------------------------------------------------------------------------- examples


def console(text: str, convcalc: Convcalc) -> str:
    """The block with the current output of its commands."""
    parts = []
    for command in [line[2:] for line in text.splitlines() if line.startswith("$ ")]:
        program, *arguments = shlex.split(command)
        if program == "sed":  # a small change to a file
            subprocess.run(command, shell=True, check=True)
            parts.append(f"$ {command}\n")
            continue
        assert program == "convcalc"
        ran = convcalc(*arguments, watched=True)
        parts.append(f"$ {command}\n{ran.out}{ran.err}")
    return "".join(parts)


def python(text: str, names: dict[str, Any]) -> str:
    """The block with the current output of an interpreter."""
    parts = []
    for part in doctest.DocTestParser().parse(text):
        if isinstance(part, str):
            parts.append(part)
            continue
        first, *rest = part.source.splitlines()
        parts.append("".join([f">>> {first}\n", *(f"... {line}\n" for line in rest)]))
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            try:
                exec(compile(part.source, "<document>", "single"), names)
            except convcalc.ConvcalcError as error:
                kind = f"{type(error).__module__}.{type(error).__name__}"
                print(f"Traceback (most recent call last):\n{kind}: {error}")
        parts.append(re.sub(r"^$(?=\n)", "<BLANKLINE>", printed.getvalue(), flags=re.MULTILINE))
    return "".join(parts)


def run_blocks(page: Path, text: str, convcalc: Convcalc) -> str:
    """The page with every block run, in order and in one folder."""
    names: dict[str, Any] = {}

    def run(block: re.Match[str]) -> str:
        language, inside = block["language"], block["text"]
        named = re.match(r"# (\w+\.(?:yaml|prototxt|cfg))\n", inside)
        if language == "console":
            return f"```console\n{console(inside, convcalc)}```"
        if language == "pycon":
            return f"```pycon\n{python(inside, names)}```"
        if language in ("yaml", "text") and named:
            Path(named[1]).write_text(inside, encoding="utf-8")
        return block[0]

    return BLOCK.sub(run, text)


@pytest.mark.parametrize("page", PAGES, ids=name_of)
@pytest.mark.unmeasured
def test_examples_print_what_the_page_says(
    page: Path,
    convcalc: Convcalc,
    overwrite: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for folder in ("homework", "architectures"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    monkeypatch.chdir(tmp_path)
    text = text_of(page)
    fresh = TABLE.sub(lambda found: f"{found[1]}{table(found['name'], convcalc)}{found[4]}", text)
    fresh = run_blocks(page, fresh, convcalc)
    if overwrite:
        page.write_text(fresh, encoding="utf-8")
    assert fresh == text or overwrite, (
        "if this is meant: pytest tests/test_documents.py --overwrite"
    )


def test_every_way_of_counting_has_a_page_with_an_example() -> None:
    for name in WAYS:
        text = text_of(ROOT / "docs" / "ways" / f"{name}.md")
        assert f"<!-- table: way {name} -->" in text
        assert re.search(
            r"^## Where it matters$.*^\$ convcalc (count|reconcile) ",
            text,
            re.DOTALL | re.MULTILINE,
        )


def test_a_wrong_example_is_found() -> None:
    assert python(">>> 1 + 1\n3\n", {}) == ">>> 1 + 1\n2\n"


# ----------------------------------------------------------------------------------- tables


def as_markdown(head: Iterable[str], rows: Iterable[Iterable[Any]]) -> str:
    """A table; a line in a cell keeps its bars."""
    lines = [list(head)]
    lines += [[str(cell).replace("|", "\\|") for cell in row] for row in rows]
    lines.insert(1, ["---"] * len(lines[0]))
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def code(text: str) -> str:
    return f"`{text}`" if text else ""


def rows_of(convcalc: Convcalc, key: str, *arguments: str) -> list[dict[str, Any]]:
    """The JSON output of a command."""
    rows: list[dict[str, Any]] = json.loads(convcalc(*arguments, "--format", "json").out)[key]
    return rows


def columns_table(convcalc: Convcalc) -> str:
    rows = rows_of(convcalc, "columns", "arch", "lenet5", "--columns", "help")
    return as_markdown(("column", "meaning"), ((code(r["column"]), r["about"]) for r in rows))


def kinds_table(convcalc: Convcalc) -> str:
    rows = rows_of(convcalc, "kinds", "kinds")
    return as_markdown(
        ("kind", "what it does", "options"),
        ((code(r["kind"]), r["about"], ", ".join(r["options"])) for r in rows),
    )


def types_table(convcalc: Convcalc) -> str:
    rows = rows_of(convcalc, "types", "hw", "types")
    return as_markdown(
        ("type", "asks for", "given", "example"),
        ((code(r["type"]), r["about"], code(r["given"]), code(r["example"])) for r in rows),
    )


def conventions_table(convcalc: Convcalc) -> str:
    return as_markdown(
        ("convention", "decides", "values"),
        (
            (
                code(name),
                rule.about,
                "; ".join(f"`{v}`: {value.header}" for v, value in rule.values.items()),
            )
            for name, rule in RULES.items()
        ),
    )


def presets_table(convcalc: Convcalc) -> str:
    usual = asdict(Conventions())
    return as_markdown(
        ("preset", "differs from the usual values in"),
        (
            (
                code(name),
                ", ".join(
                    f"`{key}: {value}`"
                    for key, value in asdict(preset).items()
                    if value != usual[key]
                ),
            )
            for name, preset in PRESETS.items()
        ),
    )


def exports_table(convcalc: Convcalc) -> str:
    return as_markdown(
        ("`--to`", "for", "writes"),
        (
            (code(name), export.about, "a folder" if export.suffix == "/" else code(export.suffix))
            for name, export in EXPORTS.items()
        ),
    )


def writers_table(convcalc: Convcalc) -> str:
    return as_markdown(
        ("`--to`", "for", "suffix of `-o`"),
        (
            (code(name), each.about, ", ".join(map(code, each.suffixes)))
            for name, each in WRITERS.items()
        ),
    )


def formats_table(convcalc: Convcalc) -> str:
    return as_markdown(
        ("`--format`", "suffix of `-o`"),
        ((code(name), code(each.suffix)) for name, each in FORMATS.items()),
    )


def ways_table(convcalc: Convcalc) -> str:
    rows = (
        (f"[`{name}`]({name}.md)", way.about, way.called or "–", way.leaves_out)
        for name, way in WAYS.items()
    )
    return as_markdown(("`--like`", "as", "calls it", "what differs"), rows)


def rules_rows(rules: Rules) -> list[tuple[str, str]]:
    """Kinds and families with the terms of their sums; equal ones together."""
    names: dict[str, list[str]] = {}
    for name, terms in rules.items():
        names.setdefault(terms_text(terms) or "nothing", []).append(
            code(name) if name != "*" else "all others" if len(rules) > 1 else "all kinds"
        )
    return [(", ".join(kinds), text) for text, kinds in names.items()]


def without_rule(lacks: Mapping[str, str]) -> Iterator[str]:
    """The kinds for which a way of counting has no rule; kinds with the same reason together."""
    for why in dict.fromkeys(lacks.values()):
        kinds = [kind for kind, other in lacks.items() if other == why]
        several = why.replace(" for it", " for them").replace("its rule ", "their rules ")
        yield f"{', '.join(map(code, kinds))}: {why if len(kinds) == 1 else several}"


def way_table(name: str) -> str:
    """A way of counting as a table, from its data."""
    way = WAYS[name]
    memory = way.memory
    facts = [
        ("is", way.about),
        ("its name for operations", way.called or "it counts none"),
        ("what differs", way.leaves_out),
        ("known bug", f"{way.bug}; `--with-bugs` imitates it" if way.bug else ""),
        ("parameters", way.params),
        ("memory", f"{memory.called}, printed as MB of {memory.unit:,} bytes" if memory else ""),
        ("no rule for", "; ".join(without_rule(way.lacks))),
        ("short numbers", way.rounding),
        ("source", way.source),
    ]
    tables = [as_markdown(("", ""), [fact for fact in facts if fact[1]])]
    for title, rules in (
        ("operations of", way.operations or {}),
        ("operations of, with the bug", way.bugs),
        ("activations of", way.activations),
        (
            f"memory: {memory.times} · 4 bytes · what is counted of" if memory else "",
            memory.values if memory else {},
        ),
    ):
        if rules:
            tables.append(as_markdown((title, "counts"), rules_rows(rules)))
    return "\n".join(tables)


def features_table(convcalc: Convcalc) -> str:
    return as_markdown(("name", "meaning"), ((name, text) for name, (_, text) in FEATURES.items()))


def devices_table(convcalc: Convcalc) -> str:
    rows = (
        (
            code(name),
            device.about,
            ", ".join(f"{precision} {peak / 1e12:g}" for precision, peak in device.peaks.items()),
            f"{device.bandwidth / 1e9:g}",
            " or ".join(amount_text(size) for size in device.memory) or "–",
            device.source,
        )
        for name, device in DEVICES.items()
    )
    head = ("`--device`", "is", "peak, 10¹² operations a second", "GB a second", "memory", "source")
    return as_markdown(head, rows)


def wrong_keys_list(convcalc: Convcalc) -> str:
    """The wrong published keys of questions that a reader can look up and that have no section."""
    sections = text_of(ROOT / "docs" / "known-wrong.md")
    found = {}
    for each in QUESTIONS:
        if "key" in each and re.search(r"github |\.(com|io|org) quiz", each["source"]):
            why = marked(each, str(each["key"]))
            key, right = str(each["key"]).replace("],[", "], ["), why.right_answer
            if f" = {key}\n" in sections and f" = {right}\n" in sections:
                continue
            perhaps = " or ".join(mistake["about"] for mistake in why.candidates)
            asked = re.sub(r"\[\[.*?\]\]", lambda matrix: code(matrix[0]), why.question.sentence)
            found[each["source"]] = (
                f"- {asked} Key: {code(key)}. Right: {code(right)}. "
                f"{f'Perhaps {perhaps}. ' if perhaps else ''}*Source:* {each['source']}.\n"
            )
    return "".join(found.values())


def man_pages_table(convcalc: Convcalc) -> str:
    rows = [("[`man convcalc`](man/convcalc.1)", "convcalc itself")]
    for words, command, _ in tree_commands():
        if words:
            page = f"convcalc-{words.replace(' ', '-')}"
            rows.append((f"[`man {page}`](man/{page}.1)", summary(words, command)))
    return as_markdown(("page", "what the command does"), rows)


def operations_table(convcalc: Convcalc) -> str:
    rules = "".join(f"- {rule}\n" for rule in OPERATION_RULES)
    rows = ((code(name), about) for name, about in OPERATIONS.items())
    return f"{as_markdown(('name', 'meaning'), rows)}\n{rules}"


def commands() -> Iterator[tuple[str, click.Command]]:
    """Every command with the words that call it."""
    for name in COMMANDS:
        command = load_command(name)
        yield name, command
        if isinstance(command, click.Group):
            for inner in command.list_commands(click.Context(command)):
                found = command.get_command(click.Context(command), inner)
                assert found
                yield f"{name} {inner}", found


def commands_table(convcalc: Convcalc) -> str:
    def section(words: str) -> str:
        return f"## convcalc {words}\n\n```text\n{convcalc(*words.split(), '-h').out}```\n"

    return "\n".join(section(words) for words, _ in commands())


def keys_text(value: Any) -> str:
    """The keys of a JSON value: nested ones in brackets; for a list those of its first item."""
    if isinstance(value, list):
        return f" [{keys_text(value[0]).strip()}]" if value and isinstance(value[0], dict) else ""
    if not isinstance(value, dict):
        return ""
    named = {"counts": " {operation: number}", "inputs": " {name: shape}"}  # keys that differ
    pairs = (
        (
            key,
            named[key] if key in named and isinstance(value[key], dict) else keys_text(value[key]),
        )
        for key in value
    )
    return f" {{{', '.join(f'{key}{inside}' for key, inside in pairs)}}}"


def keys_table(convcalc: Convcalc, *arguments: str) -> str:
    text = keys_text(json.loads(convcalc(*arguments, "--format", "json").out)).strip()
    return f"```text\n{textwrap.fill(text, 100, break_on_hyphens=False)}\n```\n"


def layer_keys(convcalc: Convcalc) -> str:
    return keys_table(convcalc, "layer", "--n", "5", "--k", "3", "--p", "1")


def arch_keys(convcalc: Convcalc) -> str:
    return keys_table(convcalc, "arch", "lenet5")


# A command whose JSON has all keys of its kind.
KEYS = {
    "solve": "solve --n 32 --o 10",
    "solve mirror": "solve mirror --input 1x28x28 conv:k3s2p1c16 --sizes 28..29",
    "count": "count lenet5",
    "reconcile": "reconcile resnet50_torchvision 4.13G",
    "memory": "memory lenet5",
    "roofline": "roofline lenet5 --device k80",
}


TABLES: dict[str, Callable[[Convcalc], str]] = {
    "columns": columns_table,
    "kinds": kinds_table,
    "question types": types_table,
    "conventions": conventions_table,
    "presets": presets_table,
    "exports": exports_table,
    "formats": formats_table,
    "writers": writers_table,
    "operations": operations_table,
    "man pages": man_pages_table,
    "wrong keys": wrong_keys_list,
    "devices": devices_table,
    "ways of counting": ways_table,
    "what is counted": features_table,
    **{f"way {name}": partial(lambda name, _: way_table(name), name) for name in WAYS},
    "commands": commands_table,
    "keys of layer": layer_keys,
    "keys of arch": arch_keys,
    **{
        f"keys of {name}": partial(lambda line, run: keys_table(run, *line.split()), line)
        for name, line in KEYS.items()
    },
}


def table(name: str, convcalc: Convcalc) -> str:
    return TABLES[name](convcalc)


def test_every_table_stands_on_one_page() -> None:
    found = [table["name"] for page in PAGES for table in TABLE.finditer(text_of(page))]
    assert sorted(found) == sorted(TABLES)


# ------------------------------------------------------------------------ words and links


def anchors_of(path: Path) -> set[str]:
    """The anchors of a page's headings."""
    text = BLOCK.sub("", text_of(path))
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", DOCUMENTS, ids=name_of)
def test_every_link_leads_to_a_page_of_the_source(page: Path) -> None:
    text = BLOCK.sub("", text_of(page))
    for target in re.findall(r"\]\(([^)]+)\)", text):
        place, _, anchor = target.partition("#")
        path = (page.parent / place).resolve() if place else page
        assert path.exists(), f"{name_of(page)}: no file {target}"
        assert not anchor or anchor in anchors_of(path), f"{name_of(page)}: no heading {target}"


@pytest.mark.parametrize(
    "folder", sorted(name_of(page.parent) for page in (ROOT / "docs").rglob("index.md"))
)
def test_every_page_is_in_the_index_of_its_folder(folder: str) -> None:
    index = ROOT / folder / "index.md"
    linked = set(re.findall(r"\]\(([\w-]+(?:/index)?\.md)", text_of(index)))
    below = {path.relative_to(index.parent).as_posix() for path in index.parent.glob("*/index.md")}
    assert linked == ({path.name for path in index.parent.glob("*.md")} - {"index.md"}) | below


@pytest.mark.parametrize("page", DOCUMENTS, ids=name_of)
def test_every_block_says_its_language(page: Path) -> None:
    text = ONLY_IN_THE_MANUAL.sub("", text_of(page))
    languages = re.findall(r"^```(\w*)$", text, re.MULTILINE)[::2]
    assert set(languages) <= LANGUAGES
    assert len(BLOCK.findall(text)) == len(languages)


def test_every_command_and_option_is_mentioned() -> None:
    text = "\n".join(map(text_of, PAGES))
    missing = [name for name, _ in commands() if f"convcalc {name}" not in text]
    for name, command in commands():
        for parameter in command.params:
            options = [o for o in (*parameter.opts, *parameter.secondary_opts) if o[0] == "-"]
            missing += [f"{name} {o}" for o in options if not re.search(rf"{o}(?![\w-])", text)]
    assert missing == []


def test_every_subcommand_of_homework_has_an_example() -> None:
    examples = "".join(block["text"] for page in PAGES for block in BLOCK.finditer(text_of(page)))
    assert [n for n in hw_command.COMMANDS if f"$ convcalc hw {n} " not in examples] == []


@pytest.mark.parametrize("page", PAGES[1:], ids=name_of)
def test_a_page_says_where_the_files_are_that_its_commands_take(page: Path) -> None:
    """Somebody who installed a wheel and works in an empty folder has none of them."""
    text = text_of(page)
    commands = re.findall(r"^\$ .*", text, re.MULTILINE)
    named = {word for line in commands for word in re.findall(r"(?<=\s)[\w-]+/[\w./-]+", line)}
    of_source = sorted(word for word in named if (ROOT / word).exists())
    assert not of_source or "folder of the source" in text, of_source


# -------------------------------------------------------------------- single examples


def test_the_numbers_of_networks_and_kinds_are_right() -> None:
    networks, kinds = len(convcalc.networks()), len(every())
    for page in (README, ROOT / "docs" / "start" / "engineer.md"):
        assert f"{networks} networks are included" in text_of(page)
    assert f"{kinds} layer kinds; {networks} networks" in text_of(ROOT / "CHANGELOG.md")


def test_the_readme_is_short_and_has_five_lines_at_most_for_each_reader() -> None:
    text = text_of(README)
    assert len(text.encode()) <= 8_000
    assert len(re.findall(r"!\[", text)) == 1
    assert text.index("```console") < text.index("## ")  # it looks like a real table
    for page in (ROOT / "docs" / "start").glob("*.md"):
        if page.name != "index.md":
            (told,) = re.findall(
                rf"^\*\*[^\n]+(?:\n[^\n]+)*\({name_of(page)}\)$", text, re.MULTILINE
            )
            assert len(told.splitlines()) <= 5, told


def test_ci_runs_the_readmes_test_command() -> None:
    blocks = [
        block["text"] for block in BLOCK.finditer(text_of(README)) if block["language"] == "sh"
    ]
    show, test = map(str.strip, blocks)
    assert "convcalc arch vgg16.yaml" in show
    assert test in text_of(ROOT / ".ci" / "run").splitlines()


def yaml_block(page: str, name: str) -> str:
    """The text of a YAML example, by the file's name in its first line."""
    (text,) = (
        block["text"]
        for block in BLOCK.finditer(text_of(ROOT / "docs" / page))
        if block["text"].startswith(f"# {name}\n")
    )
    return text


def test_the_example_of_a_network_keeps_its_promise() -> None:
    text = yaml_block("networks.md", "little.yaml")
    report = loads(text).walk()
    assert [note for note in report.notes if note.startswith("expect")] == []
    assert report.totals["params"] == yaml.safe_load(text)["expect"]["params"]


def test_the_example_of_a_sheet_tells_right_from_wrong() -> None:
    sheet = sheet_of(yaml_block("homework/teachers.md", "little_sheet.yaml"))
    answers = {"q1": "28x28x6", "q2": "456", "q3": "not", "q4": "[[19, 25], [37, 43]]"}
    assert [check(sheet, name, answer).status for name, answer in answers.items()] == ["right"] * 4
    assert check(sheet, "q2", "156").parts[0].mistakes == [("par.no-channels", "sure")]


def sheet_blocks() -> list[tuple[str, str]]:
    """Every whole sheet on a page, except sheets that the page shows as refused."""
    return [
        (name_of(page), block["text"])
        for page in PAGES
        for block in BLOCK.finditer(text_of(page))
        if block["language"] == "yaml"
        and re.search(r"^convcalc_sheet:", block["text"], re.MULTILINE)
        and not re.search(
            rf"^convcalc: {_file_named(block['text'])}:\d", text_of(page), re.MULTILINE
        )
    ]


def _file_named(block: str) -> str:
    """The file that the first line of a block names in a comment."""
    return re.escape(block.partition("\n")[0].removeprefix("# "))


def test_every_sheet_on_a_page_can_be_made_for_a_class(
    convcalc: Convcalc, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in ("homework", "architectures"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    monkeypatch.chdir(tmp_path)
    Path("roster.csv").write_text("id\ns1\ns2\n", encoding="utf-8")
    Path("secret").write_text("an example of a long secret\n", encoding="utf-8")
    assert len(sheet_blocks()) > 5
    for number, (page, text) in enumerate(sheet_blocks()):
        Path("sheet.yaml").write_text(text, encoding="utf-8")
        files = ["--roster", "roster.csv", "--secret-file", "secret", "--out", f"dist{number}"]
        made = convcalc("hw", "make", "sheet.yaml", *files)
        assert made.code == 0, (page, made.err)


def unrun_lines() -> Iterator[tuple[str, str]]:
    """Lines that are shown but not run: the examples of each help, and shell blocks."""
    for words, command, _ in tree_commands():
        yield from ((f"help of {words}", line) for line in help_examples(command))
    for page in PAGES:
        for block in BLOCK.finditer(text_of(page)):
            if block["language"] == "sh":
                yield from ((name_of(page), line) for line in block["text"].splitlines())


def misunderstood(line: str) -> str:
    """The errors of convcalc about the options and arguments of a line, which is not run."""
    tree = {words: command for words, command, _ in tree_commands()}
    for part in re.split(r"\s(?:\||&&)\s", re.sub(r"\s(?:#|>>?\s).*", "", line)):
        program, *words = shlex.split(part) or [""]
        if program == "convcalc":
            depth = max(n for n in range(len(words) + 1) if " ".join(words[:n]) in tree)
            command = tree[" ".join(words[:depth])]
            try:
                command.make_context(part, words[depth:])
            except click.ClickException as error:
                return error.format_message()
            except convcalc.ConvcalcError as error:
                return str(error)
    return ""


def test_lines_that_are_not_run_are_understood() -> None:
    lines = list(unrun_lines())
    assert len(lines) > 200
    assert [(where, line, said) for where, line in lines if (said := misunderstood(line))] == []
    assert "No such option" in misunderstood("convcalc hw grade ps1.yaml --outt x")
    assert "Missing" in misunderstood("ls | convcalc arch")


# ------------------------------------------------------------------- the map for contributors


def test_the_picture_of_the_floors_is_the_house() -> None:
    (picture,) = (
        block["text"]
        for block in BLOCK.finditer(text_of(ROOT / "CONTRIBUTING.md"))
        if block["language"] == "text"
    )
    drawn = [tuple(re.split(r"  +", line)[0].split()) for line in picture.splitlines()]
    built = [
        tuple(
            room for room in floor if any(f"{module}.".startswith(f"{room}.") for module in MODULES)
        )
        for floor in FLOORS
    ]
    assert drawn[::-1] == [floor for floor in built if floor]


def test_every_file_named_for_contributors_exists() -> None:
    text = text_of(ROOT / "CONTRIBUTING.md")
    named = set(re.findall(r"\b(?:convcalc|tests|docs|benchmarks)/[\w/.-]*\w", text))
    assert len(named) > 30
    missing = [
        name for name in named - {"convcalc/cli/NAME_command.py"} if not (ROOT / name).exists()
    ]
    assert missing == []
