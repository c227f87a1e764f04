"""Numbers that decide what is printed, each with its reason."""

from __future__ import annotations

MINIMUM_CELL = 10
"""People an outcome needs to be printed; a documented default, as no Indonesian rule exists."""

LOWEST_MINIMUM_CELL = 5
"""The smallest minimum cell a region may choose in writing."""

MINIMUM_RATERS = 3
"""Known raters that ratings need to be printed: of two, each could take the own scores off the mean."""

ROUNDED_POINTS = 2
"""Points (of 100) to which means are told where another answer is about almost the same people."""

MINIMUM_CLUSTERS = 6
"""Below this no cluster-based p-value: with 5 clusters the smallest sign-flip p-value is 2/32 = 0.0625."""

FEW_CLUSTERS = 30
"""Below this a wild cluster bootstrap stands beside the robust interval (Cameron, Gelbach, Miller 2008)."""

FEW_TREATED_CLUSTERS = 4
"""With fewer treated (or untreated) clusters, robust tests over-reject however many clusters there are."""

MINIMUM_DF = 4.0
"""Below this many Satterthwaite degrees of freedom the t approximation is unreliable and is flagged."""

BASELINE_EQUAL_SD = 0.05
"""Baseline difference in standard deviations up to which groups count as equal (WWC)."""

BASELINE_ADJUSTABLE_SD = 0.25
"""Baseline difference up to which statistical adjustment suffices (WWC); above, the comparison fails."""

SERIES_POINTS_EACH_SIDE = 3
"""Points an interrupted series needs before and after the change (EPOC)."""

ALPHA_ACCEPTABLE = 0.70
"""Cronbach's alpha from which a scale counts as consistent enough for group comparisons."""

GAIN_STEP_SHARE = 0.10
"""Participation slopes are told per 10 percentage points of sessions attended."""

CODING_FIRM_ALPHA = 0.80
"""Krippendorff's alpha from which coded themes may be relied on."""

CODING_TENTATIVE_ALPHA = 0.667
"""Krippendorff's alpha below which coded themes should not be counted; up to 0.80 they are tentative."""

CURRICULUM_REVIEW_YEARS = 3.0
"""Age from which a curriculum is listed for review; a convention of this project, no regulation."""

THEME_RAISED_SHARE = 1 / 3
"""Share of informants from which a theme counts as raised in the joint display; a convention."""

ATTRITION_NOTABLE_SHARE = 0.20
"""From this share of people lost a result is in doubt (Schulz and Grimes 2002, Lancet 359, 781-785)."""

PLACEBO_INFORMATIVE_SD = 0.5
"""Half-width in standard deviations up to which a placebo test could have failed; a convention."""

STAGES_CONTRADICTED_SHARE = 0.05
"""Share of people whose dates may contradict their stage, as slips of the pen do; a convention."""
