"""One thread for numerical libraries: tests share the cores, and bytes must not depend on them."""

from __future__ import annotations

import os

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

from tests.browser.fixture import axe, browser  # noqa: E402, F401  (for the pages that other tests make)
