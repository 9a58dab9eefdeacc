"""Notation as songs: MusicXML, ABC and kern each have a reader, and one timeline lays out what they read."""
