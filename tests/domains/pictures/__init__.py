"""What the second domain draws, and how it is told."""
