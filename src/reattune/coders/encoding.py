"""Words to tokens: each turn as its role's token, its words, and a closing token."""

from __future__ import annotations

from collections.abc import Sequence

from tokenizers import Tokenizer

from reattune.coders.windows import TURN_TOKENS, clip

ROLE_TOKENS = {"therapist": 1, "self": 1, "client": 2, "other": 2, "third": 3}
"""Vocabulary places that BERT left unused, given to the roles."""
CLOSING_TOKEN = 102


def encode_turns(tokenizer: Tokenizer, roles: Sequence[str], texts: Sequence[str]) -> list[list[int]]:
    """One token row a turn, at most ``TURN_TOKENS`` long."""
    encoded = tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
    return [
        [ROLE_TOKENS[role], *clip(e.ids, TURN_TOKENS - 2), CLOSING_TOKEN]
        for role, e in zip(roles, encoded, strict=True)
    ]
