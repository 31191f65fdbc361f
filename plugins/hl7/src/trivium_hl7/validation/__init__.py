"""Does a message conform to the standard of its own version, and to a site's profile?"""
