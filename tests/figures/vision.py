"""How colours look to readers with and without colour vision deficiency, for the tests of the palette.

Matrices for complete deficiency: Machado, Oliveira and Fernandes (2009), doi:10.1109/TVCG.2009.113, applied
to linear RGB. Distance: CIELAB (CIE 1976), D65. Contrast: relative luminance of WCAG 2.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

SIGHTS = {
    "normal": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}
_TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
_WHITE = np.array([0.95047, 1.0, 1.08883])


def linear(color: str) -> Array:
    """Linear RGB (0 to 1) of a colour written as #RRGGBB."""
    value = np.array([int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def lab(color: str, sight: str) -> Array:
    """CIELAB coordinates of a colour as a kind of sight sees it."""
    seen = np.clip(SIGHTS[sight] @ linear(color), 0, 1)
    xyz = _TO_XYZ @ seen / _WHITE
    f = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def nearest_pair(colors: Sequence[str]) -> tuple[float, str, str, str]:
    """The smallest distance between two of the colours in any kind of sight, with sight and colours."""
    return min(
        (float(np.linalg.norm(lab(a, sight) - lab(b, sight))), sight, a, b)
        for sight in SIGHTS
        for a, b in itertools.combinations(colors, 2)
    )


def hue_apart(first: str, second: str) -> float:
    """Degrees between the hues of two colours in CIELAB, as normal sight sees them."""
    hues = [float(np.degrees(np.arctan2(*lab(color, "normal")[:0:-1]))) for color in (first, second)]
    return abs((hues[0] - hues[1] + 180) % 360 - 180)


def contrast(first: str, second: str) -> float:
    """Contrast ratio of two colours (1 to 21)."""
    light, dark = sorted((float(_TO_XYZ[1] @ linear(c)) for c in (first, second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)
