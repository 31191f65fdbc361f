"""Files: read in a worker process, whatever they hold."""
