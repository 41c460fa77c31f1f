"""Acts on verdicts: guards the start of a command, throws the kill switch, permits single trades."""
