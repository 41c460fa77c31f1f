"""File formats: each module turns the bytes of an artefact into records with their place."""
