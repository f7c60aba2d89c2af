"""Network files of other tools."""
