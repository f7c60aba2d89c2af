"""An editor's language server with the schema of sheets: no false alarms, and words and help while typing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from convcalc.homework.questions import QUESTIONS
from convcalc.homework.sheets.bundled import sheet_to_begin_from
from convcalc.homework.sheets.find import bundled_names
from convcalc.homework.sheets.keys import SCHEMA_FILE, SCHEMA_LINE
from convcalc.homework.sheets.schema import schema
from editor.language_runs import Server, absent, has_server

pytestmark = [
    pytest.mark.unmeasured,
    pytest.mark.skipif(not has_server(), reason=absent()),
]
START = f"{SCHEMA_LINE}\nconvcalc_sheet: 1\nquestions:\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sheets")
    (folder / SCHEMA_FILE).write_text(json.dumps(schema()), encoding="utf-8")
    return folder


def test_sheets_to_begin_from_have_no_fault(server: Server, folder: Path) -> None:
    for number, name in enumerate(["", *bundled_names()]):
        path = folder / f"s{number}.yaml"
        assert server.diagnose(path, sheet_to_begin_from(name)) == [], name


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("{type: output-size, given: {n: 32, k: 5}, point: 2}", ["4: Property point is not allowed."]),
        ("{type: output-size, given: {n: 32, k: 5, z: 2}}", ["4: Property z is not allowed."]),
        ("{type: output-size, given: {n: 32, k: 5}, partial: some}", ['4: Value is not accepted. Valid values: "none", "parts", "cells".']),
    ],
)  # fmt: skip
def test_a_wrong_key_or_value_is_named(
    question: str, said: list[str], server: Server, folder: Path
) -> None:
    assert (
        server.diagnose(folder / f"wrong{len(question)}.yaml", f"{START}  - {question}\n") == said
    )


def test_keys_types_and_words_are_offered_and_explained(server: Server, folder: Path) -> None:
    top, types, words = (folder / name for name in ("top.yaml", "types.yaml", "words.yaml"))
    server.diagnose(top, f"{SCHEMA_LINE}\n\n")
    assert set(schema()["properties"]) <= set(server.complete(top, 1, 0))
    server.diagnose(types, f"{START}  - type: \n")
    offered = server.complete(types, 3, 10)
    assert set(QUESTIONS) <= set(offered)
    assert offered["params"] == "The parameters of a convolution; with `groups`, of a grouped one."
    server.diagnose(words, f"{START}  - type: params\n    given:\n      k: 3\n      fi\n")
    assert "filters" in server.complete(words, 6, 8)
    assert about("params", "k") in server.hover(words, 5, 6)
    assert "The questions, in order." in server.hover(words, 2, 3)
    pool = folder / "pool.yaml"
    server.diagnose(pool, f"{START}  - type: pool-by-hand\n    given:\n      k: 3\n      s: 2\n")
    assert about("pool-by-hand", "k") in server.hover(pool, 5, 6)
    assert about("pool-by-hand", "s") in server.hover(pool, 6, 6)


def about(question_type: str, word: str) -> str:
    """The schema's description of a word of a question type."""
    (then,) = [
        case["then"]
        for case in schema()["$defs"]["question"]["allOf"]
        if case["if"]["properties"]["type"].get("const") == question_type
    ]
    return str(then["properties"]["given"]["properties"][word]["description"])
