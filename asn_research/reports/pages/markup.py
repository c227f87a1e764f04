"""HTML fragments from templates; every value is escaped, whoever wrote it."""

from __future__ import annotations

import html
import re
from functools import cache, partial
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from asn_research.language import Language, format_count, format_date, format_percent, phrase

TEMPLATES: Final = Path(__file__).parent / "template"


@cache
def _environment() -> Environment:
    loader = FileSystemLoader([TEMPLATES / "fragment", TEMPLATES])
    return Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )


def render(name: str, language: Language, **values: Any) -> Markup:
    """The template ``name`` filled with values; ``say``, ``count`` … speak the language."""
    words: dict[str, Any] = {
        "language": language,
        "say": partial(_say, language),
        "count": partial(format_count, language=language),
        "percent": partial(format_percent, language=language),
        "date": partial(format_date, language=language),
    }
    return Markup(_environment().get_template(f"{name}.html.j2").render(words | values))  # noqa: S704


def compile_templates() -> None:
    """Compile every template at once, for a process that others are forked from."""
    environment = _environment()
    for name in environment.list_templates(extensions=["j2"]):
        if "/" not in name:
            environment.get_template(name)


def _say(language: Language, key: str, /, **fields: object) -> str:
    return phrase(f"report.{key}", language, **fields)


def plain_text(fragment: str) -> str:
    """The words of an HTML fragment, as the plain-text form of an output."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", fragment)).split())
