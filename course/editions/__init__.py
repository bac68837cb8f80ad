"""What is built from a source: one module for each kind of edition."""
