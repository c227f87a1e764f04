"""A page on paper: tagged, in its language, with title, contents, page numbers and described figures."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from asn_research.cli import app
from asn_research.errors import ReportError
from asn_research.reports.pages import pdf
from asn_research.reports.publications import provenance
from asn_research.reports.publications.manifest import MANIFEST, Manifest

DRAWING = (
    '<svg role="img" aria-label="Naik 6,8 poin" xmlns="http://www.w3.org/2000/svg" width="360pt" '
    'height="90pt" viewBox="0 0 360 90" font-family="system-ui"><path d="M0 0L360 90" stroke="#1f5f8b"/>'
    '<text x="9" y="40">6,8</text></svg>'
)
QUESTION = (
    '<section class="question" aria-labelledby="q"><div class="said"><h3 id="q">Naik?</h3>'
    '<p class="answer">Naik <a class="cite" href="#trace.q">6,8</a> poin.</p></div>'
    f"<figure><figcaption>Gambar</figcaption>{DRAWING}</figure>"
    '<details class="numbers"><summary>Lihat</summary><div class="table-wrap"><table class="finding">'
    "<caption>Nilai</caption><thead><tr><th scope=col>A</th><th scope=col>B</th></tr></thead>"
    "<tbody><tr><th scope=row>x</th><td>1</td></tr></tbody></table></div></details>"
    '<details class="trace" data-claims="trace"><summary>Dari mana</summary>'
    '<div id="trace.q">asal</div></details>'
    "</section>"
)
PAGE = (
    '<!DOCTYPE html><html lang="id"><head><meta charset="utf-8"><title>Laporan Kota Contoh 2025</title>'
    "<style>.question{display:grid}</style></head><body>"
    '<header class="bar">bar <label class="switch">kode</label></header>'
    '<div class="layout"><nav class="contents" aria-label="Isi"><details>'
    '<summary>Isi laporan</summary><ol><li><a href="#s1">Jawaban</a></li><li><a href="#s2">Data</a></li></ol>'
    '</details></nav><main id="main"><div class="head"><h1>Kota Contoh, 2025</h1></div>'
    f'<section class="level" id="s1"><h2>Jawaban</h2>{QUESTION}</section>'
    '<section class="level" id="s2"><h2>Data</h2><p>Berkas.</p></section></main></div>'
    "<script>alert(1)</script></body></html>"
)


@pytest.fixture(scope="module")
def made() -> bytes:
    """One page made from a small report."""
    try:
        pdf.check_pdf()
    except ReportError as error:
        pytest.skip(str(error))
    return pdf.page_to_pdf(PAGE, language="id")


@pytest.fixture(scope="module")
def document(made: bytes) -> Any:
    return pytest.importorskip("pypdf").PdfReader(io.BytesIO(made))


def elements(node: Any) -> Iterator[Mapping[str, Any]]:
    """The elements of a structure tree."""
    node = node.get_object() if hasattr(node, "get_object") else node
    if isinstance(node, list):
        for part in node:
            yield from elements(part)
    elif isinstance(node, Mapping):
        if "/S" in node:
            yield node
        if "/K" in node:
            yield from elements(node["/K"])


def test_it_is_tagged_in_its_language_with_its_title(document: Any) -> None:
    root = document.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "id"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert document.metadata.title == "Laporan Kota Contoh 2025"
    assert b"pdfuaid:part" in root["/Metadata"].get_object().get_data()
    found = list(elements(root["/StructTreeRoot"]))
    kinds = [element["/S"] for element in found]
    assert [kinds.count(kind) for kind in ("/H1", "/H2", "/H3", "/Table", "/Figure")] == [1, 2, 1, 1, 1]
    assert next(e["/Alt"] for e in found if e["/S"] == "/Figure") == "Naik 6,8 poin"


def test_contents_page_numbers_and_outline(document: Any) -> None:
    pages = [page.extract_text() for page in document.pages]
    for number, text in enumerate(pages, 1):
        assert f"Halaman {number} dari {len(pages)}" in text
    assert all(
        round(float(page.mediabox.width)) == 595 and round(float(page.mediabox.height)) == 842
        for page in document.pages
    )
    where = {title: next(i for i, t in enumerate(pages, 1) if title in t) for title in ("Naik?", "Berkas.")}
    contents = next(text for text in pages if "Isi laporan" in text)
    lines = [line.replace(" ", "").replace(".", "") for line in contents.splitlines()]
    assert f"Jawaban{where['Naik?']}" in lines
    assert f"Data{where['Berkas.']}" in lines
    assert "Jawaban" in [item.title for item in document.outline if not isinstance(item, list)]


def test_only_what_can_be_read_on_paper_is_left(document: Any) -> None:
    text = "\n".join(page.extract_text() for page in document.pages)
    assert "Naik 6,8 poin." in text
    assert "Nilai" in text
    for gone in ("Dari mana", "asal", "bar", "alert", "Lihat"):
        assert gone not in text.split(), gone


def test_the_same_page_gives_the_same_bytes(made: bytes) -> None:
    assert pdf.page_to_pdf(PAGE, language="id") == made


def test_a_page_loads_nothing_from_elsewhere(made: bytes, tmp_path: Path) -> None:
    secret = tmp_path / "secret.svg"
    secret.write_text('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><text>x</text></svg>')
    page = PAGE.replace("<p>Berkas.</p>", f'<p>Berkas.</p><img alt="" src="{secret.as_uri()}">')
    assert len(pdf.page_to_pdf(page, language="id")) < len(made) + 300


@pytest.mark.usefixtures("made")
def test_the_manifest_vouches_for_the_pdf_and_freshness_knows_it(tmp_path: Path) -> None:
    before = Manifest(region="r", period="2025", state="made", languages=("id",), inputs={"a": 1})
    files, manifest = pdf.add_pdfs({"report.html": PAGE.encode(), MANIFEST: b""}, before)
    assert list(files) == ["report.html", "report.pdf", MANIFEST]
    pages = ("report.html", "report.pdf")
    assert manifest.outputs == {name: provenance.digest_bytes(files[name]) for name in pages}
    assert 'href="report.pdf"' in files["report.html"].decode()
    assert files["report.pdf"] == pdf.page_to_pdf(PAGE, language="id")
    (tmp_path / "report.html").write_bytes(files["report.html"])
    (tmp_path / "report.pdf").write_bytes(files["report.pdf"])
    version = provenance.pdf_version()
    assert manifest.is_fresh({"a": 1}, ["id"], tmp_path, pdf=version)
    assert manifest.is_fresh({"a": 1}, ["id"], tmp_path)
    assert not manifest.is_fresh({"a": 1}, ["id"], tmp_path, pdf="other")
    assert not before.is_fresh({"a": 1}, ["id"], tmp_path, pdf=version)
    failed = Manifest(region="r", period="2025", state="failed")
    assert pdf.add_pdfs({"report.html": b"stub"}, failed) == ({"report.html": b"stub"}, failed)


def test_where_weasyprint_is_missing_the_call_is_refused_with_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from typer.testing import CliRunner

    monkeypatch.setitem(sys.modules, "weasyprint", None)
    (tmp_path / "raw" / "kalianda" / "2025").mkdir(parents=True)
    places = [f"--{name}={tmp_path / name}" for name in ("raw", "processed", "reports")]
    runner = CliRunner(env={"ASN_RESEARCH_LANGUAGE": "en"})
    result = runner.invoke(app, ["run", "kalianda", "--pdf", *places])
    assert result.exit_code == 2
    assert 'pip install "asn-research[pdf]"' in result.stderr
    assert not (tmp_path / "reports").exists()
