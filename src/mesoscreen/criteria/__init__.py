"""From an intake to the answer of every criterion: yes, no or unknown, with evidence."""
