"""What participants said about their courses: item scores, scales, favourable answers."""

from __future__ import annotations

import pandas as pd

from asn_research.errors import InputError
from asn_research.measures.participation import Tables, measure_batch

SATISFACTION_ITEMS: tuple[str, ...] = ("material", "speaker", "method", "facilities")
"""The items that make up the satisfaction scale."""

FAVOURABLE_FROM = 4
"""Responses from here on (4 = satisfied or agree, 5 = very) count as favourable."""

REVIEW_BELOW = 3.5
"""A course whose interval for an item lies wholly below this mean is flagged: the middle between the neutral
answer (3) and the favourable one (4), so that its participants are on the whole not content."""


def measure_reactions(tables: Tables) -> pd.DataFrame:
    """Every answer with the course it is about.

    Returns
    -------
    DataFrame
        In the order of ``reactions``: ``respondent_id``, ``course_id``, ``item``, ``response`` (1 to 5),
        ``favourable`` (boolean), the course's ``title``, ``method``, ``topic``, ``batch`` and ``speaker_id``.

    Raises
    ------
    InputError
        If ``reactions`` or ``courses`` is missing.

    Examples
    --------
    >>> import pandas as pd
    >>> answers = pd.DataFrame({"respondent_id": ["a"], "course_id": ["c"], "item": ["material"],
    ...                         "response": [4]})
    >>> courses = pd.DataFrame({"course_id": ["c"], "title": ["T"], "method": ["lecture"]})
    >>> measure_reactions({"reactions": answers, "courses": courses})["favourable"].tolist()
    [True]
    """
    missing = [name for name in ("reactions", "courses") if name not in tables]
    if missing:
        raise InputError(f"reactions need the tables reactions and courses; missing: {', '.join(missing)}.")
    answers = tables["reactions"].reset_index(drop=True)
    courses = tables["courses"].reset_index(drop=True)
    frame = answers[["respondent_id", "course_id", "item"]].astype("string")
    frame["response"] = answers["response"].astype("Float64").astype(float)
    frame["favourable"] = frame["response"] >= FAVOURABLE_FROM
    about = courses.reindex(columns=["course_id", "title", "method", "topic", "speaker_id"]).astype("string")
    about["batch"] = measure_batch(courses)
    return frame.merge(about.drop_duplicates("course_id"), on="course_id", how="left")


def measure_item_scores(tables: Tables, *, answers: pd.DataFrame | None = None) -> pd.DataFrame:
    """One row per respondent and course, one column per item, as scale reliability needs it.

    ``answers`` is the frame of :func:`measure_reactions` where it was made before.

    Returns
    -------
    DataFrame
        ``respondent_id``, ``course_id``, ``title``, ``batch``, then one column per item that was asked
        (1 to 5, missing where not answered); rows in the order of the first answer of each respondent.

    Examples
    --------
    >>> import pandas as pd
    >>> answers = pd.DataFrame({"respondent_id": ["a", "a"], "course_id": ["c", "c"],
    ...                         "item": ["material", "speaker"], "response": [4, 5]})
    >>> courses = pd.DataFrame({"course_id": ["c"], "title": ["T"], "method": ["lecture"]})
    >>> wide = measure_item_scores({"reactions": answers, "courses": courses})
    >>> wide[["material", "speaker"]].to_numpy().tolist()
    [[4.0, 5.0]]
    """
    if answers is None:
        answers = measure_reactions(tables)
    keys = ["respondent_id", "course_id"]
    wide = answers.pivot_table(index=keys, columns="item", values="response", aggfunc="mean")
    items = sorted(str(name) for name in wide.columns)
    first = answers.drop_duplicates(keys)[[*keys, "title", "batch"]].reset_index(drop=True)
    return first.merge(wide.reset_index(), on=keys, how="inner")[[*keys, "title", "batch", *items]]


def measure_satisfaction(tables: Tables) -> pd.DataFrame:
    """The satisfaction scale: mean of the items material, speaker, method and facilities.

    Returns
    -------
    DataFrame
        As :func:`measure_item_scores`, and ``satisfaction`` (1 to 5): the mean of the answered items of the
        scale, missing where fewer than half of them were answered.
    """
    return score_satisfaction(measure_item_scores(tables))


def score_satisfaction(wide: pd.DataFrame) -> pd.DataFrame:
    """:func:`measure_satisfaction` from a frame of :func:`measure_item_scores`."""
    items = [name for name in SATISFACTION_ITEMS if name in wide]
    answered = wide[items].notna().sum(axis=1)
    mean = wide[items].mean(axis=1)
    return wide.assign(satisfaction=mean.where(2 * answered >= len(items)))
