"""Check network files against their own expected numbers, for continuous integration."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from glob import glob
from typing import Any, NamedTuple
from urllib.parse import quote

from convcalc import __version__
from convcalc.analysis.notes import broken_expectations
from convcalc.analysis.walk import walk
from convcalc.errors import ConvcalcError, SpecError, UsageError
from convcalc.files import STDIN, YAML_SUFFIXES, open_regular, slashed, stdin_name
from convcalc.interop.base import OpenInputError
from convcalc.interop.load import load
from convcalc.interop.signs import HEAD, SUFFIXES, format_of
from convcalc.interop.sorts import sort_of_text
from convcalc.layers.values import each_of
from convcalc.network.find import find, name_of
from convcalc.report import Column, Report
from convcalc.text import plural, printable

_OTHER_TOOLS = (*SUFFIXES, ".json")
_NAMED = (
    *YAML_SUFFIXES,
    *_OTHER_TOOLS,
)  # in folders and patterns; a file that is named directly can have any name
_MAX_FILES = 100_000
_HEAD = 65_536  # bytes that are read of a file to find out whether it is a network
_EXPECT = re.compile(r"^expect[ \t]*:", re.MULTILINE)


class Finding(NamedTuple):
    """An error in a file.

    Attributes:
        path: the file, as given.
        line, column: the place, from 1; 0 for the file as a whole.
        rule: ``spec`` (not a network, or a layer does not fit) or ``expect`` (another number).
        what: the error, in a sentence.
    """

    path: str
    line: int
    column: int
    rule: str
    what: str


def check_files(paths: Iterable[str]) -> tuple[list[str], list[Finding]]:
    """The network files under some paths, and their errors.

    Args:
        paths: files, folders (all network files in them), patterns such as ``nets/**/*.yaml``,
            and names of bundled networks.

    Raises:
        UsageError: some paths lead to no network file; it names all of them.
    """
    found = each_of(paths, _files)
    files = list(dict.fromkeys(file for each in found for file in each))
    return files, [finding for file in files for finding in _check(file)]


def _files(path: str) -> list[str]:
    """The network files for a path.

    Raises:
        UsageError: there are none, or too many.
    """
    if os.path.isdir(path):
        found = [file for file in _in_folder(path) if _is_network(file)]
        missing = "there is no network file in this folder; name another one, or a file"
    elif any(sign in path for sign in "*?[") and not os.path.exists(path):
        matches = sorted(glob(path, recursive=True))
        found = [file for file in matches if _may_be_meant(file)]
        missing = "no network file matches this pattern; write one such as 'nets/*.yaml'"
    else:
        return [path if path == STDIN else find(path)]
    if not found:
        raise UsageError(f"{printable(path)}: {missing}")
    if len(found) > _MAX_FILES:
        message = f"{printable(path)}: {len(found):,} files; at most {_MAX_FILES:,} are checked"
        raise UsageError(message)
    return found


def _may_be_meant(path: str) -> bool:
    """Whether a pattern may include a file: any YAML file; of other files, only networks."""
    if not os.path.isfile(path):
        return False
    return path.endswith(YAML_SUFFIXES) or (path.endswith(_OTHER_TOOLS) and _is_network(path))


def _in_folder(folder: str) -> Iterator[str]:
    """Possible network files in a folder and its subfolders; names that begin with a dot are skipped."""
    for place, names, files in os.walk(folder):
        names[:] = sorted(name for name in names if not name.startswith("."))
        for name in sorted(files):
            if name.endswith(_NAMED) and not name.startswith("."):
                yield os.path.join(place, name)


def _is_network(path: str) -> bool:
    """Whether a file looks like a network; folders also contain other files with such names."""
    try:
        with open_regular(path, follow=True) as file:
            if path.endswith(YAML_SUFFIXES):
                return sort_of_text(file.read(_HEAD)) == "network"
            return bool(format_of(file.read(HEAD), file))
    except ValueError:
        return False  # a pipe or a device
    except OSError:
        return True  # the check reports why it cannot be read


def _check(path: str) -> Iterator[Finding]:
    """The errors in a file."""
    try:
        network = load(path)
        broken = broken_expectations(walk(network))
    except OpenInputError:
        return  # it can be read; it leaves its input size open
    except SpecError as error:
        for each in error.problems:
            yield _finding(path, each)
        return
    except ConvcalcError as error:
        said = str(error).removeprefix(f"{printable(path)}: ")
        yield Finding(_called(path), 0, 0, "spec", said)
        return
    for key, said in broken.items():
        line, column = (0, 0) if path == STDIN else _place_of(path, key)
        yield Finding(_called(path), line, column, "expect", f"{key} {said}")


def _called(path: str) -> str:
    """The name of a file in its findings."""
    return stdin_name() if path == STDIN else name_of(path)


def _finding(path: str, error: SpecError) -> Finding:
    """An error in a file, or in another one that it extends or contains."""
    called = _called(path)
    if error.path not in (called, path):
        return Finding(called, 0, 0, "spec", str(error).partition("\n")[0])
    return Finding(called, error.line, error.column, "spec", printable(error.what))


def _place_of(path: str, key: str) -> tuple[int, int]:
    """The place of an expected number in a file: line and column, from 1."""
    with open(path, encoding="utf-8-sig", errors="replace") as file:
        text = file.read()
    start = _EXPECT.search(text)
    begin = start.start() if start else 0
    found = re.compile(rf"\b{re.escape(key)}[ \t]*:").search(text, begin)
    at = found.start() if found else begin
    return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)


def _where(finding: Finding) -> str:
    """The place of a finding, in the form that editors read."""
    place = f":{finding.line}:{finding.column}" if finding.line else ""
    return f"{printable(finding.path)}{place}"


_COLUMNS = (
    Column("file", "file", lambda each: each.path, right=False, text=printable),
    Column("line", "line", lambda each: each.line),
    Column("column", "column", lambda each: each.column),
    Column("rule", "rule", lambda each: each.rule, right=False),
    Column("what", "what is wrong", lambda each: each.what, right=False, wraps=True, least=30),
)


def checked_report(files: Sequence[str], findings: Sequence[Finding]) -> Report:
    """The findings as a report; people see a line for each."""
    wrong = len({finding.path for finding in findings})
    good = len(files) - wrong
    lines = [f"{_where(each)}: {each.what}" for each in findings]
    total = f"{plural(len(files), 'file')}: {good:,} as expected, {wrong:,} with errors"
    facts: dict[str, Any] = {"files": len(files), "wrong": wrong}
    return _Checked(
        title="", columns=_COLUMNS, rows=list(findings), key="findings", facts=facts, lines=lines,
        lines_repeat_rows=True, footer=[total],
    )  # fmt: skip


class _Checked(Report):
    """Findings, with own layouts for GitHub and code scanning."""

    def document(self, format_name: str) -> Iterable[str] | None:
        if format_name == "github":
            return github_lines(self.rows)
        if format_name == "sarif":
            return json.dumps(sarif(self.rows, __version__), indent=2).splitlines()
        return None


def github_lines(findings: Iterable[Finding]) -> Iterator[str]:
    """The findings as commands that GitHub shows next to the lines of a change.

    >>> next(github_lines([Finding("a,b.yaml", 3, 5, "expect", "params should be 1 but is 2")]))
    '::error file=a%2Cb.yaml,line=3,col=5,title=convcalc%3A expect::params should be 1 but is 2'
    """
    for each in findings:
        place = f",line={each.line},col={each.column}" if each.line else ""
        title = f"convcalc%3A {each.rule}"
        yield f"::error file={_property(each.path)}{place},title={title}::{_data(each.what)}"


def _data(text: str) -> str:
    """A text in a GitHub command."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    """A value in the head of a GitHub command."""
    return _data(printable(text)).replace(":", "%3A").replace(",", "%2C")


_RULES = {
    "spec": "convcalc cannot read the file as a network, or a layer does not fit its input.",
    "expect": "A number differs from what the file expects, or is over its budget.",
}


def sarif(findings: Iterable[Finding], version: str) -> dict[str, Any]:
    """The findings as a SARIF 2.1.0 log for code scanning.

    Args:
        findings: the errors.
        version: the version of convcalc.
    """
    rules = [{"id": name, "shortDescription": {"text": text}} for name, text in _RULES.items()]
    results = []
    for each in findings:
        place: dict[str, Any] = {"artifactLocation": {"uri": _uri(each.path)}}
        if each.line:
            place["region"] = {"startLine": each.line, "startColumn": each.column}
        results.append(
            {
                "ruleId": each.rule,
                "level": "error",
                "message": {"text": each.what},
                "locations": [{"physicalLocation": place}],
            }
        )
    driver = {"name": "convcalc", "version": version, "rules": rules}
    return {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "results": results}],
    }


def _uri(path: str) -> str:
    """A path as a relative URI."""
    return quote(slashed(os.path.normpath(path)), errors="replace")


__all__ = ["Finding", "check_files", "checked_report", "github_lines", "sarif"]
