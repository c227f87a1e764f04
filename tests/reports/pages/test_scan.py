"""The output scan finds what names a person, wherever it hides, and takes nothing else for it."""

from __future__ import annotations

import base64
import json
import struct
import time
import zlib

import pytest

from asn_research.errors import ReportError
from asn_research.ingest.people.mark import NameMarks, make_marks
from asn_research.language import LANGUAGES
from asn_research.reports.pages.scan import guard_output, scan_bytes, scan_files
from asn_research.reports.publications.problem import notice

KEY = b"0" * 32
NAMES = NameMarks(frozenset(make_marks(["Siti Rahmawati, S.Sos", "Dr. H. Ahmad Fauzi"], key=KEY)), KEY)


def kinds(content: str) -> list[str]:
    return [trace.kind for trace in scan_bytes(content.encode(), names=NAMES)]


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        ("<td>198609262015051001</td>", "number"),
        ("NIP. 19860926 201505 1 001", "number"),
        ("19860926.201505.1.001", "number"),
        ('{"nik": "1375016609860003"}', "number"),
        ("hubungi 081234567890", "phone"),
        ("(0812) 3456-7890", "phone"),
        ("+62 812-3456-7890", "phone"),
        ("budi@contoh.go.id", "email"),
        ("budi&#64;contoh.go.id", "email"),
        ("data:text/csv,nama%0D%0Abudi%40contoh.go.id", "email"),
        ('"person_id": "P0123456789abcdef"', "pseudonym"),
        ("penilai R0123456789abcdef.", "pseudonym"),
        ('raw = "/srv/kantor/data/nilai.xlsx"', "path"),
        ("/home/budi", "path"),
        ("Traceback (most recent call last)", "traceback"),
        ('File "report.py", line 12', "traceback"),
        ("<p>Menurut Siti Rahmawati, pelatihannya baik.</p>", "name"),
        ("SITI RAHMAWATI", "name"),
        ("Ahmad Fauzi", "name"),
    ],
)
def test_a_trace_is_found_and_never_repeated(content: str, kind: str) -> None:
    assert kinds(content) == [kind]
    (problem,) = scan_files({"report.html": f"<h1>Laporan</h1>\n{content}".encode()}, names=NAMES)
    assert kind in str(problem)
    assert content not in str(problem)
    assert "line 2" in problem.message


@pytest.mark.parametrize(
    "content",
    [
        '{"estimate": 0.199009132025242014, "df": 9.337552301552577}',
        "Rp 628.123.456.789 dan Rp 81.234.567.890",
        '<path d="M10 8123456789.5 19860926201505"/>',
        "@media print { color: #198609 }",
        "sha256 5e8aP0123456789abcdef01c0ffee",
        '<a href="../../index.html">data/nilai.csv</a>',
        "Kepmendagri 300.2.2-2430, kode 18.01.06",
        "Rahmawati Siti Sekretariat Daerah Ahmad",
        "2025-03-01 08:30 sampai 2025-11-30",
    ],
)
def test_what_only_looks_like_one_is_left_alone(content: str) -> None:
    assert kinds(content) == []


def test_pictures_are_read_inside() -> None:
    svg = b"<svg><desc>oleh Siti Rahmawati</desc></svg>"
    page = f'<img src="data:image/svg+xml;base64,{base64.b64encode(svg).decode()}">'
    assert kinds(page) == ["name"]
    for kind, note in (
        (b"tEXt", b"Author\0budi@contoh.go.id"),
        (b"zTXt", b"Author\0\0" + zlib.compress(b"081234567890")),
    ):
        chunk = struct.pack(">I", len(note)) + kind + note + b"\0\0\0\0"
        picture = b"\x89PNG\r\n\x1a\n" + chunk
        notebook = f'{{"image/png": "{base64.b64encode(picture).decode()}\\n"}}'
        assert kinds(notebook) in (["email"], ["phone"])


def test_a_name_that_a_unit_bears_is_no_trace() -> None:
    marks = NameMarks(
        frozenset(make_marks(["Ahmad Mochtar"], key=KEY, shown=["RSUD Dr. Ahmad Mochtar"])), KEY
    )
    assert scan_bytes(b"RSUD Dr. Ahmad Mochtar", names=marks) == []


def test_marks_tell_no_name_without_the_key() -> None:
    other = make_marks(["Siti Rahmawati"], key=b"1" * 32)
    assert not set(other) & NAMES.marks
    assert all(len(mark) == 12 for mark in other)


def test_nothing_is_published_where_one_file_has_a_trace() -> None:
    files = {"report.html": b"<p>ya</p>", "report.ipynb": b"P0123456789abcdef"}
    with pytest.raises(ReportError, match=r"report\.ipynb \(pseudonym, line 1\)"):
        guard_output(files)


def test_a_trace_is_told_in_the_language_of_its_reader() -> None:
    page = b"<p>\n198503122010011002 budi@contoh.go.id 0812 3456 7890 P0123456789abcdef</p>"
    page += b"Siti Rahmawati C:\\Data\\x /home/budi Traceback (most recent call last)"
    [problem] = scan_files({"report.html": page}, names=NAMES)
    found = {kind for kind, _ in json.loads(problem.fields["traces"])["report.html"]}
    assert found == {"number", "email", "phone", "pseudonym", "path", "traceback", "name"}, "every kind"
    told = {language: str(notice(problem, language)) for language in LANGUAGES}
    assert "report.html (nomor seperti NIP atau NIK, baris 2, " in told["id"]
    assert "report.html (a number like a NIP or NIK, line 2, " in told["en"]
    for text in told.values():
        assert not scan_bytes(text.encode(), names=NAMES), "nothing of it is repeated"


def test_a_large_page_takes_milliseconds() -> None:
    """Half a megabyte of drawings; the bound is generous, for machines that are at other work."""
    page = ("<path d='" + "M10.123 20.456 L30.789 40.012 " * 15_000 + "'/>").encode()
    began = time.process_time()
    assert scan_bytes(page, names=NAMES) == []
    assert time.process_time() - began < 1.0
