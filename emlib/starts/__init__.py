"""Where the loop begins: k-means++, labels, responsibilities, restarts."""
