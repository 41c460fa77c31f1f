"""Reads each kind of document, already checked against its schema, into its model."""
