"""Sending a message without the sending: what may go out, what is to come back, and what an answer means. Pure."""
