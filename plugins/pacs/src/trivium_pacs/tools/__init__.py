"""The tools: typed values in, typed values out."""
