"""Tools of this repository: set-up, browser, vendored scripts, and style as a test."""
