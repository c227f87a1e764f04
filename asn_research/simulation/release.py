"""Writing whole region folders: the four examples, or as many plain regions as a test of scale needs."""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

from asn_research.contract.region import REGION_FILE
from asn_research.simulation.chance import Chance
from asn_research.simulation.delimited import write_delimited
from asn_research.simulation.example import SETTINGS
from asn_research.simulation.mixed import write_mixed
from asn_research.simulation.office import OfficeFiles
from asn_research.simulation.wide import write_wide
from asn_research.simulation.workbook import write_workbook
from asn_research.simulation.world import SEED, World, make_world

_FORMS: dict[str, Callable[[World, Chance], OfficeFiles]] = {
    "bukittinggi": write_delimited,
    "kalianda": write_workbook,
    "sawahlunto": write_wide,
    "tangerang_selatan": write_mixed,
}


def office_files(region: str, *, period: str, seed: int = SEED) -> OfficeFiles:
    """The files that the office of an example region sends, with what should become of each row.

    Examples
    --------
    >>> files = office_files("sawahlunto", period="2025")
    >>> {row.status for row in files.expected} <= {"accepted", "corrected", "quarantined", "duplicate"}
    True
    """
    return leave_files(make_world(SETTINGS[region, period], seed=seed), seed=seed)


def leave_files(world: World, *, seed: int = SEED) -> OfficeFiles:
    """The files that a world of an example region leaves behind, in the raw form of its office."""
    region, period = world.setting.folder, world.setting.period
    return _FORMS[region](world, Chance(seed, region, period, "office"))


def write_examples(output: Path, *, seed: int = SEED) -> tuple[Path, ...]:
    """Write the raw folders of the four example regions; the same bytes for the same seed.

    Parameters
    ----------
    output : Path
        Folder of raw data; folders and files of the examples are made or replaced, nothing else is touched.
    seed : int
        Non-negative.

    Returns
    -------
    tuple of Path
        The region folders.
    """
    for region, period in SETTINGS:
        office_files(region, period=period, seed=seed).write(output)
    folders = tuple(output / region for region in _FORMS)
    for folder in folders:
        declared = files("asn_research.simulation").joinpath("region", f"{folder.name}.toml").read_bytes()
        (folder / REGION_FILE).write_bytes(declared)
    return folders
