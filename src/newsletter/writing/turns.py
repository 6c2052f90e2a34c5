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

CONDITIONS = _words("if unless until once provided except whether only")
"""Words that make what stands beside them hold in a case alone."""
COORDINATORS = _words("and but or nor while whereas yet")
CONTRASTS = _words("but while whereas") | frozenset([";"])
"""Between these a sentence tells how it is here and how it is there."""
SUBORDINATORS = _words("after before since because although though when where as despite")
RELATIVES = _words("who whom whose which what")
PREPOSITIONS = _words(
    "of to in on at by for from with without against into onto over under about across among between through toward "
    "towards per via upon within behind beyond beside near off inside outside throughout amid during "
    "following due ahead including according unlike"
)
NEGATIONS = _words("not no never none nobody nothing neither nor cannot hardly barely scarcely rarely seldom")
LIMITERS = _words(
    "only nearly almost most some half few fewer little partly partially mostly mainly largely merely just all every "
    "each up least"
)
"""Words that set how much of the next thing is meant."""
PRIVATIVE = _words(
    "attempted proposed planned alleged suspected so-called would-be failed fake former potential possible expected "
    "draft mock near partial temporary preliminary unofficial apparent supposed purported threatened future"
)
"""Adjectives without which a thing is another: an attempted murder is none."""
TIMES = _words("day days week weeks month months year years morning afternoon evening night ago")
EMBEDDING = _words(
    "say says said tell tells told reported find finds found announce announced conclude concluded "
    "rule ruled add added note noted argue argued warn warned claim claimed believe believes believed estimate "
    "estimated think thinks suggest suggests suggested show showed shows insist insisted testify testified wrote "
    "predict predicted recommend recommended"
)
"""Verbs that make of a claim somebody's word."""
LAB = _words("mice mouse rats rat animals monkeys cells lab laboratory laboratories worms flies dogs pigs")
"""What a finding holds for that holds for no reader yet."""
