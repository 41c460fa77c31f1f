"""The parts of the example desk: its decisions first, then everything that is told about them."""
