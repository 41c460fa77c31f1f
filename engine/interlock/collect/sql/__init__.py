"""SQL and patterns, run by DuckDB: what they may do, in how much time, and the tables that they read."""
