"""Findings in words: how each answer is worded, labels, page one, and which words are too strong."""
