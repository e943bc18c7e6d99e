"""The plan in words, as one page, and as rows for a terminal."""
