"""What commands of every room share: the console, options, checks, and the commands that a domain brings."""
