"""Word lists of the writing room: plain data, all lower case unless a name says otherwise."""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


NEVER_ENDS = _words(
    "mr. mrs. ms. dr. prof. sen. sens. rep. reps. gov. govs. gen. lt. col. capt. maj. sgt. cmdr. adm. cpl. pvt. "
    "rev. hon. pres. sec. supt. st. mt. ft. no. nos. vs. v. atty. det. insp. jan. feb. mar. apr. jun. jul. aug. "
    "sep. sept. oct. nov. dec. mon. tue. tues. wed. thu. thurs. fri. fig. approx. est. dept. assn. messrs. "
    "e.g. i.e. cf. al. calif. fla. pa. mass. mich. minn. ariz. colo. conn. ill. wash. ave. blvd. rd."
)
"""Abbreviations whose stop never closes a sentence."""

MAY_END = _words(
    "u.s. u.k. u.n. e.u. d.c. n.y. l.a. n.j. n.c. s.c. u.s.s. u.a.e. p.m. a.m. inc. corp. co. ltd. llc. jr. sr. "
    "etc. ph.d. m.d. b.c. a.d. bros. g.o.p."
)
"""Abbreviations that close a sentence only when a usual opening word follows."""

OPENERS = _words(
    "the a an in on at it he she they we i this that these those but and or so after before as when while "
    "if for from with by his her their its there here what who why how however meanwhile officials police "
    "earlier last since under according both some many most more two three although despite during now"
)
"""Words that often open a sentence: they decide whether "U.S." before them closed one."""

STOP_WORDS = _words(
    "a an the and or but nor so yet if then than that this these those there here of in on at by for from to "
    "into onto with without about above after again against all also am amid among an any are as be because "
    "been before being below between both can cannot could did do does doing down during each few further had "
    "has have having he her hers herself him himself his how i it its itself just may me might more most much "
    "must my no not now off once only other our ours out over own per same she should some such their theirs "
    "them they through too toward towards under until up upon us very was we were what when where whether which "
    "while who whom whose why will within would you your s t d ll m o re ve said say says saying told tell tells "
    "one two new year years day days week weeks month months time times monday tuesday wednesday thursday friday "
    "saturday sunday today tomorrow yesterday mr mrs ms according including however since around"
)

WEAK_ENDS = _words(
    "a an the and or but nor of in on at by for from to into with about as that this these those which who whose "
    "than because if while when after before is are was were be been has have had will would could should may "
    "might must can not its his her their our your my more most such including between during against over "
    "under through per via very so also only just even shortly soon immediately then till who what how never"
)
"""A text that ends on one of these was cut off in the middle of a thought."""

DANGLERS = _words(
    "he she they it we i you his her their its him them this that these those such here there neither either "
    "others who which whose elsewhere nor"
)
"""Opening words whose referent stands in a sentence that will not be there."""

CONNECTIVES = (
    "but", "and", "so", "yet", "still", "however", "meanwhile", "moreover", "furthermore", "additionally",
    "also", "instead", "nevertheless", "nonetheless", "in addition", "as a result", "separately",
    "in fact", "indeed", "of course", "then", "besides", "at the same time",
)  # fmt: skip
"""Leading connectives that may be cut off: what follows is a whole clause."""

UNTRIMMABLE = _words(
    "for therefore thus hence otherwise similarly likewise consequently conversely rather plus"
)
"""Leading connectives that lean on the sentence before: the sentence cannot stand alone."""

SUBORDINATORS = _words(
    "as after when while although though if despite in on at following amid with for before since because by "
    "under during once until unless whether through among within without according asked given speaking"
)
"""A sentence that opens with one of these has its main clause after the first comma."""

HEDGES = _words(
    "alleged alleges allege allegedly allegation allegations accused accuses accusing suspected suspect suspects "
    "reportedly reports reported according per said says say told tells claim claims claimed claiming "
    "purported purportedly "
    "purporting "
    "apparent apparently appears appeared appear if not no never unless but except though "
    "although despite however believed thought charged indicted denies denied denying deny disputed "
    "disputes unconfirmed citing cited lawsuit complaint indictment affidavit rumored rumoured supposedly "
    "possibly without neither nor only false falsely debunked "
    "unproven suggests suggested accusation "
    "accusations contends contended testified wrote argued argues asserts asserted insisted insists maintains"
)
"""Words that qualify or attribute a claim. A cut that would drop one of them is not made."""

FIRST_PERSON = _words(
    "i we my our me myself ourselves mine ours i'm we're i've we've i'd we'd i'll we'll let's"
)
SECOND_PERSON = _words("you your yours yourself you're you've you'll you'd")

PERSON_NOUNS = _words(
    "president man woman judge mayor suspect senator governor minister king queen prince pope officer teacher "
    "lawyer doctor candidate leader chief secretary actor actress singer star mother father son daughter wife "
    "husband boy girl teenager driver student soldier pilot player coach lawmaker nominee defendant victim "
    "everyone someone nobody"
)

_VERB_BASES = """
accept accuse acknowledge act add address admit adopt advance advise agree aim allege allow announce answer
appeal appear apologize apologise appoint approve argue arrest arrive ask attack attempt attend avoid award back
ban bar block bolster boost bring call cancel capture cause celebrate challenge change charge cite claim clash
clear climb close collapse collide compare complete conclude condemn confirm consider continue convict cool
crash create criticize criticise cross curb cut damage debate decide declare decline defeat defend delay deliver
demand deny deploy describe destroy detail detain die direct disappear disclose discover discuss dismiss disrupt
divide donate double downplay drop ease edge elect emerge end endorse enter erupt escape evacuate examine exceed
exchange execute expand expect explain explode express extend face fail favor favour file fine finish fire force
form free gain grant greet halt handle head help hire hope host identify ignore impose improve include increase
indict inform injure insist introduce investigate invite issue join jump keep kill land last launch leak lift
limit lodge look lower mark marry match merge miss monitor mourn move name near need nominate note
obtain offer open oppose order oust outline overturn own pardon pass pause perform permit phase pick place plan
play plead pledge plunge point pose postpone praise predict prepare present press pressure prevent probe produce
promise prompt propose protest prove provide publish pull purchase pursue push question race raise rally reach
react rebuke receive recall recommend recover reduce refuse refute reject release relieve remain remove replace
report request require rescue reshape resign resist resolve respond restore result resume retire return reveal
review revive rule sack sanction save schedule score search secure seem seize sentence serve settle share shift
show shrug shut sign signal slash slow soar sort spark speculate start stay step stop strain stress struggle
stumble submit succeed sue suffer suggest support surge surpass survive suspend target tell test threaten top
toughen trade transfer travel trigger try tumble turn underscore unveil update urge use vanish veto view visit
vote vow wait walk want warn watch weigh welcome win work worry wound
"""

_IRREGULAR = _words(
    "is are was were be been am has have had will would can could may might must shall should does do did says say "
    "said told tells goes go went gone gets get got gives give gave given takes take took taken makes make made "
    "comes come came sees see saw seen finds find found leaves leave left loses lose lost wins won holds hold held "
    "meets meet met pays pay paid runs run ran sends send sent sets set sells sell sold seeks seek sought shoots "
    "shoot shot sits sit sat speaks speak spoke spends spend spent stands stand stood steals strikes strike struck "
    "teaches thinks think thought throws threw wears writes write wrote written becomes become became begins begin "
    "began begun breaks break broke broken brings brought builds build built buys buy bought catches caught "
    "chooses chose chosen deals draws drew drives drove falls fall fell fallen feels felt fights fight fought flies "
    "flew forbids freezes froze grows grow grew hears heard hits hit hurts hurt keeps kept knows knew known lays "
    "laid leads lead led lies lay means meant puts put quits quit reads read rises rise rose rides rings sank "
    "sinks shakes shook shows shown shuts shut sings spreads spread swears swore sweeps swept swims tears tore "
    "wakes withdraws withdrew pled pleaded sued dies died denies denied tries tried carries carried isn't aren't "
    "wasn't weren't won't can't don't doesn't didn't hasn't haven't couldn't wouldn't shouldn't nets eyes bids "
    "faces beats beat bans banned cuts drops dropped stops stopped stole hid rode wore fled"
)


def _inflected(base: str) -> tuple[str, ...]:
    if base.endswith("e"):
        return base, base + "s", base + "d"
    if base.endswith("y") and base[-2] not in "aeiou":
        return base, base[:-1] + "ies", base[:-1] + "ied"
    plural = base + ("es" if base.endswith(("s", "sh", "ch", "x", "z")) else "s")
    return base, plural, base + "ed", base + base[-1] + "ed"


VERBS = _IRREGULAR | {form for base in _VERB_BASES.split() for form in _inflected(base)}
"""Finite forms of verbs that news uses: enough to tell a clause from a label."""

PAST = _words(
    "said told gave took made held met won lost left sent set let threw began broke brought came fell found got kept "
    "led ran saw shot spoke struck went hit put cut"
)
"""Irregular past tenses that a weekday may stand beside."""

BARE_VERBS = frozenset(_VERB_BASES.split()) - _IRREGULAR
"""Forms that are as often nouns ("a record vote"): verbs only after "to", a modal or a plural."""

NOUN_LIKE = _words(
    "issues plans reports calls claims attacks charges talks deals results demands votes threats moves offers protests "
    "limits cuts strikes bids hits shares sales trades raises rules fires fines images reviews needs hopes looks names "
    "places orders leads questions sentences signals stops supports targets tests works wounds damages prompts debates "
    "awards arrests reports forces visits warnings changes challenges searches services aims costs causes races roles "
    "views faces falls lies drops rises runs shows sets wears closes crashes clashes delays appeals answers heads"
)
"""Plural nouns that are also verbs: verbs only before an object, "to", "that" or a particle."""

LEADS_VERB = _words(
    "will would can could may might must should shall not they who that we you and or don't didn't "
    "doesn't won't can't did does do never"
)
FOLLOWS_VERB = _words(
    "to the a an that his her its their it him them us up down out off over for as in on at against with"
)
BEFORE_NOUN = _words("a an the of in by for with his her their its this that these those some most many more")
CALENDAR = _words(
    "january february march april may june july august september october november december jan feb mar apr jun jul aug "
    "sep sept oct nov dec monday tuesday wednesday thursday friday saturday sunday spring summer autumn fall winter "
    "last next early late earlier later now today yesterday"
)

_NUMERALS = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty",
)  # fmt: skip
SAME_NEWS = (
    "reject refuse deny decline rebuff dismiss toss spurn downplay shrug brush", "concern worry fear",
    "bid request petition appeal", "plead plea",
    "wound injure hurt injury", "shoot shot gunshot gunman shooter shooting gunfire", "strike bomb hit attack struck",
    "cut reduce scale curtail trim", "drill exercise", "leave depart departure step resign quit exit left",
    "kill die dead death deadly fatal fatally", "buy purchase acquire bought", "arrest detain custody",
    "begin start kick began", "sue lawsuit suit", "quake earthquake tremor temblor", "meet met meeting talk",
    "ship boat vessel carrier", "order direct instruct", "threaten warn threat", "vandal vandalize vandalism deface",
)  # fmt: skip
"""Words that headlines use for one another: two sentences that differ in these alone tell one thing."""

COUNTRIES = (
    "ukraine ukrainian", "russia russian", "israel israeli", "iran iranian", "iraq iraqi", "korea korean",
    "china chinese", "japan japanese", "india indian", "pakistan pakistani", "indonesia indonesian",
    "colombia colombian", "venezuela venezuelan", "mexico mexican", "canada canadian", "france french",
    "germany german", "italy italian", "spain spanish", "poland polish", "greece greek", "turkey turkish",
    "syria syrian", "egypt egyptian", "lebanon lebanese", "yemen yemeni", "cuba cuban", "brazil brazilian",
    "australia australian", "ireland irish", "scotland scottish", "sweden swedish", "norway norwegian",
    "europe european", "africa african", "nigeria nigerian", "sudan sudanese", "kenya kenyan", "afghanistan afghan",
    "vietnam vietnamese", "taiwan taiwanese", "haiti haitian", "hungary hungarian",
)  # fmt: skip
"""A country and its people: "Ukraine's drones" are "Ukrainian drones"."""

NUMBER_WORDS = {word: str(value) for value, word in enumerate(_NUMERALS)}
