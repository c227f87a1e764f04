"""From hostile raw files to published pages: nobody can be recognised, and nothing that they hold is run.

One region whose names, titles, comments and file names carry scripts and people, beside one that fails.
"""

from __future__ import annotations

import base64
import gzip
import html
import io
import re
import shutil
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from asn_research.contract.codebook import codebook_html, write_codebook_workbook
from asn_research.contract.template import write_template
from asn_research.reports.runs.batch import make_reports
from asn_research.reports.runs.order import Order, Task
from asn_research.reports.runs.site import write_index
from tests.browser.chromium import Chromium, find_chromium
from tests.identifier import People, as_json, find_people, gather_people, search_folders
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


STRANGER = "Desi Anggraini Putri"
OTHERS = ("Ahmad Nasution", "Bambang Utami", "Umi Nasution", "Ratna Kusuma")


def write_class_list(path: Path) -> None:
    """A teacher's workbook: a column for each participant, sheets named after people, one of them hidden."""
    book = openpyxl.Workbook()
    wide = book.active
    wide.title = f"Nilai {OTHERS[0]}"
    wide.append(["Kompetensi", *OTHERS, f"Catatan {NIP}"])
    wide.append(["Keterampilan teknis", 70, 75, 80, 85, STRANGER])
    hidden = book.create_sheet(f"NIP {NIP}")
    hidden.append(["NIP", "Nama Pegawai", f"Nilai {OTHERS[1]}"])
    hidden.append([NIP, OTHERS[2], 88])
    hidden.sheet_state = "hidden"
    book.save(path)


def harm(folder: Path) -> None:
    """Put people and scripts wherever an office can write."""
    write_class_list(folder / "2025" / "rekap kelas.xlsx")
    attended = folder / "2025" / "kehadiran_2025.csv"
    text = attended.read_bytes().decode("cp1252")
    attended.write_bytes(text.replace("Jam Pendampingan", f"Jam Pendampingan {OTHERS[3]}").encode("cp1252"))
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
    comment = f"# hubungi {OTHERS[0]}, NIP {NIP}, {MAIL}\n"
    declared.write_text(comment + text + comment, encoding="utf-8")


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
    (raw / BROKEN.region / "2025" / f"nilai {OTHERS[0]}.csv").write_text(f"x;y\n{OTHERS[0]};{NIP}\n")
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


@pytest.fixture(scope="module")
def people(project: Path) -> People:
    """Everybody in the raw files, and whom this test put there."""
    found = gather_people(project / "raw")
    for name in (*OTHERS, STRANGER):
        found.add_name(name)
    found.add_text(REMARK)
    return found


def test_nobody_of_the_raw_files_stands_in_anything_that_is_stored_or_published(
    project: Path, people: People
) -> None:
    assert len(people.numbers) > 200
    assert len(people.names) > 150
    folders = (project / "reports", project / "processed")
    assert sum(path.is_file() for folder in folders for path in folder.rglob("*")) > 15
    found = search_folders(people, *folders, without=("quarantine.xlsx",))
    assert found == {}, as_json(found)
    remarks = pd.read_parquet(next((project / "processed").rglob("reactions.parquet")))["comment"]
    said = " ".join(remarks.dropna())
    assert all(mark in said for mark in ("[nama]", "[telepon]", "[surel]", "[NIK]", "[NIP]"))


def picture(text: bytes) -> bytes:
    """A PNG file with a compressed text chunk."""
    parts = [
        (b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)),
        (b"zTXt", b"Author\0\0" + zlib.compress(text)),
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(part)) + kind + part + struct.pack(">I", zlib.crc32(kind + part))
        for kind, part in parts
    )


def zipped(text: bytes) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("a/b.txt", text)
    return content.getvalue()


def columns(text: bytes) -> bytes:
    content = io.BytesIO()
    pd.DataFrame({"x": pd.Categorical([text.decode()])}).to_parquet(content)
    return content.getvalue()


HIDDEN = {
    "plain": bytes, "gzip": gzip.compress, "zip": zipped, "parquet": columns, "picture": picture,
    "base64": lambda b: b'"data:x;base64,' + base64.b64encode(b * 3) + b'"',
    "reversed": lambda b: b[::-1], "upper": bytes.upper, "utf-16": lambda b: b.decode().encode("utf-16-le"),
    "escaped": lambda b: "".join(f"&#{c};" for c in b).encode(),
    "parted": lambda b: b.replace(b" ", b"  -  "),
    "in base64 in zip": lambda b: zipped(base64.b64encode(b * 3)),
}  # fmt: skip


@pytest.mark.parametrize("way", HIDDEN)
def test_the_search_finds_people_however_they_are_packed(way: str) -> None:
    """The search above is worth nothing if it cannot fail."""
    people = People()
    people.add_name("Dr. Siti Rahmawati, M.Si.")
    people.add_text(f"{NIP} {MAIL} 0812-3456-7890")
    for text, seen in (("Ibu Siti Rahmawati hadir di sini", "siti rahmawati"), (f"NIP {NIP} dicatat", NIP)):
        assert seen in find_people(HIDDEN[way](text.encode()), people), way
    assert find_people(HIDDEN[way](b"Rahmawati dan Siti hadir pada 20250102030405060"), people) == set()


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
