"""Rows of tables: read, compared with each other, and each of them accounted for."""
