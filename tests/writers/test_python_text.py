"""Names, values and comments from files stay names, values and comments in written Python code."""

from __future__ import annotations

import ast
import keyword

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convcalc.interop.writers.python_text import comment, identifier, literal
from strategies import some

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3).map(tuple),
)


@some
@given(values)
@pytest.mark.unmeasured
def test_a_literal_is_the_value(value: object) -> None:
    written = literal(value)
    assert written.isascii()
    assert "\n" not in written
    assert ast.literal_eval(written) == value


@some
@given(st.lists(st.text(), max_size=5))
@pytest.mark.unmeasured
def test_names_are_identifiers_and_each_is_another(texts: list[str]) -> None:
    taken: list[str] = []
    for text in texts:
        name = identifier(text, taken)
        assert name.isidentifier()
        assert name.isascii()
        assert not keyword.iskeyword(name)
        assert name not in taken
        taken.append(name)


@some
@given(st.text())
def test_a_comment_ends_at_its_line(text: str) -> None:
    module = ast.parse(f"{comment(text)}\nx = 1\n")
    assert [ast.unparse(node) for node in module.body] == ["x = 1"]
