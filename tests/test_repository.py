"""The repository holds together: one set of versions, one direction of imports, commands that exist."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
DIRECT = [Requirement(text) for text in PROJECT["dependencies"] + PROJECT["optional-dependencies"]["dev"]]
CONDA_NAMES = {"matplotlib-base": "matplotlib"}
FIXED_PACKAGES = {"jupyterlab", "pandas", "statsmodels", "seaborn", "nbconvert", "papermill", "pytest"}


def locked_versions(python: str) -> dict[str, str]:
    environment = {**default_environment(), "python_version": python, "python_full_version": f"{python}.0"}
    entries = [Requirement(line.rstrip(" \\")) for line in re.findall(r"^[A-Za-z0-9].*$", LOCK, flags=re.M)]
    held = [entry for entry in entries if entry.marker is None or entry.marker.evaluate(environment)]
    return {canonicalize_name(entry.name): next(iter(entry.specifier)).version for entry in held}


def conda_versions() -> dict[str, str]:
    text = (ROOT / "environment.yml").read_text(encoding="utf-8")
    pairs = re.findall(r"^\s+- ([a-z0-9_-]+)==?([\w.]+)$", text, flags=re.M)
    return {canonicalize_name(CONDA_NAMES.get(name, name)): version for name, version in pairs}


def test_lock_file_satisfies_every_direct_requirement() -> None:
    locked = locked_versions("3.11")
    assert [r.name for r in DIRECT if locked.get(canonicalize_name(r.name), "") not in r.specifier] == []


def test_conda_environment_has_the_versions_of_the_lock_file() -> None:
    conda = conda_versions()
    python = conda.pop("python")
    locked = locked_versions(python)
    assert conda == {canonicalize_name(r.name): locked[canonicalize_name(r.name)] for r in DIRECT}


def test_fixed_packages_are_direct_requirements() -> None:
    assert {canonicalize_name(r.name) for r in DIRECT} >= FIXED_PACKAGES


def test_lock_file_has_hashes_and_no_download_address() -> None:
    entries = re.split(r"^(?=[A-Za-z0-9])", LOCK, flags=re.M)[1:]
    assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []
    assert not re.search(r"https?://|--index-url|--extra-index|--find-links|@ file:", LOCK)


def test_running_environment_is_the_locked_one() -> None:
    from importlib.metadata import version

    locked = locked_versions(f"{sys.version_info.major}.{sys.version_info.minor}")
    assert {r.name: version(r.name) for r in DIRECT} == {
        r.name: locked[canonicalize_name(r.name)] for r in DIRECT
    }


def test_top_level_is_as_fixed() -> None:
    for name in ("notebooks", "asn_research", "data/raw", "data/processed", "reports", "tests"):
        assert (ROOT / name).is_dir(), name
    for name in ("environment.yml", "README.md", "LICENSE", "CONTRIBUTING.md", "Makefile", ".ci/run"):
        assert (ROOT / name).is_file(), name


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md"])
def test_make_targets_named_in_documents_exist(document: str) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.M))
    named = set(re.findall(r"`?make ([a-z]+)", (ROOT / document).read_text(encoding="utf-8")))
    assert named
    assert named <= targets


@pytest.mark.skipif(shutil.which("make") is None, reason="no make on this machine")
def test_make_clean_leaves_what_cannot_be_made_again(tmp_path: Path) -> None:
    kept = {"data/raw/a/2025/nilai.csv", "reports/.gitkeep", "data/processed/.gitkeep",
            "reports/a/2025/releases.json"}  # fmt: skip
    gone = {"data/processed/a/2025/intake.json", "reports/index.html", "reports/a/2025/report.html",
            "reports/b/2024/report.html", "reports/.lock", "build/docs/index.html"}  # fmt: skip
    (tmp_path / "asn_research").mkdir()
    (tmp_path / "tests").mkdir()
    for name in kept | gone:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    subprocess.run(["make", "-s", "-C", tmp_path, "-f", ROOT / "Makefile", "clean"], check=True)
    left = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*")}
    assert {name for name in left if (tmp_path / name).is_file()} == kept
    assert not left & {"reports/b", "data/processed/a", "build"}


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md"])
def test_paths_named_in_documents_exist(document: str) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    paths = re.findall(r"`((?:asn_research|tests|notebooks|docs|data|\.ci)/[\w./-]+)`", text)
    assert [path for path in paths if "<" not in path and not (ROOT / path).exists()] == []


def test_public_names_load_lazily() -> None:
    heavy = "{'pandas', 'statsmodels', 'matplotlib', 'papermill'}"
    code = f"import sys, asn_research; sys.exit(bool({heavy} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_every_public_name_is_there_and_documented() -> None:
    import asn_research as ar

    assert [name for name in ar.__all__ if not (getattr(ar, name).__doc__ or "").strip()] == []
    assert set(ar.__all__) <= set(dir(ar))


def test_no_module_is_larger_than_its_budget() -> None:
    lines = {
        path: path.read_text(encoding="utf-8").count("\n") for path in (ROOT / "asn_research").rglob("*.py")
    }
    assert {str(p.relative_to(ROOT)): n for p, n in lines.items() if n > 450} == {}
