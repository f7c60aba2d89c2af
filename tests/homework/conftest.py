"""The module inside exports is packed once, not in each of hundreds of tests."""

from __future__ import annotations

import functools
from collections.abc import Iterator

import pytest

import convcalc
from convcalc.homework.exports import notebooks
from convcalc.homework.exports.base import Out
from convcalc.homework.exports.packed import packed_module


@functools.cache
def _packed(_: str) -> Out:
    return packed_module()


@pytest.fixture(scope="session", autouse=True)
def _packed_once() -> Iterator[None]:
    """Packing takes a sixth of a second; the files do not change while tests run."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(notebooks, "packed_module", lambda: _packed(convcalc.__file__))
        yield
