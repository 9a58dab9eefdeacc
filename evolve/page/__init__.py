"""The listening room: a page in a browser on which people hear, see and rank."""
