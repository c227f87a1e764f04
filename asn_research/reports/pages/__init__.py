"""Notebooks executed and made into pages, which are read once more before they are published."""
