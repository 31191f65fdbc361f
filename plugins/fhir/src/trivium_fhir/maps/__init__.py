"""A site's own rows beside the guide's: read, checked and laid over the guide's maps."""
