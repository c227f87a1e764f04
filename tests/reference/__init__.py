"""Published results solved through the public functions: ``python -m tests.reference CASES.json DATA``."""
