"""How other offices head and fill their columns."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Final

_SAID = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
HEADINGS: Final[dict[str, dict[str, list[str]]]] = _SAID["headings"]
TERMS: Final[dict[str, dict[str, list[str]]]] = _SAID["terms"]
QUESTIONS: Final[dict[str, list[str]]] = _SAID["questions"]
WORDS: Final[list[list[str]]] = _SAID["answers"]["five"]
FOUR_WORDS: Final[list[list[str]]] = _SAID["answers"]["four"]
MONTHS: Final[list[str]] = _SAID["names"]["months"]
DAYS: Final[list[str]] = _SAID["names"]["days"]
TITLES: Final[list[str]] = _SAID["names"]["titles"]
NAMES: Final[list[str]] = _SAID["names"]["people"]
UNITS: Final[list[str]] = _SAID["names"]["units"]
