"""Raw files as grids of cells, whatever their kind, within limits of time and memory."""
