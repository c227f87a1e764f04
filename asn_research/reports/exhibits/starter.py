"""A notebook to begin with: parameters, the report's answer, tables, gains, a figure, what may be said."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Final

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from asn_research.contract.column import TABLES
from asn_research.contract.vocabulary import nearest
from asn_research.errors import Problem, ReportError
from asn_research.findings.catalogue import QUESTIONS
from asn_research.findings.question import Question
from asn_research.findings.wordings.sentence import question_text
from asn_research.language import Language, phrase

_TABLES: Final = ("participants", "enrolments", "assessments")
_BEGIN: Final = """\
import seaborn as sns

import asn_research as ar

data = ar.open_region(region, period=period)
data"""
_GAINS: Final = """\
primary = data.plan.primary
gains = ar.measure_gains(data.tables, competency=primary.competency, source=primary.source)
trained = gains.query("group == 'trained'")
fit = ar.fit_gain(trained, model="change", reference=data.plan.reference_method, clusters=data.plan.clusters)
fit"""
_FIGURE: Final = """\
axes = sns.pointplot(trained, x="method", y="gain", linestyle="none", seed=1)
axes.set(xlabel="", ylabel={label!r});"""
_CLAIM: Final = """\
from asn_research.findings.grounds.design_grade import grade_design
from asn_research.findings.wordings.sentence import grade_text

grade_text(grade_design(data).grade, {language!r})"""


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What is asked of a new notebook: its name, region and period, perhaps a question of the reports."""

    name: str
    region: str
    period: str | None = None
    question: str | None = None
    language: Language = "id"


def draft_notebook(wish: Wish) -> str:
    """The text of a notebook file that runs from top to bottom as it stands.

    Raises
    ------
    ReportError
        If there is no such question, naming the nearest.
    """
    question = find_question(wish.question) if wish.question else None
    sources = _opening(wish, question)
    sources += [("markdown", _say("tables", wish))]
    names = question.needs if question and question.needs else _TABLES
    sources += [("code", _table(name)) for name in names]
    sources += [("markdown", _say("gains", wish)), ("code", _GAINS)]
    sources += [("markdown", _say("figure", wish)), ("code", _FIGURE.format(label=_say("gain_label", wish)))]
    sources += [("markdown", _say("claim", wish)), ("code", _CLAIM.format(language=wish.language))]
    cells = [new_markdown_cell(text) if kind == "markdown" else new_code_cell(text) for kind, text in sources]
    for number, cell in enumerate(cells, 1):
        cell.id = f"cell-{number:02d}"
    next(cell for cell in cells if cell.cell_type == "code").metadata["tags"] = ["parameters"]
    kernel = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    return str(nbformat.writes(new_notebook(cells=cells, metadata=metadata))) + "\n"


def find_question(name: str) -> Question:
    """The question of the reports with this name.

    Raises
    ------
    ReportError
        If there is none, naming the nearest.
    """
    known = {question.id: question for question in QUESTIONS}
    if name not in known:
        hint = nearest(name, known)
        remedy = f"Did you mean {hint!r}?" if hint else "asn-research questions lists them."
        fields = {"name": name, "hint": hint or ""}
        message = f"there is no question {name!r}."
        raise ReportError(Problem("question_unknown", message, remedy=remedy, fields=fields))
    return known[name]


def _opening(wish: Wish, question: Question | None) -> list[tuple[str, str]]:
    """Title, parameters, the region, and what its report answers."""
    about = _say("free", wish)
    if question:
        about = _say("asked", wish, question=question_text(question.id, wish.language), id=question.id)
    title = wish.name.replace("_", " ").strip().capitalize()
    parameters = [
        f"region: str = {_literal(wish.region)}  # {_say('region_comment', wish)}",
        f'period: "str or None" = {_literal(wish.period)}  # {_say("period_comment", wish)}',
    ]
    found: list[tuple[str, str]] = [
        ("markdown", f"{_say('title', wish, name=title)}\n\n{about}"),
        ("code", "\n".join(parameters)),
        ("code", _BEGIN),
    ]
    if question:
        call = f'ar.open_report(region=region, period=period, language="{wish.language}")'
        found.append(("code", f'report = {call}\nreport.findings["{question.id}"]'))
    return found


def _table(name: str) -> str:
    """The first rows of a table; of an optional one only where some file held it."""
    rows = f'data["{name}"].head()'
    return rows if TABLES[name].required else f'{rows} if "{name}" in data else None'


def _literal(text: str | None) -> str:
    return "None" if text is None else json.dumps(text, ensure_ascii=False)


def _say(key: str, wish: Wish, /, **fields: object) -> str:
    return phrase(f"notebook.{key}", wish.language, **fields)
