"""The model behind the default rule: a level that rises and wanders, a drop that comes and goes, a form with ends and steps.

``settings`` holds what is assumed beforehand, ``belief`` what is known of clients at one moment and how a session changes it,
``forward`` walks through the series, ``caseload`` learns from the other clients, and ``posterior`` puts them together.
"""
