"""`python -m tests.contract.contract_page` renews the tables of docs/data_contract.md from the contract."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from asn_research.contract.codebook import kind_label, used_vocabularies, valid_values
from asn_research.contract.column import TABLES, Column, Label, Table
from asn_research.language import phrase
from asn_research.language.catalogue import read_messages

DOCUMENT = Path(__file__).parents[2] / "docs" / "data_contract.md"
_PLACE = re.compile(r"(<!-- (tables|terms|reasons): .*?-->\n).*?(<!-- end -->)", re.DOTALL)
_REASON = "intake.reason_"
_WRITING = f"{_REASON}toml_"


def renew(text: str) -> str:
    """The page with its generated parts as the contract says them today."""
    parts = {"tables": _tables, "terms": _terms, "reasons": _reasons}

    def fill(match: re.Match[str]) -> str:
        return "\n".join([match[1], *parts[match[2]](), "", match[3]])

    return _PLACE.sub(fill, text)


def _both(label: Label) -> str:
    return label.id if label.id == label.en else f"{label.id} · *{label.en}*"


def _rows(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    names = list(heads)
    yield f"| {' | '.join(names)} |"
    yield f"|{' --- |' * len(names)}"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', '/').replace(chr(10), ' ') for cell in row)} |"


def _tables() -> Iterator[str]:
    for position, table in enumerate(TABLES.values()):
        yield from ([""] if position else [])
        yield f"### `{table.name}`: {_both(table.label)}"
        yield ""
        need = "wajib · *required*" if table.required else "boleh tidak ada · *optional*"
        yield f"Satu baris per {table.row.id} · *one row per {table.row.en}*; {need}."
        yield ""
        heads = ("kolom · *column*", "arti · *meaning*", "jenis · *kind*", "isi yang sah · *valid values*")
        yield from _rows(heads, (_column(table, column) for column in table.columns))


def _column(table: Table, column: Column) -> tuple[str, str, str, str]:
    name = f"`{column.name}`" + (" (wajib · *required*)" if column.required else "")
    values = f"`{column.terms}`" if column.terms else valid_values(column, "id")
    note = f" {_both(column.note)}" if column.note.id else ""
    return name, _both(column.label), _both(kind_label(column)), f"{values}{note}".strip()


def _terms() -> Iterator[str]:
    for position, vocabulary in enumerate(used_vocabularies()):
        yield from ([""] if position else [])
        yield f"### `{vocabulary.name}`"
        yield ""
        heads = ("kode · *code*", "Indonesia", "*English*")
        yield from _rows(
            heads,
            (
                (f"`{code}`", vocabulary.label(code, "id"), vocabulary.label(code, "en"))
                for code in vocabulary.codes
            ),
        )


def _reasons() -> Iterator[str]:
    """Why rows wait; what is wrong with the writing of a region.toml is no reason of a row."""
    keys = [key for key in read_messages() if key.startswith(_REASON) and not key.startswith(_WRITING)]
    names = [key.removeprefix(_REASON) for key in keys]
    heads = ("alasan · *reason*", "Indonesia", "*English*")
    said = (
        (name, [phrase(f"{_REASON}{name}", language) for language in ("id", "en")]) for name in sorted(names)
    )
    yield from _rows(heads, ((f"`{name}`", *texts) for name, texts in said))


if __name__ == "__main__":
    DOCUMENT.write_text(renew(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
