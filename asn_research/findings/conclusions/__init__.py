"""Answers drawn from other answers: over time, across regions, against the plan, beside the voices."""
