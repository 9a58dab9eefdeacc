"""Evolution as pure functions: search spaces, genomes, selection, variation, lineage."""
