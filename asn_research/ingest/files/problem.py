"""Problems of raw files, in the words of the catalogue."""

from __future__ import annotations

from asn_research.errors import IntakeError, Place, Problem
from asn_research.language import phrase


def make_problem(code: str, place: Place, **fields: str) -> Problem:
    """A problem of a raw file, a decision or a key, worded by the catalogue under ``intake.problem_<code>``.

    A field ``reason`` is a reason code, a field ``content`` a kind of content; the message may use their
    texts as ``{reason_text}`` and ``{content_text}``.
    """
    words = {key: text for key, text in fields.items() if key != "reason"}
    if "reason" in fields:
        words["reason_text"] = phrase(f"intake.reason_{fields['reason']}", "en")
    if "content" in fields:
        words["content_text"] = phrase(f"intake.kind_{fields['content']}", "en")
    message = phrase(f"intake.problem_{code}", "en", **words)
    return Problem(code, message, place, phrase(f"intake.problem_{code}_remedy", "en", **words), fields)


def refuse_file(code: str, name: str, sheet: str | None = None, **fields: str) -> IntakeError:
    """The error that a raw file, or one of its sheets, is answered by; to be raised."""
    return IntakeError(make_problem(code, Place(name, sheet), **fields))
