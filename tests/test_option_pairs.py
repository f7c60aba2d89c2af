"""No option is ignored silently: every one is tried alone and with every other one."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

from command_lines import commands
from convcalc.cli import option_words
from option_pairs import BASES, EXCUSED, OWN_VALUES, VALUES, faults_of, furnished, options_of

# The share of pairs in an ordinary run, always the same; a thorough run tries all, in both orders.
SHARE = 0.08
THOROUGH = 1000  # examples


@pytest.mark.unmeasured
@pytest.mark.parametrize("name", sorted(BASES))
def test_no_option_is_passed_over(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    thorough = settings().max_examples >= THOROUGH
    with furnished(tmp_path) as folder:
        share = 1.0 if thorough else SHARE
        assert list(faults_of(name, folder, share, in_both_orders=thorough)) == []


def test_an_option_that_is_passed_over_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(option_words, "check_together", lambda *_: None)
    with furnished(tmp_path) as folder:
        found = list(faults_of("solve size", folder))
    lines = [line for line in found if line.startswith("solve size --n 9 --o 5 --p 2 --uneven")]
    assert lines == ["solve size --n 9 --o 5 --p 2 --uneven: --uneven changes nothing beside --p"]
    assert any("--format changes nothing beside --json" in line for line in found)


def test_the_tables_name_what_there_is() -> None:
    with_options = {name for name in commands() if options_of(name)} - {
        "explore",
        "completion",
    }  # Pyodide, and a home folder
    assert set(BASES) == with_options
    assert set(OWN_VALUES) <= with_options
    known = {option for name in with_options for option in options_of(name)}
    assert set(VALUES) <= known
    for name, option, other in EXCUSED:
        there = options_of(name) if name else known
        assert option in there, (name, option)
        assert not other or other in there, (name, other)
