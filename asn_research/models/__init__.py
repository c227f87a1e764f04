"""Arrays and frames in, estimates out: no files, no drawing, no loop over regions."""
