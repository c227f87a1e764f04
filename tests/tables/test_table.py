"""Tables as readers and screen readers get them: structure, words, escaping, no style of their own."""

from __future__ import annotations

import re

import pytest
from bs4 import BeautifulSoup, Tag

from asn_research.findings.catalogue import QUESTIONS
from asn_research.findings.disclosures.exposure import EXPOSURES, Subject
from asn_research.findings.finding import Finding, Row
from asn_research.findings.wordings.label import count_head
from asn_research.language import LANGUAGES, Language
from asn_research.language.catalogue import read_messages
from asn_research.tables.kind import LAYOUTS
from asn_research.tables.table import LONGEST, LONGEST_LINKED, render_table, table_html
from tests.figures.example import (
    ALL_SUPPRESSED,
    METHODS,
    NAN,
    STRANGE,
    TABLE_EXAMPLES,
    UNITS,
    interval_row,
    make_finding,
)


def parsed(finding: Finding, kind: str, language: Language = "id") -> Tag:
    html = render_table(finding, LAYOUTS[kind](finding, language), language)
    table = BeautifulSoup(html, "html.parser").find("table")
    assert isinstance(table, Tag)
    return table


def cells(table: Tag) -> list[list[str]]:
    rows = [
        [cell.get_text(strip=True) for cell in row.find_all(["th", "td"])] for row in table.select("tbody tr")
    ]
    return [[text.replace("\N{NO-BREAK SPACE}", " ") for text in row] for row in rows]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", LAYOUTS)
def test_structure_for_screen_readers(kind: str, language: Language) -> None:
    finding = TABLE_EXAMPLES[kind]
    html = render_table(finding, LAYOUTS[kind](finding, language), language)
    page = BeautifulSoup(html, "html.parser")
    table = page.find("table")
    assert isinstance(table, Tag)
    caption = table.find("caption")
    assert isinstance(caption, Tag)
    assert table.find() is caption
    assert caption.get_text(strip=True)
    region = page.select_one('div.table-wrap[role="region"][tabindex="0"]')
    assert region is not None
    assert region["aria-labelledby"] == caption["id"]
    heads = table.select("thead th")
    assert heads
    assert all(head["scope"] == "col" and head.get_text(strip=True) for head in heads)
    for row in table.select("tbody tr"):
        first = row.find(["th", "td"])
        assert isinstance(first, Tag)
        assert first.name == "th"
        assert first["scope"] == ("rowgroup" if "group" in (row.get("class") or []) else "row")
    widths = {
        sum(int(str(cell.get("colspan", 1))) for cell in row.find_all(["th", "td"]))
        for row in table.find_all("tr")
    }
    assert widths == {len(heads)}
    assert "figure." not in html


@pytest.mark.parametrize("kind", LAYOUTS)
def test_no_style_and_nothing_of_the_maker_is_left(kind: str) -> None:
    finding = TABLE_EXAMPLES[kind]
    html = render_table(finding, LAYOUTS[kind](finding, "id"), "id")
    assert "<style" not in html
    assert "style=" not in html
    assert "gt_" not in html
    assert "font" not in html
    identifiers = re.findall(r' id="([^"]+)"', html)
    assert identifiers == [f"table-{finding.question}", f"table-{finding.question}-caption"]
    assert html == render_table(finding, LAYOUTS[kind](finding, "id"), "id")


def test_numbers_are_the_rows_rounded_and_marked_as_numbers() -> None:
    table = parsed(make_finding(METHODS), "interval")
    assert cells(table)[0] == ["Ceramah", "+5,2", "+3,1 s.d. +7,3", "44"]
    assert cells(parsed(make_finding(METHODS), "interval", "en"))[3] == [
        "Practice",
        "+12.6",
        "+10.4 to +14.8",
        "33",
    ]
    assert all("number" in (cell.get("class") or []) for cell in table.select("tbody td"))
    assert "95\N{NO-BREAK SPACE}persen" in table.select("thead th")[2].get_text()


def test_text_of_strangers_is_shown_and_never_obeyed() -> None:
    forged = 'a" class="gt_right" id="x" </table><b>'
    rows = [
        interval_row(STRANGE, 1.0, 1.0, group="<img src=x onerror=alert(1)>"),
        interval_row(forged, 2.0, 1.0, group="<img src=x onerror=alert(1)>"),
        interval_row("**tebal** [x](javascript:alert(1)) &amp; {{< x >}}", 2.0, 1.0, group="B"),
    ]
    html = render_table(make_finding(rows), LAYOUTS["interval"](make_finding(rows), "id"), "id")
    page = BeautifulSoup(html, "html.parser")
    assert page.find(["script", "img", "b", "strong", "a", "em"]) is None
    names = [cell.get_text() for cell in page.select('tbody th[scope="row"]')]
    assert names[1] == forged
    assert names[2] == "**tebal** [x](javascript:alert(1)) &amp; {{< x >}}"
    assert len(page.select("table")) == 1


def test_groups_stand_in_bodies_of_their_own() -> None:
    rows = [
        interval_row(f"Unit {i}", 1.0, 1.0, group=f"item:{'material' if i < 2 else 'speaker'}")
        for i in range(4)
    ]
    table = parsed(make_finding(rows), "interval")
    bodies = table.find_all("tbody")
    assert [len(body.find_all("tr")) for body in bodies] == [3, 3]
    assert [row.get_text(strip=True) for row in table.select("tr.group")] == ["Materi", "Narasumber"]


def test_withheld_cells_are_dashes_with_a_note() -> None:
    table = parsed(make_finding(UNITS, unit="share"), "share")
    assert cells(table)[3] == ["RSUD", "–", "–", "–", "–"]
    note = table.select_one("tfoot td.note")
    assert note is not None
    assert "dapat dikenali" in note.get_text()
    assert "tidak dapat dihitung" in note.get_text()


def test_notes_tell_withheld_from_missing() -> None:
    def notes(rows: list[dict[str, object]]) -> str:
        return " ".join(c.get_text() for c in parsed(make_finding(rows), "interval").select("tfoot td"))  # type: ignore[arg-type]

    assert notes([*METHODS]) == ""
    assert "dapat dikenali" not in notes([*METHODS, interval_row("A", 1.0, NAN)])
    assert "tidak dapat dihitung" not in notes([*METHODS, dict(ALL_SUPPRESSED[0])])


def test_a_table_of_withheld_rows_only_still_names_them() -> None:
    table = parsed(make_finding(ALL_SUPPRESSED), "interval")
    assert [row[0] for row in cells(table)] == ["Unit 0", "Unit 1", "Unit 2"]


def test_joined_answers_are_named_by_their_range() -> None:
    rows = cells(parsed(TABLE_EXAMPLES["likert"], "likert"))
    assert len(rows) == 3
    assert rows[1][-1].replace("\N{WORD JOINER}", "") == "1–3: 40%, 4: 40%, 5: 20%"


def test_a_question_without_rows_has_no_table() -> None:
    assert table_html(make_finding(()), "id") == ""
    assert "table-learning_gain" in table_html(TABLE_EXAMPLES["distribution"], "id")


def many_regions(count: int, *, drawn: int) -> Finding:
    """A finding with a row per region, of which a figure draws the first."""
    rows = tuple(
        interval_row(f"Daerah {i}", 1.0 + i, 2.0) | ({} if i < drawn else {"role": "listed"})
        for i in range(count)
    )
    return make_finding(rows, question="pooled_gain")


def test_rows_of_a_table_can_be_cited_unless_there_are_hundreds() -> None:
    few = table_html(many_regions(LONGEST_LINKED, drawn=60), "en", target="trace.pooled_gain")
    many = table_html(many_regions(LONGEST_LINKED + 1, drawn=60), "en", target="trace.pooled_gain")
    assert few.count('class="cite"') == few.count("<tr id=") == LONGEST_LINKED
    assert many.count('class="cite"') == many.count("<tr id=") == 0
    assert many.count('<th scope="row">') == LONGEST_LINKED + 1


def test_a_table_too_long_for_a_page_says_how_many_rows_stand_in_the_file_beside_it() -> None:
    table = parsed(many_regions(LONGEST + 100, drawn=60), "interval", "en")
    assert len(cells(table)) == 60
    assert f"{LONGEST + 100 - 60} more rows are left out here" in table.get_text()
    assert "left out" not in parsed(many_regions(LONGEST, drawn=60), "interval", "en").get_text()


def test_no_head_of_a_column_is_a_bare_letter() -> None:
    heads = {key: text for key, text in read_messages().items() if key.startswith("figure.head_")}
    assert heads
    assert all(len(words) > 2 or words == "of" for text in heads.values() for words in text.values())


@pytest.mark.parametrize(
    ("question", "kind", "counted"),
    [
        ("attendance", "interval", "People"),
        ("completion", "share", "Enrolments"),
        ("cost_per_participant", "cost", "Enrolments"),
        ("satisfaction", "likert", "Respondents"),
        ("service_time", "series", "Requests"),
        ("project_delivery", "share", "Projects"),
        ("coder_agreement", "interval", "Excerpts"),
    ],
)
def test_a_column_of_counts_says_what_it_counts(question: str, kind: str, counted: str) -> None:
    row: Row = {"label": "2025-01", "estimate": 0.5, "share": 0.5, "n": 12, "total": 24}
    heads = [column.head for column in LAYOUTS[kind](make_finding([row], question=question), "en").columns]
    assert counted in heads
    assert "Number" not in heads


@pytest.mark.parametrize("subject", [Subject.CITIZENS, Subject.THINGS])
def test_what_counts_no_people_does_not_say_that_it_does(subject: Subject) -> None:
    about = {name for name, exposure in EXPOSURES.items() if exposure.subject is subject}
    counting = {q.id for q in QUESTIONS if q.id in about and q.table not in ("amount", "display")}
    assert counting
    for question in counting:
        assert count_head(make_finding([], question=question), "en") != "People"
