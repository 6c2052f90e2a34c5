"""Loaded words: wording chosen to stir rather than to tell. A small open list of our own, in plain sight.

The kinds follow what style guides of news agencies ask their writers to avoid: combat for disagreement, feelings
for facts, size without a figure, mockery, names for people that only their opponents use. Plain words for grave
things ("killed", "war", "fraud") are news and are not on it. The writer prefers sentences without these words; the
balance audit counts them. docs/rules.md says how.
"""

from __future__ import annotations

import re

_COMBAT = (
    "slam blast torch eviscerate shred seethe lash pummel skewer obliterate annihilate demolish trounce "
    "humiliate embarrass dunk bash savage lambast lambaste berate excoriate snub gloat backfire "
    "grandstand weaponize weaponise gaslight decimate bulldoze steamroll"
)
_COMBAT_FORMS = "rips ripped railed hammered grilled roasted trolled claps-back clapped-back"
"""Only these forms: the others are as often a rail line, a grill, an internet troll."""
_FEELINGS = (
    "shocking shocked stunning stunned jaw-dropping bombshell explosive chilling horrifying horrific "
    "horrified horror outrage outrageous outraged fury furious furiously rage raging meltdown disgusting "
    "disgraceful disgraced shameful shameless brutal brutally savagely vicious viciously sickening "
    "terrifying terror nightmare nightmarish panic frenzy freak hysteria hysterical heartbreaking "
    "heartwarming devastating devastated gut-wrenching cold-blooded bloodthirsty bloodbath chaos chaotic "
    "grim dire nasty vile smug evil monster monstrous appalling despicable reprehensible heinous depraved "
    "barbaric ghastly dreadful abysmal egregious unconscionable infuriating enraged livid rant tirade "
    "diatribe screed spew firestorm backlash uproar furor furore bitter bitterly ominous alarming "
    "alarmingly sobs sobbed sobbing dismal grueling gruelling scathing blistering fiery searing withering "
    "feud sensational sensationally sensationalism sensationalist shockingly stunningly outrageously outraging "
    "scandalous scandalously horrifyingly chillingly disgustingly disgracefully heartbreakingly ferocious ferociously "
    "frenzied frantic frantically"
)
_SIZE = (
    "massive huge epic whopping staggering eye-popping astonishing astounding incredible incredibly "
    "unbelievable catastrophic apocalyptic doom doomed dramatic dramatically wild wildly skyrocket "
    "crushing stratospheric mind-boggling mind-blowing game-changing earth-shattering colossal monumental "
    "utterly totally catastrophically jaw-droppingly spectacular spectacularly breathtaking breathtakingly "
    "extraordinarily tremendous tremendously"
)
_MOCKERY = (
    "insane crazy bizarre weird pathetic ridiculous absurd laughable hilarious surreal unhinged deranged "
    "clueless crybaby loony looney whine whining tantrum clown farce sham so-called mock mocking hoax "
    "witch-hunt hypocrite hypocrisy hypocritical cringe woke lunatic nutjob crackpot buffoon idiot "
    "idiotic idiocy moron moronic stupid stupidity delusional disastrous disastrously bogus coddling"
)
_NAMES = (
    "thug radical extremist regime crony goon leftist rightist far-left far-right mega-donor elites "
    "warmonger war-hawk fascist globalist puppet stooge lackey henchman tyrant tyrannical deep-state "
    "snowflake bigot bigoted groomer traitor traitorous treasonous cabal indoctrinate indoctrination "
    "propagandist crackdown commie libtard wingnut right-winger left-winger zealot apologist"
)
_PRAISE = (
    "brave bravely heroic heroically heroism glorious masterful triumphant darling "
    "glamour beloved courageous iconic"
)


def _forms(base: str) -> tuple[str, ...]:
    """The word and its regular endings; forms that do not exist do no harm."""
    if base.endswith("e"):
        return base, base + "s", base + "d", base[:-1] + "ing"
    if base.endswith("y") and base[-2:-1] not in tuple("aeiou"):
        return base, base[:-1] + "ies", base[:-1] + "ied", base + "ing"
    plural = base + ("es" if base.endswith(("s", "sh", "ch", "x", "z")) else "s")
    return base, plural, base + "ed", base + "ing", base + base[-1] + "ed", base + base[-1] + "ing"


LOADED: frozenset[str] = frozenset(
    form
    for kind in (_COMBAT, _FEELINGS, _SIZE, _MOCKERY, _NAMES, _PRAISE)
    for base in kind.split()
    for form in _forms(base)
) | frozenset(_COMBAT_FORMS.split())
"""Lower case, with straight apostrophes and hyphens kept."""

_WORD = re.compile(r"[\w’'-]+")


def loaded_words(text: str) -> tuple[str, ...]:
    """The loaded words of a text as they stand there, in order."""
    return tuple(word for word in _WORD.findall(text) if word.lower().replace("’", "'") in LOADED)
