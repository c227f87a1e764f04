"""One thread for numerical libraries: tests share the cores, and bytes must not depend on them."""

from __future__ import annotations

import os

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import pytest  # noqa: E402

from tests.browser.fixture import axe, browser  # noqa: E402, F401  (for the pages that other tests make)

_LONG = (
    "test_batch", "test_keeping", "test_command", "test_lab", "test_schedule", "test_cluster",
    "test_delivery", "test_beyond_one_machine", "test_kernel", "test_deploy", "test_shipped", "test_notebook",
    "test_site", "test_leak",
)  # fmt: skip
"""Files of whole runs, longest first: begun last, one of them would keep a single core at the end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the long files first; where several processes share the work, each takes the next file."""
    place = {name: number for number, name in enumerate(_LONG)}
    items.sort(key=lambda item: place.get(item.path.stem, len(_LONG)))
