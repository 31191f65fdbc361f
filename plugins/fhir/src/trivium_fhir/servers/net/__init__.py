"""The only room of this plugin that opens sockets."""
