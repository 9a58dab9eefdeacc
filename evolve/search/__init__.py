"""The search: its steps in order, and who is heard."""
