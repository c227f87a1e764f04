"""One browser for the tests of a module, and axe-core; both skip with their reason where they are missing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.browser.chromium import Chromium, find_chromium
from tests.browser.tool import ToolError, axe_script


@pytest.fixture(scope="module")
def browser() -> Iterator[Chromium]:
    program = find_chromium()
    if program is None:
        pytest.skip("needs Chromium (Debian package chromium)")
    with Chromium(program) as opened:
        yield opened


@pytest.fixture(scope="module")
def axe() -> str:
    try:
        return axe_script()
    except ToolError as error:
        pytest.skip(str(error))
