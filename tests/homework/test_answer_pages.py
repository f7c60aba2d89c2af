"""Answers in pages of HTML, which strangers write: what counts as text, and that no page stops the marking."""

from __future__ import annotations

import time

import pytest

from convcalc.homework import loads
from convcalc.homework.classroom.answer_files import MAX_BYTES, parse
from convcalc.homework.classroom.answer_page import page_text
from convcalc.homework.classroom.beside import holds_network

PAGES = {
    "<p>q1: 2.3&times;10<sup>8</sup></p><p>q2: c<sub>in</sub> = 3": "q1: 2.3×10^8\nq2: cin = 3",
    "<p>q1: <s>28</s> <DEL>2<b>9</b></del>30 <strike>31</strike>": "q1: 30",
    "<p>q1: <span>28</span> <strong>and</strong> <section>3": "q1: 28 and\n3",
    "<html><head><title>q1: 1</TITLE><body><header>q1: 3</header>": "q1: 3",  # </head> may be left out
    "<STYLE>p {}</style><p>q1: 3<Script>q1: 4</sCRIPT >.": "q1: 3.",
    "<p>q1: 3<script>q1: 4": "q1: 3",
    """<p title="a > b" alt='>'>q1: 3 < 4 and <5 it's "so">""": """q1: 3 < 4 and <5 it's "so">""",
    '<p title="abc>q1: 3</p>': "q1: 3",
    '<p>q1: <img class="equation_image" data-equation-content="28\\times 28&lt;" src="x">.': "q1: 28\\times 28< .",
    "<p>q1: <img data-equation-content=''><img alt='q1: 3'>": "q1:",
    "<?xml version='1.0'?><!DOCTYPE html><p>q1: 3<?php q1: 4 ?><![CDATA[ q1: 5 ]]>": "q1: 3",
    "<table><tr><td>q1<td><table><tr><th>28</th><td>3</table><tr><td>q2</table>": "q1\n28 3\nq2",
    "<p>q1: &lt;b&gt;3&lt;/b&gt; &amp;lt;&nbsp;&NotThere;": "q1: <b>3</b> &lt; &NotThere;",
    "<p>q1: a&#27;[31m&#x9B;b&#0;c&#xD800;d&#13;e": "q1: a[31m›b\ufffdc\ufffdd e",
    f"<p>q1: &#{'9' * 5_000}; &#x{'f' * 5_000};": "q1: \ufffd \ufffd",
}


def test_the_text_of_a_page_is_what_its_reader_sees() -> None:
    assert {page: page_text(page) for page in PAGES} == PAGES


@pytest.mark.unmeasured
def test_no_page_and_no_text_in_braces_takes_long() -> None:
    sheet = loads("{convcalc_sheet: 1, questions: [{id: q1, type: text, text: Why?}]}")
    pieces = ("<", "<a ", "<p a=\"'", "<s>", "<script>", "<!--", "&", "&#9", "<p '\">", "</")
    started = time.perf_counter()
    for piece in pieces:
        page_text("<p>q1: 3</p>" + piece * (MAX_BYTES // 20 // len(piece)))
    for text in ('"' + '\\"' * 130_000, "'\"" * 130_000, "'" * 260_000, "layers: [" * 20_000):
        holds_network(("{layers: 3, " + text).encode(), sheet)
    took = time.perf_counter() - started
    assert took < 20  # minutes, if a place is read again and again
    assert parse("<p>q1: 3</p>" + "<b>" * 1_000, sheet)[0].values == {"q1": "3"}
