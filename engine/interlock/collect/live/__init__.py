"""Live sources: files, the environment, processes and commands as they are now."""
