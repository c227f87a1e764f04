"""A notebook of one's own: it begins as asked, is valid, and never overwrites another."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from typer.testing import CliRunner, Result

from asn_research.cli import app
from asn_research.findings.catalogue import QUESTIONS
from asn_research.reports.exhibits.starter import Wish, draft_notebook

RAW = Path(__file__).parents[2] / "data" / "raw"


def call(folder: Path, *words: str) -> Result:
    places = ["--raw", str(RAW), "--folder", str(folder)]
    return CliRunner().invoke(app, ["new-notebook", *words, *places], env={"ASN_RESEARCH_LANGUAGE": "en"})


def test_it_begins_with_the_region_and_question_that_were_asked(tmp_path: Path) -> None:
    result = call(
        tmp_path, "gains", "--region", "kalianda", "--question", "learning_gain", "--language", "en"
    )
    assert result.exit_code == 0, result.output
    book = nbformat.read(tmp_path / "gains.ipynb", as_version=4)
    nbformat.validate(book)
    (parameters,) = [cell for cell in book.cells if "parameters" in cell.metadata.get("tags", [])]
    assert 'region: str = "kalianda"' in parameters.source
    assert "learning_gain" in book.cells[0].source
    assert not any(cell.get("outputs") for cell in book.cells)


@pytest.mark.parametrize("question", [None, *(question.id for question in QUESTIONS)])
@pytest.mark.parametrize("language", ["id", "en"])
def test_every_cell_is_python(question: str | None, language: str) -> None:
    wish = Wish(name="x", region="kalianda", period="2025", question=question, language=language)
    for cell in nbformat.reads(draft_notebook(wish), as_version=4).cells:
        if cell.cell_type == "code":
            compile(cell.source, "cell", "exec")
            assert len(cell.source.splitlines()) <= 8


def test_a_name_with_a_quotation_mark_is_a_name() -> None:
    cells = nbformat.reads(draft_notebook(Wish(name="x", region='a"b', period='2"')), as_version=4).cells
    (parameters,) = [cell for cell in cells if "parameters" in cell.metadata.get("tags", [])]
    names: dict[str, str] = {}
    exec(parameters.source, names)  # noqa: S102  (our own text)
    assert (names["region"], names["period"]) == ('a"b', '2"')


def test_another_notebook_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "mine.ipynb").write_text("precious", encoding="utf-8")
    result = call(tmp_path, "mine.ipynb")
    assert result.exit_code == 2
    assert (tmp_path / "mine.ipynb").read_text(encoding="utf-8") == "precious"


@pytest.mark.parametrize(
    "words", [("a/b",), ("..",), ("x", "--region", "kaliandra"), ("x", "--question", "nothing")]
)
def test_what_cannot_be_meant_is_refused(words: tuple[str, ...], tmp_path: Path) -> None:
    assert call(tmp_path, *words).exit_code == 2
    assert list(tmp_path.iterdir()) == []


def test_a_mistyped_question_is_answered_with_the_nearest(tmp_path: Path) -> None:
    assert "learning_gain" in call(tmp_path, "x", "--question", "learning_gian").output
