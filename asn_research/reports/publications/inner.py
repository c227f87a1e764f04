"""Regions that lie within another one: which they are, and what its report depends on of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from asn_research.contract.declaration import read_declaration
from asn_research.contract.region import REGION_FILE
from asn_research.errors import RegionError


def inner_regions(raw: Path, region: str) -> tuple[str, ...]:
    """The regions that region.toml says lie within a region, in their order; none for most.

    What is no name of a folder is left out; it is told when the region is taken in.
    """
    path = raw / region / REGION_FILE
    if not path.is_file() or b"contains" not in path.read_bytes():
        return ()
    try:
        disclosure = read_declaration(path).get("disclosure")
    except RegionError:  # it is told when the region is taken in
        return ()
    names = disclosure.get("contains") if isinstance(disclosure, dict) else None
    names = [str(name) for name in names] if isinstance(names, list) else []
    return tuple(name for name in names if Path(name).name == name and not name.startswith("."))


def inner_of(receipt: Any) -> tuple[str, ...]:
    """The regions within a region when its report was last delivered to a store."""
    seen = receipt.get("seen") if isinstance(receipt, dict) else None
    inner = seen.get("inner") if isinstance(seen, dict) else None
    return tuple(sorted({name.partition("/")[0] for name in inner})) if isinstance(inner, dict) else ()


def seen_within(raw: Mapping[str, str], inner: Iterable[str], *, period: str) -> dict[str, str]:
    """The store's identities of region.toml and the files of a period of regions within another one."""
    starts = tuple(f"{name}/" for name in inner)
    return {
        path: tag
        for path, tag in raw.items()
        if path.startswith(starts) and path.split("/")[1] in (period, REGION_FILE)
    }
