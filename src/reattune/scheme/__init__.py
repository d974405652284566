"""The code set as data: markers, strategies, contributions, with definitions and sources."""
