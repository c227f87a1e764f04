"""data/raw is what the generator writes, byte for byte, and carries no truth and no real person."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from asn_research.contract.region import read_region
from asn_research.simulation.example import SETTINGS

RAW = Path(__file__).parents[2] / "data" / "raw"
REGIONS = ("bukittinggi", "kalianda", "sawahlunto", "tangerang_selatan")


def _tree(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for region in REGIONS
        for path in sorted((folder / region).rglob("*"))
        if path.is_file() and path.name != "corrections.xlsx"
    }


def test_command_writes_the_shipped_files_again_and_touches_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "region.toml").write_text("mine")
    (tmp_path / "kalianda").mkdir()
    (tmp_path / "kalianda" / "corrections.xlsx").write_bytes(b"mine")
    call = [sys.executable, "-m", "asn_research.simulation", "--output", str(tmp_path)]
    subprocess.run(call, check=True, capture_output=True)
    made, shipped = _tree(tmp_path), _tree(RAW)
    assert set(made) == set(shipped)
    assert [name for name in made if made[name] != shipped[name]] == []
    assert (tmp_path / "elsewhere" / "region.toml").read_text() == "mine"
    assert (tmp_path / "kalianda" / "corrections.xlsx").read_bytes() == b"mine"


@pytest.mark.parametrize(
    ("region", "kemendagri", "bps"),
    [
        ("kalianda", "18.01.06", "1803110"), ("bukittinggi", "13.75", "1375"),
        ("sawahlunto", "13.73", "1373"), ("tangerang_selatan", "36.74", "3674"),
    ],
)  # fmt: skip
def test_regions_declare_what_the_settings_are(region: str, kemendagri: str, bps: str) -> None:
    declared = read_region(RAW / region)
    assert declared.region.synthetic
    assert (declared.region.kemendagri_code, declared.region.bps_code) == (kemendagri, bps)
    for period, dates in declared.periods.items():
        setting = SETTINGS[region, period]
        assert (dates.starts, dates.ends, dates.eligible) == (setting.starts, setting.ends, setting.pool)
        assert (dates.design == "one_group") == (setting.comparison == 0)
        assert declared.plan.written_on is not None
        assert declared.plan.written_on < dates.starts
        assert declared.plan.reference_method in setting.truth.method_points
    if declared.service_time:
        setting = SETTINGS[region, "2025"]
        assert declared.service_time.changed_on == setting.changed_on
        assert declared.service_time.service in setting.services.values()


def test_truth_is_not_shipped() -> None:
    for name, content in _tree(RAW).items():
        for word in (b"true_score", b"ability", b"batch_effect", b"method_points", b"latent"):
            assert word not in content, name


def test_files_stay_small() -> None:
    assert sum(len(content) for name, content in _tree(RAW).items() if name.endswith(".xlsx")) < 3_000_000
