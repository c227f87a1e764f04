"""Findings as tables: the same rows that the figure draws, with every number a reader may check."""

from asn_research.tables.table import table_html

__all__ = ["table_html"]
