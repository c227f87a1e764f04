"""A page is read the same whether its tags are plain or as odd as the parser allows."""

from __future__ import annotations

import random

import pytest

from asn_research.reports.pages import passage
from asn_research.reports.pages.passage import Passage, read_passages

PIECES = [
    "<p>", "<p ", 'class="x y"', ' title="damp', "ak", ">", "/>", "<", "</p>", "<b>", "</b>", '"', "'",
    "=", " ", "&amp;", "<script>", "</script>", "<style>", "</style>", "<title>", "</title>", "<!--",
    "-->", "<q>", "</q>", '<td data-label="a">', '<img alt="berdampak">', '<a href="#x">',
    '<A HREF="y">', "<tr>", "<th>", "nilai", "\n", '<svg role="img" aria-label="efek">', "</svg>",
    '<path d="M1 2"/>', 'data-claims="exempt"', "<br/>", "dampak",
    '<section class="question" aria-labelledby="learning_gain">', "</section>", "<textarea>",
    "</textarea>", '<div data-claims="exempt">', "</div>", "<ul>", "<li>", "</ul>", '<li title="damp & ak">',
    '<td id="x" class="number">81%</td>', '<text x="4" y="5.5" fill="#1f2a33">dampak</text>', "<q>akibat</q>",
    '<a href="#x">naik</a>', "<br>efek</br>", '<circle cx="1" r="2"/>\n<rect x="1" aria-label="efek"/>',
    '<meta name="a" http-equiv="b" content="dampak">', '<b data-question="q">damp</b>', "<li>&nbsp;</li>",
    '<div data-claims="x"><ul><li>a<br>b</li></ul><table><tr><td>1</td></tr></table>', "<p/>", "<tr></tr>",
    '<i><b><i title="a < b">x</i></b></i>', "<p>menye<b>bab</b>kan</p>", "<td><tr>", "</br>", "</td>",
]  # fmt: skip


def read(page: str) -> list[Passage]:
    """What is read, without the dots for what is left out, whose number differs where nothing ends, and
    without blanks around it."""
    shown = [each._replace(text=each.text.replace(" · ", "").strip()) for each in read_passages(page)]
    return [each for each in shown if each.text]


def test_plain_tags_are_read_as_the_parser_reads_them(monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(3)  # noqa: S311  (pieces of test pages)
    pages = ["".join(chance.choices(PIECES, k=chance.randint(1, 35))) for _ in range(4000)]
    found = [read(page) for page in pages]
    monkeypatch.delattr(passage._Reader, "parse_starttag")
    assert [read(page) for page in pages] == found
    assert any(found)
