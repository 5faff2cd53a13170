"""From verdicts to a report that people and programs can read."""
