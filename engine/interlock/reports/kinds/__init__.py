"""Reports of the kinds that a policy root declares: JSON from fields, Markdown from sections."""
