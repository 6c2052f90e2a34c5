"""Words on which the verifier insists: a statement may use one only where its evidence does. Plain data, lower case."""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


OFFICES = _words(
    "president premier minister chancellor senator sen representative rep congressman congresswoman lawmaker governor "
    "gov mayor judge justice secretary attorney chief chair chairman chairwoman chairperson director king queen prince "
    "princess pope bishop archbishop leader speaker spokesman spokeswoman spokesperson ambassador commissioner "
    "sheriff prosecutor lawyer captain colonel commander sergeant officer ceo founder owner candidate nominee "
    "professor doctor dr treasurer councillor councilor member envoy adviser advisor aide deputy"
)
"""What somebody is: a name keeps the office that its source gives it."""

QUALIFIERS = _words(
    "former ex acting deputy vice interim outgoing incoming elect late retired assistant shadow"
)
"""Words that make another office of an office."""

CHANGING = _words("former ex acting deputy vice interim outgoing incoming retired")
"""Qualifiers that nobody leaves out; "late" and "shadow" have other meanings, too."""

TURNS = _words(
    "because due caused cause causes causing led prompted therefore despite although after before until since "
    "against without instead unless only all every most many few several both always half quarter dozen dozens "
    "hundreds thousands millions twice double doubled triple majority minority unanimous unanimously more less fewer "
    "higher lower above below up down yesterday today tomorrow tonight next last daily weekly monthly yearly annually "
    "day week month year hour minute over under during amid guilty innocent legal illegal lawful unlawful true false "
    "dead alive safe unsafe public private major minor serious severe historic unprecedented record biggest largest "
    "smallest worst best good bad strong weak controversial failed successful popular foreign domestic "
    "again still already finally even just so"
)
"""Words that turn, date or judge a claim."""

PLAIN_VERBS = _words(
    "is are was were be been am has have had do did does will would can could may might must shall should say says "
    "said tell tells told"
)
"""Auxiliaries and verbs of saying: what they claim is watched over elsewhere (`claims.KINDS`)."""
