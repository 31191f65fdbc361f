"""UIDs: which are registered, how one is written, what the root of another tells (PS3.6 annex A, PS3.5 clause 9)."""
