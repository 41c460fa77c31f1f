"""The commands: one a file, or one folder for a group of subcommands."""
