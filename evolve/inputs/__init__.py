"""What people write for the program: YAML with its lines, numbers and booleans, and what is said of a mistake."""
