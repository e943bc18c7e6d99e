"""A second program: proves a plan feasible and fair from world and plan alone, in exact arithmetic."""

from apportion.verify.proof import verify
from apportion.verify.refusal import Refusal

__all__ = ["Refusal", "verify"]
