"""One question, one sample, one answer: where estimates become what a report may say."""
