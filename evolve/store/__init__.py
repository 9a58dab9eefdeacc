"""The run folder: the database and the files beside it."""
