"""Interviews in themes: what all coders of an excerpt saw in it, and who spoke of it."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from asn_research.errors import InputError, TooFewObservationsError

_NEEDED = ("excerpt_id", "interview_id", "role", "text", "coder_id", "theme")


@dataclass(frozen=True, slots=True)
class CodedThemes:
    """The outcome of coding.

    ``agreed`` has one row per excerpt and theme that every coder of the excerpt gave it: ``excerpt_id``,
    ``interview_id``, ``role``, ``text``, ``theme``; ``excerpts`` and ``disputed`` count excerpts, and those
    on which the coders agree on no theme.
    """

    agreed: pd.DataFrame
    excerpts: int
    disputed: int


def measure_themes(interviews: pd.DataFrame) -> CodedThemes:
    """The themes that stand: given to an excerpt by everyone who coded it.

    Parameters
    ----------
    interviews : DataFrame
        One row per excerpt, coder and theme, with the columns of the table ``interviews``.

    Raises
    ------
    InputError
        If a column is missing.
    TooFewObservationsError
        If nothing is coded.

    Examples
    --------
    >>> rows = [("K1", "W1", "Peserta", "…", "A", "Waktu"), ("K1", "W1", "Peserta", "…", "B", "Waktu"),
    ...         ("K2", "W1", "Peserta", "…", "A", "Waktu"), ("K2", "W1", "Peserta", "…", "B", "Materi")]
    >>> columns = ["excerpt_id", "interview_id", "role", "text", "coder_id", "theme"]
    >>> coded = measure_themes(pd.DataFrame(rows, columns=columns))
    >>> coded.agreed["theme"].tolist(), coded.excerpts, coded.disputed
    (['Waktu'], 2, 1)
    """
    rows = _coded(interviews)
    coders = rows.groupby("excerpt_id")["coder_id"].nunique()
    given = rows.groupby(["excerpt_id", "theme"])["coder_id"].nunique().reset_index(name="given")
    stands = given[given["given"] == given["excerpt_id"].map(coders)]
    about = rows.sort_values(["excerpt_id", "text"]).drop_duplicates("excerpt_id")
    agreed = stands[["excerpt_id", "theme"]].merge(
        about[["excerpt_id", "interview_id", "role", "text"]], on="excerpt_id"
    )
    return CodedThemes(
        agreed=agreed.sort_values(["excerpt_id", "theme"]).reset_index(drop=True),
        excerpts=len(coders),
        disputed=len(coders) - int(agreed["excerpt_id"].nunique()),
    )


def spread_codes(interviews: pd.DataFrame, *, theme: str | None = None) -> pd.DataFrame:
    """One row per coded excerpt, one column per coder, for measures of agreement.

    Parameters
    ----------
    theme : str, optional
        Whether each coder gave this theme (1) or not (0). Without it the theme itself, which asks for one
        theme per excerpt and coder.

    Raises
    ------
    InputError
        If no ``theme`` is named and a coder gave an excerpt several.
    """
    rows = _coded(interviews).drop_duplicates(["excerpt_id", "coder_id", "theme"])
    if theme is None:
        if rows.duplicated(["excerpt_id", "coder_id"]).any():
            raise InputError("some excerpts have several themes from one coder; ask theme by theme.")
        return rows.set_index(["excerpt_id", "coder_id"])["theme"].unstack().sort_index()  # noqa: PD010
    marked = rows.assign(marked=(rows["theme"] == theme).astype(float))
    return marked.pivot_table(index="excerpt_id", columns="coder_id", values="marked", aggfunc="max")


def has_single_codes(interviews: pd.DataFrame) -> bool:
    """Whether every coder gave every excerpt at most one theme."""
    rows = _coded(interviews).drop_duplicates(["excerpt_id", "coder_id", "theme"])
    return not bool(rows.duplicated(["excerpt_id", "coder_id"]).any())


def _coded(interviews: pd.DataFrame) -> pd.DataFrame:
    missing = [name for name in _NEEDED if name not in interviews.columns]
    if missing:
        raise InputError(f"interviews need the columns {missing}; they have {list(interviews.columns)}.")
    rows = interviews.dropna(subset=["excerpt_id", "interview_id", "role", "coder_id", "theme"])
    if rows.empty:
        raise TooFewObservationsError("no excerpt is coded.")
    return rows.assign(**{name: rows[name].astype(str) for name in _NEEDED})
