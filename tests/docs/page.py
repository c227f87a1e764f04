"""Pages of the documentation as their readers follow them: the commands they show, block by block."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"
_BLOCK = re.compile(
    r"(?:^ *<!-- not run: (?P<reason>[^\n]+?) -->\n)?"
    r"^(?P<indent> *)```(?P<name>[^\n`]*)\n(?P<text>.*?)^ *```$",
    flags=re.M | re.S,
)

_SHELL = {"", "sh"}


@dataclass(frozen=True)
class Block:
    """Commands of a page; ``reason`` says why they are not run in a test."""

    page: str
    text: str
    reason: str


def read_blocks(page: str) -> list[Block]:
    """The fenced commands of a page, in their order."""
    text = (DOCS / page).read_text(encoding="utf-8")
    found = []
    for block in _BLOCK.finditer(text):
        if block["name"] not in _SHELL:
            continue
        indent = block["indent"]
        lines = [line.removeprefix(indent) for line in block["text"].splitlines()]
        found.append(Block(page, "\n".join(lines), block["reason"] or ""))
    return found
