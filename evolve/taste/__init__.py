"""What is known of a listener's taste, and what is bred from it. Empty: children are drawn blindly so far."""
