"""Building, training and sampling recurrent networks over streams of tokens."""
