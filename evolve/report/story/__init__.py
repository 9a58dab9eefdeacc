"""The sections of the story that a person reads, each a rich renderable made from a whole run."""
