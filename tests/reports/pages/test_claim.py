"""The guard reads the finished page: planted claims in text, alt text, drawings and data are found."""

from __future__ import annotations

import base64
import json

import pytest

from asn_research.findings.finding import Finding, Status
from asn_research.models.result import Estimate
from asn_research.reports.pages.claim import check_page
from asn_research.reports.publications.problem import notice


def _records(grade: int = 1, **rows: str) -> list[dict[str, object]]:
    gain = Finding(
        question="learning_gain", region="contoh", period="2025", status=Status.ESTIMATED, design_grade=grade,
        results=(Estimate(term="mean_gain", estimate=5.0, n_obs=40, unit="points"),),
        rows=({"n": 40, **rows},),
    )  # fmt: skip
    method = Finding(
        question="method_effect", region="contoh", period="2025", status=Status.ESTIMATED, design_grade=2
    )
    return [record for finding in (gain, method) for record in finding.as_records()]


def _page(inside: str, *, outside: str = "", question: str = "learning_gain") -> str:
    return (
        f'<!DOCTYPE html><html lang="id"><head><title>Laporan</title></head><body>{outside}<main>'
        f'<section class="question" aria-labelledby="{question}"><h3 id="{question}">Judul</h3>{inside}'
        "</section></main></body></html>"
    )


PLANTED = {
    "text": "<p>Pelatihan menyebabkan kenaikan nilai.</p>",
    "english text in an indonesian page": "<p>The training had an impact on scores.</p>",
    "split by markup": "<p>menye<strong>bab</strong>kan</p>",
    "split by an entity": "<p>menye&shy;babkan</p>",
    "alternative text": '<img alt="Grafik: pelatihan meningkatkan nilai" src="data:image/png;base64,AA">',
    "english alternative text": '<img alt="Chart: training raised scores" src="data:,">',
    "label of a table": '<div aria-label="Dampak pelatihan"></div>',
    "caption": "<table><caption>Effects of training</caption><tr><td>1</td></tr></table>",
    "json": '<script type="application/json">{"note": "training caused the rise"}</script>',
    "nested json": '<script type="application/json">[{"a": {"b": "naik berkat pelatihan"}}]</script>',
    "hidden text": '<p style="display:none" aria-hidden="true">terbukti efektif</p>',
    "drawing": '<img alt="" src="data:image/svg+xml;base64,'
    + base64.b64encode(b"<svg><!-- Dampak pelatihan --><path/></svg>").decode()
    + '">',
    "split by an element of no meaning": "<p>menye<font color='red'>bab</font>kan</p>",
    "split by a made-up element": "<p>menye<x-a>bab</x-a>kan</p>",
    "split by a comment": "<p>menye<!-- x -->babkan</p>",
    "split by numeric entities": "<p>menye&#173;b&#x61;bkan</p>",
    "no-break spaces": "<p>hasil&nbsp;pelatihan, naik karena&nbsp;pelatihan</p>",
    "title": '<abbr title="Dampak pelatihan">DP</abbr>',
    "value of a button": '<input type="button" value="Lihat dampak pelatihan">',
    "label of a track": '<option label="dampak"></option>',
    "further label": '<div aria-roledescription="dampak pelatihan"></div>',
    "row name": '<table><tr><th abbr="Dampak">x</th></tr></table>',
    "short style": "<style>p::after { content: 'berkat pelatihan' }</style>",
    "own style": '<p style="content: &quot;dampak pelatihan&quot;">x</p>',
    "inline drawing": "<svg><text>x <tspan>berdam</tspan><tspan>pak</tspan></text></svg>",
    "drawing as text": '<img alt="" src="data:image/svg+xml,%3Csvg%3E%3Ctext%3EDampak%3C/text%3E%3C/svg%3E">',
    "one word in json": '<script type="application/json">{"a": ["Berdampak"]}</script>',
    "one word and a full stop in json": '<script type="application/json">{"a": "Berdampak."}</script>',
    "no-break space in json": '<script type="application/json">{"a": "Dampak\u00a0pelatihan_x"}</script>',
    "name in json": '<script type="application/json">{"dampak pelatihan": 5}</script>',
    "escaped json": '<script type="application/json">{"a": "naik \\u0062erkat pelatihan"}</script>',
    "linked data": '<script type="application/ld+json">{"about": "training caused it"}</script>',
    "template": "<template><p>Dampak pelatihan</p></template>",
    "closed details": "<details><summary>Lihat</summary>Dampak pelatihan</details>",
    "text of a drawing": '<img alt="" src="data:image/svg+xml;base64,'
    + base64.b64encode(b"<svg><text x='1'>Effect of training</text></svg>").decode()
    + '">',
}


@pytest.mark.parametrize("planted", PLANTED.values(), ids=PLANTED.keys())
def test_planted_claim_is_found_with_its_section(planted: str) -> None:
    problems = check_page(_page(planted), _records(), name="report.html")
    assert problems, planted
    assert {problem.code for problem in problems} == {"claim_too_strong"}
    assert {problem.fields["question"] for problem in problems} == {"learning_gain"}
    assert all(problem.place.file == "report.html" for problem in problems)
    for language in ("id", "en"):
        assert problems[0].fields["word"] in notice(problems[0], language).text  # type: ignore[arg-type]


def test_grade_of_the_section_decides() -> None:
    page = _page("<p>Hasil ini konsisten dengan pengaruh pelatihan.</p>")
    assert check_page(page, _records(grade=1))
    assert check_page(page, _records(grade=2))
    assert check_page(page, _records(grade=3)) == ()


def test_stronger_section_does_not_lend_its_words_to_a_weaker_one() -> None:
    page = _page("<p>Metode konsisten dengan pengaruh.</p>", question="method_effect")
    assert [p.fields["question"] for p in check_page(page, _records(grade=5))] == ["method_effect"]


def test_part_of_a_sentence_does_not_lend_its_words_to_the_rest() -> None:
    stronger = '<b data-question="learning_gain">nilai</b>'
    for words in (f"Metode menyebabkan {stronger}.", f"{stronger} disebabkan metode", f"Penyebab {stronger}"):
        problems = check_page(_page(f"<p>{words}</p>", question="method_effect"), _records(grade=5))
        assert [problem.fields["question"] for problem in problems] == ["method_effect"]


def test_section_without_finding_may_claim_nothing() -> None:
    assert check_page(_page("<p>berkaitan dengan pelatihan</p>", question="unknown"), _records(grade=5))


def test_page_one_speaks_as_each_question_may() -> None:
    lede = '<p data-question="method_effect">Metode berpengaruh.</p>'
    assert [p.fields["question"] for p in check_page(_page("", outside=lede), _records(grade=5))] == [
        "method_effect"
    ]
    headline = '<p data-question="learning_gain">Pelatihan menyebabkan kenaikan ini.</p>'
    assert check_page(_page("", outside=headline), _records(grade=5)) == ()
    assert check_page(_page("", outside=headline), _records(grade=4))


def test_text_outside_of_questions_is_read_too() -> None:
    assert check_page(_page("", outside="<h1>Dampak pelatihan</h1>"), _records())
    assert check_page(_page("").replace("<title>Laporan", "<title>Dampak pelatihan"), _records())


@pytest.mark.parametrize(
    "silent",
    [
        '<dl data-claims="glossary"><dt>Dampak</dt><dd>yang disebabkan pelatihan</dd></dl>',
        "<blockquote>pelatihan ini berdampak</blockquote>",
        "<p>Kata atasan: <q>berkat pelatihan</q>.</p>",
        "<style>.effect { color: red }</style>",
        "<script>let effect = 'caused';</script>",
        '<p id="method_effect"><a href="#method_effect">Lihat</a></p>',
        '<p class="effect" id="dampak-1">Nilai naik.</p>',
        "<!-- Dampak pelatihan -->",
        "<p>Program&nbsp;ini berjalan; <b>akib</b> at.</p>",
        '<script type="application/json">{"unit": "points", "code": "fixed_effect", "n": 5}</script>',
        "<p>Tanggal 3 Maret; <br> nilai naik setelah pelatihan.</p>",
    ],
)
def test_quotes_glossary_methods_and_codes_do_not_claim(silent: str) -> None:
    assert check_page(_page(silent), _records()) == ()


def test_exemption_ends_with_its_element() -> None:
    page = _page('<dl data-claims="glossary"><dt>Dampak</dt></dl><p>Dampak pelatihan.</p>')
    assert len(check_page(page, _records())) == 1


def test_titles_and_quotes_from_the_findings_are_names() -> None:
    page = _page("<p>Tinjau materi: Komunikasi efektif.</p>")
    assert check_page(page, _records())
    assert check_page(page, _records(label="Komunikasi efektif")) == ()


def test_findings_json_is_read_too() -> None:
    records = _records()
    records[0]["detail"] = "the training caused it"
    assert [p.fields["kind"] for p in check_page(_page(""), records)] == ["json"]
    json.dumps(records)


def test_one_section_reports_at_most_three_words() -> None:
    page = _page("<p>menyebabkan, berdampak, efektif, berkat, terbukti</p>")
    assert len(check_page(page, _records())) == 3
