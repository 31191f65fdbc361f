"""What the dictionary knows, put into words for people and models. Pure: no message is read here."""
