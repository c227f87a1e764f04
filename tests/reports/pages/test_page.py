"""Pages ask no network for anything, can be read by everyone, and show stranger text as text."""

from __future__ import annotations

import base64
import copy
import hashlib
import re
from importlib.resources import files
from itertools import pairwise

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from asn_research.errors import Problem
from asn_research.language import Language
from asn_research.reports.exhibits.download import Download
from asn_research.reports.pages.edition import stub_page
from asn_research.reports.pages.markup import render
from asn_research.reports.pages.page import LARGEST_PAGE, check_size, export_page, security_policy
from asn_research.reports.publications.problem import notice

HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(2)> **tebal** [tautan](javascript:alert(3)) {{ 7*7 }}"
)
STAMP = {"region": "kalianda", "period": "2025", "language": "id"}
SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 360 120" width="360pt"><path d="M0 0"/>'
    "<text>Ceramah</text></svg>"
)


def output(kind: str = "display_data", *, stamp: bool = True, extra: dict | None = None, **data: str):  # type: ignore[no-untyped-def,type-arg]
    metadata = {"asn_research": {**STAMP, **(extra or {})}} if stamp else {}
    return new_output(kind, data=data, metadata=metadata)


def prose(anchor: str, indonesian: str, english: str) -> list[nbformat.NotebookNode]:
    return [
        new_markdown_cell(text, metadata={"tags": [f"lang-{language}"], "asn_research": {"anchor": anchor}})
        for language, text in (("id", indonesian), ("en", english))
    ]


def page(*cells: nbformat.NotebookNode, language: Language = "id") -> str:
    head = new_code_cell("report.head()", outputs=[output(**{"text/html": "<h1>Kalianda, 2025</h1>"})])
    return export_page(
        new_notebook(cells=[head, *cells]), language=language, title="Judul", alternate="report.en.html"
    )


def whole_page(language: Language = "id") -> str:
    asked = {"question": "learning_gain", "answered": True}
    outputs = [
        output(extra=asked, **{"text/html": '<h3 id="learning_gain">Berapa?</h3>'}),
        output(extra=asked | {"alt": "Titik 3,2", "caption": "Kenaikan"}, **{"image/svg+xml": SVG}),
        output(extra=asked, **{"text/html": "<p>cara membaca</p>"}),
    ]
    return page(
        *prose("learning", "## Pembelajaran\n\nApa yang berubah.", "## Learning\n\nWhat changed."),
        new_code_cell('report.show("learning_gain")', outputs=outputs),
        language=language,
    )


@pytest.mark.parametrize("text", [whole_page(), stub_page("A", "2025", "id", (Problem("x", "y"),))])
def test_no_page_can_reach_a_network(text: str) -> None:
    soup = BeautifulSoup(text, "html.parser")
    policy = soup.find("meta", {"http-equiv": "Content-Security-Policy"})["content"]
    assert "default-src 'none'" in policy
    assert not re.search(r"https?:(?!//www\.w3\.org/2000/svg)", policy)
    assert not soup.find_all(["link", "iframe", "object", "embed", "form", "base"])
    for tag in soup.find_all(src=True):
        assert tag["src"].startswith("data:image/")
    for tag in soup.find_all(href=True):
        assert not re.match(r"(?i)[a-z]+:|//", tag["href"])
    styles = "".join(style.get_text() for style in soup.find_all("style"))
    assert "url(" not in styles
    assert "@import" not in styles


def test_the_policy_allows_the_one_script_by_its_hash_and_no_other() -> None:
    soup = BeautifulSoup(whole_page(), "html.parser")
    scripts = soup.find_all("script")
    assert len(scripts) == 1
    digest = base64.b64encode(hashlib.sha256(scripts[0].get_text().encode()).digest()).decode()
    policy = soup.find("meta", {"http-equiv": "Content-Security-Policy"})["content"]
    assert f"script-src 'sha256-{digest}';" in policy
    assert "script-src 'none'" in security_policy()


@pytest.mark.parametrize("language", ["id", "en"])
def test_a_page_has_one_h1_ordered_headings_landmarks_and_its_language(language: Language) -> None:
    soup = BeautifulSoup(whole_page(language), "html.parser")
    assert soup.html["lang"] == language
    levels = [int(tag.name[1]) for tag in soup.find_all(re.compile(r"^h[1-6]$"))]
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert soup.find("nav")["aria-label"]
    assert all(soup.find(landmark) for landmark in ("main", "header", "footer"))
    assert soup.select_one("a.skip")["href"] == "#main"
    ids = [tag["id"] for tag in soup.find_all(id=True)]
    assert len(ids) == len(set(ids))
    assert all(link["href"][1:] in ids for link in soup.select(".contents a"))


def test_every_drawing_is_a_picture_with_alternative_text_and_a_size() -> None:
    (picture,) = BeautifulSoup(whole_page(), "html.parser").select("figure > svg")
    assert (picture["role"], picture["aria-label"]) == ("img", "Titik 3,2")
    assert picture["viewbox"] == "0 0 360 120"
    assert picture.find("text").get_text() == "Ceramah"


def test_alternative_text_cannot_leave_its_attribute() -> None:
    extra = {"question": "q", "alt": f'"><script>alert(1)</script>{HOSTILE}'}
    text = page(new_code_cell("x", outputs=[output(extra=extra, **{"image/svg+xml": SVG})]))
    soup = BeautifulSoup(text, "html.parser")
    assert len(soup.find_all("script")) == 1
    assert soup.select_one("figure > svg")["aria-label"] == extra["alt"]


def test_a_drawing_that_nobody_vouches_for_is_a_closed_picture() -> None:
    hostile = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    text = page(new_code_cell("x", outputs=[output(stamp=False, **{"image/svg+xml": hostile})]))
    soup = BeautifulSoup(text, "html.parser")
    assert len(soup.find_all("script")) == 1
    assert not soup.find("svg")
    assert base64.b64decode(soup.find("img")["src"].split(",")[1]).decode() == hostile


def test_only_one_language_is_left() -> None:
    assert "Apa yang berubah" in whole_page("id")
    assert "What changed" not in whole_page("id")
    assert "What changed" in whole_page("en")
    assert "Apa yang berubah" not in whole_page("en")


def test_outputs_of_one_question_stand_in_one_section() -> None:
    section = BeautifulSoup(whole_page(), "html.parser").select("section.question")
    assert len(section) == 1
    assert section[0]["aria-labelledby"] == "learning_gain"
    assert section[0].find("svg")
    assert "cara membaca" in section[0].get_text()


def test_a_heading_over_nothing_is_left_out() -> None:
    text = page(*prose("needs", "## Kebutuhan", "## Needs"), new_code_cell('report.show_level("needs")'))
    assert "Kebutuhan" not in text


def test_code_is_there_but_hidden_until_switched_on() -> None:
    soup = BeautifulSoup(whole_page(), "html.parser")
    assert "report.show" in soup.select("div.code")[-1].get_text()
    assert not soup.select_one("#code-switch").has_attr("checked")
    assert ".code { display: none" in soup.find("style").get_text()


def test_the_code_of_a_page_names_what_the_page_was_made_for() -> None:
    defaults = (
        'region: str = "kalianda"  # a folder\nperiod: "str or None" = None  # None: the last\nraw: str = "a"'
    )
    given = new_code_cell(
        'region = "bukittinggi"\nperiod = "2025"\nraw = "rahasia/folder"',
        metadata={"tags": ["injected-parameters"]},
    )
    made = BeautifulSoup(
        page(new_code_cell(defaults, metadata={"tags": ["parameters"]}), given), "html.parser"
    ).text
    assert 'region: str = "bukittinggi"  # a folder' in made
    assert 'period: "str or None" = "2025"  # None: the last' in made
    assert 'raw: str = "a"' in made
    assert "kalianda" not in made


def test_injected_parameters_stay_in_the_notebook() -> None:
    injected = new_code_cell('raw = "rahasia/folder"', metadata={"tags": ["injected-parameters"]})
    assert "rahasia" not in page(injected)


def test_hostile_text_in_templates_is_shown_as_text() -> None:
    fragments = [
        render(
            "answer",
            "id",
            question="q",
            title=HOSTILE,
            answered=True,
            status="",
            answer=HOSTILE,
            rest=HOSTILE,
        ),
        render(
            "detail",
            "id",
            title=HOSTILE,
            reading=HOSTILE,
            table="",
            caveats=[HOSTILE],
            sample=HOSTILE,
            download=Download(HOSTILE, "data:text/csv," + HOSTILE),
        ),
        render("facts", "id", title=HOSTILE, facts=[(HOSTILE, HOSTILE)]),
    ]
    for fragment in fragments:
        soup = BeautifulSoup(str(fragment), "html.parser")
        assert not soup.find_all(["script", "img"])
        assert HOSTILE.split()[-1] in soup.get_text()
        assert "{{ 7*7 }}" in soup.get_text()


@pytest.mark.parametrize("kind", ["text/html", "text/markdown", "text/latex", "application/javascript"])
def test_outputs_that_nobody_vouches_for_are_shown_as_text(kind: str) -> None:
    cell = new_code_cell("x", outputs=[output(stamp=False, **{kind: HOSTILE, "text/plain": HOSTILE})])
    soup = BeautifulSoup(page(cell), "html.parser")
    assert len(soup.find_all("script")) == 1
    assert not soup.find_all("img")
    assert HOSTILE in soup.select_one("pre.stream").get_text()


def test_hostile_titles_and_problems_are_escaped() -> None:
    text = stub_page(HOSTILE, HOSTILE, "en", (Problem("x", HOSTILE, remedy=HOSTILE),))
    soup = BeautifulSoup(text, "html.parser")
    assert not soup.find_all("script")
    assert not soup.find_all("img")
    assert HOSTILE in soup.h1.get_text()


def test_printed_output_and_errors_are_escaped_and_warnings_left_out() -> None:
    outputs = [
        new_output("stream", name="stdout", text=HOSTILE),
        new_output("stream", name="stderr", text="warning from a folder"),
        new_output("error", ename="ValueError", evalue=HOSTILE, traceback=["secret path"]),
    ]
    text = page(new_code_cell("x", outputs=outputs))
    assert len(BeautifulSoup(text, "html.parser").find_all("script")) == 1
    assert "warning from a folder" not in text
    assert "secret path" not in text


def test_the_same_notebook_gives_the_same_bytes() -> None:
    assert whole_page() == whole_page()


def test_a_page_over_its_limit_is_a_problem_that_names_the_largest_figure() -> None:
    extra = {"question": "q", "alt": "A", "caption": "Cakupan & biaya"}
    small = output(extra=extra | {"caption": "Kecil"}, **{"image/svg+xml": SVG})
    large = output(extra=extra, **{"image/svg+xml": SVG.replace("Ceramah", "x" * LARGEST_PAGE)})
    assert check_size(page(new_code_cell("x", outputs=[small]))) == ()
    (problem,) = check_size(page(new_code_cell("x", outputs=[small, large])), name="report.html")
    assert problem.place.file == "report.html"
    assert "“Cakupan & biaya”, has 1500 kB" in problem.message
    assert "Cakupan & biaya" in str(notice(problem, "id"))


def test_the_page_leaves_the_notebook_as_it_is() -> None:
    notebook = new_notebook(
        cells=[*prose("a", "## Satu", "## One"), new_code_cell("x", outputs=[output(**{"text/plain": "a"})])]
    )
    before = copy.deepcopy(notebook)
    export_page(notebook, language="en", title="T")
    assert notebook == before


def test_a_drawing_that_reaches_into_the_margin_of_a_phone_is_not_cut_there() -> None:
    """A question is a box of its own for the browser (content-visibility): what leaves it is not drawn."""
    style = files("asn_research.reports.pages").joinpath("template/style.css").read_text(encoding="utf-8")
    (phone,) = re.findall(r"@media \(max-width: 30rem\) \{\n(.*?)\n\}", style, flags=re.S)
    (reach,) = re.findall(r"\bfigure \{ margin-left: -([.\d]+rem); margin-right: -\1; \}", phone)
    (box,) = re.findall(r"\.question:has\(> figure\) \{(.*?)\}", phone)
    for side in ("left", "right"):
        assert f"margin-{side}: -{reach};" in box
        assert f"padding-{side}: {reach};" in box
