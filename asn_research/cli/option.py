"""Options that several commands share."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

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
RawFolder = Annotated[Path | None, typer.Option("--raw", help="Folder of raw data [the project's data/raw].")]
ProcessedFolder = Annotated[
    Path | None, typer.Option("--processed", help="Folder of clean data [the project's data/processed].")
]
PeriodName = Annotated[str | None, typer.Option("--period", help="Only this period [all periods].")]
