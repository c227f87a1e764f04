"""Many plain regions: valid, different, deterministic, and plainly not real."""

from __future__ import annotations

from pathlib import Path

import pytest

from asn_research.contract.region import read_region
from asn_research.errors import InputError
from asn_research.simulation.scale import FEWEST_PEOPLE, MOST_REGIONS, plain_setting, write_regions
from asn_research.simulation.world import make_world


def _tree(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_same_seed_same_bytes(tmp_path: Path) -> None:
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        write_regions(tmp_path / name, regions=2, people=80, seed=seed)
    assert _tree(tmp_path / "a") == _tree(tmp_path / "b")
    assert _tree(tmp_path / "a") != _tree(tmp_path / "c")


def test_regions_can_be_read_and_are_not_real(tmp_path: Path) -> None:
    folders = write_regions(tmp_path, regions=4, people=FEWEST_PEOPLE, seed=1)
    regions = [read_region(folder) for folder in folders]
    assert [region.periods["2025"].design for region in regions] == ["one_group", "waiting_list"] * 2
    assert all(region.region.synthetic for region in regions)
    # Sumatra, the lowest of the real province codes, begins with 11
    assert all(region.region.kemendagri_code[:2] < "11" for region in regions)
    assert len({region.region.kemendagri_code for region in regions}) == 4
    assert (
        len({plain_setting(n, people=80, seed=1).truth.method_points["practice"] for n in range(1, 5)}) == 4
    )


def test_size_is_as_asked() -> None:
    for number in (1, 2):
        world = make_world(plain_setting(number, people=333, seed=6), seed=6)
        assert len(world.tables["participants"]) == 333


@pytest.mark.parametrize(
    ("regions", "people", "seed"),
    [(0, 100, 1), (MOST_REGIONS + 1, 100, 1), (1, FEWEST_PEOPLE - 1, 1), (1, 100, -1)],
)
def test_numbers_out_of_range_are_refused(tmp_path: Path, regions: int, people: int, seed: int) -> None:
    with pytest.raises(InputError):
        write_regions(tmp_path / "none", regions=regions, people=people, seed=seed)
    assert not (tmp_path / "none").exists()
