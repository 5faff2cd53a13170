"""Prove a rulebook: its examples, and by mutation that the examples would notice a mistake."""
