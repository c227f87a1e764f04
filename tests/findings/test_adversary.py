"""Nobody recovers a hidden count, mean or score by solving for it over everything that is published."""

from __future__ import annotations

import hashlib
import html
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import pytest

from asn_research.findings import answer
from asn_research.findings.across import answer_across
from asn_research.findings.answer import answer_question
from asn_research.findings.catalogue import question
from asn_research.findings.disclosures import gate
from asn_research.findings.disclosures.release import (
    Guard,
    Ledger,
    Release,
    join_releases,
    note_release,
    read_ledger,
    release_of,
    write_ledger,
)
from asn_research.findings.disclosures.sketch import (
    count_changed,
    count_different,
    make_sketch,
    read_sketch,
    sum_powers,
    write_sketch,
)
from asn_research.findings.disclosures.suppression import tell_part
from asn_research.findings.finding import Finding, read_findings
from asn_research.findings.grounds.evidence import gather_evidence
from asn_research.reports.pages.scan import scan_bytes
from asn_research.tables.table import table_html
from tests.findings.adversary import (
    SHARES,
    TOTAL_ROWS,
    compare_releases,
    recover_leftovers,
    recover_shares,
)
from tests.findings.world import FakeRegion, make_region

MINIMUM = 10
COMPARED = ("learning_gain", "heterogeneity", "competency_gaps", "completion", "match_rate")
QUESTIONS = (
    "learning_gain", *SHARES, "cost_per_participant", "heterogeneity", "competency_gaps",
    "participation_slope", "attendance", "satisfaction",
)  # fmt: skip
SMALL = (
    {"people": 47, "batches": 6, "seed": 47},
    {"people": 60, "batches": 8, "seed": 60, "minimum_cell": 5},
    {"people": 24, "batches": 4, "seed": 24, "minimum_cell": 5},
)
Records = list[dict[str, Any]]


def publish(
    data: FakeRegion, *, guard: Guard | None = None, only: tuple[str, ...] = QUESTIONS
) -> tuple[Finding, ...]:
    found: dict[str, Finding] = {}
    for name in only:
        found[name] = answer_question(data, question(name), known=found, guard=guard)  # type: ignore[arg-type]
    return tuple(found.values())


def small_region() -> FakeRegion:
    return make_region(people=47, batches=6, seed=47)


@cache
def told_of_small(*, whole: bool) -> tuple[Finding, ...]:
    """What is told without a guard of a small region, or of it before the last test came in."""
    return publish(small_region() if whole else without_last_score(small_region()), only=COMPARED)


def records_of(findings: Iterable[Finding]) -> Records:
    return [record for finding in findings for record in finding.as_records()]


@dataclass(frozen=True)
class World:
    data: FakeRegion
    findings: tuple[Finding, ...]
    truth: dict[tuple[str, str], tuple[int, int]]

    @property
    def minimum(self) -> int:
        return self.data.region.disclosure.minimum_cell


def make_world(**settings: Any) -> World:
    """A small region with a person of unknown position and one of unknown method: totals leave them over."""
    data = make_region(**settings)
    people, courses = data.tables["participants"], data.tables["courses"]
    scores = data.tables["assessments"]
    data.tables["assessments"] = scores[scores["source"] != "self"]
    people.loc[people.index[3], "position_type"] = None
    courses.loc[courses.index[-1], "method"] = None
    return World(data, publish(data), true_counts(data))


def true_counts(data: FakeRegion) -> dict[tuple[str, str], tuple[int, int]]:
    """Every count behind a share as it was computed, before the gate: the count and its group."""
    found = {}
    for name, (base, share, _, _) in SHARES.items():
        finding = answer._answer(data, question(name), {}, None)  # type: ignore[arg-type]
        for row in finding.rows:
            if isinstance(row.get(share), float) and row.get(base):
                size = int(str(row[base]))
                label = f"{row.get('label') or row.get('label_code')} {row.get('group') or ''}".strip()
                found[name, label] = (round(float(str(row[share])) * size), size)
    return found


@pytest.fixture(scope="module", params=SMALL, ids=lambda one: str(one["people"]))
def world(request: pytest.FixtureRequest) -> World:
    return make_world(**request.param)


def broken(world: World, findings: Iterable[Finding]) -> list[str]:
    """Protected counts of which the solver leaves fewer than the minimum cell open; means of too few."""
    records = records_of(findings)
    found = []
    for cell in recover_shares(records):
        count, size = world.truth[cell.question, cell.name]
        assert cell.low <= count <= cell.high, "the solver must not exclude the truth"
        is_total = (
            TOTAL_ROWS.get(cell.question) == "finding.group_all_projects" and "all_projects" in cell.name
        )
        if is_total or min(count, size - count) >= world.minimum:
            continue
        if cell.high - cell.low + 1 < min(world.minimum, size + 1):
            found.append(f"{cell.question} {cell.name}: {cell.low} to {cell.high} of {size}")
    found += [
        f"{left.question} {left.group}: the mean of {left.people}"
        for left in recover_leftovers(records)
        if 0 < left.people < world.minimum
    ]
    return found


def test_the_solver_recovers_no_protected_cell(world: World) -> None:
    assert broken(world, world.findings) == []


@pytest.mark.parametrize("part", ["shares", "totals"])
def test_without_complementary_suppression_it_does(part: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def only_primary(counts: list[int], bases: list[int], *, minimum: int, **_: Any) -> list[Any]:
        return [tell_part(count, base, minimum=minimum) for count, base in zip(counts, bases, strict=True)]

    if part == "shares":
        monkeypatch.setattr(gate, "tell_parts", only_primary)
    else:
        monkeypatch.setattr(gate, "_left_over", lambda *_, **__: set())
    worlds = [make_world(**settings) for settings in SMALL[:2]]
    assert any(broken(one, one.findings) for one in worlds)


def test_both_languages_tell_the_same_numbers(world: World) -> None:
    def numbers(finding: Finding, language: Any, marks: tuple[str, str]) -> list[str]:
        text = html.unescape(re.sub(r"<[^>]*>", " ", table_html(finding, language)))
        found = re.findall(r"[≥≤−+]?\s?\d[\d.,]*", text)
        return sorted(
            n.replace(marks[0], "").replace(marks[1], ".").strip(".,").replace("\N{NO-BREAK SPACE}", "")
            for n in found
        )

    for finding in world.findings:
        if finding.rows:
            assert numbers(finding, "id", (".", ",")) == numbers(finding, "en", (",", "."))


def without_last_score(data: FakeRegion) -> FakeRegion:
    """The same region before the last test came in."""
    tables = dict(data.tables)
    scores = tables["assessments"]
    tests = scores[(scores["source"] == "test") & (scores["competency"] == data.plan.primary.competency)]
    both = set(tests.loc[tests["wave"] == "pre", "person_id"]) & set(
        tests.loc[tests["wave"] == "post", "person_id"]
    )
    gone = tests[(tests["wave"] == "post") & (tests["person_id"] == max(both))]
    tables["assessments"] = scores.drop(gone.index)
    return replace(data, tables=tables)


def guard_of(ledger: Ledger, identity: str, data: FakeRegion | None = None) -> Guard:
    sketch = make_sketch(data.tables, minimum=MINIMUM) if data is not None else {}
    return Guard(ledger=ledger, identity=identity, minimum=MINIMUM, sketch=sketch)


def with_corrected_scores(data: FakeRegion, people: int) -> FakeRegion:
    """The same region after the office has corrected the test after the training of some people."""
    tables = dict(data.tables)
    scores = tables["assessments"].copy()
    rows = (scores["source"] == "test") & (scores["competency"] == data.plan.primary.competency)
    rows &= scores["wave"] == "post"
    chosen = sorted(scores.loc[rows, "person_id"])[:people]
    scores.loc[rows & scores["person_id"].isin(chosen), "score"] = 12.5
    tables["assessments"] = scores
    return replace(data, tables=tables)


def with_another_person(data: FakeRegion) -> FakeRegion:
    """The same region with somebody else, of other scores, in the place of one person."""
    scores = data.tables["assessments"]
    gone = min(scores["person_id"])
    tables = {}
    for name, frame in data.tables.items():
        column = next((c for c in ("person_id", "respondent_id") if c in frame), None)
        tables[name] = frame if column is None else frame.assign(
            **{column: frame[column].where(frame[column] != gone, "P" + "f" * 16)}
        )  # fmt: skip
    scores = tables["assessments"].copy()
    theirs = (scores["person_id"] == "P" + "f" * 16) & (scores["wave"] == "post")
    scores.loc[theirs, "score"] = 3.0
    tables["assessments"] = scores
    return replace(data, tables=tables)


@pytest.mark.parametrize("change", [lambda data: with_corrected_scores(data, 1), with_another_person])
def test_a_corrected_score_and_a_replaced_person_are_not_told_by_a_difference(
    change: Callable[[FakeRegion], FakeRegion],
) -> None:
    """As many people are counted as before, so that only the data show that it is about one of them."""
    first = small_region()
    second = change(first)
    before = told_of_small(whole=True)
    sketch = make_sketch(first.tables, minimum=MINIMUM)
    ledger = note_release(Ledger(), before, identity="first", sketch=sketch)
    ledger = read_ledger(write_ledger(ledger))
    open_now = publish(second, only=COMPARED)
    assert records_of(open_now) != records_of(before), "without the guard the difference is told"
    guarded = publish(second, guard=guard_of(ledger, "second", second), only=COMPARED)
    for old, new in zip(before, guarded, strict=True):
        told = replace(new, caveats=tuple(c for c in new.caveats if c.code != "held_back"))
        assert records_of([told]) == records_of([old]), new.question
    assert "held_back" in [c.code for c in guarded[0].caveats]
    again = note_release(
        ledger, guarded, identity="second", sketch=make_sketch(second.tables, minimum=MINIMUM)
    )
    third = with_corrected_scores(first, MINIMUM)
    told_now = publish(third, guard=guard_of(again, "third", third), only=("learning_gain",))
    assert "held_back" not in [c.code for c in told_now[0].caveats], "enough people have changed since"


def test_the_order_of_rows_and_what_is_written_again_change_no_sketch() -> None:
    data = small_region()
    sketch = make_sketch(data.tables, minimum=MINIMUM)
    mixed = {
        name: frame.sample(frac=1.0, random_state=1).assign(source_row=7, source_file="lain.csv")
        for name, frame in data.tables.items()
    }
    assert make_sketch(mixed, minimum=MINIMUM) == sketch
    assert read_sketch(write_sketch(sketch)) == sketch
    assert count_changed(sketch, sketch, tuple(data.tables)) == 0
    assert scan_bytes(json.dumps(write_sketch(sketch)).encode()) == []


@pytest.mark.parametrize(("gone", "new"), [(0, 0), (1, 0), (1, 1), (4, 5), (9, 9), (10, 10), (30, 2)])
def test_a_sketch_counts_few_differences_exactly_and_many_as_many(gone: int, new: int) -> None:
    length = 4 * MINIMUM
    marks = [hash_of(i) for i in range(150)]
    later = marks[gone:] + [hash_of(1000 + i) for i in range(new)]
    found = count_different(sum_powers(marks, length), sum_powers(later, length))
    assert found == gone + new if gone + new <= length // 2 else found >= length // 2


def hash_of(number: int) -> int:
    return int.from_bytes(hashlib.sha256(str(number).encode()).digest()[:7])


def test_two_releases_do_not_tell_one_persons_score() -> None:
    second = small_region()
    before, open_now = told_of_small(whole=False), told_of_small(whole=True)
    isolated = [one for one in compare_releases(records_of(before), records_of(open_now)) if one.people == 1]
    assert any(one.question == "learning_gain" for one in isolated), "without the ledger one score is found"
    ledger = note_release(Ledger(), before, identity="first")
    guarded = publish(second, guard=guard_of(ledger, "second"), only=COMPARED)
    found = compare_releases(records_of(before), records_of(guarded))
    assert [one for one in found if one.people < MINIMUM] == []
    gain = next(finding for finding in guarded if finding.question == "learning_gain")
    assert "held_back" in [caveat.code for caveat in gain.caveats]


def test_a_run_repeated_unchanged_publishes_the_same_and_leaves_the_ledger_as_it_was() -> None:
    first, second = without_last_score(small_region()), small_region()
    before = told_of_small(whole=False)
    ledger = note_release(Ledger(), before, identity="first")
    guarded = publish(second, guard=guard_of(ledger, "second"), only=COMPARED)
    ledger = read_ledger(write_ledger(note_release(ledger, guarded, identity="second")))
    again = publish(second, guard=guard_of(ledger, "second"), only=COMPARED)
    assert records_of(again) == records_of(guarded)
    assert records_of(publish(first, guard=guard_of(ledger, "first"), only=COMPARED)) == records_of(before)
    assert write_ledger(note_release(ledger, guarded, identity="second")) == write_ledger(ledger)


def test_enough_new_people_are_told_of_at_once() -> None:
    large = make_region(people=60, batches=6, seed=47)
    ledger = note_release(Ledger(), told_of_small(whole=True), identity="small")
    told = publish(large, guard=guard_of(ledger, "large"), only=COMPARED)
    gain = next(finding for finding in told if finding.question == "learning_gain")
    assert gain.sample.people > 50
    assert "held_back" not in [caveat.code for caveat in gain.caveats]


def test_across_regions_nothing_is_told_that_a_region_does_not_tell() -> None:
    """All regions together less the others is one region as it was published: the same gated numbers."""
    told = publish(small_region(), only=("learning_gain",))
    regions = [replace(finding, region=name) for name in ("a", "b", "c", "d") for finding in told]
    published = read_findings(records_of(regions))
    own = {e.estimate for finding in published for e in finding.estimates}
    pooled = next(f for f in answer_across(gather_evidence(published)) if f.question == "pooled_gain")
    shown = [row for row in pooled.rows if row.get("label") in {"a", "b", "c", "d"}]
    assert len(shown) == 4
    assert all(row["estimate"] in own for row in shown)


def test_a_region_and_one_within_it_do_not_tell_the_few_people_between_them() -> None:
    """The outer region holds everybody of the inner one and one person more."""
    outer = small_region()
    told, open_now = told_of_small(whole=False), told_of_small(whole=True)
    ledger = Ledger(relatives=join_releases([release_of("inner", told)]))
    assert [one for one in compare_releases(records_of(told), records_of(open_now)) if one.people == 1]
    guarded = publish(outer, guard=guard_of(ledger, "outer"), only=COMPARED)
    assert [
        one for one in compare_releases(records_of(told), records_of(guarded)) if one.people < MINIMUM
    ] == []
    gain = next(finding for finding in guarded if finding.question == "learning_gain")
    assert [caveat.code for caveat in gain.caveats] == ["within_region"]


def test_two_inner_regions_are_taken_off_together() -> None:
    cells = {"learning_gain": (("mean_gain|x", 20, 5.0),)}
    parts = [Release(identity=name, cells=cells) for name in ("a", "b")]
    *_, both = join_releases(parts)
    assert [(name, people) for name, people, _ in both.cells["learning_gain"]] == [("mean_gain|x", 40)]
