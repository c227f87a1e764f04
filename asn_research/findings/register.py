"""The list of questions that reports answer, for people who want to see it whole."""

from __future__ import annotations

import pandas as pd

from asn_research.findings.catalogue import QUESTIONS
from asn_research.findings.wordings.sentence import question_text
from asn_research.language import Language


def questions(language: Language = "id") -> pd.DataFrame:
    """Every question of the reports: its text, what it estimates, and which tables it needs.

    Parameters
    ----------
    language : {"id", "en"}
        Language of the column ``question``.

    Returns
    -------
    DataFrame
        One row per question in the order of the report: ``id``, ``level``, ``question``, ``estimand``,
        ``model``, ``needs`` (names of tables) and ``causal_from`` (lowest design grade that allows causal
        wording; 6 means never).

    Examples
    --------
    >>> questions("en").set_index("id").loc["learning_gain", "level"]
    'learning'
    """
    rows = [
        {
            "id": question.id,
            "level": question.level.value,
            "question": question_text(question.id, language),
            "estimand": question.estimand,
            "model": question.model,
            "needs": ", ".join(question.needs),
            "causal_from": question.causal_from,
        }
        for question in QUESTIONS
    ]
    return pd.DataFrame(rows)
