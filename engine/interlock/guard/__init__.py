"""Acts on verdicts: starts a command behind a gate, throws the kill switch, permits single trades."""
