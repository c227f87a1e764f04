"""Findings in words: plain text in both languages, made from findings alone.

Every sentence comes from the closed phrase table ``language/message/finding.toml``; which phrase is used
follows from what was found and from the design grade. Numbers in text are rounded only here and in
``findings/wordings``.
"""

from __future__ import annotations

from asn_research.contract.column import TABLES
from asn_research.findings.finding import Cell, Finding, Status
from asn_research.findings.wordings.across import ACROSS_WORDINGS
from asn_research.findings.wordings.advice import ADVICE_WORDINGS
from asn_research.findings.wordings.appendix import APPENDIX_WORDINGS
from asn_research.findings.wordings.behaviour import BEHAVIOUR_WORDINGS
from asn_research.findings.wordings.change import CHANGE_WORDINGS
from asn_research.findings.wordings.cost import COST_WORDINGS
from asn_research.findings.wordings.deviation import DEVIATION_WORDINGS
from asn_research.findings.wordings.label import row_label
from asn_research.findings.wordings.learning import LEARNING_WORDINGS
from asn_research.findings.wordings.needs import NEEDS_WORDINGS
from asn_research.findings.wordings.part import Wording, say
from asn_research.findings.wordings.reach import REACH_WORDINGS
from asn_research.findings.wordings.reaction import REACTION_WORDINGS
from asn_research.findings.wordings.results import RESULTS_WORDINGS
from asn_research.findings.wordings.voice import VOICE_WORDINGS
from asn_research.language import Language, format_count, format_number, format_percent
from asn_research.language.catalogue import has_phrase, read_messages
from asn_research.models.result import NotEstimable

WORDINGS: dict[str, Wording] = (
    NEEDS_WORDINGS
    | BEHAVIOUR_WORDINGS
    | REACH_WORDINGS
    | REACTION_WORDINGS
    | LEARNING_WORDINGS
    | RESULTS_WORDINGS
    | COST_WORDINGS
    | VOICE_WORDINGS
    | ADVICE_WORDINGS
    | ACROSS_WORDINGS
    | CHANGE_WORDINGS
    | APPENDIX_WORDINGS
    | DEVIATION_WORDINGS
)


def question_text(question: str, language: Language) -> str:
    """The question as a heading; free of causal words at every grade."""
    return say(f"question_{question}", language)


def answer_sentence(finding: Finding, language: Language) -> str:
    """The answer in one to four sentences; never empty."""
    return " ".join(answer_sentences(finding, language))


def answer_sentences(finding: Finding, language: Language) -> list[str]:
    """The answer sentence by sentence; the first says what was found, never empty."""
    if finding.status is Status.NO_DATA:
        return [open_sentence(finding, language)]
    if finding.status is Status.SUPPRESSED:
        return [_withheld(finding, language)]
    if finding.status is Status.NOT_ESTIMABLE:
        return [say("refused", language, reason=_reason(finding, language))]
    return WORDINGS[finding.question](finding, language)


def _withheld(finding: Finding, language: Language) -> str:
    """Why an answer is not shown."""
    caveat = finding.caveats[0] if finding.caveats else None
    fields = {
        name: field_text(name, value, language) for name, value in (caveat.fields if caveat else {}).items()
    }
    own = f"suppressed_{caveat.code}" if caveat else ""
    return say(own if has_phrase(f"finding.{own}") else "suppressed", language, **{"minimum": "", **fields})


def reading_sentence(finding: Finding, language: Language) -> str:
    """How to read the figure and the table; empty where there is neither.

    A variant named after a true detail of the finding, or ``bare`` where no interval is drawn, comes first.
    """
    if not finding.rows:
        return ""
    key = f"reading_{finding.question}"
    variants = sorted(name for name, value in finding.details.items() if value is True)
    if all(row.get("conf_low") is None for row in finding.rows):
        variants.append("bare")
    known = [name for name in variants if has_phrase(f"finding.{key}_{name}")]
    return say(f"{key}_{known[0]}" if known else key, language)


def caveat_sentences(finding: Finding, language: Language) -> list[str]:
    """The reservations, one sentence each, in their order."""
    return [
        say(
            f"caveat_{caveat.code}",
            language,
            **{name: field_text(name, value, language) for name, value in caveat.fields.items()},
        )
        for caveat in finding.caveats
    ]


def open_sentence(finding: Finding, language: Language) -> str:
    """Why a question stays open and what to collect, with the sheet of the template."""
    table = str(finding.details.get("missing", "assessments"))
    return say(
        "open",
        language,
        what=say(f"collect_{finding.question}", language),
        sheet=TABLES[table].label.in_language(language),
    )


def grade_text(grade: int, language: Language) -> str:
    """The design grade in words."""
    return say(f"grade_{grade}", language, grade=format_count(grade, language))


def glossary_entries(language: Language) -> list[tuple[str, str]]:
    """The words a report explains, each with its explanation, in alphabetical order."""
    prefix = "finding.glossary_"
    names = [key.removeprefix(prefix) for key in read_messages() if key.startswith(prefix)]
    words = {name.removesuffix("_text") for name in names}
    entries = [(say(f"glossary_{w}", language), say(f"glossary_{w}_text", language)) for w in words]
    return sorted(entries, key=lambda entry: entry[0].casefold())


def sample_sentence(finding: Finding, language: Language) -> str:
    """Who or what an answer speaks about, and who is missing from it; empty where nothing was counted."""
    sample = finding.sample
    if not sample.people and not sample.rows:
        return ""
    tables = ", ".join(TABLES[name].label.in_language(language) for name in sample.tables)
    if sample.people:
        text = say("sample", language, people=format_count(sample.people, language), tables=tables)
    else:
        text = say("sample_rows", language, rows=format_count(sample.rows, language), tables=tables)
    excluded = [
        say(f"excluded_{code}", language, count=format_count(count, language))
        for code, count in sample.excluded.items()
        if count
    ]
    return f"{text} {say('excluded', language, parts='; '.join(excluded))}" if excluded else text


def field_text(name: str, value: Cell, language: Language) -> str:
    """A value inside a caveat: shares in per cent, counts whole, codes by their label."""
    if isinstance(value, bool) or value is None:
        return ""
    if isinstance(value, int):
        return format_count(value, language)
    if isinstance(value, float):
        if name.endswith("_share"):
            return format_percent(value, language)
        return format_number(value, language, digits=2 if name.endswith(("_sd", "_r", "_index")) else 1)
    return row_label({"label_code": value}, language)


def _reason(finding: Finding, language: Language) -> str:
    refusal = finding.headline
    code = refusal.reason.value if isinstance(refusal, NotEstimable) else "not_estimable"
    own = f"reason_{code}_{finding.question}"
    return say(own if has_phrase(f"finding.{own}") else f"reason_{code}", language)
