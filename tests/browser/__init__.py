"""The pages in a real browser: Chromium is driven through its DevTools protocol, axe-core looks at what it shows."""
