"""One module a group of pages, each with a ``router``; ``web/app.py`` lists them."""
