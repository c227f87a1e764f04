"""Answers from the tables of one region and period: one module per family of questions."""
