"""Rows sources: records into tables, tables into DuckDB, one query a metric."""
