"""A report is remade when anything it depends on changed, and only then."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from asn_research.errors import Place, Problem
from asn_research.reports.publications.manifest import MANIFEST, Manifest, hash_inputs, read_manifest
from asn_research.reports.publications.provenance import digest_bytes


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    folder = tmp_path / "raw" / "kalianda"
    (folder / "2025").mkdir(parents=True)
    (folder / "region.toml").write_text("x = 1", encoding="utf-8")
    (folder / "2025" / "nilai.csv").write_text("a;b", encoding="utf-8")
    return tmp_path / "raw"


def hashes(raw: Path) -> dict[str, Any]:
    return hash_inputs(raw, "kalianda", "2025", [raw / "kalianda" / "region.toml"])


def manifest(folder: Path, inputs: dict[str, Any], **changes: Any) -> Manifest:
    (folder / "report.html").write_bytes(b"page")
    made = Manifest(
        region="kalianda",
        period="2025",
        state="made",
        languages=("id",),
        inputs=inputs,
        outputs={"report.html": digest_bytes(b"page")},
        problems=(Problem("code", "text", Place("a.xlsx", "Sheet1", "B2"), "remedy", {"key": "value"}),),
    )
    made = dataclasses.replace(made, **changes)
    (folder / MANIFEST).write_text(made.as_json(), encoding="utf-8")
    return made


def test_a_manifest_reads_back_as_it_was_written(tmp_path: Path, raw: Path) -> None:
    made = manifest(tmp_path, hashes(raw))
    assert read_manifest(tmp_path) == made


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", '{"region": "a"}', '{"problems": [], "languages": [], "x": 1}', '{"problems": ["x"]}',
     "[" * 100_000],
)  # fmt: skip
def test_a_broken_manifest_counts_as_none(tmp_path: Path, text: str) -> None:
    (tmp_path / MANIFEST).write_text(text, encoding="utf-8")
    assert read_manifest(tmp_path) is None


def test_unchanged_inputs_and_whole_files_are_fresh(tmp_path: Path, raw: Path) -> None:
    assert manifest(tmp_path, hashes(raw)).is_fresh(hashes(raw), ["id"], tmp_path)


@pytest.mark.parametrize("name", ["2025/nilai.csv", "2025/baru.xlsx", "region.toml", "corrections.xlsx"])
def test_a_changed_or_new_raw_file_makes_it_stale(tmp_path: Path, raw: Path, name: str) -> None:
    made = manifest(tmp_path, hashes(raw))
    (raw / "kalianda" / name).write_text("changed", encoding="utf-8")
    assert not made.is_fresh(hashes(raw), ["id"], tmp_path)


def test_the_lock_file_of_an_open_workbook_does_not(tmp_path: Path, raw: Path) -> None:
    made = manifest(tmp_path, hashes(raw))
    (raw / "kalianda" / "2025" / "~$nilai.xlsx").write_text("open", encoding="utf-8")
    assert made.is_fresh(hashes(raw), ["id"], tmp_path)


@pytest.mark.parametrize("part", ["code", "packages", "notebooks"])
def test_other_code_packages_or_notebooks_make_it_stale(tmp_path: Path, raw: Path, part: str) -> None:
    made = manifest(tmp_path, hashes(raw))
    assert not made.is_fresh(hashes(raw) | {part: "other"}, ["id"], tmp_path)


def test_a_language_that_was_not_made_a_failed_report_and_a_touched_file_are_not_fresh(
    tmp_path: Path, raw: Path
) -> None:
    inputs = hashes(raw)
    assert not manifest(tmp_path, inputs).is_fresh(inputs, ["id", "en"], tmp_path)
    assert not manifest(tmp_path, inputs, state="failed").is_fresh(inputs, ["id"], tmp_path)
    made = manifest(tmp_path, inputs)
    (tmp_path / "report.html").write_bytes(b"edited by hand")
    assert not made.is_fresh(inputs, ["id"], tmp_path)
