"""Clean tables in, constructed variables out: one definition of each."""
