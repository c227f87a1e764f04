"""The folder of a new region: its region.toml to fill in, and the template in the folder of its period."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from asn_research.contract.declaration import parse_declaration, refuse_declaration
from asn_research.contract.region import ACROSS, REGION_FILE, check_region
from asn_research.contract.template import write_template
from asn_research.errors import InputError, Place, Problem, RegionError

TEMPLATE_FILE: Final = "templat.xlsx"
_FOLDER: Final = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
_PERIOD: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z-]{0,31}")
_DRAFT: Final = """\
# Siapa daerah ini dan apa yang dijanjikan programnya. Isi yang kosong; baris berawalan # boleh dibiarkan.
# Who this region is and what its programme declared. Fill in what is empty; lines after # may stay.

[region]
name = {name}
level = {level}                      # kota | kabupaten | kecamatan | provinsi
kemendagri_code = {kemendagri}       # 13.75
bps_code = {bps}                     # 1375
parent = ""                          # Sumatera Barat
synthetic = false

[programme]
name = ""
goals = []                           # ["technical_skill", "professional_attitude"]

[periods.{period}]
starts = {year}-01-01
ends = {year}-12-31
design = "one_group"                 # one_group | waiting_list | matched | staggered | lottery
# eligible = 250                     # pegawai yang dapat dilatih; people who could have been trained

[plan]                               # ditetapkan sebelum data dilihat; decided before the data were seen
# written_on = {year}-01-10
primary = {{ competency = "technical_skill", source = "test" }}
reference_method = "lecture"
covariates = []                      # ["position_type", "service_years"]
clusters = "batch"                   # batch | unit

[disclosure]
minimum_cell = 10
"""


@dataclass(frozen=True, kw_only=True)
class NewRegion:
    """What is known of a region whose folder is made.

    ``folder`` and ``period`` are names of folders; ``level`` and the two official codes stay empty where they
    are not known, and reading region.toml then asks for them.
    """

    folder: str
    period: str
    year: int
    name: str = ""
    level: str = ""
    kemendagri_code: str = ""
    bps_code: str = ""


def write_region_folder(raw: Path, region: NewRegion, *, language: str = "id") -> tuple[Path, Path]:
    """Make the folder of a region with region.toml, and the folder of its period with the template.

    Parameters
    ----------
    raw : Path
        Folder of raw data.
    region : NewRegion
    language : {"id", "en"}
        Language of the template.

    Returns
    -------
    (Path, Path)
        region.toml and the template.

    Raises
    ------
    InputError
        If a name cannot be that of a folder, if the region is there already, or if reading region.toml would
        refuse a value; nothing is written then.
    """
    problems = list(_problems(raw, region))
    if problems:
        raise InputError(problems)
    place = raw / region.folder
    file, template = place / REGION_FILE, place / region.period / TEMPLATE_FILE
    (place / region.period).mkdir(parents=True)
    try:
        file.write_text(draft_region(region), encoding="utf-8")
        write_template(template, language)
    except BaseException:  # half a folder would have to be removed by hand before the next try
        shutil.rmtree(place, ignore_errors=True)
        raise
    return file, template


def draft_region(region: NewRegion) -> str:
    """The text of a region.toml to fill in."""
    return _DRAFT.format(
        name=json.dumps(region.name, ensure_ascii=False),
        level=json.dumps(region.level),
        kemendagri=json.dumps(region.kemendagri_code),
        bps=json.dumps(region.bps_code),
        period=region.period,
        year=region.year,
    )


def _problems(raw: Path, region: NewRegion) -> list[Problem]:
    problems = []
    if not _FOLDER.fullmatch(region.folder) or region.folder == ACROSS:
        remedy = "Use small letters, digits and _, as in tangerang_selatan."
        message = f"{region.folder!r} cannot be the folder of a region."
        problems.append(Problem("region_folder", message, Place(), remedy, {"name": region.folder}))
    elif (raw / region.folder).exists():
        message = f"there is a folder {region.folder!r} already."
        remedy = "Add a period to its region.toml instead."
        problems.append(
            Problem("region_exists", message, Place(region.folder), remedy, {"name": region.folder})
        )
    if not _PERIOD.fullmatch(region.period):
        message = f"{region.period!r} cannot be the folder of a period."
        remedy = "Use letters, digits and -, as in 2025 or 2025-1."
        problems.append(Problem("period_folder", message, Place(), remedy, {"name": region.period}))
    return problems or _misfits(region)


def _misfits(region: NewRegion) -> list[Problem]:
    """What reading region.toml would refuse of it, but for what is still to be filled in."""
    try:
        check_region(parse_declaration(draft_region(region)), region.folder)
    except RegionError as error:
        empty = {
            f"region.{key}" for key in ("level", "kemendagri_code", "bps_code") if not getattr(region, key)
        }
        found = [problem for problem in error.problems if problem.fields.get("key") not in empty]
        return [replace(problem, place=Place()) for problem in found]
    except ValueError as error:
        return list(refuse_declaration(error, region.folder).problems)
    return []
