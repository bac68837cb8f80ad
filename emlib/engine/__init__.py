"""How an E-step runs over many rows; nothing here is needed to understand EM, only to be fast."""
