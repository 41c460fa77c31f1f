"""Documents: YAML with places, schemas, the catalogue, policies and what makes a set of them valid."""
