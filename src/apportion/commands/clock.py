"""The one clock: every act of a decision is stamped by it, and no option sets it (G14)."""

from __future__ import annotations

import datetime as dt

from apportion.commands.permits import internal

__all__ = ["now"]


@internal
def now() -> dt.datetime:
    """Return this moment in UTC."""
    return dt.datetime.now(dt.UTC)
