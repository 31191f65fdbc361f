"""De-identification: PS3.15 Annex E for each attribute, and more where text is left that nobody vouches for."""
