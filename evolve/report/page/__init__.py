"""A run as one page that opens without a network and is read without JavaScript."""
