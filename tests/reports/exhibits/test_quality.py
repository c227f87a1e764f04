"""The data quality page tells the office what was read, and nobody what few people scored."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from markupsafe import escape

from asn_research.errors import Place
from asn_research.ingest.files.problem import make_problem
from asn_research.language import LANGUAGES, Language, phrase
from asn_research.reports.exhibits.quality import Quality
from asn_research.reports.publications.problem import problem_record
from tests.findings.world import make_region

FILE = {
    "file": "rekap.xlsx", "sheet": "Nilai <lama>", "table": "assessments", "rows": 20, "accepted": 20,
    "corrected": 0, "quarantined": 0, "duplicates": 0, "left_out": 0,
}  # fmt: skip


def shown(language: Language, monkeypatch: pytest.MonkeyPatch, part: str, **intake: Any) -> str:
    parts: list[str] = []
    monkeypatch.setattr(Quality, "_show_html", lambda _self, fragment: parts.append(str(fragment)))
    data = replace(make_region(people=24, batches=3, seed=1), intake=intake)
    getattr(Quality(data, language=language), part)()
    return "".join(parts)


@pytest.mark.parametrize("language", LANGUAGES)
def test_hidden_sheets_are_named(language: Language, monkeypatch: pytest.MonkeyPatch) -> None:
    place = {name: FILE[name] for name in ("file", "sheet", "table")}
    page = shown(language, monkeypatch, "files", files=[FILE], hidden=[place])
    said = "hidden sheet" if language == "en" else "Lembar tersembunyi"
    assert f"{said} “Nilai &lt;lama&gt;” " in page
    assert said not in shown(language, monkeypatch, "files", files=[FILE], hidden=[])


@pytest.mark.parametrize("language", LANGUAGES)
def test_units_that_may_be_one_are_asked_about_with_the_lines_to_copy(
    language: Language, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = {
        "short_line": '"<A>" = "B"',
        "full_line": '"B" = "<A>"',
        "both_lines": '"<A>" = "<A>"\n"B" = "B"',
    }
    asked = make_problem("units_alike", Place("contoh/region.toml"), first='"<A>"', second='"B"', **lines)
    intake = {"problems": [], "decisions": {"waiting": 0}}
    page = shown(language, monkeypatch, "problems", questions=[problem_record(asked)], **intake)
    said = "may be one work unit" if language == "en" else "mungkin satu unit kerja"
    assert said in page
    assert all(f"\n{escape(line)}" in page for line in lines.values())
    assert "<A>" not in page
    assert phrase("report.quality_step_questions", language) in page
    assert phrase("report.quality_step_files", language) not in page
    assert said not in shown(language, monkeypatch, "problems", **intake)


@pytest.mark.parametrize("language", LANGUAGES)
def test_units_that_the_office_renamed_are_named(language: Language, monkeypatch: pytest.MonkeyPatch) -> None:
    renamed = [{"written": "DINKES", "used": "Dinas Kesehatan"}]
    page = shown(language, monkeypatch, "files", files=[FILE], hidden=[], renamed=renamed)
    assert page.index("“DINKES”") < page.index("“Dinas Kesehatan”")
    assert "region.toml" not in shown(language, monkeypatch, "files", files=[FILE], hidden=[], renamed=[])


@pytest.mark.parametrize(("lost", "told"), [(2, False), (9, False), (10, True), (40, False)])
def test_the_difference_to_fewer_lost_people_than_the_minimum_is_not_told(
    lost: int, told: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of two people lost it tells their mean score before; with few left over, that of those."""
    wave = {
        "competency": "technical_skill", "source": "test", "first": "pre", "second": "post",
        "people_first": 47, "matched": 47 - lost, "match_rate": 1 - lost / 47, "difference_sd": 1.23,
    }  # fmt: skip
    page = shown("en", monkeypatch, "linkage", linkage={"waves": [wave]})
    assert ("1.2" in page) is told
    assert "1.23" not in page
