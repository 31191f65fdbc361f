"""Integration patterns: who sends which message to whom, in which order, and what goes wrong."""
