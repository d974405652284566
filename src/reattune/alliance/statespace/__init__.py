"""The model behind the default rule: a level that wanders slowly, a drop that comes and goes, a form with ends and steps.

``settings`` holds what is assumed beforehand, ``space`` turns it into tables for one form, ``forward`` walks through the series,
``caseload`` learns from the other clients, and ``posterior`` puts them together.
"""
