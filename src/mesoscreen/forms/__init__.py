"""The questions a rulebook needs answered, for consultation forms."""
