"""Reads sources documents into the records of `collect.model`."""
