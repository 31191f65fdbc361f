"""What became of every value of a message: counted, and told one by one on request."""
