"""The name of one row of a finding, as readers see it."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from asn_research.contract.vocabulary import term_label
from asn_research.findings.finding import Cell, Finding
from asn_research.language import Language, format_month, phrase
from asn_research.language.catalogue import has_phrase


def code_label(code: str, language: Language) -> str:
    """The label of a term ``vocabulary:code``, or of a message ``room.key``; other text as it stands.

    >>> code_label("method:lecture", "id")
    'Ceramah'
    """
    vocabulary, colon, term = code.partition(":")
    if colon and vocabulary.isidentifier():
        return term_label(vocabulary, term, language)
    return phrase(code, language) if has_phrase(code) else code


def row_label(row: Mapping[str, Cell], language: Language) -> str:
    """The label of a row: its ``label`` as it stands, else the text of its ``label_code``.

    Several codes joined by `` - `` are a contrast: ``method:practice - method:lecture``.
    """
    label = row.get("label")
    if label is not None:
        return str(label)
    codes = str(row.get("label_code") or "").split(" - ")
    return " − ".join(code_label(code, language) for code in codes)


def bound_mark(row: Mapping[str, Cell]) -> str:
    """What stands before a number of a row that is only the end of a band: ``≥`` or ``≤``; else nothing."""
    return {"least": "≥\N{NO-BREAK SPACE}", "most": "≤\N{NO-BREAK SPACE}"}.get(str(row.get("bound")), "")


def month_label(label: str, language: Language) -> str:
    """A month ``2025-04`` as readers write it.

    >>> month_label("2025-05", "id")
    'Mei 2025'
    """
    return format_month(datetime.date.fromisoformat(f"{label}-01"), language)


def group_label(row: Mapping[str, Cell], language: Language) -> str:
    """The group under which a row stands: its ``group`` as it stands or the text of its ``group_code``."""
    group = row.get("group") or row.get("group_code")
    codes = str(group or "").split(" - ")
    if len(codes) > 1 and all(":" in code for code in codes):
        return row_label({"label_code": group}, language)
    return code_label(str(group), language) if group else ""


def caption(finding: Finding, language: Language) -> str:
    """What the figure and the table of a finding are about, in a few words."""
    return own_phrase("caption", finding, language) or finding.question


def own_phrase(kind: str, finding: Finding, language: Language, **fields: str) -> str:
    """The words ``figure.<kind>_<question>`` that a question has of its own; empty where it has none.

    A variant whose name is a true detail of the finding comes first: ``caption_coverage_composition``.
    """
    key = f"figure.{kind}_{finding.question}"
    flags = sorted(name for name, value in finding.details.items() if value is True)
    for known in (*(f"{key}_{flag}" for flag in flags), key):
        if has_phrase(known):
            return phrase(known, language, **fields)
    return ""


def count_head(finding: Finding, language: Language) -> str:
    """What the counts beside the rows of an answer count: people, where the catalogue names nothing else."""
    return own_phrase("head_count", finding, language) or phrase("figure.head_count", language)
