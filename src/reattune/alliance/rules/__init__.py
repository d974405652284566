"""Published criteria for a drop in a series of ratings, one file each, and the default."""
