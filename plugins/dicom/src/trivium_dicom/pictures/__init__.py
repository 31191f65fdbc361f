"""Pictures: one frame of an image, drawn after the standard's grayscale and color pipelines (PS3.3 C.7.6.3, C.11).

Decoding, numpy and Pillow run in the worker process alone, and come with the extra `trivium-dicom[images]`.
"""
