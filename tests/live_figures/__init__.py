"""Every live figure of the built book, in a browser with the network refused, held to one bar."""
