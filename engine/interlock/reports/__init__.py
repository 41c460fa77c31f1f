"""Reports: records as text, JSON, Markdown and the formats of other tools."""
