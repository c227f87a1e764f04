"""The name of one row of a finding, as readers see it."""

from __future__ import annotations

from collections.abc import Mapping

from asn_research.contract.vocabulary import term_label
from asn_research.findings.finding import Cell
from asn_research.language import Language, phrase
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
