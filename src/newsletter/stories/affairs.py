"""Words of public affairs: what is named where a story concerns government, law, war, the economy or public safety.

Offices, institutions and kinds of event, never persons, parties or places of the day, so that the list does not age.
"""

from __future__ import annotations

import re
from functools import lru_cache

from newsletter.domain.story import Story
from newsletter.stories.patterns import either

_GOVERNMENT = r"""
    president|white house|administration|congress\w*|senat\w+|house (?:democrat|republican|ethics|panel|speaker)s?
    lawmakers?|legislat\w+|republicans?|democrats?|democratic|gop|governors?|gov\.|mayors?|ministers?|chancellor
    parliament\w*|cabinet|governments?|ambassadors?|embassy|attorney general|justice department|doj|fbi|cia
    homeland security|dhs|pentagon|treasury|secretary of|press secretary|supreme court|executive orders?|impeach\w*
    federal|officials|policy|policies|regulators?|watchdog
"""
_ELECTIONS = r"""
    elections?|by-?election|primary|primaries|ballots?|vot(?:e|es|ed|er|ers|ing)|campaigns?|candidates?|runoff|polls?
    redistrict\w+
"""
_LAW = r"""
    judges?|appeals court|high court|top court|lawsuits?|constitution\w*|indict(?:ed|ment|s)|prosecutors?
    pleads? guilty|pleaded guilty|guilty plea|verdict|convict(?:ed|ion|s)|sentenc(?:ed|es)|executions?|murder\w*
    homicide|death penalty|trial|charged (?:with|in|over)|police|manhunt|shootings?|gunm[ae]n|arrest(?:ed|s)?
    hostages?|kidnap\w*|abduct\w*|captivity
"""
_WAR = r"""
    wars?|military|troops|soldiers?|sailors|navy|naval|army|air force|airstrikes?|air strikes?|strikes? (?:on|in|kill)
    missiles?|drones?|ceasefire|truce|peace (?:deal|plan|talks)|sanctions?|nuclear|treaty|nato|united nations|u\.?n\.?
    blockade|invasion|militants?|settlers?|refugees?|espionage|spy|spies|terror\w*|coup|uprising|protest(?:s|ers)?
"""
_ECONOMY = r"""
    tariffs?|inflation|interest rates?|central bank|federal reserve|recession|retail sales|unemployment|jobs report
    economy|economic|taxes|tax|budget|deficit|trade (?:deal|war)|medicaid|medicare|social security|minimum wage|layoffs
    strike|walkout|trade unions?|antitrust|merger|bankrupt\w*|stock market|wall street|oil prices?|gas prices?
    energy|electricity|power (?:plants?|stations?|grid)|wind farms?|pipelines?|railways?|rail|housing|rents?|wages?
    pensions?|subsid(?:y|ies)|health ?care|hospitals|nurses?|data cent(?:er|re)s?
"""
_SAFETY = r"""
    immigra\w+|migrants?|deport\w*|border|asylum|ice (?:agents?|officers?)|abortion|vaccin\w+|outbreak|epidemic
    pandemic|ebola|recall(?:s|ed)?|earthquake|quake|hurricane|tropical storm|tornado\w*|floods?|flooding|wildfires?
    heat ?wave|drought|blackouts?|outages?|water (?:crisis|levels?|shortages?|supply)|evacuat\w+|flee|disaster
    explosion|collapse[sd]?|derail\w*|capsiz\w*|aground|sank|sinks|crash(?:es|ed)?
    deadly|death toll|survivors?|rescuers?|climate|surveillance
    civil rights|human rights|schools?|universit(?:y|ies)
"""
_WORDS = either(_GOVERNMENT, _ELECTIONS, _LAW, _WAR, _ECONOMY, _SAFETY)
_AFFAIRS = re.compile(rf"\b(?:{_WORDS})(?!\w)")
TEXT_WORDS = 2
"""Different words of public affairs that a text needs where the title has none: one alone is said in passing."""


@lru_cache(maxsize=20_000)
def is_affairs(title: str, text: str = "") -> bool:
    """Whether an article speaks of public affairs: in its title, or else clearly in its text."""
    if _AFFAIRS.search(title.lower()):
        return True
    return len(set(_AFFAIRS.findall(text.lower()))) >= TEXT_WORDS


def share_of_affairs(story: Story) -> float:
    """Share of the story's articles that speak of public affairs, 0 to 1."""
    found = sum(is_affairs(article.title, article.text) for article in story.articles)
    return found / len(story.articles)
