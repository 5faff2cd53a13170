"""Rules as data: read from YAML, checked, and held under one digest."""
