"""Case folders: transcripts named by session, and small tables beside them. One client with one therapist, no database."""

from reattune.formats.casefolder.folder import CaseFiles, read_case_files
from reattune.formats.casefolder.rows import Consent
from reattune.formats.casefolder.writing import FilledForm, write_case_files

__all__ = ["CaseFiles", "Consent", "FilledForm", "read_case_files", "write_case_files"]
