"""Printed scores: a song laid out on staves, as MusicXML, and engraved."""
