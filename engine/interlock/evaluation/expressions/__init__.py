"""The reference meaning of expressions: windows, reductions, comparisons and the interpreter."""
