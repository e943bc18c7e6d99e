"""Versions of the tables of a book."""
