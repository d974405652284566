"""Findings in ratings for people and machines: JSON and CSV, the terminal, pictures, a page."""
