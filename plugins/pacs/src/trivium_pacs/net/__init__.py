"""The only sockets of this plugin."""
