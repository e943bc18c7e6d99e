"""The model: what a table is, what a world, a policy and a plan are."""
