"""The plugin's tools: typed values in, typed values out."""
