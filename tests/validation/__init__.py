"""Coverage and size of the headline intervals over simulated worlds: `python -m tests.validation`."""
