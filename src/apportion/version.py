"""The version of this software, as plans carry it."""

VERSION = "0.1.0"
