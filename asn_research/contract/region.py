"""A region: who it is, what it declared about its programme, how its office names things."""

from __future__ import annotations

import datetime
import hashlib
import re
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from asn_research.contract.agency import name_key
from asn_research.contract.column import TABLES
from asn_research.contract.declaration import LONGEST, read_declaration, refuse_declaration
from asn_research.contract.misfit import (
    check_code,
    explain_misfit,
    refuse_choice,
    refuse_order,
    refuse_rename,
    shorten,
)
from asn_research.contract.threshold import LOWEST_MINIMUM_CELL, MINIMUM_CELL
from asn_research.contract.vocabulary import nearest
from asn_research.errors import Place, Problem, RegionError

REGION_FILE = "region.toml"
ACROSS = "cross_region"
"""Stands where findings and reports of one region name their region, when they speak of all."""
_EXAMPLES = {"kemendagri_code": '"13.75"', "bps_code": '"1375"'}
_MOST_PROBLEMS: Final = 20
_MOST_PEOPLE: Final = 10_000_000
"""All civil servants of Indonesia are about five million."""
_YEARS: Final = range(1990, 2101)
_PERIOD: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z _-]{0,31}")
Name = Annotated[str, Field(max_length=LONGEST, pattern=r"^[^\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]*$")]
UnitName = Annotated[Name, Field(min_length=1)]
Standard = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]
DesignName = Literal["one_group", "waiting_list", "matched", "staggered", "lottery"]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Identity(_Section):
    """``[region]``: name, level and the two official codes, which need not share digits."""

    name: Name
    level: Literal["kota", "kabupaten", "kecamatan", "provinsi"]
    kemendagri_code: Annotated[str, Field(pattern=r"^[0-9]{2}(\.[0-9]{2}){0,2}$")]
    bps_code: Annotated[str, Field(pattern=r"^([0-9]{2}|[0-9]{4}|[0-9]{7})$")]
    parent: Name = ""
    synthetic: bool = False


class Programme(_Section):
    """``[programme]``: its name and the competencies it aims at."""

    name: Name = ""
    goals: tuple[str, ...] = ()

    @field_validator("goals", mode="before")
    @classmethod
    def _known_goals(cls, goals: Any) -> Any:
        if isinstance(goals, list):
            return tuple(check_code("competency", str(goal)) for goal in goals)
        return goals


class Period(_Section):
    """``[periods.<name>]``: a period folder, its dates, its declared design and how many could be trained."""

    starts: datetime.date
    ends: datetime.date
    design: DesignName = "one_group"
    eligible: Annotated[int, Field(ge=0, le=_MOST_PEOPLE)] | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Period:
        for day in (self.starts, self.ends):
            if day.year not in _YEARS:
                raise ValueError(f"{day} is not between {_YEARS[0]} and {_YEARS[-1]}")
        if self.ends < self.starts:
            raise refuse_order(self.starts, self.ends)
        return self


class Primary(_Section):
    """The primary outcome that the plan declares."""

    competency: str = "technical_skill"
    source: str = "test"

    @model_validator(mode="after")
    def _known(self) -> Primary:
        check_code("competency", self.competency)
        check_code("source", self.source)
        return self


class Plan(_Section):
    """``[plan]``: what was decided before the data were seen; dated, hashed and printed."""

    written_on: datetime.date | None = None
    primary: Primary = Primary()
    reference_method: str = "lecture"
    covariates: tuple[str, ...] = ()
    clusters: Literal["batch", "unit"] = "batch"

    @field_validator("covariates", mode="before")
    @classmethod
    def _known_covariates(cls, covariates: Any) -> Any:
        if not isinstance(covariates, list):
            return covariates
        known = [name for name in TABLES["participants"].names if name not in {"person_id", "group"}]
        for name in covariates:
            if name not in known:
                raise refuse_choice(name, known)
        return tuple(covariates)

    @model_validator(mode="after")
    def _known_method(self) -> Plan:
        check_code("method", self.reference_method)
        return self

    @property
    def digest(self) -> str:
        """SHA-256 of the declared plan, for the report."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()


class ServiceTime(_Section):
    """``[service_time]``: the service whose waiting time is followed, and when its handling changed."""

    service: Name
    changed_on: datetime.date


class Linkage(_Section):
    """``[pseudonyms]``: a word that several agencies agree upon so that people who move keep their pseudonym.

    Without it a person has another pseudonym in every agency. Agencies that write the same word and use the
    same key get the same pseudonyms; both must agree to it, as it links what they know about a person.
    """

    linked_as: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{2,63}$")]


class Disclosure(_Section):
    """``[disclosure]``: the smallest group of people whose outcome may be printed.

    ``contains`` names the folders of regions that lie within this one and have reports of their own: numbers
    whose difference to theirs would be about too few people are not told here.
    """

    minimum_cell: Annotated[int, Field(ge=LOWEST_MINIMUM_CELL)] = MINIMUM_CELL
    contains: tuple[str, ...] = ()


class Dates(_Section):
    """``[dates]``: how the office writes dates where the files themselves do not settle it."""

    order: Literal["day-first", "month-first", "iso"] = "day-first"


class Mapping(_Section):
    """``[[tables.<table>]]``: help for one file whose layout is not recognised by itself.

    ``columns`` maps a canonical column to the office's header, or to a fixed value
    ``{ value = "technical_skill" }``; ``wide`` maps a wave to the header of its score column.
    """

    file: str
    sheet: str | None = None
    header_row: Annotated[int, Field(ge=1)] | None = None
    columns: dict[str, str | dict[Literal["value"], str]] = {}
    wide: dict[Literal["pre", "post", "followup"], str] = {}

    @property
    def headings(self) -> tuple[str, ...]:
        """The office's headings that it names."""
        named = [heading for heading in self.columns.values() if isinstance(heading, str)]
        return (*named, *self.wide.values())


class Region(_Section):
    """Everything that region.toml says; ``folder`` is the name of its folder."""

    folder: str
    region: Identity
    programme: Programme = Programme()
    periods: dict[str, Period]
    plan: Plan = Plan()
    standards: dict[str, Standard | dict[str, Standard]] = {}
    service_time: ServiceTime | None = None
    pseudonyms: Linkage | None = None
    disclosure: Disclosure = Disclosure()
    dates: Dates = Dates()
    units: dict[UnitName, UnitName] = {}
    tables: dict[str, tuple[Mapping, ...]] = {}

    @field_validator("standards", mode="before")
    @classmethod
    def _known_standards(cls, standards: Any) -> Any:
        if not isinstance(standards, dict):
            return standards
        for competency, standard in standards.items():
            check_code("competency", str(competency))
            if isinstance(standard, dict):
                if "default" not in standard:
                    raise ValueError(f"standard of {competency}: give a default beside the positions")
                for position in set(standard) - {"default"}:
                    check_code("position_type", str(position))
        return {
            key: {k: _number(v) for k, v in value.items()} if isinstance(value, dict) else _number(value)
            for key, value in standards.items()
        }

    @field_validator("units")
    @classmethod
    def _settled_units(cls, units: dict[str, str]) -> dict[str, str]:
        said: dict[str, str] = {}
        for written, used in units.items():
            if name_key(said.setdefault(name_key(written), used)) != name_key(used):
                raise refuse_rename(written, used, said[name_key(written)], twice=True)
        for written, used in units.items():
            final = said.get(name_key(used), used)
            if name_key(final) != name_key(used):
                raise refuse_rename(written, used, final)
        return units

    @field_validator("periods", mode="before")
    @classmethod
    def _sound_periods(cls, periods: Any) -> Any:
        for name in periods if isinstance(periods, dict) else ():
            if not _PERIOD.fullmatch(str(name)):
                raise ValueError(f"{shorten(name)} cannot be a folder; use letters, digits and -")
        return periods

    @field_validator("tables", mode="before")
    @classmethod
    def _known_tables(cls, tables: Any) -> Any:
        if not isinstance(tables, dict):
            return tables
        for table, mappings in tables.items():
            if table not in TABLES:
                hint = nearest(str(table)[:LONGEST], TABLES)
                raise ValueError(f"{table!r} is not a table" + (f"; did you mean {hint!r}?" if hint else ""))
            for mapping in mappings if isinstance(mappings, list) else []:
                columns = mapping.get("columns") if isinstance(mapping, dict) else None
                for column in columns if isinstance(columns, dict) else ():
                    if column not in TABLES[table].names:
                        hint = nearest(str(column)[:LONGEST], TABLES[table].names)
                        raise ValueError(
                            f"{column!r} is not a column of {table}"
                            + (f"; did you mean {hint!r}?" if hint else "")
                        )
        return {
            table: tuple(mappings) if isinstance(mappings, list) else mappings
            for table, mappings in tables.items()
        }

    @property
    def agency(self) -> str:
        """Within what the pseudonyms of people agree: the agency, or all that are linked to it."""
        if self.pseudonyms is not None:
            return f"linked:{self.pseudonyms.linked_as}"
        return self.region.kemendagri_code

    @property
    def unit_names(self) -> dict[str, str]:
        """The name to use by ``name_key``, of all units that ``[units]`` speaks of."""
        spelt: dict[str, str] = {}
        for used in self.units.values():
            spelt.setdefault(name_key(used), used)
        return spelt | {name_key(written): spelt[name_key(used)] for written, used in self.units.items()}

    def standard(self, competency: str, position_type: str | None = None) -> float | None:
        """The score a post requires in a competency, or None where none is declared."""
        declared = self.standards.get(competency)
        if isinstance(declared, dict):
            return declared.get(position_type or "default", declared["default"])
        return declared


def _number(value: Any) -> Any:
    """A whole number as a real one; whatever else as it is, to be refused with its name."""
    return float(value) if type(value) is int and abs(value) < 1_000 else value


def _known_keys(model: type[BaseModel], path: tuple[int | str, ...]) -> list[str]:
    """The keys that are allowed at a path of region.toml, for the advice after a typing error."""
    sections: dict[str, type[BaseModel]] = {
        "region": Identity, "programme": Programme, "periods": Period, "plan": Plan, "primary": Primary,
        "service_time": ServiceTime, "pseudonyms": Linkage, "disclosure": Disclosure, "dates": Dates,
        "tables": Mapping,
    }  # fmt: skip
    for part in path:
        model = sections.get(str(part), model)
    return [name for name in model.model_fields if name != "folder"]


def _problem(error: Any, file: str) -> Problem:
    path = tuple(error["loc"])
    where = ".".join(str(part) for part in path)
    if error["type"] == "extra_forbidden":
        known = _known_keys(Region, path[:-1])
        hint = nearest(str(path[-1])[:LONGEST], known)
        advice = f"Did you mean {hint!r}?" if hint else f"Known keys here: {', '.join(known)}."
        return Problem(
            "region_unknown_key",
            f"unknown key {shorten(where)}.",
            Place(file),
            advice,
            {"key": where[:LONGEST], "hint": hint or ""},
        )
    example = _EXAMPLES.get(str(path[-1]))
    if example and error["type"] in {"string_pattern_mismatch", "missing"}:
        return Problem(
            "region_code",
            f"{where} must read like {example}.",
            Place(file),
            "Fill in the official code, or correct it.",
            {"key": where, "example": example},
        )
    if misfit := explain_misfit(error, file):
        return misfit
    where = where[:LONGEST]
    bare = error["type"] == "missing" or isinstance(error["input"], dict)
    found = "" if bare else f" (found {shorten(error['input'])})"
    message = error["msg"].removeprefix("Value error, ")
    message = message if len(message) <= 2 * LONGEST else f"{message[: 2 * LONGEST]} …"
    detail = f"{message}{found}"
    return Problem("region_value", f"{where}: {detail}.", Place(file), "", {"key": where, "detail": detail})


def read_region(folder: Path) -> Region:
    """Read and check the region.toml of a region folder.

    Raises
    ------
    RegionError
        With every problem of the file: missing file, broken TOML, unknown keys (naming the nearest known
        one), values of the wrong type or outside their list.
    """
    return check_region(read_declaration(folder / REGION_FILE), folder.name)


def check_region(declared: dict[str, Any], folder: str) -> Region:
    """What a region.toml declares, checked; ``folder`` is the name of the region's folder.

    Raises
    ------
    RegionError
        As :func:`read_region`.
    """
    shown = f"{folder}/{REGION_FILE}"
    try:
        return Region.model_validate({**declared, "folder": folder})
    except ValidationError as error:
        found = error.errors(include_url=False)[:_MOST_PROBLEMS]
        raise RegionError([_problem(detail, shown) for detail in found]) from error
    except RecursionError as error:
        raise refuse_declaration(error, shown) from error


def list_regions(raw: Path) -> tuple[str, ...]:
    """Names of the region folders below ``raw``, in alphabetical order."""
    if not raw.is_dir():
        raise RegionError(
            Problem(
                "raw_missing",
                "there is no such folder.",
                Place(str(raw)),
                "Name the folder of raw data with --raw.",
            )
        )
    return tuple(
        sorted(path.name for path in raw.iterdir() if path.is_dir() and not path.name.startswith((".", "_")))
    )
