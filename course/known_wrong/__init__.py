"""Textbook functions and their known-wrong variants, for chapters and assignments alike."""
