"""Options that several commands share."""

from __future__ import annotations

import datetime
import re
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import typer

from asn_research.language import LANGUAGES, Language


class ReportLanguage(StrEnum):
    """Languages a report can be asked for."""

    ID = "id"
    EN = "en"
    BOTH = "both"

    @property
    def languages(self) -> tuple[Language, ...]:
        """The languages to make."""
        return {"id": ("id",), "en": ("en",)}.get(self.value, LANGUAGES)  # type: ignore[return-value]


Regions = Annotated[
    list[str] | None, typer.Argument(metavar="[REGION ...]", help="Region folders; all without.")
]
RawFolder = Annotated[
    Path | None,
    typer.Option("--raw", help="Folder of raw data.", show_default="the project's data/raw"),
]
ProcessedFolder = Annotated[
    Path | None,
    typer.Option("--processed", help="Folder of clean data.", show_default="the project's data/processed"),
]
ReportsFolder = Annotated[
    Path | None,
    typer.Option("--reports", help="Folder of reports.", show_default="the project's reports"),
]
PeriodName = Annotated[
    str | None,
    typer.Option("--period", help="Only this period.", show_default="all periods"),
]
MaximumAge = Annotated[
    str,
    typer.Option(
        "--max-age",
        metavar="AGE",
        help="Name reports as overdue that no run has confirmed for longer: 36h, 7d, 2w.",
    ),
]


_AGE: Final = re.compile(r"(?P<count>\d{1,5}(?:\.\d+)?)\s*(?P<unit>[mhdw])")
_UNITS: Final = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def read_age(text: str) -> datetime.timedelta:
    """An age such as ``90m``, ``36h``, ``7d`` or ``2w``.

    Raises
    ------
    typer.BadParameter
        If it is none.

    >>> read_age("7d").days
    7
    """
    found = _AGE.fullmatch(text.strip())
    if not found:
        raise typer.BadParameter(f"{text!r}: 90m, 36h, 7d, 2w")
    return datetime.timedelta(**{_UNITS[found["unit"]]: float(found["count"])})
