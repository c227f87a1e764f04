"""The gate fails closed: what nobody classified is not published, and what slipped past it is found."""

from __future__ import annotations

from dataclasses import replace

import pytest

from asn_research.errors import ReportError
from asn_research.findings.catalogue import ACROSS_QUESTIONS, QUESTIONS
from asn_research.findings.disclosures.exposure import EXPOSURES, Subject, unclassified
from asn_research.findings.disclosures.gate import find_exposed, gate_finding
from asn_research.findings.disclosures.rounding import round_points
from asn_research.findings.finding import Caveat, Finding, Row, Sample, Status
from asn_research.findings.wordings.sentence import answer_sentence, caveat_sentences
from asn_research.models.result import Estimate, NotEstimable, Reason
from asn_research.reports.publications.release import check_exposed
from tests.findings.conftest import Findings


def share(term: str, count: int, total: int) -> Estimate:
    return Estimate(term=term, estimate=count / total, n_obs=total, unit="share", std_error=0.1)


def finding_of(question: str, *rows: Row, result: Estimate | None = None, **fields: object) -> Finding:
    known = {"region": "contoh", "period": "2025", "status": Status.ESTIMATED, "rows": rows}
    results = (result or share("relevant", 60, 100),)
    return Finding(question=question, results=results, **(known | fields))  # type: ignore[arg-type]


def row(label: str, count: int, total: int) -> Row:
    return {"label": label, "share": count / total, "n": count, "total": total, "conf_low": 0.1}


def test_every_question_is_in_the_register_and_nothing_else_is() -> None:
    assert set(EXPOSURES) == {question.id for question in (*QUESTIONS, *ACROSS_QUESTIONS)}


def test_every_number_of_every_world_is_classified(
    one_group: Findings, compared: Findings, few_batches: Findings
) -> None:
    for findings in (one_group, compared, few_batches):
        for finding in findings.values():
            assert unclassified(finding) == []
            assert find_exposed(finding, minimum=10) == []


@pytest.mark.parametrize(
    "finding",
    [
        finding_of("unheard_of"),
        finding_of("learning_gain", details={"absentees": 3}),
        finding_of("learning_gain", {"label": "A", "n": 40, "oldest": 58}),
        finding_of("learning_gain", caveats=(Caveat(code="new", fields={"people": 2}),)),
        finding_of("learning_gain", sample=Sample(people=40, excluded={"dismissed": 1})),
    ],
    ids=["question", "detail", "row", "caveat", "excluded"],
)
def test_what_nobody_classified_is_withheld_with_its_reason(finding: Finding) -> None:
    gated = gate_finding(finding, minimum=10)
    assert gated.status is Status.SUPPRESSED
    assert not gated.results
    assert not gated.rows
    assert not gated.details
    assert find_exposed(finding, minimum=10)
    for language in ("id", "en"):
        assert len(answer_sentence(gated, language)) > 40  # type: ignore[arg-type]


@pytest.mark.parametrize(("people", "n_obs"), [(4, 0), (40, 4)])
def test_a_refusal_does_not_tell_how_few_people_there_were(people: int, n_obs: int) -> None:
    refusal = NotEstimable(term="x", reason=Reason.TOO_FEW_OBSERVATIONS, detail="4 of them", n_obs=n_obs)
    finding = replace(
        finding_of("method_effect", sample=Sample(people=people)),
        status=Status.NOT_ESTIMABLE,
        results=(refusal,),
    )
    assert find_exposed(finding, minimum=10) == ["method_effect"]
    gated = gate_finding(finding, minimum=10)
    assert (gated.status, gated.results, gated.sample.people) == (Status.SUPPRESSED, (), 0)
    enough = replace(finding, sample=Sample(people=40), results=(replace(refusal, n_obs=40),))
    assert gate_finding(enough, minimum=10) is enough


def test_41_of_45_is_told_as_a_limit_and_its_interval_is_not_told() -> None:
    found = gate_finding(
        finding_of(
            "perceived_relevance", row("A", 41, 45), row("B", 30, 60), result=share("relevant", 80, 130)
        ),
        minimum=10,
    )
    rows = {str(r["label"]): r for r in found.rows}
    assert (rows["A"]["n"], rows["A"]["bound"], rows["A"]["conf_low"]) == (36, "least", None)
    assert find_exposed(found, minimum=10) == []
    assert "≥" in "".join(caveat_sentences(found, "id"))


def test_a_headline_about_almost_everybody_is_told_as_a_limit_in_words() -> None:
    found = gate_finding(finding_of("completion", result=share("completion", 44, 45)), minimum=10)
    assert found.estimates[0].estimate == 36 / 45
    assert found.estimates[0].std_error != found.estimates[0].std_error
    full = replace(found, sample=Sample(people=45, rows=45))
    assert answer_sentence(full, "id").startswith("Paling sedikit 80\N{NO-BREAK SPACE}persen")
    assert answer_sentence(full, "en").startswith("At least 80")


def test_in_a_group_too_small_for_two_bands_no_count_is_told() -> None:
    found = gate_finding(finding_of("perceived_relevance", row("A", 9, 12), row("B", 50, 90)), minimum=10)
    a = next(r for r in found.rows if r["label"] == "A")
    assert (a["n"], a["share"], a["total"], a["suppressed"]) == (None, None, 12, True)


def test_people_of_no_group_take_the_smallest_group_with_them() -> None:
    rows = [
        {"label": name, "group": "g", "n": n, "estimate": 5.0}
        for name, n in (("A", 40), ("B", 30), ("C", 12))
    ]
    found = gate_finding(
        finding_of(
            "heterogeneity", *rows, result=replace(share("x", 1, 84), unit="points"), sample=Sample(people=84)
        ),
        minimum=10,
    )
    assert [r["n"] for r in found.rows] == [40, 30, None]


def test_ratings_by_two_raters_are_not_told_and_by_three_they_are() -> None:
    for raters, status in ((1, "suppressed"), (2, "suppressed"), (3, "estimated"), (0, "estimated")):
        gated = gate_finding(finding_of("supervisor_change", details={"raters": raters}), minimum=10)
        assert gated.status.value == status


def test_no_lowest_or_highest_result_of_people_has_a_name_in_the_register(one_group: Findings) -> None:
    for finding in one_group.values():
        if EXPOSURES[finding.question].subject is Subject.PEOPLE:
            names = {*finding.details, *(name for r in finding.rows for name in r)}
            extremes = {n for n in names if n.split("_")[0] in {"min", "max", "minimum", "maximum"}}
            assert not extremes, finding.question


def test_a_number_put_in_after_the_gate_is_found_before_publication() -> None:
    late = finding_of("perceived_relevance", row("A", 50, 90), {**row("B", 3, 6)})
    assert find_exposed(late, minimum=10)
    assert find_exposed(finding_of("completion", result=share("completion", 44, 45)), minimum=10)


def test_a_region_of_too_few_people_is_found_in_the_report_across_regions_too() -> None:
    region = {"label": "Kota Contoh", "estimate": 6.0, "conf_low": 2.0, "conf_high": 10.0}
    assert find_exposed(finding_of("pooled_gain", {**region, "n": 24}), minimum=5) == []
    few = finding_of("pooled_gain", {**region, "n": 4})
    assert find_exposed(few, minimum=5)
    with pytest.raises(ReportError, match="pooled_gain"):
        check_exposed(few.as_records(), minimum=5)


def test_means_beside_almost_the_same_people_are_told_in_steps_that_hide_one_score() -> None:
    """20 scores before, 19 of them with a gain: the mean of all less that of the 19 is one score."""
    scores = [61.0, 48.0, 55.5, 70.0, *[50.0 + i for i in range(16)]]
    exact, others = sum(scores) / 20, sum(scores[1:]) / 19
    assert 20 * exact - 19 * others == pytest.approx(61.0)
    told = Estimate(
        term="gap:x", estimate=exact, n_obs=20, unit="points", conf_low=exact - 3, conf_high=exact + 3
    )
    shown = {"label": "A", "n": 20, "estimate": exact, "conf_low": exact - 3, "conf_high": exact + 3}
    found = round_points(
        finding_of(
            "competency_gaps", shown, result=told, details={"mean_score": exact, "mean_required": 70.0}
        ),
        details=("mean_score",),
        minimum=10,
    )
    (result,) = found.estimates
    assert (result.estimate % 2, found.rows[0]["estimate"], found.details["mean_score"]) == (
        0,
        result.estimate,
        result.estimate,
    )
    assert result.conf_low <= exact - 3
    assert exact + 3 <= result.conf_high
    low, high = (20 * (result.estimate + side) - 19 * others for side in (-1.0, 1.0))
    assert low <= 61.0 <= high
    assert high - low >= 20
    assert found.details["mean_required"] == 70.0
    assert result.p_value != result.p_value
