"""The public face in Python: read a session, analyse it, put the result out."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reattune.errors import SettingError
from reattune.record import Explanation, Session
from reattune.ruptures.findings import Findings

if TYPE_CHECKING:
    from reattune.coders.protocol import Coder


@dataclass(frozen=True)
class Analysis(Findings):
    """A session after analysis: ``session``, ``coding``, ``episodes``, ``scales``, where asked for
    ``explanations``, and ways to put them out.

    Turns count from 0 throughout. Every result is a possible strain, worth checking, never a verdict.
    """

    def to_dict(self) -> dict[str, Any]:
        """The analysis as plain dicts and lists, in the shape that ``reattune analyze --json`` prints."""
        from reattune.report import to_dict

        return to_dict(self)

    def to_json(self, *, indent: int | None = None) -> str:
        """``to_dict`` as JSON in ASCII: one line, or indented."""
        return json.dumps(self.to_dict(), indent=indent, ensure_ascii=True, allow_nan=False)

    def to_csv(self) -> str:
        """A table with a header and a row for each turn."""
        from reattune.report import to_csv

        return to_csv(self)

    def to_html(self) -> str:
        """A self-contained page to read and print. It loads nothing from anywhere."""
        from reattune.report import to_html

        return to_html(self)


def read(
    path: str | Path,
    *,
    format: str | None = None,
    therapist: str | Sequence[str] | None = None,
    client: str | Sequence[str] | None = None,
    columns: Mapping[str, str] | None = None,
) -> Session | list[Session]:
    """Read a transcript file.

    Args:
        path: the file. Its format is found by its content.
        format: name of the format where the content does not tell (see ``reattune formats``).
        therapist: speaker label or labels of the therapist.
        client: speaker label or labels of the client or clients.
        columns: for tables, which column holds which field: ``{"text": "utterance", "speaker": "who"}``.

    Returns:
        The session; a list of sessions where the file holds several.

    Raises:
        InputError: the file cannot be read as a transcript; the message says what, where, and how to mend it.
        SettingError: an option that does not fit the file.
    """
    from reattune.formats import read as read_file

    sessions = read_file(path, format=format, therapist=therapist, client=client, columns=columns)
    return sessions[0] if len(sessions) == 1 else sessions


def analyze(session: Session, coder: Coder | str | None = None, *, explain: bool = False) -> Analysis:
    """Code a session and find its strains.

    Args:
        session: what ``read`` gives.
        coder: a coder, the name of one (loaded once and kept), or None for the embedded model.
        explain: also find out which words carried each mark. It takes some seconds a mark.

    Raises:
        ModelError: the coder's model file is missing or damaged.
        SettingError: no coder has this name, it cannot explain itself, or ``session`` is not one session.
    """
    if not isinstance(session, Session):
        raise SettingError(
            f"analyze takes one session and was given a {type(session).__name__}",
            mend="For several sessions: [analyze(session) for session in sessions]",
        )
    if coder is None or isinstance(coder, str):
        from reattune.coders import load_coder

        coder = load_coder(coder or "embedded")
    return analysis_of(session, coder, explain=explain)


def analysis_of(session: Session, coder: Coder, *, explain: bool = False) -> Analysis:
    """Code a session with a coder that is at hand, and find its strains."""
    from reattune.ruptures import find_findings

    found = find_findings(session, coder.code(session))
    return Analysis(
        found.session,
        found.coding,
        found.episodes,
        found.scales,
        _explanations(found, coder) if explain else (),
    )


def _explanations(found: Findings, coder: Coder) -> tuple[Explanation, ...]:
    """What carried the mark of each client turn that an episode rests on."""
    from reattune.coders.explain import explain

    turns = sorted({i for episode in found.episodes for i in episode.markers})
    return tuple(explain(coder, found.session, i) for i in turns)
