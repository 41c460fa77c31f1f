"""Reports on the documents of a policy root: diagnostics, tests, mutants, statements, metrics."""
