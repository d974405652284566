"""Notice ruptures in a working relationship, repair them, learn from them."""
