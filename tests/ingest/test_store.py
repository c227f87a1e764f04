"""Opening regions: intake when something changed, and only then."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

import pytest

from asn_research.errors import RegionError, StoreError
from asn_research.ingest import store
from asn_research.ingest.people.linkage import measure_linkage
from asn_research.ingest.store import (
    RegionData,
    find_fingerprint,
    find_project,
    open_region,
    read_tables,
    regions,
)

from .office import PEOPLE, REGION, Office


def _open(office: Office, **more: str) -> RegionData:
    return open_region("contoh", raw=office.root / "raw", processed=office.root / "processed", **more)


@pytest.fixture
def ready(office: Office) -> Office:
    office.defaults()
    (office.folder / "region.toml").write_text(office.region, encoding="utf-8")
    return office


def test_tables_types_and_provenance(ready: Office) -> None:
    data = _open(ready)
    assert list(data) == ["participants", "courses", "enrolments", "assessments"]
    assert ("reactions" in data, data.design, data.period) == (False, "one_group", "2025")
    types = data.assessments.dtypes.astype(str)
    assert (types["score"], types["person_id"], types["date"][:10]) == ("float64", "str", "datetime64")
    assert data.enrolments.dtypes.astype(str)[["sessions_held", "completed"]].tolist() == ["Int64", "boolean"]
    assert data.participants["source_row"].tolist() == list(range(2, 12))
    assert not set(PEOPLE) & set(data.participants["person_id"])
    with pytest.raises(AttributeError, match="no file of this period held the table reactions"):
        data.reactions  # noqa: B018


def test_files_are_taken_in_again_only_when_something_changed(ready: Office) -> None:
    _open(ready)
    stamp = (ready.processed / "intake.json").stat().st_mtime_ns
    _open(ready)
    assert (ready.processed / "intake.json").stat().st_mtime_ns == stamp
    ready.csv("tambahan.csv", [["NIP", "OPD", "Kelompok"], ["197001012000011001", "Dinas", "Peserta"]])
    assert len(_open(ready).participants) == len(PEOPLE) + 1


def test_another_key_makes_other_pseudonyms(ready: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    before = _open(ready).participants["person_id"]
    monkeypatch.setenv("ASN_RESEARCH_KEY", "a1" * 32)
    assert not set(before) & set(_open(ready).participants["person_id"])


def test_hand_edited_tables_are_made_again(ready: Office) -> None:
    _open(ready)
    path = ready.processed / "assessments.parquet"
    _open(ready).assessments.assign(score=100.0).to_parquet(path, index=False)
    assert _open(ready).assessments["score"].eq(60).all()


@pytest.mark.parametrize("damage", ["cut", "empty", "gone", "quarantine", "state"])
def test_what_a_loss_of_power_could_leave_is_never_taken_as_whole(ready: Office, damage: str) -> None:
    before = _open(ready)
    name = {"quarantine": "quarantine.xlsx", "state": "state.json"}.get(damage, "assessments.parquet")
    path = ready.processed / name
    if damage in {"cut", "state"}:
        path.write_bytes(path.read_bytes()[:-7])
    elif damage == "empty":
        path.write_bytes(b"")
    else:
        path.unlink()
    after = _open(ready)
    assert list(after) == list(before)
    assert after.assessments.equals(before.assessments)
    assert (ready.processed / "quarantine.xlsx").is_file()
    assert sorted(p.name for p in ready.processed.parent.iterdir()) == ["2025"]


def test_what_is_not_there(ready: Office, tmp_path: Path) -> None:
    with pytest.raises(RegionError, match="contoh"):
        open_region("lain", raw=ready.root / "raw", processed=ready.root / "processed")
    with pytest.raises(RegionError, match="no period '2023'"):
        _open(ready, period="2023")
    assert _open(ready, period=2025).period == "2025"
    with pytest.raises(StoreError):
        read_tables(tmp_path / "leer", region=_open(ready).region, period="2025")
    assert regions(ready.root / "raw") == ("contoh",)


def test_the_project_is_found_from_below(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ASN_RESEARCH_HOME", raising=False)
    (tmp_path / "data" / "raw").mkdir(parents=True)
    below = tmp_path / "notebooks" / "exploration"
    below.mkdir(parents=True)
    assert find_project(below) == tmp_path.resolve()
    monkeypatch.setenv("ASN_RESEARCH_HOME", str(tmp_path))
    assert find_project(Path("/")) == tmp_path.resolve()


def test_names_are_escaped_in_notebooks(ready: Office) -> None:
    ready.region = REGION.replace("Kota Contoh", "<script>alert(1)</script>")
    (ready.folder / "region.toml").write_text(ready.region, encoding="utf-8")
    assert "<script>" not in _open(ready)._repr_html_()


def test_linkage_compares_the_matched_with_the_unmatched(ready: Office) -> None:
    rows = [[nip, 50 + 4 * i, "" if i < 3 else 70] for i, nip in enumerate(PEOPLE)]
    ready.csv("zz_assessments.csv", [["NIP", "Pre Test", "Post Test"], *rows])
    (entry,) = measure_linkage(_open(ready).tables)["waves"]
    assert (entry["people_first"], entry["matched"], entry["match_rate"]) == (10, 7, 0.7)
    assert (entry["mean_unmatched"], entry["mean_matched"]) == (54.0, 74.0)
    # first scores 50, 54, ..., 86: standard deviation 4 * sqrt(110 / 12) = 12.110601
    assert entry["difference_sd"] == pytest.approx(20 / 12.110601, rel=1e-5, abs=0)


def test_files_are_taken_in_again_when_what_reads_them_has_another_version(
    ready: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = find_fingerprint(ready.folder, period="2025")
    assert find_fingerprint(ready.folder, period="2025") == before
    monkeypatch.setattr(store, "version", lambda name: "99" if name == "python-calamine" else version(name))
    store.reading_digest.cache_clear()
    try:
        assert find_fingerprint(ready.folder, period="2025") != before
    finally:
        store.reading_digest.cache_clear()
