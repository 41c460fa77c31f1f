"""YAML as nodes with places, held against JSON Schemas."""
