"""Voices: what informants spoke of, and how far two coders heard the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pandas as pd

from asn_research.contract.threshold import CODING_FIRM_ALPHA, CODING_TENTATIVE_ALPHA
from asn_research.errors import EstimationError
from asn_research.findings.disclosures.quotation import choose_quotation
from asn_research.findings.disclosures.suppression import least_counted
from asn_research.findings.finding import Caveat, Cell, Finding, Row, Sample
from asn_research.findings.grounds.draft import answer, leave_open, withhold
from asn_research.findings.grounds.estimation import finite
from asn_research.measures.agreement import count_agreement, measure_kappa
from asn_research.measures.krippendorff import measure_krippendorff_alpha
from asn_research.measures.theme import CodedThemes, has_single_codes, measure_themes, spread_codes
from asn_research.models.result import Estimate

if TYPE_CHECKING:
    from asn_research.ingest.store import RegionData

VOICE_TABLES = ("interviews",)
ALL_ROLES = "finding.role_all"
OTHER_ROLES = "finding.role_other"
_QUOTED = 3


@dataclass(frozen=True)
class Voices:
    """The agreed themes of a region's interviews, with roles too small to be told apart joined.

    ``agreed`` is the frame of :func:`~asn_research.measures.theme.measure_themes` with a column ``group``;
    ``informants`` the interviews of each group, of which every one has at least the minimum cell.
    """

    coded: CodedThemes
    agreed: pd.DataFrame
    informants: dict[str, int]
    people: int

    @property
    def standing(self) -> tuple[str, ...]:
        """Roles with enough informants to stand alone."""
        return tuple(role for role in self.informants if role != OTHER_ROLES)


def read_voices(data: RegionData) -> Voices | None:
    """The voices of a region; None where fewer people spoke than the minimum cell."""
    minimum = data.region.disclosure.minimum_cell
    interviews = data.tables["interviews"]
    coded = measure_themes(interviews)
    spoke = interviews.dropna(subset=["interview_id", "role"])
    spoke = spoke.assign(role=spoke["role"].astype(str)).drop_duplicates("interview_id")
    sizes = {str(role): int(count) for role, count in spoke["role"].value_counts().items()}
    people = sum(sizes.values())
    if people < minimum:
        return None
    groups = group_roles(sizes, minimum=minimum)
    informants: dict[str, int] = {}
    for role, group in groups.items():
        informants[group] = informants.get(group, 0) + sizes[role]
    roles = spoke.set_index(spoke["interview_id"].astype(str))["role"]
    agreed = coded.agreed.assign(group=coded.agreed["interview_id"].map(roles).map(groups))
    return Voices(coded, agreed, informants, people)


def group_roles(sizes: dict[str, int], *, minimum: int) -> dict[str, str]:
    """The group under which each role is told: itself, or all small roles together.

    Joined roles that are still too few take the smallest of the others with them, so that nothing can be
    found by subtraction.

    Examples
    --------
    >>> group_roles({"Peserta": 30, "Atasan": 12, "Warga": 4}, minimum=10)
    {'Peserta': 'Peserta', 'Atasan': 'finding.role_other', 'Warga': 'finding.role_other'}
    """
    order = sorted(sizes, key=lambda role: (-sizes[role], role))
    joined = [role for role in order if sizes[role] < minimum]
    standing = [role for role in order if role not in joined]
    while joined and standing and sum(sizes[role] for role in joined) < minimum:
        joined.append(standing.pop())
    return {role: role if role in standing else OTHER_ROLES for role in order}


def answer_interview_themes(data: RegionData) -> Finding:
    """The themes that informants raised, by role, with quotations that identify nobody."""
    voices = read_voices(data)
    if voices is None:
        return withhold(data, "interview_themes", tables=VOICE_TABLES)
    if voices.agreed.empty:
        return leave_open(data, "interview_themes", table="interviews")
    themes = rank_themes(voices)
    minimum = data.region.disclosure.minimum_cell
    rows = _theme_rows(voices, themes, minimum=minimum)
    quotes = _quotations(voices, themes, places=_places(data))
    rows = [row | quotes.get(str(row["label"]), {}) if row["group"] == ALL_ROLES else row for row in rows]
    caveats = [Caveat(code="themes_not_counts"), Caveat(code="coders_agreed", fields={
        "excerpts": voices.coded.excerpts, "disputed": voices.coded.disputed})]  # fmt: skip
    if OTHER_ROLES in voices.informants:
        caveats.append(Caveat(code="roles_joined", fields={"minimum": minimum}))
    if quotes:
        caveats.append(Caveat(code="quotes_chosen"))
    return answer(
        data,
        "interview_themes",
        results=tuple(_theme_estimate(row) for row in rows if row["group"] == ALL_ROLES),
        sample=Sample(people=voices.people, rows=len(data.tables["interviews"]), tables=VOICE_TABLES),
        caveats=tuple(caveats),
        rows=tuple(rows),
        details={"themes": len(themes), "unit": "share"},
    )


def rank_themes(voices: Voices) -> dict[str, int]:
    """The themes and how many informants raised each, the commonest first."""
    told = voices.agreed.groupby("theme")["interview_id"].nunique()
    order = sorted(told.index, key=lambda theme: (-int(told[theme]), str(theme)))
    return {str(theme): int(told[theme]) for theme in order}


def _theme_rows(voices: Voices, themes: dict[str, int], *, minimum: int) -> list[Row]:
    """Share of informants who raised each theme: of all, then of each group of roles if there are several.

    Groups of roles stand apart only where all are large enough for counts inside them to be told.
    """
    groups = {ALL_ROLES: voices.people}
    if len(voices.informants) > 1 and min(voices.informants.values()) >= least_counted(minimum):
        groups |= voices.informants
    rows: list[Row] = []
    for group, total in groups.items():
        part = voices.agreed if group == ALL_ROLES else voices.agreed[voices.agreed["group"] == group]
        told = part.groupby("theme")["interview_id"].nunique()
        for theme in themes:
            count = int(told.get(theme, 0))
            rows.append({"label": theme, "group": group, "share": count / total, "n": count, "total": total})
    return rows


def _theme_estimate(row: Row) -> Estimate:
    return Estimate(
        term=f"theme: {row['label']}", estimate=float(str(row["share"])), n_obs=int(str(row["total"])),
        outcome="theme", unit="share", estimand="share of informants who raised the theme", method="count",
    )  # fmt: skip


def _quotations(voices: Voices, themes: dict[str, int], *, places: Sequence[str]) -> dict[str, Row]:
    """Quotations of the commonest themes, from roles that stand alone only; each text once."""
    spoken = voices.agreed[voices.agreed["group"].isin(voices.standing)]
    found: dict[str, Row] = {}
    for theme in themes:
        part = spoken[spoken["theme"] == theme]
        part = part[~part["text"].str.rstrip(" .").isin([row["quote"] for row in found.values()])]
        chosen = choose_quotation(part, places=places)
        if chosen is not None and len(found) < _QUOTED:
            found[theme] = {"quote": str(chosen["text"]).rstrip(" ."), "quote_role": str(chosen["role"])}
    return found


def _places(data: RegionData) -> tuple[str, ...]:
    units = data.tables["participants"]["unit"].dropna().astype(str).unique()
    return (data.region.region.name, *sorted(units))


def answer_coder_agreement(data: RegionData) -> Finding:
    """Agreement of the coders beyond chance, over all themes and for each."""
    interviews = data.tables["interviews"]
    voices = read_voices(data)
    if voices is None:
        return withhold(data, "coder_agreement", tables=VOICE_TABLES)
    if interviews["coder_id"].nunique() < 2:
        return leave_open(data, "coder_agreement", table="interviews")
    themes = sorted(interviews["theme"].dropna().astype(str).unique())
    overall = _overall(interviews, themes)
    rows = [_alpha_row("finding.coding_all", overall, group="finding.group_coding_all")]
    for theme in themes:
        try:
            alpha = measure_krippendorff_alpha(spread_codes(interviews, theme=theme))
        except EstimationError:
            continue
        rows.append({**_alpha_row("", alpha, group="finding.group_coding_theme"), "label": theme})
    details: dict[str, Cell] = {
        "unit": "alpha", "reference": CODING_TENTATIVE_ALPHA, "firm": CODING_FIRM_ALPHA,
        "coders": int(interviews["coder_id"].nunique()), "excerpts": overall.n_obs,
    }  # fmt: skip
    kappa = _kappa(interviews)
    return answer(
        data,
        "coder_agreement",
        results=(overall, *((kappa,) if kappa else ())),
        sample=Sample(people=voices.people, rows=len(interviews), tables=VOICE_TABLES),
        caveats=(Caveat(code="coding_units"),),
        rows=tuple(rows),
        details=details,
    )


def _overall(interviews: pd.DataFrame, themes: Sequence[str]) -> Estimate:
    """Alpha over all themes; where an excerpt can have several, of every theme given or not given."""
    if has_single_codes(interviews):
        codes = spread_codes(interviews)
    else:
        codes = pd.concat([spread_codes(interviews, theme=theme) for theme in themes], ignore_index=True)
    return replace(measure_krippendorff_alpha(codes), unit="alpha", outcome="theme")


def _kappa(interviews: pd.DataFrame) -> Estimate | None:
    """Cohen's kappa, which offices know, where two coders gave one theme each."""
    if interviews["coder_id"].nunique() != 2 or not has_single_codes(interviews):
        return None
    codes = spread_codes(interviews)
    first, second = (str(name) for name in codes.columns)
    try:
        kappa = measure_kappa(count_agreement(codes, raters=(first, second)))
    except EstimationError:
        return None
    return replace(kappa, unit="alpha", outcome="theme")


def _alpha_row(code: str, alpha: Estimate, *, group: str) -> Row:
    row: Row = {
        "group": group,
        "n": alpha.n_obs,
        "estimate": alpha.estimate,
        "conf_low": finite(alpha.conf_low),
        "conf_high": finite(alpha.conf_high),
        "flagged": alpha.conf_high < CODING_TENTATIVE_ALPHA,
    }
    return {"label_code": code, **row} if code else row
