"""What the data are: columns, terms, regions, rules and thresholds, each spelled in one place."""
