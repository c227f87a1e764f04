"""From hostile raw files to published pages: nobody can be recognised, and nothing that they hold is run.

One region whose names, titles, comments and file names carry scripts and people, beside one that fails.
"""

from __future__ import annotations

import base64
import csv
import html
import io
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pyarrow.parquet as pq
import pytest

from asn_research.contract.codebook import codebook_html, write_codebook_workbook
from asn_research.contract.template import write_template
from asn_research.reports.batch import make_reports
from asn_research.reports.order import Order, Task
from asn_research.reports.site import write_index
from tests.browser.chromium import Chromium, find_chromium
from tests.reports.warm import shared_workers

ROOT = Path(__file__).parents[1]
REGION = Task("bukittinggi", "2025")
BROKEN = Task("rusak", "2025")
RUN = "document.title='owned'"
SCRIPT = f"<script>{RUN}</script>"
IMAGE = f"<img src=x onerror={RUN}>"
VECTOR = f"<svg/onload={RUN}>"
PHONE, MAIL, NIK, NIP = (
    "0812-3456-7890",
    "bayu.ritonga@contoh.go.id",
    "1375012609860001",
    "198609262015051001",
)
REMARK = f"Terima kasih Bayu Ritonga, hubungi {PHONE} atau {MAIL}, NIK {NIK}, NIP {NIP} {SCRIPT}{IMAGE}"
CHANGES = {
    "umpan_balik.csv": [
        ("Waktu pelatihan terlalu singkat.", REMARK), ("Materi mudah dipahami.", f"=1+1 {IMAGE}"),
    ],
    "daftar_pelatihan.csv": [
        ("Pelatihan Manajemen Perkantoran", f"Pelatihan {SCRIPT} Perkantoran"), (";BKPSDM;", f";{VECTOR};"),
    ],
    "peserta.csv": [
        ("Badan Keuangan Daerah", f"Badan {IMAGE} Daerah"), (";Pelaksana;", f";@SUM(A1) {SCRIPT};", 1),
    ],
}  # fmt: skip


def harm(folder: Path) -> None:
    """Put people and scripts wherever an office can write."""
    for name, changes in CHANGES.items():
        path = folder / "2025" / name
        text = path.read_bytes().decode("cp1252")
        for old, new, *times in changes:
            assert old in text
            text = text.replace(old, new, *times)
        path.write_bytes(text.encode("cp1252"))
    (folder / "2025" / "anggaran_diklat.csv").rename(folder / "2025" / f"anggaran {IMAGE} {NIP}.csv")
    (folder / "2025" / f"nilai {VECTOR.replace('/', ' ')}.xlsx").write_bytes(b"no workbook")
    declared = folder / "region.toml"
    text = declared.read_text(encoding="utf-8").replace("Kota Bukittinggi", f"Kota {SCRIPT}")
    text = text.replace("Program Pelatihan ASN Bukittinggi", f"Program {IMAGE}").replace(
        "Sumatera Barat", VECTOR
    )
    declared.write_text(text, encoding="utf-8")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both regions made in one run, with the index."""
    folder = tmp_path_factory.mktemp("project")
    raw, reports = folder / "raw", folder / "reports"
    shutil.copytree(ROOT / "data" / "raw" / REGION.region, raw / REGION.region)
    harm(raw / REGION.region)
    (raw / BROKEN.region / "2025").mkdir(parents=True)
    shutil.copy(raw / REGION.region / "region.toml", raw / BROKEN.region)
    (raw / BROKEN.region / "2025" / f"peserta {NIP}.xlsx").write_bytes(b"no workbook")
    (raw / BROKEN.region / "2025" / "surat.csv").write_text(f"{SCRIPT};{NIP};{MAIL}\n{IMAGE};{NIK};{PHONE}\n")
    order = Order(
        raw=raw, processed=folder / "processed", reports=reports, notebooks=ROOT / "notebooks",
        raw_given=str(raw), processed_given=str(folder / "processed"), jobs=2, languages=("id",),
    )  # fmt: skip
    with shared_workers():
        outcomes = {outcome.task: outcome for outcome in make_reports(order, [REGION, BROKEN])}
        write_index(reports)
    assert outcomes[REGION].manifest.state != "failed", outcomes[REGION].manifest.problems
    assert outcomes[BROKEN].manifest.state == "failed"
    return folder


def people(raw: Path) -> set[str]:
    """Every NIP, and every name of two words or more, in the raw files; and what was planted."""
    found = {PHONE, MAIL, NIK, NIP, PHONE.replace("-", ""), "bayu.ritonga"}
    for path in sorted(raw.rglob("*.csv")):
        text = path.read_bytes().decode("cp1252")
        found |= set(re.findall(r"\b\d{18}\b", text))
        for row in csv.DictReader(io.StringIO(text.lstrip("ï»¿")), delimiter=";"):
            found |= {
                str(row[head]).strip()
                for head in ("Nama", "Nama Pegawai")
                if row.get(head) and len(str(row[head]).split()) > 1
            }
    return found


def words(path: Path) -> str:
    """Everything that can be read in a file: cells and notes of tables, text inside of embedded pictures."""
    if path.suffix == ".parquet":
        table = pq.read_table(path)
        return f"{table.schema.metadata}{table.schema}{table.to_pylist()}"
    content = path.read_bytes()
    text = content.decode("utf-8", errors="replace")
    for inside in re.findall(r"base64,([A-Za-z0-9+/=]{40,})", text):
        text += base64.b64decode(inside + "=" * (-len(inside) % 4)).decode("utf-8", errors="replace")
    return text + html.unescape(text)


def test_nobody_of_the_raw_files_stands_in_anything_that_is_stored_or_published(project: Path) -> None:
    private = {name.casefold() for name in people(project / "raw")}
    assert len(private) > 400
    looked = 0
    for path in sorted([*(project / "reports").rglob("*"), *(project / "processed").rglob("*")]):
        if path.is_dir() or path.name == "quarantine.xlsx":
            continue
        text = words(path).casefold()
        digits = set(re.findall(r"\d{16,18}", text))
        left = (digits & private) | {name for name in private if not name.isdigit() and name in text}
        assert not left, f"{path.relative_to(project)}: {len(left)} identifiers"
        assert not any(name in path.name for name in (NIP, "Ritonga"))
        looked += 1
    assert looked > 15
    remarks = words(next((project / "processed").rglob("reactions.parquet")))
    assert all(mark in remarks for mark in ("[nama]", "[telepon]", "[surel]", "[NIK]", "[NIP]"))


def cells(path: Path) -> Iterator[openpyxl.cell.Cell]:
    for sheet in openpyxl.load_workbook(path).worksheets:
        for row in sheet.iter_rows():
            yield from row


def test_no_workbook_that_is_written_holds_a_formula(project: Path, tmp_path: Path) -> None:
    write_template(tmp_path / "templat.xlsx", "id")
    write_codebook_workbook(tmp_path / "kode.xlsx", "id")
    quarantine = next((project / "processed").rglob("quarantine.xlsx"))
    for path in (quarantine, tmp_path / "templat.xlsx", tmp_path / "kode.xlsx"):
        written = [cell for cell in cells(path) if cell.value is not None]
        assert written
        for cell in written:
            assert cell.data_type != "f", f"{path.name} {cell.coordinate}"
            assert not str(cell.value).startswith(("=", "+", "@", "\t", "\r")), (
                f"{path.name} {cell.coordinate}"
            )
    assert any(str(cell.value).startswith("'@SUM(A1)") for cell in cells(quarantine))


@pytest.mark.skipif(find_chromium() is None, reason="needs Chromium")
def test_nothing_that_an_office_wrote_runs_in_a_browser(project: Path, tmp_path: Path) -> None:
    (tmp_path / "kode.html").write_text(codebook_html("id"), encoding="utf-8")
    pages = [*sorted((project / "reports").rglob("*.html")), tmp_path / "kode.html"]
    shown = ""
    program = find_chromium()
    assert program
    with Chromium(program) as browser:
        for page in pages:
            browser.open(page.as_uri())
            title = re.search(r"<title>(.*?)</title>", page.read_text(encoding="utf-8"), re.DOTALL)
            assert title
            assert browser.run("document.title") == html.unescape(title[1]).strip(), page.name
            planted = "[onerror], [onload], img[src='x'], svg[onload]"
            assert browser.run(f'document.querySelectorAll("{planted}").length') == 0, page.name
            assert not [said for said in browser.complaints if "owned" in said or "inline" in said], page.name
            shown += browser.run("document.documentElement.innerText")
    assert len(pages) >= 5
    assert RUN in shown  # it is there to be read, as text
