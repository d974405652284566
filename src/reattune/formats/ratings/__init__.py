"""Files of ratings: CSV, Excel, Parquet and exports with a mapping file, as cells with their line and column.

Reads what stands there. What an instrument allows, and what a score is, is the alliance room's.
"""

from reattune.formats.ratings.cells import CELLS, Raw, read_cells
from reattune.formats.ratings.problems import Log, Problem

__all__ = ["CELLS", "Log", "Problem", "Raw", "read_cells"]
