"""The tools of the plugin: thin adapters over the pure modules."""
