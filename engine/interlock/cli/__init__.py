"""Commands: parse, call, print; one command a file."""
