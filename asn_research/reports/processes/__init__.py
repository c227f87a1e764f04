"""The processes that make reports: warm, forked, limited, and what is told when one fails."""
