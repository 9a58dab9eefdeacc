"""Tests of the listening room: the page, its server, and whom it lets in."""
