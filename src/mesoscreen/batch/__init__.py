"""Many intakes at a time: in order, in bounded memory, in this process or in several."""
