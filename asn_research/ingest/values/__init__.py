"""Cells to values: numbers, dates, terms, or the reason why a cell cannot be read."""
