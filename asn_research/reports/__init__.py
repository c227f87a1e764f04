"""From findings to pages: notebooks executed, exported, checked and published."""
