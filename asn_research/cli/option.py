"""Options that several commands share; their words stand in the message catalogue."""

from __future__ import annotations

import datetime
import re
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from asn_research.cli.completion import complete_findings, complete_periods, complete_regions
from asn_research.cli.console import say
from asn_research.cli.place import read_folder, read_place
from asn_research.language.catalogue import LANGUAGES, Language


class ReportLanguage(StrEnum):
    """Languages a report can be asked for."""

    ID = "id"
    EN = "en"
    BOTH = "both"

    @property
    def languages(self) -> tuple[Language, ...]:
        """The languages to make."""
        return {"id": ("id",), "en": ("en",)}.get(self.value, LANGUAGES)  # type: ignore[return-value]


def _place(name: str) -> Any:
    """An option for a folder of this machine or a URL."""
    return typer.Option(name, parser=read_place, metavar="place")


Regions = Annotated[list[str] | None, typer.Argument(metavar="region", autocompletion=complete_regions)]
RawPlace = Annotated[Any, _place("--raw")]
ProcessedPlace = Annotated[Any, _place("--processed")]
ReportsPlace = Annotated[Any, _place("--reports")]
RawFolder = Annotated[Path | None, typer.Option("--raw", parser=read_folder, metavar="folder")]
ProcessedFolder = Annotated[Path | None, typer.Option("--processed", parser=read_folder, metavar="folder")]
PeriodName = Annotated[
    str | None, typer.Option("--period", metavar="period", autocompletion=complete_periods)
]
ChosenLanguage = Annotated[ReportLanguage, typer.Option("--language", metavar="id|en|both")]
MaximumAge = Annotated[str | None, typer.Option("--max-age", metavar="age")]
FindingName = Annotated[str, typer.Argument(metavar="finding", autocompletion=complete_findings)]

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
        raise typer.BadParameter(say("bad_age", value=text))
    return datetime.timedelta(**{_UNITS[found["unit"]]: float(found["count"])})
