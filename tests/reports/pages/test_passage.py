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
]  # fmt: skip


def read(page: str) -> list[Passage]:
    """What is read, without the dots for what is left out, whose number differs where nothing ends."""
    shown = [each._replace(text=each.text.replace(" · ", "")) for each in read_passages(page)]
    return [each for each in shown if each.text.strip()]


def test_plain_tags_are_read_as_the_parser_reads_them(monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(3)  # noqa: S311  (pieces of test pages)
    pages = ["".join(chance.choices(PIECES, k=chance.randint(1, 35))) for _ in range(4000)]
    found = [read(page) for page in pages]
    monkeypatch.delattr(passage._Reader, "parse_starttag")
    assert [read(page) for page in pages] == found
    assert any(found)
