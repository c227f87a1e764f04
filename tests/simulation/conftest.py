"""The shipped worlds, made once."""

from __future__ import annotations

import pytest

from asn_research.simulation.example import SETTINGS
from asn_research.simulation.office import OfficeFiles
from asn_research.simulation.release import office_files
from asn_research.simulation.world import World, make_world


@pytest.fixture(scope="session")
def worlds() -> dict[tuple[str, str], World]:
    return {key: make_world(setting) for key, setting in SETTINGS.items()}


@pytest.fixture(scope="session")
def offices() -> dict[tuple[str, str], OfficeFiles]:
    return {(region, period): office_files(region, period=period) for region, period in SETTINGS}
