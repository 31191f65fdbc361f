"""Waveforms: ECGs, pressures and other signals (PS3.3 C.10.9), drawn over time with numpy and Pillow."""
