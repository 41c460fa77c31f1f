"""The expression language: its types, its one table of operators, its parser and its checker."""
