"""Many plain regions at once, for tests of scale."""

from __future__ import annotations

import datetime
from pathlib import Path

from asn_research.contract.region import REGION_FILE
from asn_research.errors import InputError
from asn_research.simulation.chance import Chance
from asn_research.simulation.delimited import write_delimited
from asn_research.simulation.setting import Instrument, Offer, Setting, Truth
from asn_research.simulation.world import make_world

MOST_REGIONS = 980
FEWEST_PEOPLE = 60
_PERIOD = "2025"
_BATCH = 20
_UNITS = (
    "Dinas Pendidikan", "Dinas Kesehatan", "Dinas Sosial", "Dinas Perhubungan", "Dinas Pertanian",
    "Dinas Lingkungan Hidup", "Badan Keuangan Daerah", "Badan Kepegawaian Daerah", "Sekretariat Daerah",
    "Inspektorat Daerah", "Kecamatan Utara", "Kecamatan Selatan",
)  # fmt: skip
_OFFERS = (
    ("ADM", "Pelatihan Administrasi Pemerintahan", "administration", "lecture"),
    ("PLY", "Pelatihan Pelayanan Publik", "public_service", "simulation"),
    ("TEK", "Pelatihan Keterampilan Teknis", "technical", "practice"),
)
_TABLES = ("participants", "courses", "enrolments", "assessments", "reactions", "appraisals", "budgets")
_DECLARATION = """\
# Contoh sintetis / synthetic example
[region]
name = "Kabupaten Sintetis {number:03d}"
level = "kabupaten"
kemendagri_code = "{province}.{place:02d}"
bps_code = "{province}{place:02d}"
parent = "Provinsi Sintetis {province}"
synthetic = true

[programme]
name = "Program Pelatihan ASN {number:03d}"
goals = ["technical_skill", "professional_attitude"]

[periods.{period}]
starts = 2025-02-03
ends = 2025-12-12
design = "{design}"
eligible = {pool}

[plan]
written_on = 2025-01-06
primary = {{ competency = "technical_skill", source = "test" }}
reference_method = "lecture"
covariates = ["position_type", "service_years"]
clusters = "batch"

[standards]
technical_skill = 68
"""


def plain_setting(number: int, *, people: int, seed: int) -> Setting:
    """The setting of the ``number``-th plain region: its truth and design differ from those of the others.

    Every other region has a waiting list, the rest one group only.

    Parameters
    ----------
    number : int
        From 1.
    people : int
        People in the files, at least ``FEWEST_PEOPLE``.
    seed : int
        Non-negative; shared by all regions of a release.
    """
    chance = Chance(seed, "scale", str(number))
    waiting = number % 2 == 0
    comparison = people * 3 // 10 if waiting else 0
    listed = max(5, people // 20)
    trained = people - comparison - listed
    batches = max(2, round(trained / (3 * _BATCH)))
    late = max(1, round(comparison / (3 * _BATCH))) if waiting else 0
    lecture, simulation, practice = 4.0 + chance.normal(3, sd=1.0) + [0.0, 2.5, 4.5]
    return Setting(
        folder=f"region_{number:03d}",
        period=_PERIOD,
        starts=datetime.date(2025, 2, 3),
        ends=datetime.date(2025, 12, 12),
        pre_on=datetime.date(2025, 2, 10),
        post_on=datetime.date(2025, 8, 29),
        units=dict.fromkeys(_UNITS, 1.0),
        pool=people * 4,
        trained=trained,
        comparison=comparison,
        listed=listed,
        offers=tuple(Offer(*offer, batches=batches, late=late) for offer in _OFFERS),
        instruments=(
            Instrument("technical_skill", "test", comparison=waiting),
            Instrument("professional_attitude", "self", factor=0.5, mean=68, sd=8, comparison=waiting),
        ),
        truth=Truth({"lecture": lecture, "simulation": simulation, "practice": practice}),
        tables=_TABLES,
    )


def write_regions(output: Path, *, regions: int, people: int, seed: int) -> tuple[Path, ...]:
    """Write ``regions`` plain region folders of ``people`` people each, in the CSV form.

    The regions have made-up codes of provinces that do not exist (01–10), so that none can be taken for a
    real one.

    Parameters
    ----------
    output : Path
        Folder of raw data.
    regions : int
        1 to ``MOST_REGIONS``.
    people : int
        People per region, at least ``FEWEST_PEOPLE``.
    seed : int
        Non-negative; the same seed writes the same bytes.

    Raises
    ------
    InputError
        If a number is out of its range; nothing is written.
    """
    if not 1 <= regions <= MOST_REGIONS:
        raise InputError(f"regions must be from 1 to {MOST_REGIONS}, found {regions}")
    if people < FEWEST_PEOPLE:
        raise InputError(f"people must be at least {FEWEST_PEOPLE} per region, found {people}")
    if seed < 0:
        raise InputError(f"seed must not be negative, found {seed}")
    return tuple(write_region(output, number, people=people, seed=seed) for number in range(1, regions + 1))


def write_region(output: Path, number: int, *, people: int, seed: int) -> Path:
    """Write the ``number``-th of the regions of ``write_regions``, for those who share the work."""
    setting = plain_setting(number, people=people, seed=seed)
    world = make_world(setting, seed=seed)
    write_delimited(world, Chance(seed, setting.folder, "office")).write(output)
    folder = output / setting.folder
    province, place = divmod(number - 1, 98)
    declared = _DECLARATION.format(
        number=number,
        province=f"{province + 1:02d}",
        place=place + 1,
        period=_PERIOD,
        design="waiting_list" if number % 2 == 0 else "one_group",
        pool=setting.pool,
    )
    (folder / REGION_FILE).write_bytes(declared.encode())
    return folder
