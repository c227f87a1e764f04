"""The palette in figures: ``python -m tests.figures.palette`` prints the tables of docs/design.md."""

from __future__ import annotations

from collections.abc import Iterator

from asn_research.figures import style
from tests.figures.vision import SIGHTS, contrast, hue_apart, lab

_NAMED = {
    "text": style.INK, "quiet text": style.MUTED, "estimates, links": style.ACCENT,
    "flagged": style.FLAG, "quiet marks": style.QUIET, "before": style.BEFORE,
}  # fmt: skip
_SETS = {
    "ten methods": list(style.METHOD_COLORS.values()),
    "estimate, flagged, quiet": [style.ACCENT, style.FLAG, style.QUIET],
    "before and after": [style.BEFORE, style.AFTER],
}


def _shown(color: str, dark: bool) -> str:
    return style.DARK[color] if dark else color


def colour_lines() -> Iterator[str]:
    """Each colour on both grounds, with its contrast against them."""
    yield "| colour | light | contrast | dark | contrast | hue apart |"
    yield "| --- | --- | ---: | --- | ---: | ---: |"
    for name, color in {**_NAMED, **style.METHOD_COLORS}.items():
        dark = style.DARK[color]
        on_paper = f"{contrast(color, style.PAPER):.1f}"
        on_dark = f"{contrast(dark, style.DARK[style.PAPER]):.1f}"
        apart = f"{hue_apart(color, dark):.0f}°" if name in style.METHOD_COLORS else "–"
        yield f"| {name} | `{color}` | {on_paper} | `{dark}` | {on_dark} | {apart} |"


def distance_lines() -> Iterator[str]:
    """The smallest distance within each set of colours, for every kind of sight, on both grounds."""
    yield f"| colours that must be told apart | ground | {' | '.join(SIGHTS)} |"
    yield f"| --- | --- |{' ---: |' * len(SIGHTS)}"
    for name, colors in _SETS.items():
        for dark in (False, True):
            shown = [_shown(color, dark) for color in colors]
            cells = [f"{_nearest(shown, sight):.1f}" for sight in SIGHTS]
            yield f"| {name} | {'dark' if dark else 'light'} | {' | '.join(cells)} |"


def _nearest(colors: list[str], sight: str) -> float:
    seen = [lab(color, sight) for color in colors]
    return min(float(((a - b) ** 2).sum() ** 0.5) for i, a in enumerate(seen) for b in seen[i + 1 :])


def tables() -> str:
    """Both tables as Markdown."""
    return "\n".join([*colour_lines(), "", *distance_lines()])


if __name__ == "__main__":
    print(tables())
