"""What notebooks show: answers, figures, data quality, traces, and what a reader may take along."""
