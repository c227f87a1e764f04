"""Answers about learning, in words; claims are chosen by the design grade."""

from __future__ import annotations

import math

from asn_research.contract.vocabulary import term_label
from asn_research.findings.finding import Finding
from asn_research.findings.grounds.axis import number
from asn_research.findings.wordings.label import code_label
from asn_research.findings.wordings.part import (
    Wording,
    amount,
    bounds,
    count,
    direction,
    estimate_of,
    interval,
    null_result,
    outcome_name,
    points,
    say,
    share,
    share_interval,
)
from asn_research.language import Language, format_count, format_number
from asn_research.models.result import Estimate

_NOTHING_POINTS = 0.05


def _gain(finding: Finding, language: Language) -> list[str]:
    claim, lost = _claim(finding, language), _dropout(finding, language)
    if finding.details["compared"]:
        text, *more = _difference(finding, language)
        found = [text, claim, lost, *more, null_result(finding, language)]
    else:
        without = _share_without(finding, language)
        found = [own_gain(finding, language), without, lost, claim, null_result(finding, language)]
    return [part for part in found if part]


def own_gain(finding: Finding, language: Language) -> str:
    """The gain of the trained group: what rose by how much, from where to where."""
    gain = estimate_of(finding, "mean_gain")
    details = finding.details
    return say(
        f"gain_{direction(gain)}",
        language,
        outcome=outcome_name(details["competency"], details["source"], language),
        points=points(gain.estimate, language),
        signed=format_number(gain.estimate, language, sign=True),
        pre=amount(number(details["mean_pre"]), "points", language),
        post=amount(number(details["mean_post"]), "points", language),
        interval=interval(gain, language),
        people=count(details["trained"], language),
    )


def _share_without(finding: Finding, language: Language) -> str:
    """How much of the gain of one group could appear without training, and what remains of it."""
    details = finding.details
    expected = number(details.get("background"))
    own = estimate_of(finding, "mean_gain").estimate
    if not (expected > 0 and own > 0):
        return ""
    fields = {"observed": format_number(own, language), "regression": _regression(finding, language)}
    if expected >= own:
        return say("gain_without_all", language, expected=format_number(expected, language), **fields)
    low, high = number(details["remaining_low"]), number(details["remaining_high"])
    kind = "bare" if math.isnan(low) else "clear" if low > 0 else "unclear"
    fields |= dict(zip(("low", "high"), bounds(low, high, "points", language), strict=True))
    return say(
        f"gain_without_{details['background_selection']}_{kind}",
        language,
        expected=format_number(expected, language),
        remaining=format_number(number(details["remaining"]), language),
        **fields,
    )


def _regression(finding: Finding, language: Language) -> str:
    """How much of the background is the return of low scores to the mean; empty where it is nothing."""
    part = number(finding.details.get("background_regression"))
    if not part >= _NOTHING_POINTS:
        return ""
    return say("regression_part", language, points=format_number(part, language))


def _dropout(finding: Finding, language: Language) -> str:
    """Who was lost and what the answer could be with them; empty where their loss is not notable."""
    details = finding.details
    if not details.get("lost"):
        return ""
    step = number(details.get("lost_difference_sd"))
    side = "lower" if step > 0 else "higher"
    return say(
        "dropout_compared" if details["compared"] else "dropout",
        language,
        lost=count(details["lost"], language),
        started=count(details["lost_started"], language),
        share=amount(number(details["lost_share"]), "share", language),
        start=""
        if math.isnan(step)
        else say(f"dropout_{side}", language, sd=amount(abs(step), "sd", language)),
        **{
            name: format_number(number(details[f"lost_{name}"]), language)
            for name in ("unchanged", "low", "high")
        },
    )


def _difference(finding: Finding, language: Language) -> list[str]:
    found, details = estimate_of(finding), finding.details
    sides = {"own": estimate_of(finding, "mean_gain"), "rest": estimate_of(finding, "comparison_gain")}
    has_risen = direction(found) == "up" and min(side.estimate for side in sides.values()) > 0
    text = say(
        "difference_risen" if has_risen else f"difference_{direction(found)}",
        language,
        outcome=outcome_name(details["competency"], details["source"], language),
        **{name: format_number(e.estimate, language, sign=not has_risen) for name, e in sides.items()},
        points=points(found.estimate, language),
        signed=format_number(found.estimate, language, sign=True),
        interval=interval(found, language),
        trained=count(details["trained"], language),
        comparison=count(details["comparison"], language),
    )
    other = [e for e in finding.estimates if e.term.endswith(":trained")]
    if other and other[0].estimate * found.estimate < 0:
        return [text, lord(found.estimate, other[0].estimate, language)]
    return [text]


def lord(headline: float, other: float, language: Language) -> str:
    """Lord's paradox in a sentence."""
    values = (format_number(value, language, sign=True) for value in (headline, other))
    return say("lord", language, **dict(zip(("headline", "other"), values, strict=True)))


def _claim(finding: Finding, language: Language) -> str:
    """What the design allows to be said about an answer whose direction is clear."""
    found = estimate_of(finding)
    side = direction(found)
    if finding.design_grade == 1:
        return say("claim_1", language)
    if side not in {"up", "down"}:
        return ""
    return say(f"claim_{finding.design_grade}_{side}", language, points=points(found.estimate, language))


def _competencies(finding: Finding, language: Language) -> list[str]:
    details = finding.details
    largest = finding.estimates[int(number(details["largest"]))]
    competency, _, source = str(details["largest_outcome"]).partition(":")
    down = number(details["down"])
    key = "answer_competency_gains" + ("_compared" if details["compared"] else "")
    if not details["adjusted"]:
        key = "answer_competency_gains_bare"
    people = details["trained"] if key.endswith("_compared") else finding.sample.people
    return [
        say(
            key,
            language,
            family=count(details["family"], language),
            up=count(details["up"], language) if details["up"] else say("none", language),
            down=say("competency_down", language, count=format_count(down, language)) if down else "",
            people=count(people, language),
            largest=outcome_name(competency, source, language),
            signed=format_number(largest.estimate, language, sign=True),
            interval=interval(largest, language),
        )
    ]


def _methods(finding: Finding, language: Language) -> list[str]:
    details = finding.details
    contrasts = [e for e in finding.estimates if e.term.startswith("method[")]
    found = [_contrasts(finding, contrasts, language)]
    clear = _clear_pairs(finding)
    if clear:
        names = _pair_names(finding, language)
        pairs = count(details["pairs"], language)
        numbers = {"count": format_count(len(clear), language), "pairs": pairs}
        found.append(say("method_clear", language, names=names, **numbers))
        return [*found, say("method_claim", language)]
    mde = number(details.get("mde"))
    if not math.isfinite(mde):
        return [*found, say("method_untested", language)]
    return [
        *found,
        say("method_unclear", language),
        say("null_mde_between", language, mde=points(mde, language)),
    ]


def _contrasts(finding: Finding, contrasts: list[Estimate], language: Language, *, names: str = "") -> str:
    """The methods beside the reference; that it is not clear where every interval contains zero."""
    reference = term_label("method", str(finding.details["reference_method"]), language).lower()
    is_clear = any(direction(e) in {"up", "down"} for e in contrasts)
    key = "answer_method_effect" if is_clear else "answer_method_effect_unclear"
    return say(
        key + ("_pairs" if names and not is_clear else ""),
        language,
        reference=reference,
        parts="; ".join(_method_part(e, language, mixed=is_clear) for e in contrasts),
        people=count(finding.sample.people, language),
        **({"names": names} if names and not is_clear else {}),
    )


def method_short(finding: Finding, language: Language) -> str:
    """The methods in one sentence, which names the clear pairs where no method differs from the reference."""
    contrasts = [e for e in finding.estimates if e.term.startswith("method[")]
    return _contrasts(finding, contrasts, language, names=_pair_names(finding, language))


def _clear_pairs(finding: Finding) -> list[str]:
    return [pair for pair in str(finding.details["clear_pairs"]).split("; ") if pair]


def _method_part(estimate: Estimate, language: Language, *, mixed: bool) -> str:
    """One method beside the reference; that it is not clear is said where others of the sentence are."""
    method = term_label("method", estimate.term.removeprefix("method[").removesuffix("]"), language).lower()
    signed = format_number(estimate.estimate, language, sign=True)
    if direction(estimate) == "bare":
        return say("method_part_bare", language, method=method, signed=signed)
    low, high = bounds(estimate.conf_low, estimate.conf_high, "points", language, sign=True)
    key = "method_part_unclear" if mixed and direction(estimate) == "unclear" else "method_part"
    return say(key, language, method=method, signed=signed, low=low, high=high)


def _pair_names(finding: Finding, language: Language) -> str:
    """The pairs that clearly differ: which method of each has the larger gain."""
    signs = {str(row.get("label_code")): number(row.get("estimate")) for row in finding.rows}
    names = []
    for pair in _clear_pairs(finding):
        first, _, second = pair.partition(" - ")
        if signs.get(pair, 0.0) < 0:
            first, second = second, first
        labels = {
            "first": code_label(first, language).lower(),
            "second": code_label(second, language).lower(),
        }
        names.append(say("pair_higher", language, **labels))
    return "; ".join(names)


def _slope(finding: Finding, language: Language) -> list[str]:
    slope, other = finding.estimates[:2]
    text = say(
        f"slope_{direction(slope)}",
        language,
        points=points(slope.estimate, language),
        signed=format_number(slope.estimate, language, sign=True),
        interval=interval(slope, language, unit="points"),
        people=count(finding.sample.people, language),
    )
    model = "slope_other" if finding.details["model"] == "change" else "slope_other_ancova"
    found = [text, say(model, language, other=format_number(other.estimate, language, sign=True))]
    null = null_result(finding, language, key="null_mde_slope")
    return [*found, null] if null else found


def _confidence(finding: Finding, language: Language) -> list[str]:
    if not finding.details.get("one_wave"):
        return _gain(finding, language)
    sure = estimate_of(finding)
    fields = {
        "interval": share_interval(finding, sure, language),
        "people": count(finding.sample.people, language),
    }
    return [
        say("confidence_level", language, share=share(finding, sure, language), **fields),
        say("confidence_change_unknown", language),
    ]


def _heterogeneity(finding: Finding, language: Language) -> list[str]:
    found = estimate_of(finding)
    side = direction(found)
    key = {"up": "clear", "down": "clear", "bare": "untested"}.get(side, "unclear")
    text = say(
        f"answer_heterogeneity_{key}",
        language,
        group=code_label(found.term, language),
        signed=format_number(found.estimate, language, sign=True),
        interval=interval(found, language),
        family=count(finding.details["family"], language),
        people=count(finding.sample.people, language),
    )
    null = null_result(finding, language, key="null_mde_between")
    return [text, null] if null else [text]


def _detectable(finding: Finding, language: Language) -> list[str]:
    details = finding.details
    text = say(
        "answer_minimum_detectable_effect",
        language,
        people=count(finding.sample.people, language),
        clusters=count(details["clusters"], language),
        points=points(estimate_of(finding).estimate, language),
        sd=amount(number(details["mde_sd"]), "sd", language),
        power=amount(number(details["power_share"]), "share", language),
    )
    size = "small" if number(details["mde_sd"]) <= number(details["yardstick_sd"]) else "large"
    yardstick = format_number(number(details["yardstick_sd"]), language)
    return [text, say(f"mde_{size}", language, yardstick=yardstick)]


def _background(finding: Finding, language: Language) -> list[str]:
    details = finding.details
    own = estimate_of(finding, "mean_gain")
    if details["compared"]:
        rest = estimate_of(finding)
        values = {"rest": rest.estimate, "own": own.estimate}
        counts = {side: count(details[side], language) for side in ("trained", "comparison")}
        signed = {name: format_number(value, language, sign=True) for name, value in values.items()}
        return [
            say("background_compared", language, interval=interval(rest, language), **signed, **counts),
            say("background_compared_reading", language, trained=counts["trained"]),
        ]
    names = ("observed", "expected")
    shown = {name: format_number(number(details[name]), language) for name in names}
    parts = "; ".join(
        say(f"background_part_{name}", language, points=format_number(number(details[name]), language))
        for name in ("regression", "practice")
    )
    remaining = estimate_of(finding)
    head = say(f"answer_background_change_{details['selection']}", language, parts=parts, **shown)
    rest_text = say(
        "background_remaining",
        language,
        remaining=format_number(remaining.estimate, language),
        interval=interval(remaining, language),
        people=count(finding.sample.people, language),
    )
    tipping = number(details.get("tipping"))
    if not tipping > 0:
        return [head, rest_text]
    return [head, rest_text, say("background_tipping", language, points=points(tipping, language))]


LEARNING_WORDINGS: dict[str, Wording] = {
    "learning_gain": _gain,
    "competency_gains": _competencies,
    "attitude_gain": _gain,
    "method_effect": _methods,
    "participation_slope": _slope,
    "confidence_gain": _confidence,
    "heterogeneity": _heterogeneity,
    "background_change": _background,
    "minimum_detectable_effect": _detectable,
}
