"""What follows from a plan: questions put to a world and its allocations."""
