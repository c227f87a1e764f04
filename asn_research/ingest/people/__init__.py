"""Whom rows are about, and how nobody can tell: employee numbers, names, pseudonyms, scrubbed text."""
