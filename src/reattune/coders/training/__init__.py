"""Fitting the embedded coder from coded transcripts. Needs the ``train`` extra; nothing here is imported at run time."""
