"""What feeds put around the news: teasers, credits, bylines, labels, links. A sentence that holds one is no news."""

from __future__ import annotations

import re

TEASER = re.compile(
    r"""\b(here['’]s|here\s(is|are)|read\s(more|the\sfull|our|on)|(continue|keep)\sreading|click|"
    r"subscribe|sign\sup|tap\shere|
    follow\s(us|live|along|the)|watch\s(live|the|below|now|this)|listen\s(to|now|here)|see\s(more|photos|also|below|the\sfull)|
    find\sout|learn\smore|(shock|mystery)\s(name|pick|choice|candidate)|stay\stuned|check\sout|don['’]t\smiss|what\s(to|we|you)\s(know|should|need)|things\sto\s(know|watch|see)|
    everything\s(you|we)|you\s(need|should|may|might)\s|takes?\sa\slook|look\sback|for\smore\s(on|information|details)|
    (requests?|reached\sout|respond\w*)\s(\w+\s){0,3}for\scomment|declined\sto\scomment|reached\sfor\scomment|reached\sout\sto|first\sto\sreport|log\s?in\b|cookie\ssettings|use\sof\scookies|by\scontinuing\sto|live\s(updates|blog)|latest\supdates|(was|were)\sasked\s(about|if|whether)|full\s(story|transcript|coverage|video)\b|scroll\sdown|download\s(the|our)|our\snewsletter|newsletters?\.|
    (on|in)\s(the|our)\s(latest\s)?(podcast|episode)|in\sthis\sepisode|on\sthis\sepisode|this\sarticle|this\sstory|this\spost|originally\s(published|appeared)|
    appeared\sfirst\son|first\sappeared|all\srights\sreserved|privacy\spolicy|terms\sof\s(use|service)|cookies?\spolicy|
    getty\simages|image\scredit|photo\s(by|credit|illustration|courtesy)|picture:|pictured|courtesy\sof|file\sphoto|shutterstock|
    advertisement|sponsored\s(by|content|post)|promo\scode|free\strial|limited[-\s]time|donate\s(now|today|to)|our\sjournalism|
    related\s(article|story|stories|video)|more\sfrom\sthis|must[-\s]read|photos\s(show|detail|from)|(video|videos|footage|images?|clip)\s(\w+\s){0,5}(shows?|captures?d?)\b|editor['’]s\snote|correction:|
    ha(s|ve)\s(more|the\s(story|latest|details|report))(?=\.|\s(on|about|from|details)\b)|joins?\s(us|today|to\sdiscuss|with|cbs|nbc|abc|cnn|fox|msnbc)|
    correspondent|(spoke|speaks?|talks?|talked)\s(to|with)\sreporters|is\sreporting|breaks?\s(it\s)?down|weighs?\sin|sits?\sdown\swith|sat\sdown\swith|got\sreaction|is\sfollowing\sthe|
    (gives?|offers?|provides?)\s(\w+\s){0,3}(analysis|insight|perspective))\b""",
    re.IGNORECASE | re.VERBOSE,
)
CREDIT = re.compile(
    r"(/ ?(AP|AFP|Reuters|REUTERS|Getty|EPA|UPI)\b|\b(AP|AFP|EPA|Reuters) (Photo|Images)|\(Source:|©|"
    r"\bvia (AP|Getty|Reuters)|—Pool/|Images\b$)"
)
REPORTS = re.compile(
    r"\b[A-Z][\w’'-]+ reports?( from [\w .,’'-]{1,40})?[.]?$|\b(Data|Chart|Photo|Illustration|Graphic|"
    r"Image|Video):"
)
REPORTER = re.compile(
    r"\b(?:News|CNN|BBC|CBS|NBC|ABC|PBS|MSNBC|AP|NPR|Post|Times|Axios|"
    r"Bloomberg)(?:[’']s?)? (?:[A-Z][\w’'-]+ ){1,3}"
    r"(?:reports?|explains?|has|have|spoke|speaks|joins?|talks?|breaks?|looks?|discuss\w*|asks?|interviews?|"
    r"chats?|hears?|examines?|recaps?|unpacks?|shares?|visits?|finds?)\b"
    r"|(?:[A-Z][\w’'-]+ ){2}(?:reports|explains) (?:on|from|as|how|why|about|live)\b"
    r"|\b(?:journalist|reporter|anchor) (?:[A-Z][\w’'-]+ ){1,3}[a-z]+s\b"
    r"|[A-Z]\w+['’]s? (?:[A-Z][\w’'-]+ ){2}(?:asks [^.]*\babout|interviews|recaps|unpacks|examines)\b"
    r"|[A-Z][\w-]+['’]s? report (?:begins|starts|opens|comes|from)\b"
    r"|^(?:[A-Z(][\w.’'()-]* ){2,6}discusses\b|\bjoins? (?:[\w’'\"“”-]+ ){1,6}to (?:discuss|talk|explain)\b"
    r"|^(?:[A-Z][\w’'-]+ ){1,3}(?:will be|is) (?:back|away|off) (?:on|until|next|tomorrow|this)\b"
)
"""Who reports, presents, asks and is asked, in an outlet's own programme."""
BYLINE = re.compile(
    r"^(By|Written by|Reporting by|Edited by|Posted by|From) [A-Z][\w.’'-]+ [A-Z]|^(Updated|Published|Posted)\b"
)
LABEL = re.compile(
    r"^Welcome to\b|\band other [\w’' -]{3,30} news[.]?$|"
    r"^(?:Listen|Watch|Look|See|Read|Meet|Imagine|Consider|Remember|Forget)\b|^(Watch|Listen|Video|"
    r"Photos?|Gallery|Live|Opinion|Analysis|Exclusive|Breaking|Poll|Quiz|Podcast)\s*[:|–—]",
    re.IGNORECASE,
)
URL = re.compile(r"https?://|www\.|@\w{3,}|#\w{3,}|\b\w+\.(com|org|net|co\.uk)/")
CAPTION = re.compile(
    r"\b(?:walks?|stands?|sits?|looks? (?:on|at)|carr(?:y|ies)|holds?|waves?|poses?|speaks?|gestures?|listens?|"
    r"watch(?:es)?|reacts?|gathers?|attends?|arrives?|(?:is|are) (?:seen|pictured|shown|arrested|escorted|led))\b"
    r"[^.]* (?:on (?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|"
    r"on (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*[.]? \d{1,2})(?:, \d{4})?"
    r"(?:,? in [A-Z][\w., ]+)?[.]?$"
    r"|^(?:[A-Z][\w.’'-]* ){1,5}[a-z]+s\b.* on [A-Z][a-z]{2,8}[.]? \d{1,2}, \d{4}[.]?$"
)
"""The present tense with a day that is over, as under a picture: "Residents stand in line on Friday"."""
