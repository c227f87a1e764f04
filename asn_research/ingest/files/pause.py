"""A pause for the collector of cyclic garbage while millions of cells are made, none of which is garbage."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator


@contextlib.contextmanager
def pause_collection() -> Iterator[None]:
    """Leave cyclic garbage where it is while this lasts, and have it collected as before afterwards.

    The collector starts whenever some hundred objects were made and walks all that are there: every cell of
    a sheet again and again. Rows and cells form no cycles; what is no longer needed is freed at once anyway.
    A pause within a pause changes nothing, nor does one that ends with an error.
    """
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()
