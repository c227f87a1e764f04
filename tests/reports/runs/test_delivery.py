"""From a store to a store: the same bytes as in folders, nothing fetched or left that need not be."""

from __future__ import annotations

import json
import re
import shutil
import stat
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

import fsspec
import pytest
from typer.testing import CliRunner, Result

from asn_research.cli import app
from asn_research.reports.processes.defect import Defect
from asn_research.reports.publications.provenance import digest_bytes
from asn_research.reports.publications.published import RELEASES
from asn_research.reports.runs.delivery import RECEIPT, fail_away, make_report_away
from asn_research.reports.runs.dispatch import make_report
from asn_research.reports.runs.location import Location
from asn_research.reports.runs.order import Order, Task
from asn_research.reports.runs.production import NAMES
from asn_research.reports.runs.stage import Sites
from asn_research.reports.runs.verification import Verification
from tests.reports.light import PERIOD, REGIONS, write_light_project
from tests.reports.machine import KEY, Shop, open_shop

ROOT = Path(__file__).parents[3]
PLACES = {"raw": "s3://asn/raw", "processed": "s3://asn/processed", "reports": "s3://asn/reports"}


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    with open_shop("asn") as opened:
        yield opened


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, shop: Shop) -> Iterator[Path]:
    """A project of two regions, whose raw data lie in the store as well."""
    folder = write_light_project(tmp_path_factory.mktemp("home"), regions=2)
    raw = folder / "data" / "raw"
    files = {
        f"asn/raw/{p.relative_to(raw).as_posix()}": p.read_bytes() for p in raw.rglob("*") if p.is_file()
    }
    fsspec.filesystem("s3").pipe(files)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ASN_RESEARCH_HOME", str(folder))
        yield folder


def call(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def run(*arguments: str | Path, **places: str) -> Result:
    given = [f"--{name}={place}" for name, place in (PLACES | places).items()]
    return call("run", *given, *arguments)


def stored(part: str) -> dict[str, bytes]:
    system = fsspec.filesystem("s3", use_listings_cache=False, skip_instance_cache=True)
    found = system.cat(system.find(f"asn/{part}"))
    return {path.removeprefix(f"asn/{part}/"): content for path, content in found.items()}


def kept(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith(".")
    }


@pytest.fixture(scope="module")
def made(shop: Shop, home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Result]:
    """Both regions made in folders, then from store to store; all in this process, which saves imports."""
    stages = tmp_path_factory.mktemp("stages")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("asn_research.reports.runs.stage.Sites.inner", True)
        patch.setattr(tempfile, "tempdir", str(stages))
        across = "asn_research.reports.cross_region_report.make_cross_region_report"
        patch.setattr(
            "asn_research.reports.runs.schedule.make_across", lambda order, _pool: resolve_name(across)(order)
        )
        folders = {"raw": home / "data" / "raw", "processed": home / "data" / "processed",
                   "reports": home / "reports", "notebooks": home / "notebooks"}  # fmt: skip
        for region in REGIONS:
            assert make_report(Order(**folders), Task(region, PERIOD)).well
        result = call("run")
        assert result.exit_code == 0, result.output
        shop.asked.clear()
        yield run()


def test_reports_from_a_store_are_those_from_folders(made: Result, home: Path) -> None:
    assert made.exit_code == 0, made.output
    assert "s3://asn/reports/index.html" in made.stdout
    here, there = kept(home / "reports"), stored("reports")
    assert there.keys() == here.keys()
    assert {name for name in here if here[name] != there[name]} <= {"state.json"}
    here, there = kept(home / "data" / "processed"), stored("processed")
    receipts = {f"{region}/{PERIOD}/{RECEIPT}" for region in REGIONS}
    assert there.keys() - here.keys() == receipts
    assert {name for name in here if here[name] != there[name]} <= {
        f"{region}/{PERIOD}/quarantine.xlsx" for region in REGIONS
    }


def test_what_vouches_for_others_is_delivered_after_them(made: Result, shop: Shop) -> None:
    put = [path.removeprefix("/asn/") for path in shop.of("PUT")]
    for region in REGIONS:
        folder = f"reports/{region}/{PERIOD}/"
        names = [path.removeprefix(folder) for path in put if path.startswith(folder)]
        assert names[-1] == "manifest.json"
        assert set(names) == {"report.html", "data_quality.html", "report.ipynb", "findings.json",
                              "manifest.json", RELEASES}  # fmt: skip
        assert put.index(f"processed/{region}/{PERIOD}/state.json") < put.index(f"{folder}report.html")


def test_office_values_stay_with_the_clean_data(made: Result) -> None:
    assert not [name for name in stored("reports") if re.search(r"parquet|xlsx|csv|intake|delivery", name)]
    everything = b"".join(stored("reports").values())
    for secret in (b"a-secret", b"an-id", b"s3://", KEY.encode(), tempfile.gettempdir().encode()):
        assert secret not in everything


def test_a_second_run_fetches_no_data(made: Result, shop: Shop) -> None:
    shop.asked.clear()
    result = run()
    assert result.exit_code == 0
    assert result.stdout.count("up to date") == 2 * len(REGIONS) + 1
    fetched = [path for path in shop.of("GET") if "list-type" not in path]
    assert not [path for path in fetched if "/raw/" in path or path.endswith((".parquet", ".xlsx"))]
    assert {Path(path).name for path in shop.of("PUT")} <= {"state.json", ".asn-research-trial"}


def test_status_and_verify_read_from_the_store(made: Result, monkeypatch: pytest.MonkeyPatch) -> None:
    places = [f"--{name}={PLACES[name]}" for name in ("raw", "reports")]

    def standing() -> list[str]:
        result = call("status", "--json", *places)
        assert result.exit_code == 0, result.output
        return [each["status"] for each in json.loads(result.stdout)]

    before = stored("reports")
    assert standing() == ["fresh"] * (len(REGIONS) + 1)
    system = fsspec.filesystem("s3")
    added = f"asn/raw/{REGIONS[0]}/{PERIOD}/tambahan.csv"
    system.pipe({added: b"a;b\n1;2\n"})
    assert standing() == ["stale", *["fresh"] * len(REGIONS)]
    system.rm(added)
    handed: dict[str, bytes] = {}

    def verify(folder: Path, order: Order) -> Verification:
        """What the command hands over; making it again is tested where folders are."""
        handed.update(kept(folder), raw=(order.raw / REGIONS[1] / "region.toml").read_bytes())
        return Verification(
            region=REGIONS[1], period=PERIOD, files=(), numbers=(), total=1, compared=1, changed=()
        )

    monkeypatch.setattr("asn_research.reports.runs.verification.verify_report", verify)
    same = call("verify", f"{PLACES['reports']}/{REGIONS[1]}/{PERIOD}", places[0])
    assert same.exit_code == 0, same.output
    start = f"{REGIONS[1]}/{PERIOD}/"
    published = {n.removeprefix(start): content for n, content in before.items() if n.startswith(start)}
    assert handed == published | {"raw": stored("raw")[f"{REGIONS[1]}/region.toml"]}
    assert stored("reports") == before


def test_a_new_file_remakes_its_region_and_the_report_across_regions(made: Result, shop: Shop) -> None:
    system = fsspec.filesystem("s3")
    path = f"asn/raw/region_002/{PERIOD}/nilai_atasan.csv"
    before, old = system.cat(path), stored("reports")
    system.pipe(path, before + b"\n")
    shop.asked.clear()
    result = run()
    assert result.exit_code == 0
    assert "region_001 2025: up to date" in result.stdout
    assert "region_002 2025: made" in result.stdout
    assert not [p for p in shop.of("GET") if "list-type" not in p and "/raw/region_001" in p]
    assert not [
        p for p in shop.of("GET") if "region_001" in p and p.endswith((".html", ".ipynb", ".parquet"))
    ]
    new = stored("reports")
    assert {name for name in old if old[name] != new[name]} <= {
        f"region_002/{PERIOD}/{name}" for name in ("data_quality.html", "manifest.json", RELEASES)
    } | {"state.json"}


def test_a_published_file_that_was_lost_is_made_again(made: Result) -> None:
    name = f"region_001/{PERIOD}/data_quality.html"
    old = stored("reports")[name]
    fsspec.filesystem("s3").rm(f"asn/reports/{name}")
    fsspec.filesystem("s3").pipe(f"asn/reports/region_002/{PERIOD}/report.en.html", b"of an earlier run")
    result = run()
    assert "region_001 2025: made" in result.stdout
    assert "region_002 2025: up to date" in result.stdout
    assert stored("reports")[name] == old
    assert f"region_002/{PERIOD}/report.en.html" not in stored("reports")


def test_the_real_notebooks_give_the_same_bytes_in_both_languages(
    made: Result, home: Path, tmp_path: Path
) -> None:
    """One region from one prefix of the store to another, beside the same in folders."""
    task, away = Task("region_001", PERIOD), away_order()
    real = {"notebooks": ROOT / "notebooks", "languages": ("id", "en")}
    here = Order(raw=home / "data" / "raw", processed=tmp_path / "processed", reports=tmp_path / "reports",
                 raw_given=str(home / "data" / "raw"), processed_given=str(tmp_path / "processed"),
                 reports_given=str(tmp_path / "reports"), **real)  # fmt: skip
    sites = replace(away["sites"], processed=Location("s3://asn/p2"), reports=Location("s3://asn/r2"))
    assert make_report(here, task).well
    assert make_report(Order(**(away | real | {"sites": sites})), task).well
    assert stored("r2") == kept(tmp_path / "reports")
    assert len(stored("r2")) == len(NAMES) + 1  # and the ledger of releases


def test_a_report_builds_on_what_the_store_has_of_the_period_before(
    made: Result, home: Path, tmp_path: Path
) -> None:
    raw = tmp_path / "raw"
    shutil.copytree(home / "data" / "raw" / "region_001", raw / "region_001")
    shutil.copytree(raw / "region_001" / PERIOD, raw / "region_001" / "2024")
    declared = raw / "region_001" / "region.toml"
    text = declared.read_text(encoding="utf-8")
    period = re.search(r"\[periods\.2025\].*?(?=\n\[)", text, re.DOTALL)
    assert period is not None
    declared.write_text(text + "\n" + period[0].replace("2025", "2024") + "\n", encoding="utf-8")
    for path in raw.rglob("*.*"):
        name = path.relative_to(raw).as_posix().replace("nilai_tes", "nilai [akhir] tes")
        fsspec.filesystem("s3").pipe_file(f"asn/two/raw/{name}", path.read_bytes())
    two = {name: f"s3://asn/two/{name}" for name in PLACES}
    assert run(**two).exit_code == 0
    past = json.loads(stored("two/reports")[f"region_001/{PERIOD}/manifest.json"])["inputs"]["past"]
    assert past["period"] == "2024"
    assert past["published"][0] == digest_bytes(stored("two/reports")["region_001/2024/findings.json"])
    assert run(**two).stdout.count("up to date") >= 2


def test_stages_are_private_and_removed_also_after_failure(made: Result, shop: Shop) -> None:
    seen: list[int] = []

    def fail(*_: object, **__: object) -> None:
        seen.extend(stat.S_IMODE(p.stat().st_mode) for p in Path(tempfile.gettempdir()).glob("asn-stage-*"))
        raise ValueError("a defect")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("asn_research.reports.runs.production.make_report_here", fail)
        with pytest.raises(ValueError, match="a defect"):
            make_report_away(Order(**away_order()), Task("region_001", PERIOD))
    assert seen == [0o700]
    assert not [*Path(tempfile.gettempdir()).glob("asn-stage-*")]


def away_order() -> dict[str, Any]:
    nowhere = Path("nowhere")
    sites = Sites(**{name: Location(url) for name, url in PLACES.items()})
    return {"raw": nowhere, "processed": nowhere, "reports": nowhere, "notebooks": nowhere,
            "sites": sites, "force": True}  # fmt: skip


def test_check_works_from_store_to_store(made: Result, shop: Shop) -> None:
    fsspec.filesystem("s3").rm("asn/processed/region_001", recursive=True)
    result = call("check", "region_001", f"--raw={PLACES['raw']}", f"--processed={PLACES['processed']}")
    assert result.exit_code == 0, result.output
    assert "s3://asn/processed" in result.stdout
    assert f"region_001/{PERIOD}/quarantine.xlsx" in stored("processed")


def test_a_wrong_address_is_one_clear_problem(made: Result, shop: Shop) -> None:
    for url, words in {
        "s3://user:hush@asn/raw": "carries more than a place",
        "s3://asn/raw?token=hush": "carries more than a place",
        "s3://nowhere/raw": "no such bucket",
        "nonsense://asn/raw": "not known",
    }.items():
        for part in PLACES:
            result = run(**{part: url})
            assert result.exit_code == 2, (part, url)
            assert words in result.stderr
            assert len(result.stderr.splitlines()) == 2
            assert "hush" not in result.output
            assert "Traceback" not in result.output


def test_a_store_that_refuses_or_does_not_answer_is_one_clear_problem(made: Result) -> None:
    for changed, words in (
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:9", "AWS_MAX_ATTEMPTS": "1"}, "does not answer"),
        ({"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "AWS_EC2_METADATA_DISABLED": "true",
          "HOME": "/nonexistent"}, "does not allow"),
    ):  # fmt: skip
        with pytest.MonkeyPatch.context() as patch:
            for name, value in changed.items():
                patch.setenv(name, value)
            import s3fs

            s3fs.S3FileSystem.clear_instance_cache()
            result = run()
            s3fs.S3FileSystem.clear_instance_cache()
        assert result.exit_code == 2
        assert words in result.stderr
        assert "a-secret" not in result.output


def test_stub_pages_at_an_address_take_nothing_away_but_the_report(tmp_path: Path) -> None:
    """The ledger of what was published must outlast a report that failed, and so do clean tables."""
    system = fsspec.filesystem("memory")
    place = f"{REGIONS[0]}/{PERIOD}"
    for name in ("clean/{}/intake.json", "reports/{}/releases.json", "reports/{}/findings.json",
                 "reports/{}/report.pdf", "reports/{}/report.html"):  # fmt: skip
        system.pipe(f"/store/{name.format(place)}", b"old")
    sites = Sites(
        raw=tmp_path,
        processed=Location("memory://store/clean"),
        reports=Location("memory://store/reports"),
    )
    order = Order(raw=tmp_path, processed=tmp_path, reports=tmp_path, notebooks=tmp_path, sites=sites)
    try:
        outcome = fail_away(order, Task(REGIONS[0], PERIOD), (), Defect("KeyError", "x.py:1", "account"))
        found = {name.removeprefix("/store/"): system.cat(name) for name in system.find("/store")}
    finally:
        system.store.clear()
    assert not outcome.well
    assert found[f"clean/{place}/intake.json"] == found[f"reports/{place}/releases.json"] == b"old"
    assert found[f"clean/{place}/defect.txt"] == b"account"
    assert f"reports/{place}/findings.json" not in found
    assert f"reports/{place}/report.pdf" not in found
    assert b"x.py:1" in found[f"reports/{place}/report.html"]
