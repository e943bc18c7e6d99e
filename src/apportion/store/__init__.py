"""Books: databases that keep scenarios, results and the ledger, in one SQLite file or on a PostgreSQL server."""
