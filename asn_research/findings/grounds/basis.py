"""What several questions of a region draw on, made once: participation, hours, outcomes and gains."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pandas as pd

from asn_research.measures.participation import measure_participation, sum_training_hours
from asn_research.measures.reaction import measure_item_scores, measure_reactions
from asn_research.measures.score import Scores, read_scores

if TYPE_CHECKING:
    from asn_research.ingest.store import RegionData


def read_participation(data: RegionData) -> pd.DataFrame:
    """One row per person and course, as :mod:`asn_research.measures.participation` measures it."""
    return data.once("participation", partial(measure_participation, data.tables))


def read_training_hours(data: RegionData) -> pd.DataFrame:
    """One row per person with the credited hours; see :mod:`asn_research.measures.participation`."""
    people = data.tables["participants"].reset_index(drop=True)
    return data.once("training_hours", lambda: sum_training_hours(read_participation(data), people))


def read_region_scores(data: RegionData) -> Scores:
    """The scores of a region with the courses behind them."""
    return data.once("scores", lambda: read_scores(data.tables, participation=read_participation(data)))


def read_outcomes(data: RegionData, *, wave_to: str = "post") -> pd.DataFrame:
    """Competencies measured before and later; see :func:`~asn_research.measures.score.list_outcomes`."""
    scores = read_region_scores(data)
    return data.once(("outcomes", wave_to), lambda: scores.outcomes(wave_to=wave_to))


def read_reactions(data: RegionData) -> pd.DataFrame:
    """Every answer with its course; see :func:`~asn_research.measures.reaction.measure_reactions`."""
    return data.once("reactions", partial(measure_reactions, data.tables))


def read_item_scores(data: RegionData) -> pd.DataFrame:
    """One row per respondent; see :func:`~asn_research.measures.reaction.measure_item_scores`."""
    return data.once("item_scores", lambda: measure_item_scores(data.tables, answers=read_reactions(data)))
