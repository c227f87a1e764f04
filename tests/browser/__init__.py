"""The pages in a real browser: Chromium, and axe-core looking at what it shows."""
