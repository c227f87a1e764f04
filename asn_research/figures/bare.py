"""Axes that place marks and draw nothing themselves: no ticks, no frame, no titles of matplotlib's own.

matplotlib makes four ticks with twelve texts and lines for every pair of axes before anything is drawn, also
for axes that are switched off. Figures that write and rule their own scales need none of it.
"""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes
from matplotlib.axis import XAxis, YAxis
from matplotlib.spines import Spine


class _Tickless:
    """An axis that has a scale and limits but no ticks."""

    @property
    def majorTicks(self) -> list[Any]:
        """No ticks, where matplotlib would make one at its first look."""
        return []

    minorTicks = majorTicks

    def get_major_ticks(self, numticks: int | None = None) -> list[Any]:  # noqa: ARG002
        """No ticks, however many are asked for."""
        return []

    get_minor_ticks = get_major_ticks

    def get_ticklabels(self, minor: bool = False, which: str | None = None) -> list[Any]:  # noqa: ARG002
        """No labels, found without looking for their places."""
        return []


class _BareXAxis(_Tickless, XAxis):  # type: ignore[override]
    pass


class _BareYAxis(_Tickless, YAxis):  # type: ignore[override]
    pass


class BareAxes(Axes):
    """Axes without ticks, frame and background; switched off, so that only what is added is drawn."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.set_axis_off()

    def _init_axis(self) -> None:
        """Both axes, with no frame to bind them to, as projections of matplotlib make them."""
        self.xaxis = _BareXAxis(self, clear=False)
        self.yaxis = _BareYAxis(self, clear=False)

    def _gen_axes_spines(self) -> dict[str, Spine]:
        return {}
