"""Which table stands where on a sheet, and what an office is asked where that is not sure."""
