"""A practice: its cases, who may see what, the client's door, and the work that goes on behind them.

Browser and command line are two faces of what is here. ``opening`` opens a practice, ``desk`` is what one person can do in it,
``door`` what a client can do with a link, ``views`` what both give back.
"""
