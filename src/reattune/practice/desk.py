"""The desk: everything that one person can do in a practice. Browser and command line both sit down here.

Every method asks whether the person may, and writes what was done or looked at into the audit log; a case that is not there and
one that is not theirs give the same ``NotAllowedError``. The parts are in ``parts/``:

- cases: ``cases``, ``today``, ``case``, ``add_case``, ``rename_case``, ``end_case``, ``set_next``, ``set_names``, ``hand_over``,
  ``delete_case``, ``mark_seen``, ``job``; whole ones: ``bring_in``, ``take_out``, ``forms``, ``consents``
- sessions: ``session``, ``add_meeting``, ``change_meeting``, ``add_transcript``, ``set_consent``, ``delete_words``,
  ``delete_session``, ``correct``, ``undo_correction``, ``try_again``
- what is typed in: ``add_ratings``, ``delete_rating``, ``monitor``, ``add_note``, ``edit_note``, ``delete_note``, ``add_frame``,
  ``delete_frame``, ``settle``
- others: ``share``, ``unshare``, ``make_link``, ``revoke_link``, ``links``, ``answer_alert``, ``audit``, ``check_audit``
"""

from __future__ import annotations

from reattune.practice.parts.notes import NotesPart
from reattune.practice.parts.sessions import SessionsPart
from reattune.practice.parts.sharing import SharingPart
from reattune.practice.parts.whole import WholePart


class Desk(WholePart, SessionsPart, NotesPart, SharingPart):
    """One person's desk; made by ``Practice.desk``."""
