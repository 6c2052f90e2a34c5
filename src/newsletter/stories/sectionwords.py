"""The marks of sports, entertainment and shopping: folders of addresses, hosts, words. General ones, no persons.

Teams are those of the American leagues and of English football whose names mean nothing else; the Giants, the Heat and
Liverpool are left out. Words that sports share with politics (race, strike, win) are left out too.
"""

from __future__ import annotations

import re

from newsletter.stories.patterns import either

_FOLDERS = {
    "sports": """sport sports football soccer nfl nba mlb nhl wnba ufc wwe mma golf tennis cricket formula1 formula-1 f1
    nascar athletics boxing olympics baseball basketball hockey college-football college-basketball racing rugby
    rugby-union fantasy high-school-sports outkick""",
    "celebrity": """entertainment entertainment-arts celebrity celebrities celebrity-news movies movie film films tv
    television music arts tv-and-radio tv-and-movies tv-movies stage gossip showbiz royals obsessed books
    pop-culture gaming games video-games culture-and-entertainment""",
    "shopping": """shopping lifestyle life-style lifeandstyle food recipes fashion beauty wellness deals
    home-garden select health-and-fitness reviews product-reviews gear buying-guides underscored wirecutter""",
}
FOLDERS: dict[str, str] = {folder: desk for desk, folders in _FOLDERS.items() for folder in folders.split()}

_HOSTS = {
    "sports": r"""\w*sports?\w*|espn|mlb|nfl|nba|nhl|pga\w*|bleacherreport|theringer|mma\w+|golf\w*|autosport""",
    "celebrity": r"""
        pagesix|people|tmz|variety|deadline|billboard|eonline|etonline|ew|hollywoodreporter|usmagazine|vulture
        pitchfork|ign|kotaku|polygon|gamespot|indiewire|justjared
    """,
}
HOSTS = tuple((desk, re.compile(rf"\b(?:{either(hosts)})\.")) for desk, hosts in _HOSTS.items())

_LEAGUES = r"""
    NFL|NBA|MLB|NHL|WNBA|NCAA|MLS|UFC|WWE|PGA|LPGA|LIV Golf|ATP|WTA|FIFA|UEFA|NASCAR|IndyCar|Formula (?:1|One)|F1|ESPN
    La Liga|Serie A|Bundesliga|Premier League|Champions League|Europa League|World Cup|World Series|Little League
    Super Bowl|Stanley Cup|Ryder Cup|Davis Cup|Grand Prix|Grand Slam|Wimbledon|US Open|French Open|Australian Open
    Big Ten|Heisman|Pro Bowl|All-Stars?
"""
_TEAMS = r"""
    Lakers|Clippers|Celtics|Knicks|76ers|Sixers|Mavericks|Grizzlies|Pelicans|Cavaliers|Pistons|Pacers|Timberwolves
    Nuggets|Raptors|49ers|Seahawks|Steelers|Packers|Buccaneers|Broncos|Bengals|Ravens|Falcons|Jaguars|Raiders|Cowboys
    Browns|Rams|Yankees|Mets|Dodgers|Cubs|Phillies|Orioles|Red Sox|White Sox|Blue Jays|Brewers|Padres|Mariners|Astros
    Braves|Marlins|Diamondbacks|Bruins|Canucks|Maple Leafs|Canadiens|Blackhawks|Oilers|Flyers|Sabres|Arsenal|Man City
    Man United|Manchester (?:City|United)|Tottenham|Real Madrid|Inter Miami
"""
_GAMES = r"""
    quarterbacks?|qb|wide receivers?|linebackers?|cornerbacks?|running backs?|edge rushers?|pitchers?|shortstops?
    outfielders?|midfielders?|goalkeepers?|goaltenders?|head coach|preseason|postseason|playoffs?|training camp
    free agents?|touchdowns?|home runs?|homers?|innings?|bullpen|no-hitter|buzzer-beater|overtime (?:win|loss|thriller)
    hat[- ]trick|wickets?|batting|freestyle|title defen[cs]e|fight card|heavyweight|hall of fame|mvp|semi-?finals?
    quarter-?finals?|championship game|first-round pick|draft pick|fastball
"""
_STAGE = r"""
    box[- ]office|red carpet|oscars?|grammys?|emmys?|golden globes?|netflix|hbo|(?:movie|film|album) review
    (?:season|series) (?:finale|premiere)|album|sitcom|rom-?com|reality (?:star|tv|show)|pop star|movie star|tv star
    rock star|boy band|actor|actress|singer|rapper|comedian|(?:new|first|official|teaser) trailer|recap
    celebrit(?:y|ies)|blockbuster|biopic|film director|movies?|marvel|star wars|disney legends?|bikini
    plastic surgery|prince harry|meghan markle|video games?
"""
_CALLINGS = r"""actor|actress|singer|rapper|pop star|movie star|reality star|box office|sitcom"""
_SHOPS = r"""
    best [a-z ]{3,30} (?:deals|of 20\d\d)|prime day|on sale|gift guides?|gift cards?|recipes?|powerball|mega millions
    lottery|promo codes?|\d+% off|discount codes?|editors' picks|i (?:tested|reviewed|tried)|we tested|hands-on with
    buying guide
"""
_OFFERS = r"""prime day|gift guides?|promo codes?|\d+% off"""


def _words(desk: str, loose: str, *exact: str) -> tuple[str, re.Pattern[str]]:
    """Common words in any case, proper names as they are written."""
    names = rf"\b(?:{either(*exact)})\b|" if exact else ""
    return desk, re.compile(rf"{names}\b(?i:{either(loose)})\b")


TITLE_WORDS = (
    _words("sports", _GAMES, _LEAGUES, _TEAMS),
    _words("celebrity", _STAGE),
    _words("shopping", _SHOPS),
)
TEXT_WORDS = (
    _words("sports", _GAMES, _LEAGUES),
    _words("celebrity", _CALLINGS),
    _words("shopping", _OFFERS),
)
"""A text names things in passing sooner than a title does: only the plainest."""
