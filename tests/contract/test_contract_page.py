"""docs/data_contract.md cannot drift from the contract: its tables are made from it."""

from __future__ import annotations

from asn_research.contract.codebook import used_vocabularies
from asn_research.contract.column import TABLES
from tests.contract.contract_page import DOCUMENT, renew


def test_the_page_says_what_the_contract_says() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert renew(text) == text, "run: python -m tests.contract.contract_page"


def test_every_table_column_and_term_stands_on_the_page() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    for table in TABLES.values():
        assert f"### `{table.name}`" in text
        assert all(f"`{column.name}`" in text for column in table.columns)
    for vocabulary in used_vocabularies():
        assert all(f"`{code}`" in text for code in vocabulary.codes)


def test_a_changed_page_is_noticed() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert renew(text.replace("`sessions_attended`", "`sessions_seen`")) == text
