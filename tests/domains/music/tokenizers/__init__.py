"""Steps, vocabularies and likeness."""
