"""Base forms of the verbs that a question needs: "pleaded" is "plead" after "did"."""

from __future__ import annotations

from newsletter.writing.lexicon import BARE_VERBS


def words(text: str) -> frozenset[str]:
    """A plain word list."""
    return frozenset(text.split())


def _pairs(text: str) -> dict[str, str]:
    """Form to base form, from "form/base" pairs."""
    return {form: base for form, base in (pair.split("/") for pair in text.split())}


AUXILIARIES = words("is are was were has have had will would can could may might must should")
"""Verbs that a question puts before its subject as they stand."""

_PAST = _pairs(
    "said/say told/tell went/go got/get gave/give took/take made/make came/come saw/see found/find left/leave "
    "lost/lose won/win held/hold met/meet paid/pay ran/run sent/send sold/sell sought/seek shot/shoot sat/sit "
    "spoke/speak spent/spend stood/stand stole/steal struck/strike thought/think threw/throw wore/wear wrote/write "
    "became/become began/begin broke/break brought/bring built/build bought/buy caught/catch chose/choose drew/draw "
    "drove/drive fell/fall felt/feel fought/fight flew/fly froze/freeze grew/grow heard/hear kept/keep knew/know "
    "laid/lay led/lead meant/mean rose/rise rode/ride sank/sink shook/shake swore/swear swept/sweep tore/tear "
    "withdrew/withdraw pled/plead pleaded/plead died/die denied/deny tried/try carried/carry banned/ban "
    "dropped/drop stopped/stop hid/hide fled/flee sued/sue used/use did/do faced/face"
)
PARTICIPLES = _pairs(
    "shown/show seen/see taken/take given/give known/know begun/begin broken/break chosen/choose driven/drive "
    "fallen/fall risen/rise stolen/steal sworn/swear thrown/throw written/write withdrawn/withdraw drawn/draw "
    "gone/go done/do spoken/speak grown/grow frozen/freeze"
)
"""Participles after "has" that are no past form."""
_PRESENT = _pairs(
    "says/say tells/tell goes/go gets/get gives/give takes/take makes/make comes/come sees/see finds/find "
    "leaves/leave loses/lose wins/win holds/hold meets/meet pays/pay sends/send sells/sell seeks/seek "
    "speaks/speak spends/spend stands/stand writes/write becomes/become begins/begin brings/bring buys/buy "
    "knows/know means/mean tries/try denies/deny carries/carry does/do faces/face"
)


_MORE = words(
    "abandon abduct abolish absorb abuse accelerate accompany achieve acquire adapt adjust administer alert "
    "allocate amend amount anger apply approach assassinate assault assemble assign assist assume assure attach "
    "attract authorize authorise belong bomb borrow brand breach brief capsize carry certify chair circulate "
    "clarify classify collect combat command commemorate comment commit communicate compel compete complain "
    "comply compose concede concern condone confiscate confront conduct conserve construct consult consume "
    "contact contain contend contest contract contradict contribute control convene convert convey cooperate "
    "counter coordinate crack craft cripple curtail dedicate defer define delete depart depend depict derail "
    "design designate detect deteriorate determine detonate develop devote differ diminish disband discharge "
    "discourage displace display dissolve distance distribute divert document dominate dump earn echo educate "
    "elevate embrace employ empower enable enact encounter encourage endanger endure enforce engage enjoy enlist "
    "ensure entitle equip eradicate erase establish estimate evade evaluate exclude exempt exercise exhaust "
    "exist expel experience expire exploit explore export expose facilitate feature fill flood focus follow "
    "formulate foster found frame fuel fulfil fulfill fund gather generate govern guarantee guard guide halve "
    "hand harass honor honour hospitalize illustrate implement imply import imprison incorporate infect inflict "
    "influence initiate inspect inspire install institute instruct integrate intend intensify intercept "
    "interpret interrupt intervene interview invade invest involve isolate jail kick kidnap lack lease license "
    "link list listen load lobby locate lock loot maintain manage march measure mediate mention migrate mobilize "
    "mobilise modify murder nationalize negotiate notify nullify obey object observe obstruct occupy operate "
    "organize organise originate overwhelm participate paint park patrol penetrate perceive persuade pioneer "
    "pitch plot pocket possess pour preside prevail print process proceed profit prohibit promote prosecute "
    "protect provoke pump punish qualify quash quote rank ratify realize realise reclaim recognize recognise "
    "record recruit refer reflect reform refrain regain regard register regulate reinforce reinstate reiterate "
    "relate relocate rely remind render renew renovate rent repair repeal repeat reply rescind reserve reside "
    "resort respect restrict restructure retain retaliate retreat retrieve reverse revise revoke reward risk rob "
    "roll ruin rush safeguard scrap scream seat separate sever shape shell ship shock skip slam slap smuggle "
    "snap sponsor stabilize stage station stab storm strand strengthen strip study subpoena subsidize substitute "
    "summon supervise supply suppress surrender surround swap switch tackle tap tax terminate tie tighten "
    "torture touch tour tow track train transform translate transport trap treat trim tweet uncover undermine "
    "unite unleash vaccinate vandalize violate waive wipe witness wrap yield"
)
"""Regular verbs of news that tell a question's clause; too often nouns to tell a sentence from a label."""


def _regular_past(base: str) -> tuple[str, ...]:
    if base.endswith("e"):
        return (base + "d",)
    if base.endswith("y") and base[-2] not in "aeiou":
        return (base[:-1] + "ied",)
    return base + "ed", base + base[-1] + "ed"


def _regular_present(base: str) -> str:
    if base.endswith("y") and base[-2] not in "aeiou":
        return base[:-1] + "ies"
    return base + ("es" if base.endswith(("s", "sh", "ch", "x", "z")) else "s")


PAST = {form: base for base in sorted(BARE_VERBS | _MORE) for form in _regular_past(base)} | _PAST
"""Past form to base form."""

PRESENT = {_regular_present(base): base for base in sorted(BARE_VERBS)} | _PRESENT
"""Third person singular to base form."""


def _ing(base: str) -> tuple[str, ...]:
    if base.endswith("e"):
        return (base[:-1] + "ing",)
    return base + "ing", base + base[-1] + "ing"


ING = {form: base for base in sorted(BARE_VERBS | _MORE | set(_PAST.values())) for form in _ing(base)}
"""Progressive form to base form."""
