"""Ruptures in session-by-session ratings: instruments, scoring, rules, episodes, and how often each rule is wrong."""
