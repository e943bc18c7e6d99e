"""Who may decide: interests, what moves between related parties, and the life of a proposal. Pure calls only."""
