"""What can be bred: each package is one domain, and knows none of the others."""
