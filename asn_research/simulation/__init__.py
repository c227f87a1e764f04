"""Worlds with known truth, and the office files they would have left behind.

``make_world`` and ``simulate_world`` make a world: parameters, clean tables, true scores. ``office_files``
turns an example region's world into the files its office sends, with what should become of every row.
``write_examples`` and ``write_regions`` write whole folders of raw data. Truth is never written.
"""
