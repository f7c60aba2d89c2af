"""``convcalc check``: errors in network files, in every format; budgets."""

from __future__ import annotations

import io
import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import yaml

from convcalc.analysis import walk as walking
from convcalc.analysis.checked import Finding, check_files, github_lines, sarif
from convcalc.errors import SpecError
from convcalc.formats import FORMATS
from convcalc.network.budget import read_budget
from convcalc.network.load import loads

REPO = Path(__file__).parent.parent
HEAD = "input: [3, 8, 8]\nlayers:\n  - conv: {out_channels: 2, kernel_size: 3}\n"
# 3·3·3·2 + 2 = 56 parameters, 54·36 = 1,944 macs, (56 + 192 + 72)·4 = 1,280 bytes
GOOD = f'{HEAD}expect: {{params: 56, macs: "<= 2k", memory: "<= 1280 B", rf_size: ">= 3", flops: "< 3889"}}\n'
OVER = (
    f'{HEAD}expect:\n  params: 57\n  macs: "< 1944"\n  memory: "<= 1.25 kB"\n  rf_size: ">= 3.5"\n'
)
SAID = [
    "params should be 57 but is 56",
    "macs should be < 1944, but is 1,944",
    "memory should be <= 1.25 kB, but is 1,280 bytes (30 too many)",
    "rf_size should be >= 3.5, but is 3",
]
WRONG = HEAD.replace("conv:", "cnv:")


@pytest.fixture
def nets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with networks, and with other YAML files."""
    monkeypatch.chdir(tmp_path)
    for name, text in {
        "nets/good.yaml": GOOD, "nets/deep/over.yml": OVER, "nets/wrong.yaml": WRONG, "nets/other.yaml": "on: push\n",
        "nets/.hidden/x.yaml": WRONG, "nets/read.me": WRONG, "empty/x.yaml": "a: 1\n", "empty/y.convcalc.yaml": "a: 1\n",
    }.items():  # fmt: skip
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def test_a_folder_is_searched_for_names_with_two_suffixes(nets: Path) -> None:
    (nets / "two").mkdir()
    (nets / "two" / "mine.convcalc.yaml").write_text(GOOD)
    assert check_files(["two"])[0] == ["two/mine.convcalc.yaml"]


def test_all_that_is_wrong_is_said_with_its_place(nets: Path, convcalc: Any) -> None:
    ran = convcalc("check", "nets")
    places = [f"nets/deep/over.yml:{line}:3: {said}" for line, said in zip((5, 6, 7, 8), SAID)]
    assert ran.code == 1
    assert ran.out.splitlines() == [
        "nets/wrong.yaml:3:5: no layer kind or block 'cnv'; did you mean 'conv'?",
        *places,
        "",
        "3 files: 1 as expected, 2 with errors",
    ]


def test_what_is_as_promised_is_exit_code_0(nets: Path, convcalc: Any) -> None:
    ran = convcalc("check", "nets/good.yaml")
    assert (ran.code, ran.out.strip()) == (0, "1 file: 1 as expected, 0 with errors")


@pytest.mark.parametrize(
    ("paths", "files"),
    [
        (["nets"], ["nets/good.yaml", "nets/wrong.yaml", "nets/deep/over.yml"]),
        (["nets/*.yaml"], ["nets/good.yaml", "nets/other.yaml", "nets/wrong.yaml"]),
        (["nets/**/*.yml"], ["nets/deep/over.yml"]),
        (["nets/good.yaml", "nets/good.yaml", "nets"], ["nets/good.yaml", "nets/wrong.yaml", "nets/deep/over.yml"]),
    ],
)  # fmt: skip
def test_files_folders_and_patterns(nets: Path, paths: list[str], files: list[str]) -> None:
    assert check_files(paths)[0] == files


def test_all_paths_without_a_network_are_refused_at_once(nets: Path, convcalc: Any) -> None:
    ran = convcalc("check", "empty", "nets/good.yaml", "nets/*.json", "nowhere")
    assert (ran.code, ran.out, ran.err) == (
        2, "",
        "convcalc: empty: there is no network file in this folder; name another one, or a file\n"
        "nets/*.json: no network file matches this pattern; write one such as 'nets/*.yaml'\n"
        "no file 'nowhere' and no bundled network of that name; convcalc list shows them\n",
    )  # fmt: skip


def test_a_mistake_in_a_file_that_is_extended_has_its_own_place(nets: Path, convcalc: Any) -> None:
    base = "input: [3, 8, 8]\nparameters: {k: 3}\nlayers:\n  - conv: {out_channels: 8, kernel_size: $k}\n"
    (nets / "base.yaml").write_text(base)
    (nets / "child.yaml").write_text("extends: base.yaml\nparameters: {k: 9}\n")
    (nets / "small.yaml").write_text("extends: vgg16\ninput: [3, 8, 8]\n")
    ran = convcalc("check", "base.yaml", "child.yaml", "small.yaml", "--format", "github")
    assert (ran.code, ran.out) == (
        1,
        "::error file=child.yaml,title=convcalc%3A spec::base.yaml:4:5: conv1 (conv): a 9-wide window does not fit 8 "
        "along the height; raise the padding by 1 per side, or use a kernel of at most 8\n"
        "::error file=small.yaml,title=convcalc%3A spec::vgg16:29:5: pool4 (maxpool): a 2-wide window does not fit 1 "
        "along the height; raise the padding by 1 per side, or use a kernel of at most 1\n",
    )


def test_standard_input_is_checked(nets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for text, said in {
        b"{input: [3, 8, 8], layers: [relu], expect: {params: 1}}": Finding("<stdin>", 0, 0, "expect", "params should be 1 but is 0"),
        b"{input: [3, 8, 8],\nlayers: [rulu]}": Finding("<stdin>", 2, 10, "spec", "no layer kind or block 'rulu'; did you mean 'relu'?"),
    }.items():  # fmt: skip
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text)))
        assert check_files(["-"]) == (["-"], [said])


@pytest.mark.parametrize(
    ("path", "said"),
    [("nowhere.yaml", "; convcalc list shows them"), ("vgg161", "; did you mean 'vgg16'?"), ("nets/good", "; did you mean 'nets/good.yaml'?"),
     ("nets/deep/over", "; did you mean 'nets/deep/over.yml'?"), ("empty/y", "; did you mean 'empty/y.convcalc.yaml'?")],
)  # fmt: skip
def test_a_name_of_no_network_is_refused_as_other_commands_do(
    nets: Path, path: str, said: str, convcalc: Any
) -> None:
    for words in (["check", path], ["check", "nets/good.yaml", path], ["arch", path]):
        ran = convcalc(*words)
        message = f"convcalc: no file '{path}' and no bundled network of that name{said}\n"
        assert (ran.code, ran.err) == (2, message)


@pytest.mark.parametrize("name", ["vgg16", "vgg16.yaml", "lenet5"])
def test_bundled_networks_are_found_by_name(nets: Path, name: str, convcalc: Any) -> None:
    assert convcalc("arch", name).code == 0
    ran = convcalc("check", name)
    assert (ran.code, ran.out) == (0, "1 file: 1 as expected, 0 with errors\n")
    Path(name).write_text(WRONG)  # a file of this name comes first
    assert convcalc("check", name).code == 1


@pytest.mark.parametrize("name", FORMATS.names())
def test_where_nothing_is_wrong_there_is_no_empty_part(
    nets: Path, name: str, convcalc: Any
) -> None:
    ran = convcalc("check", "nets/good.yaml", "--format", name)
    assert ran.code == 0
    assert ran.out.strip("\n") == ran.out.removesuffix("\n")
    assert "<pre></pre>" not in ran.out
    assert "```" not in ran.out


def test_a_format_that_is_not_known_is_answered_with_all_that_are(
    nets: Path, convcalc: Any
) -> None:
    ran = convcalc("check", "nets", "--format", "xml")
    known = "csv, github, html, json, jsonl, latex, markdown, sarif, table, text"
    said = f"convcalc: --format: no format 'xml'; known: {known}; run convcalc check -h for help\n"
    assert (ran.code, ran.err) == (2, said)
    for word in known.split(", "):
        assert convcalc("check", "nets/good.yaml", "--format", word).code == 0


def test_a_file_that_cannot_be_read_is_a_finding(nets: Path) -> None:
    (nets / "nets" / "good.yaml").write_bytes(b"\xff\xfe\x00layers: []")
    _, findings = check_files(["nets/good.yaml"])
    assert [(each.path, each.rule, bool(each.what)) for each in findings] == [
        ("nets/good.yaml", "spec", True)
    ]


# ------------------------------------------------------------------------------------- formats


def test_json_has_every_finding(nets: Path, convcalc: Any) -> None:
    data = json.loads(convcalc("check", "nets/deep", "--format", "json").out)
    assert {key: data[key] for key in ("schema", "files", "wrong")} == {
        "schema": 1,
        "files": 1,
        "wrong": 1,
    }
    assert data["findings"][0] == {
        "file": "nets/deep/over.yml", "line": 5, "column": 3, "rule": "expect", "what": SAID[0],
    }  # fmt: skip


def test_sarif_is_a_log_of_version_2_1_0(nets: Path, convcalc: Any) -> None:
    ran = convcalc("check", "nets", "--format", "sarif", "-o", "log.sarif")
    assert (ran.code, ran.out, ran.err) == (1, "", "wrote log.sarif\n")
    log = json.loads((nets / "log.sarif").read_text())
    (run,) = log["runs"]
    assert log["version"] == "2.1.0"
    assert {each["ruleId"] for each in run["results"]} <= {
        rule["id"] for rule in run["tool"]["driver"]["rules"]
    }
    assert run["results"][1]["locations"] == [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": "nets/deep/over.yml"},
                "region": {"startLine": 5, "startColumn": 3},
            }
        }
    ]
    whole = sarif([Finding("a b/ü.yaml", 0, 0, "spec", "x")], "1")["runs"][0]["results"][0][
        "locations"
    ][0]
    assert whole == {"physicalLocation": {"artifactLocation": {"uri": "a%20b/%C3%BC.yaml"}}}


def test_no_text_of_a_file_is_a_command_of_github(nets: Path, convcalc: Any) -> None:
    (nets / "nets" / "wrong.yaml").write_text("layers:\n  - '::error::\\n%0A::stop-commands::x'\n")
    lines = convcalc("check", "nets/wrong.yaml", "--format", "github").out.splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("::error file=nets/wrong.yaml,line=")
    odd = Finding("a,b:c%.yaml", 1, 2, "expect", "100%\n::set-output::x")
    assert list(github_lines([odd])) == [
        "::error file=a%2Cb%3Ac%25.yaml,line=1,col=2,title=convcalc%3A expect::100%25%0A::set-output::x"
    ]


# ------------------------------------------------------------------------------------- budgets


@pytest.mark.parametrize(
    ("text", "of_bytes", "sign", "value"),
    [
        ("<= 5M", False, "<=", 5_000_000), ("<=5M", False, "<=", 5_000_000), (">= 2.5 k", False, ">=", 2_500), ("< 1G", False, "<", 10**9),
        ("> 3", False, ">", 3), ("≤ 600M", False, "<=", 600_000_000), ("≥ 200", False, ">=", 200), ("<= 64 MB", True, "<=", 64_000_000),
        ("<= 64 MiB", True, "<=", 64 * 2**20), ("<= 0.5 KiB", True, "<=", 512), ("<= 10 kB", True, "<=", 10_000),
    ],
)  # fmt: skip
def test_a_limit_is_read(text: str, of_bytes: bool, sign: str, value: int) -> None:
    budget = read_budget(text, of_bytes=of_bytes)
    assert (budget.sign, budget.value, budget.text) == (sign, Fraction(value), text)


@pytest.mark.parametrize(
    ("text", "found", "kept"),
    [
        ("<= 5", 5, True), ("<= 5", 6, False), ("< 5", 5, False), ("< 5", 4, True), (">= 5", 5, True), (">= 5", 4, False),
        ("> 5", 5, False), ("> 5", 6, True), ("<= 2.5", 2, True), ("<= 2.5", 3, False),
    ],
)  # fmt: skip
def test_a_limit_is_kept_or_not(text: str, found: int, kept: bool) -> None:
    assert read_budget(text).allows(found) is kept


@pytest.mark.parametrize(
    ("expect", "said"),
    [
        ('params: "<= many"', 'params: \'<= many\' is not a limit; write for example "<= 5M" (units: k, K, M, G, T)'),
        ('macs: "<= 5 MB"', 'macs: \'<= 5 MB\' is not a limit; write for example "<= 5M" (units: k, K, M, G, T)'),
        ('memory: "<= 5M"', 'memory: \'<= 5M\' is not a limit; write for example "<= 64 MB" (units: B, kB, KB, MB, GB, KiB, MiB, GiB)'),
        ("params: 5M", "params must be a whole number, but this is '5M'; write plain digits"),
    ],
)  # fmt: skip
def test_a_limit_that_is_none_is_refused_in_these_words(expect: str, said: str) -> None:
    with pytest.raises(SpecError) as caught:
        loads(f"{HEAD}expect: {{{expect}}}\n")
    assert caught.value.what == said


def test_memory_is_for_one_sample_whatever_the_batch(nets: Path, convcalc: Any) -> None:
    text = GOOD.replace("<= 1280 B", "<= 1279 B")
    (nets / "m.yaml").write_text(text)
    said = "note: expect: memory should be <= 1279 B, but is 1,280 bytes (1 too many)\n"
    for batch in ("1", "7"):
        assert said in convcalc("arch", "m.yaml", "--batch", batch).out


def test_arch_walks_a_network_once(
    nets: Path, convcalc: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    walked: list[Any] = []
    real = walking.walk

    def counted(*arguments: Any) -> Any:
        walked.append(arguments)
        return real(*arguments)

    monkeypatch.setattr(walking, "walk", counted)
    for options in (
        [],
        ["--strict"],
        ["--strict", "--batch", "4"],
        ["--strict", "--explain", "conv1"],
    ):
        walked.clear()
        assert convcalc("arch", "nets/good.yaml", *options).code == 0
        assert len(walked) == 1


def test_arch_fails_only_where_it_is_strict(nets: Path, convcalc: Any) -> None:
    assert convcalc("arch", "nets/deep/over.yml").code == 0
    strict = convcalc("arch", "nets/deep/over.yml", "--strict")
    assert strict.code == 1
    assert all(f"note: expect: {said}\n" in strict.out for said in SAID)
    assert convcalc("arch", "nets/good.yaml", "--strict").code == 0
    changed = convcalc("arch", "nets/deep/over.yml", "--strict", "--input", "3x9x9")
    said = "--strict compares the unchanged file with its expect:, and --input changes it; leave one out"
    assert (changed.code, changed.err) == (2, f"convcalc: {said}\n")
    Path("bare.yaml").write_text("input: [1, 8]\nlayers: [relu]\n", encoding="utf-8")
    bare = convcalc("arch", "bare.yaml", "--strict")
    said = "note: the file has no expect:, so --strict checks only that every cost is known\n"
    assert (bare.code, bare.err) == (0, said)


def test_verify_says_a_budget_as_it_is_written(nets: Path, convcalc: Any) -> None:
    ran = convcalc("verify", "nets/deep/over.yml", "--only", "expect", "--each", "--format", "json")
    assert ran.code == 1
    claimed = {each["claimed"] for each in json.loads(ran.out)["checks"]}
    assert {57, "< 1944", "<= 1.25 kB", ">= 3.5"} == claimed


def test_the_hook_runs_a_command_that_there_is(convcalc: Any) -> None:
    (hook,) = yaml.safe_load((REPO / ".pre-commit-hooks.yaml").read_text())
    program, *words = hook["entry"].split()
    assert program == "convcalc"
    assert convcalc(*words, "--help").code == 0
