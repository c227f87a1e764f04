"""Answers about behaviour at work, in words; claims are chosen by the design grade."""

from __future__ import annotations

import math
from dataclasses import replace

from asn_research.contract.vocabulary import term_label
from asn_research.findings.finding import Finding
from asn_research.findings.grounds.axis import number
from asn_research.findings.wordings.part import (
    Wording,
    amount,
    count,
    direction,
    estimate_of,
    interval,
    null_result,
    outcome_name,
    points,
    say,
)
from asn_research.language import Language, format_number, format_percent
from asn_research.models.result import Estimate

_NOTHING_SHARE = 0.005


def _rated(finding: Finding, language: Language) -> list[str]:
    parts = [
        _rated_change(finding, language),
        _rated_claim(finding, language),
        null_result(finding, language),
    ]
    return [part for part in (*parts, _spread(finding, language)) if part]


def rated_short(finding: Finding, language: Language) -> list[str]:
    """A clear change in ratings by people who may know who was trained; nothing where it is not clear."""
    found = estimate_of(finding)
    side = direction(found)
    known = {caveat.code for caveat in finding.caveats}
    if side not in {"up", "down"} or "raters_not_blind" not in known:
        return []
    kind = "rated_short_compared" if finding.details["compared"] else "rated_short"
    text = say(
        f"{kind}_{side}",
        language,
        points=points(found.estimate, language),
        interval=interval(found, language),
        people=count(finding.sample.people, language),
    )
    return [text]


def _rated_change(finding: Finding, language: Language) -> str:
    details, found = finding.details, estimate_of(finding)
    compared = bool(details["compared"])
    fields = {
        "who": say(f"who_{details['source']}", language),
        "outcome": _competencies(str(details["competencies"]), language),
        "until": say(f"until_{details['wave_to']}", language),
        "points": points(found.estimate, language),
        "signed": format_number(found.estimate, language, sign=True),
        "interval": interval(found, language),
    }
    if not compared:
        people = count(details["trained"], language)
        return say(f"rated_{direction(found)}", language, people=people, **fields)
    sides = {"own": "trained_change", "rest": "comparison_change"}
    return say(
        f"rated_difference_{direction(found)}",
        language,
        **fields,
        **{k: format_number(estimate_of(finding, t).estimate, language, sign=True) for k, t in sides.items()},
        trained=count(details["trained"], language),
        comparison=count(details["comparison"], language),
    )


def _competencies(codes: str, language: Language) -> str:
    names = [term_label("competency", code, language).lower() for code in codes.split("; ")]
    if len(names) == 1:
        return names[0]
    return say("comma", language).join(names[:-1]) + say("and", language) + names[-1]


def _rated_claim(finding: Finding, language: Language) -> str:
    """What the design and raters who may know who was trained allow to be said."""
    if finding.design_grade == 1:
        return say("rated_claim_1", language)
    found = estimate_of(finding)
    side = direction(found)
    if side not in {"up", "down"}:
        return ""
    if finding.design_grade == 2:
        return say(f"rated_claim_2_{side}", language)
    return say(f"claim_{finding.design_grade}_{side}", language, points=points(found.estimate, language))


def _spread(finding: Finding, language: Language) -> str:
    """How far raters differ in the change that they see; empty where this is unknown."""
    details = finding.details
    sd = number(details.get("rater_sd"))
    if math.isnan(sd):
        return ""
    raters = count(details["raters"], language)
    if number(details["rater_share"]) < _NOTHING_SHARE:
        return say("rated_spread_none", language, raters=raters)
    share = format_percent(number(details["rater_share"]), language)
    return say("rated_spread", language, sd=points(sd, language), share=share, raters=raters)


def _task(finding: Finding, language: Language) -> list[str]:
    found, details = _rated(finding, language), finding.details
    before, after = details.get("reach_before"), details.get("reach_after")
    if before is None or after is None:
        return found
    shares = {
        name: format_percent(number(value), language)
        for name, value in (("before", before), ("after", after))
    }
    when = say(f"when_{details['wave_to']}", language)
    return [found[0], say("task_reach", language, when=when, **shares), *found[1:]]


def _agreement(finding: Finding, language: Language) -> list[str]:
    details, icc = finding.details, estimate_of(finding)
    mean, alpha = estimate_of(finding, "icc_mean"), estimate_of(finding, "krippendorff")
    raters = count(details["raters"], language)
    text = say(
        f"agreement_{_band(finding, icc)}",
        language,
        competency=term_label("competency", str(details["competency"]), language).lower(),
        when=say(f"when_{details['wave']}", language),
        icc=_two(icc.estimate, language),
        interval=interval(icc, language, unit="sd"),
        people=count(finding.sample.people, language),
        raters=raters,
        moderate=_two(number(details["moderate"]), language),
    )
    rest = say(
        "agreement_mean",
        language,
        raters=raters,
        mean=_two(mean.estimate, language),
        interval=interval(mean, language, unit="sd"),
        alpha=_two(alpha.estimate, language),
    )
    return [text, rest]


def _two(value: float, language: Language) -> str:
    return amount(value, "sd", language)


def _band(finding: Finding, icc: Estimate) -> str:
    """The band in which the whole interval lies; ``open`` where it crosses the lower yardstick."""
    if icc.conf_low >= number(finding.details["good"]):
        return "good"
    moderate = number(finding.details["moderate"])
    if icc.conf_low >= moderate:
        return "moderate"
    return "poor" if icc.conf_high < moderate else "open"


def _self_and_superior(finding: Finding, language: Language) -> list[str]:
    details, gap, icc = finding.details, estimate_of(finding), estimate_of(finding, "icc")
    text = say(
        f"gap_{direction(gap)}",
        language,
        when_first=say(f"when_first_{details['wave']}", language),
        competency=term_label("competency", str(details["competency"]), language).lower(),
        points=points(gap.estimate, language),
        signed=format_number(gap.estimate, language, sign=True),
        own=amount(number(details["mean_self"]), "points", language),
        superior=amount(number(details["mean_supervisor"]), "points", language),
        interval=interval(gap, language),
        people=count(finding.sample.people, language),
    )
    correlation = number(details["correlation"])
    if math.isnan(correlation):
        return [text]
    order = say(
        "gap_order",
        language,
        r=_two(correlation, language),
        icc=_two(icc.estimate, language),
        interval=interval(icc, language, unit="sd"),
    )
    return [text, order]


def _retention(finding: Finding, language: Language) -> list[str]:
    details, since = finding.details, estimate_of(finding)
    kept = estimate_of(finding, "kept_gain")
    found = [
        say(
            f"retention_{direction(since)}",
            language,
            outcome=outcome_name(details["competency"], details["source"], language),
            points=points(since.estimate, language),
            signed=format_number(since.estimate, language, sign=True),
            end=amount(number(details["mean_post"]), "points", language),
            later=amount(number(details["mean_followup"]), "points", language),
            interval=interval(since, language),
            people=count(finding.sample.people, language),
        ),
        _kept(kept, language),
    ]
    if any(estimate.term == "kept_share" for estimate in finding.estimates):
        share = estimate_of(finding, "kept_share")
        text = format_percent(share.estimate, language)
        found.append(say("retention_share", language, share=text, interval=interval(share, language)))
    rest = (say("retention_claim", language), null_result(finding, language))
    return [part for part in (*found, *rest) if part]


def _kept(kept: Estimate, language: Language) -> str:
    side = "higher" if kept.estimate >= 0 else "lower"
    shown = kept if kept.estimate >= 0 else replace(kept, conf_low=-kept.conf_high, conf_high=-kept.conf_low)
    shift = points(kept.estimate, language)
    return say(f"retention_kept_{side}", language, points=shift, interval=interval(shown, language))


def _mentoring(finding: Finding, language: Language) -> list[str]:
    details, slope, other = finding.details, *finding.estimates[:2]
    text = say(
        f"mentoring_{direction(slope)}",
        language,
        points=points(slope.estimate, language),
        signed=format_number(slope.estimate, language, sign=True),
        span=say(f"span_{details['wave_to']}", language),
        interval=interval(slope, language),
        people=count(finding.sample.people, language),
    )
    found = [text, say("slope_other", language, other=format_number(other.estimate, language, sign=True))]
    if details.get("mentored") is not None:
        hours = format_number(number(details["mean_hours"]), language)
        found.append(
            say("mentoring_who", language, mentored=count(details["mentored"], language), hours=hours)
        )
    null = null_result(finding, language, key="null_mde_mentoring")
    return [*found, null] if null else found


def _appraisal(finding: Finding, language: Language) -> list[str]:
    details = finding.details
    found = _percent(estimate_of(finding))
    fields = {
        "before": str(details["year_before"]),
        "after": str(details["year_after"]),
        "points": points(found.estimate, language),
        "signed": format_number(found.estimate, language, sign=True),
        "interval": interval(found, language),
    }
    if details["compared"]:
        sides = {"own": "trained_shift", "rest": "comparison_shift"}
        values = {name: _percent(estimate_of(finding, term)).estimate for name, term in sides.items()}
        text = say(
            f"appraisal_difference_{direction(found)}",
            language,
            **fields,
            **{name: format_number(value, language, sign=True) for name, value in values.items()},
            trained=count(details["trained"], language),
            comparison=count(details["comparison"], language),
        )
    else:
        people = count(details["trained"], language)
        text = say(f"appraisal_{direction(found)}", language, people=people, **fields)
    null = null_result(finding, language, key="null_mde_appraisal", scale=100.0)
    parts = (text, _rated_claim(finding, language), *_predicates(finding, language), null)
    return [part for part in parts if part]


def _percent(estimate: Estimate) -> Estimate:
    """A difference of shares in percentage points, as text writes it."""
    ends = {name: 100 * getattr(estimate, name) for name in ("estimate", "conf_low", "conf_high")}
    return replace(estimate, unit="points", **ends)


def _predicates(finding: Finding, language: Language) -> list[str]:
    """How many rose, stayed and fell, and are at least good; nothing where a cell would be too small."""
    details, found = finding.details, []
    if details.get("up_share") is not None:
        names = {name: number(details[f"{name}_share"]) for name in ("up", "same", "down")}
        texts = {name: format_percent(value, language) for name, value in names.items()}
        found.append(say("appraisal_moves", language, **texts))
    if details.get("good_before") is not None:
        shares = (format_percent(number(details[f"good_{name}"]), language) for name in ("before", "after"))
        first, last = shares
        years = {"before": str(details["year_before"]), "after": str(details["year_after"])}
        found.append(say("appraisal_good", language, first=first, last=last, **years))
    return found


BEHAVIOUR_WORDINGS: dict[str, Wording] = {
    "supervisor_change": _rated,
    "task_performance": _task,
    "observation_change": _rated,
    "rater_agreement": _agreement,
    "self_supervisor_gap": _self_and_superior,
    "retention": _retention,
    "mentoring_effect": _mentoring,
    "appraisal_shift": _appraisal,
}
