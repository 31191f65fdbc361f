"""The wire: the only part of this plugin that opens connections."""
