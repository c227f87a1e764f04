"""One module for each family of cases, each with ``solve(case, data) -> {quantity: value}``.

``case`` is the entry of the cases file without its expected values; ``data`` the unfiltered data file, or
None where the case has none. A quantity that the library cannot compute is left out: it counts as not
supported.
"""
