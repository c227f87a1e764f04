"""What starts, makes, keeps and tells of reports, on one machine or on many; no report depends on it."""
