"""Interlock: policy as code for the gates of algorithmic trading."""
__version__ = "0.1.0"
