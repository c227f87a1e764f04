"""The shipped worlds, made once."""

from __future__ import annotations

import pytest

from asn_research.simulation.example import SETTINGS
from asn_research.simulation.office import OfficeFiles
from asn_research.simulation.release import leave_files
from asn_research.simulation.world import World, make_world


@pytest.fixture(scope="session")
def worlds() -> dict[tuple[str, str], World]:
    return {key: make_world(setting) for key, setting in SETTINGS.items()}


@pytest.fixture(scope="session")
def offices(worlds: dict[tuple[str, str], World]) -> dict[tuple[str, str], OfficeFiles]:
    return {key: leave_files(world) for key, world in worlds.items()}
