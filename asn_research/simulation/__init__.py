"""Worlds with known truth, and the office files they would have left behind."""
