"""The contract of emlib: one table of inputs and promises, for the tests and for the page."""
