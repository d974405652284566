"""The life of every strain of a case over its sessions: from transcripts, ratings, check-ins and notes to one ledger.

Nothing here knows of files or databases. ``docs/method.md`` gives each rule with its reason.
"""

from reattune.ledger.keeping import keep_ledger
from reattune.ledger.placing import same_drop
from reattune.ledger.sheet import SETTLED, Evidence, Hint, Ledger

__all__ = ["SETTLED", "Evidence", "Hint", "Ledger", "keep_ledger", "same_drop"]
