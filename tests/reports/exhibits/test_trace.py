"""Numbers are marked where they stand, panels say what the records say, and names are found or suggested."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from typer.testing import CliRunner

from asn_research.cli import app
from asn_research.errors import ReportError
from asn_research.findings.catalogue import QUESTIONS
from asn_research.findings.finding import Disclosure, Finding, Sample, Status
from asn_research.findings.trace import Source, trace_findings
from asn_research.language import Language
from asn_research.models.result import Estimate, NotEstimable, Reason
from asn_research.reports.exhibits.citation import Citation
from asn_research.reports.exhibits.gallery import Findings
from asn_research.reports.exhibits.trace import describe_finding, exact_text, find_cited

GAIN = Estimate(
    term="trained", estimate=6.8449, std_error=1.3, conf_low=4.065, conf_high=9.625, df=20.0, n_obs=204,
    n_clusters=24, outcome="technical_skill:test", unit="points", estimand="treatment_difference",
    method="gain_change", vcov_type="CR2E",
)  # fmt: skip
MEAN = replace(GAIN, term="mean_gain", estimate=10.353, conf_low=8.046, conf_high=12.659, n_obs=137)
FINDING = Finding(
    question="learning_gain", region="r", period="2025", status=Status.ESTIMATED, results=(GAIN, MEAN),
    design_grade=3, sample=Sample(people=204, rows=408, tables=("assessments", "participants")),
    rows=({"series": "wave:pre", "bin_low": 30, "bin_high": 45, "count": 14, "share": 0.1},),
)  # fmt: skip
SOURCES = (
    Source(table="participants", file="peserta.csv", rows=238, sha256="ab" * 32),
    Source(table="assessments", file="kecil.csv", rows=None, sha256="cd" * 32),
)


def records(*findings: Finding) -> list[dict[str, Any]]:
    traces = trace_findings(findings, QUESTIONS, sources=SOURCES, minimum=10)
    return Findings(findings, {}, traces).as_records()


def links(text: str, language: Language, finding: Finding = FINDING) -> list[tuple[str, str]]:
    soup = BeautifulSoup(str(Citation(finding, language).mark(text)), "html.parser")
    assert soup.text == text
    return [(link.text, link["href"]) for link in soup.select("a")]


def test_a_number_leads_to_the_result_that_it_is_a_number_of() -> None:
    text = "naik 10,4 poin, +6,8 lebih tinggi (selang 95 persen: 4,1 sampai 9,6; 137 orang, 3 Maret 2025)"
    whole = "#trace.learning_gain"
    gain, mean = (f"#learning_gain.{term}.technical_skill:test" for term in ("trained", "mean_gain"))
    assert links(text, "id") == [
        ("10,4", mean), ("+6,8", gain), ("4,1", gain), ("9,6", gain), ("137", whole), ("3", whole),
    ]  # fmt: skip
    assert links("rose by 10.4 points among 1,240 people", "en") == [("10.4", mean), ("1,240", whole)]


@pytest.mark.parametrize(
    ("language", "text", "linked"),
    [
        (
            "en",
            "Each further 10 percentage points of attendance go with a difference in gain of +0.3 (10).",
            ["+0.3", "10"],
        ),
        ("id", "Setiap tambahan 10 poin persen kehadiran disertai selisih kenaikan +0,3 poin", ["+0,3"]),
        ("en", "This is grade 3, of 204 people; 40 percentage points", ["3", "204", "40"]),
    ],
)  # fmt: skip
def test_what_a_phrase_says_itself_is_no_result(language: Language, text: str, linked: list[str]) -> None:
    assert [number for number, _ in links(text, language)] == linked


def test_a_value_told_in_steps_gets_no_decimals_that_it_does_not_have() -> None:
    assert exact_text(4.0, "scale", "en") == "4.00"
    assert exact_text(0.25, "share", "id") == "25%"
    assert exact_text(3.1234567, "scale", "id") == "3,1235"


def test_a_share_is_no_count() -> None:
    share = replace(
        GAIN, term="share", unit="share", estimate=0.12, conf_low=0.1, conf_high=0.14, outcome="x"
    )
    found = replace(FINDING, question="coverage", results=(share,))
    assert links("12 persen dari 12 orang (10 sampai 14 persen)", "id", found) == [
        ("12", "#coverage.share.x"), ("12", "#trace.coverage"), ("10", "#coverage.share.x"),
        ("14", "#coverage.share.x"),
    ]  # fmt: skip


def test_text_around_numbers_is_escaped() -> None:
    assert "<script>" not in str(Citation(FINDING, "id").mark("<script>alert(6,8)</script>"))


@pytest.mark.parametrize("language", ["id", "en"])
def test_a_panel_says_what_the_records_say(language: Language) -> None:
    made = records(FINDING)
    described = describe_finding(made, language)
    text = json.dumps([described.facts, [r.facts for r in described.results]], ensure_ascii=False)
    for record in made:
        for field in ("estimate", "conf_low", "conf_high"):
            assert exact_text(record[field], "points", language) in text
    assert "asn_research.findings.answers.background.answer_learning_gain" in text
    assert [r.id for r in described.results] == [record["id"] for record in made]
    assert described.sources[1][2] == ("tidak ditampilkan" if language == "id" else "withheld")
    assert described.sources[0][2:] == ("238", "ab" * 32)


def test_the_same_names_in_every_language_and_run() -> None:
    assert [r["id"] for r in records(FINDING)] == [r["id"] for r in records(FINDING)]
    assert json.loads(json.dumps(records(FINDING))) == records(FINDING)


def test_few_people_are_never_told() -> None:
    few = replace(FINDING, results=(replace(GAIN, n_obs=7),), sample=Sample(people=7, rows=14))
    refused = NotEstimable(term="x", reason=Reason.TOO_FEW_OBSERVATIONS, detail="", n_obs=4)
    none = replace(few, status=Status.NOT_ESTIMABLE, results=(refused,))
    hidden = replace(few, status=Status.SUPPRESSED, disclosure=Disclosure.SUPPRESSED, results=())
    for finding in (few, none, hidden):
        described = describe_finding(records(finding), "en")
        told = [value for _, value in (*described.facts, *(f for r in described.results for f in r.facts))]
        assert not [value for value in told if re.fullmatch(r"\d|14", value)], finding.status


def test_names_links_and_rows_are_found_and_others_get_a_suggestion() -> None:
    made = records(FINDING)
    name = "learning_gain.mean_gain.technical_skill:test"
    for given in (name, f"#{name}", f"https://example.go.id/reports/r/2025/report.en.html#{name}"):
        assert find_cited(made, given).result == name
    assert find_cited(made, "trace.learning_gain").records == tuple(made)
    assert find_cited(made, "learning_gain.row.wave:pre.30:45").rows == (FINDING.rows[0],)
    with pytest.raises(ReportError) as caught:
        find_cited(made, "learning_gian")
    assert caught.value.problems[0].fields["hint"] == "learning_gain"


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    folder = tmp_path / "reports" / "r" / "2025"
    folder.mkdir(parents=True)
    (folder / "findings.json").write_text(json.dumps(records(FINDING)), encoding="utf-8")
    return tmp_path / "reports"


def call(*arguments: object, language: str = "en") -> Any:
    environment = {"ASN_RESEARCH_LANGUAGE": language, "COLUMNS": "200"}
    return CliRunner(env=environment).invoke(app, ["trace", *map(str, arguments)])


def test_the_command_prints_what_the_panel_says(reports: Path) -> None:
    described = describe_finding(records(FINDING), "id")
    for result in described.results:
        for given in (result.id, f"file://{reports}/r/2025/report.html#{result.id}"):
            printed = call(given, "--reports", reports, language="id")
            assert printed.exit_code == 0, printed.stderr
            lines = [re.split(r"  +", line.strip(), maxsplit=1) for line in printed.stdout.splitlines()]
            assert all(list(fact) in lines for fact in (*described.facts, *result.facts))
    told = json.loads(call("learning_gain", "--reports", reports, "--json").stdout)
    assert [record["id"] for record in told[0]["results"]] == [r.id for r in described.results]


def test_an_unknown_name_is_a_wrong_call(reports: Path, tmp_path: Path) -> None:
    wrong = call("learning_gain.trainde.technical_skill:test", "--reports", reports)
    assert wrong.exit_code == 2
    assert "Did you mean learning_gain.trained.technical_skill:test?" in wrong.stderr
    assert call("learning_gain", "--reports", tmp_path / "nowhere").exit_code == 2
    assert call("learning_gain", "--reports", reports, "--region", "other").exit_code == 2
    assert call("learning_gain", "--reports", reports, "--period", "2024").exit_code == 2
    (reports / "r" / "2025" / "findings.json").write_text("{", encoding="utf-8")
    assert call("learning_gain", "--reports", reports).exit_code == 2


@pytest.mark.parametrize(("place", "status"), [("r/2025", 0), ("s/2025", 2), ("cross_region", 2)])
def test_a_link_from_a_web_server_names_region_and_period(reports: Path, place: str, status: int) -> None:
    link = f"https://example.go.id/laporan/{place}/report.html#trace.learning_gain"
    assert call(link, "--reports", reports).exit_code == status
