"""A small office for tests: ten people, three courses, and files written by hand in the way of the test."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd

from asn_research.ingest.intake import take_in

PEOPLE = [
    f"19{70 + 2 * i}0{1 + i % 9}1{i % 9}20{10 + i:02d}{1 + i:02d}{1 + i % 2}{11 + i:03d}" for i in range(10)
]
REGION = """
[region]
name = "Kota Contoh"
level = "kota"
kemendagri_code = "13.75"
bps_code = "1375"

[periods.2025]
starts = 2025-02-01
ends = 2025-11-30
"""
Rows = Sequence[Sequence[Any]]
PARTICIPANTS: Rows = [
    ["NIP", "OPD", "L/P", "Kelompok"],
    *[[nip, "Dinas Contoh", "L" if nip[14] == "1" else "P", "Peserta"] for nip in PEOPLE],
]
COURSES: Rows = [
    ["Kode Pelatihan", "Nama Pelatihan", "Angkatan", "Metode", "JP"],
    ["C1", "Diklat Contoh", "I", "Ceramah", 20],
    ["C2", "Diklat Contoh", "II", "Praktik", 20],
    ["C3", "Etika Pelayanan", "I", "Diskusi", 24],
]
ENROLMENTS: Rows = [
    ["NIP", "Kode Pelatihan", "Jumlah Sesi", "Sesi Dihadiri"],
    *[[nip, "C1", 10, 8] for nip in PEOPLE],
]
ASSESSMENTS: Rows = [
    ["NIP", "Kode Pelatihan", "Kompetensi", "Sumber Nilai", "Waktu Ukur", "Nilai"],
    *[[nip, "C1", "Keterampilan teknis", "Tes", "Pre", 60] for nip in PEOPLE],
]
DEFAULTS: dict[str, Rows] = {
    "participants": PARTICIPANTS,
    "courses": COURSES,
    "enrolments": ENROLMENTS,
    "assessments": ASSESSMENTS,
}


@dataclass
class Office:
    """A region folder that grows by files; ``take_in`` gives the account and the tables."""

    root: Path
    region: str = REGION
    account: dict[str, Any] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        return self.root / "raw" / "contoh"

    @property
    def processed(self) -> Path:
        return self.root / "processed" / "contoh" / "2025"

    def csv(
        self, name: str, rows: Rows, *, delimiter: str = ";", encoding: str = "utf-8", end: str = "\r\n"
    ) -> None:
        text = end.join(delimiter.join(map(str, row)) for row in rows) + end
        self.write(name, text.encode(encoding))

    def write(self, name: str, content: bytes) -> None:
        path = self.folder / "2025" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    def workbook(
        self, name: str, sheets: Mapping[str, Rows], *, merges: Mapping[str, Iterable[str]] | None = None
    ) -> None:
        book = openpyxl.Workbook()
        del book["Sheet"]
        for title, rows in sheets.items():
            sheet = book.create_sheet(title)
            for row in rows:
                sheet.append(list(row))
            for area in (merges or {}).get(title, ()):
                sheet.merge_cells(area)
        (self.folder / "2025").mkdir(parents=True, exist_ok=True)
        book.save(self.folder / "2025" / name)

    def defaults(self, *, without: Sequence[str] = ()) -> None:
        """The required tables in plain form, but for those that the test writes itself."""
        for name, rows in DEFAULTS.items():
            if name not in without:
                self.csv(f"zz_{name}.csv", rows)

    def take_in(self) -> dict[str, Any]:
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "region.toml").write_text(self.region, encoding="utf-8")
        self.account = take_in(self.folder, period="2025", processed=self.root / "processed")
        return self.account

    def table(self, name: str, *, all_files: bool = False) -> pd.DataFrame:
        """A stored table; only the rows of the files that the test wrote itself."""
        frame = pd.read_parquet(self.processed / f"{name}.parquet")
        own = ~frame["source_file"].str.startswith("zz_")
        return frame if all_files else frame[own].reset_index(drop=True)

    def entry(self, file: str, sheet: str = "") -> dict[str, Any]:
        """The account of one sheet."""
        return next(e for e in self.account["files"] if (e["file"], e["sheet"]) == (file, sheet))

    def reasons(self) -> dict[tuple[str, int], str]:
        return {(entry["file"], entry["row"]): entry["reason"] for entry in self.account["quarantine"]}


def read_lines(sheet: Any) -> list[dict[str, Any]]:
    """The rows of a sheet of the workbook of decisions by the Indonesian words of their headings."""
    header, *rows = sheet.iter_rows(values_only=True)
    names = [str(cell).partition("\n")[0] for cell in header]
    return [dict(zip(names, row, strict=True)) for row in rows]
