"""Reports: verdicts in words, one output format a file."""
