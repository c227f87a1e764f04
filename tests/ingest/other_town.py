"""Which layouts one office of another town uses, drawn from its seed, and how its rows are judged."""

from __future__ import annotations

import datetime
import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pandas as pd

from asn_research.contract.column import TABLES, Kind
from asn_research.contract.vocabulary import fold
from asn_research.ingest.people.identity import make_pseudonym, read_name
from asn_research.ingest.records.course import read_batch

from . import other_form as form
from . import other_layout as layout
from .other_office import OtherOffice, Page, Truth

AGENCY: Final = "13.75"
TOLERANCE: Final = 1e-9  # values are written with at most two decimals and read back exactly


def make_office(seed: int) -> OtherOffice:
    """The files of one office: every table in one of its layouts, in one workbook, several, or texts."""
    office = OtherOffice(seed)
    c, files = office.chance, office.files
    apart = c.random() < 0.5
    book: list[Page] = [_cover()] if c.random() < 0.4 else []

    def put(name: str, *pages: Page) -> None:
        if apart:
            files[f"{name}.xlsx"] = list(pages)
        else:
            book.extend(pages)

    rest = dict.fromkeys(office.records)
    for table in ("participants", "courses", "service_requests"):
        if c.random() < 0.35:
            files[f"{table}.csv"] = [layout.long_page(office, table, name="", text=True)]
            del rest[table]
    kind = c.randrange(6)
    del rest["assessments"]
    if kind == 0:
        put("nilai", layout.long_page(office, "assessments", name="Nilai"))
    elif kind == 1:
        put("rekap nilai", form.waves_wide(office))
    elif kind == 2:
        put("nilai kompetensi", form.competencies_wide(office))
    elif kind == 3:
        put("nilai tes", *form.wave_pages(office))
    elif kind == 4:
        put("rekap per angkatan", *form.batch_pages(office))
    else:
        files |= form.course_files(office)
    if c.random() < 0.6:
        del rest["enrolments"]
        put("kehadiran", layout.by_title(office, "enrolments", joined=c.random() < 0.5, name="Daftar Hadir"))
    if c.random() < 0.6:
        del rest["reactions"]
        put("evaluasi", form.form_export(office))
    if c.random() < 0.5:
        del rest["citizen_surveys"]
        put("survei masyarakat", form.survey_export(office))
    if c.random() < 0.5:
        del rest["projects"]
        put("kegiatan", form.projects_merged(office))
    together = [
        name
        for name in ("courses", "stakeholders", "budgets", "interviews", "appraisals", "projects")
        if name in rest
    ]
    if c.random() < 0.7 and len(together) >= 2:
        chosen = c.sample(together, 2)
        make = layout.stacked if c.random() < 0.5 else layout.beside
        put(c.choice(["gabungan", "data lain", "lampiran"]), make(office, chosen))
        for name in chosen:
            del rest[name]
    for name in rest:
        put(
            c.choice([name, f"data {name}", name.upper()]),
            layout.long_page(office, name, name=c.choice([name, "Sheet1"]) if apart else name),
        )
    if book:
        files["laporan diklat.xlsx"] = book
    return office


def _cover() -> Page:
    return Page("Sampul", [["LAPORAN PELATIHAN ASN"], ["PEMERINTAH KOTA CONTOH"], [], ["TAHUN 2025"]])


@dataclass
class Verdict:
    """What came of an office's rows: how many could be recovered, how many were, and everything wrong."""

    recoverable: int = 0
    recovered: int = 0
    wrong: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)


def judge(office: OtherOffice, account: Mapping[str, Any], folder: Path, key: str) -> Verdict:
    """Compare the stored tables and the account with what the office meant."""
    verdict = Verdict()
    stored = _stored(folder)
    reasons = {
        (e["file"], e["sheet"], e["row"]): f"{e['column']} {e['reason']} {e['value']!r} {e['cell']}"
        for e in account["quarantine"]
    }
    rows: dict[tuple[str, str], int] = defaultdict(int)
    for name, pages in office.files.items():
        for page in pages:
            sheet = page.name if name.endswith(".xlsx") else ""
            for index, truth in page.truth.items():
                place = (name, sheet, index + 1)
                tables = {table for table, _ in truth}
                rows[name, sheet] += len(tables)
                verdict.recoverable += len(tables)
                found = stored.pop(place, [])
                for table in tables:
                    meant = [record for record in truth if record[0] == table]
                    here = [record for record in found if record[0] == table]
                    found = [record for record in found if record[0] != table]
                    if not here:
                        verdict.missed.append(f"{place} {table}: {reasons.get(place, 'not read')}")
                        continue
                    differences, lacking = _differences(meant, here, key)
                    verdict.wrong += [f"{place} {line}" for line in differences]
                    verdict.missed += [f"{place} {line}" for line in lacking]
                    verdict.recovered += not differences and not lacking
                verdict.wrong += [f"{place} {record} not meant" for record in found]
    verdict.wrong += [f"{place}: no data row stands there: {records[0]}" for place, records in stored.items()]
    counted: dict[tuple[str, str], int] = defaultdict(int)
    for entry in account["files"]:
        counted[entry["file"], entry["sheet"]] += entry["rows"]
    verdict.missed += [
        f"{place}: {counted[place]} rows counted, {count} meant"
        for place, count in rows.items()
        if counted[place] != count
    ]
    return verdict


def _stored(folder: Path) -> dict[tuple[str, str, int], list[Truth]]:
    records: dict[tuple[str, str, int], list[Truth]] = defaultdict(list)
    for name in TABLES:
        path = folder / f"{name}.parquet"
        if path.is_file():
            for record in pd.read_parquet(path).to_dict("records"):
                records[record["source_file"], record["source_sheet"], record["source_row"]].append(
                    (name, record)
                )
    return records


def _differences(meant: list[Truth], found: list[Truth], key: str) -> tuple[list[str], list[str]]:
    """What is stored otherwise than it was meant, and what is not stored though it was meant."""
    rest, wrong, lacking = list(found), [], []
    for table, values in meant:
        best, fewest = None, None
        for record in rest:
            different = [n for n, v in values.items() if not _same(table, n, v, record[1][n], key)]
            if fewest is None or len(different) < len(fewest):
                best, fewest = record, different
        if best is None or fewest is None:
            wrong.append(f"{table} {values} not stored")
            continue
        rest.remove(best)
        for name in fewest:
            line = f"{table}.{name}: {values[name]!r} stored as {best[1][name]!r}"
            (lacking if _is_absent(best[1][name]) else wrong).append(line)
    return wrong + [f"{table} {record} not meant" for table, record in rest], lacking


def _is_absent(stored: Any) -> bool:
    return stored is None or stored is pd.NA or stored is pd.NaT or bool(stored != stored)


def _same(table: str, name: str, meant: Any, stored: Any, key: str) -> bool:
    kind = TABLES[table][name].kind
    absent = _is_absent(stored)
    if meant is None:
        return absent
    if kind is Kind.REMARK:
        return True
    if absent:
        return False
    if kind is Kind.PERSON:
        return bool(
            stored
            == make_pseudonym(bytes.fromhex(key), str(read_name(meant).value), agency=AGENCY, column=name)
        )
    if kind is Kind.DATE:
        assert isinstance(meant, datetime.date)
        return bool(pd.Timestamp(stored) == pd.Timestamp(meant))
    if kind in {Kind.NUMBER, Kind.INTEGER, Kind.MONEY, Kind.SHARE}:
        return math.isclose(float(stored), float(meant), rel_tol=TOLERANCE, abs_tol=TOLERANCE)
    if kind is Kind.TEXT:
        return fold(str(stored)) == fold(str(meant))
    if name == "batch":
        return read_batch(str(stored)) == meant
    return bool(stored == meant)
