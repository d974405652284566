"""Case folders: transcripts named by session, and small tables beside them. One client with one therapist, no database."""

from reattune.formats.casefolder.folder import CaseFiles, read_case_files

__all__ = ["CaseFiles", "read_case_files"]
