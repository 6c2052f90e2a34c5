"""The words of the fictional issue: outlets, articles, and which of their sentences are quoted where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from newsletter.domain.leaning import Leaning, Side

OUTLETS: Mapping[Leaning, Mapping[str, str]] = {
    Leaning.LEFT: {
        "harborstandard.example": "Harbor Standard",
        "uniondispatch.example": "Union Dispatch",
        "lantern.example": "The Lantern",
    },
    Leaning.LEAN_LEFT: {
        "civicledger.example": "Civic Ledger",
        "metrovoice.example": "Metro Voice",
        "northstarpost.example": "North Star Post",
        "commonweal.example": "The Common Reader",
        "prairieprogress.example": "Prairie Progress",
        "baytimes.example": "Bay Times",
    },
    Leaning.CENTER: {
        "meridian.example": "Meridian News",
        "dailyregister.example": "The Daily Register",
        "capitalwire.example": "Capital Wire",
        "plainfacts.example": "Plain Facts",
        "lakesidetribune.example": "Lakeside Tribune",
        "statehouse.example": "Statehouse Report",
    },
    Leaning.LEAN_RIGHT: {
        "libertycourier.example": "Liberty Courier",
        "heartlandherald.example": "Heartland Herald",
        "mainstreet.example": "Main Street Times",
    },
    Leaning.RIGHT: {
        "sentinel.example": "The Sentinel",
        "foundersjournal.example": "Founders Journal",
        "eaglereview.example": "Eagle Review",
    },
    Leaning.UNRATED: {"quarry.example": "Quarry Bulletin"},
}

Told = Mapping[str, tuple[str, str]]
"""Outlet -> (title, text)."""


@dataclass(frozen=True, slots=True)
class StoryText:
    """One story: what outlets printed (the first gives the headline), and (outlet, quotation) pairs."""

    slug: str
    told: Told
    also: tuple[str, ...] = ()
    """Outlets that ran a piece without a text."""
    dek: tuple[str, str] | None = None
    overview: tuple[tuple[str, str], ...] = ()
    sides: Mapping[Side, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    agreed: tuple[tuple[str, str], ...] = ()
    disputed: tuple[str, tuple[tuple[str, str], ...]] | None = None
    wires: tuple[tuple[str, str, tuple[str, ...]], ...] = ()
    continued: bool = False
    opinion: tuple[str, ...] = ()


FERRY = StoryText(
    slug="harbor bill",
    told={
        "meridian.example": (
            "Senate passes harbor bill after night of talks over who pays for dredging",
            "The Senate passed a $38 billion harbor bill on Thursday, 54 to 43, after a night of talks over who "
            "pays for dredging. The measure sends most of the money to eleven ports over six years and now goes "
            "to the House, which returns in September.",
        ),
        "harborstandard.example": (
            "Dockworkers win a say in the harbor bill",
            "Union leaders said the apprenticeship clause would bring 14,000 jobs to towns that lost their yards. "
            "Shipping lines will pay a fee of two dollars a container under the compromise. Ten Republicans voted "
            "for it.",
        ),
        "uniondispatch.example": (
            "Harbor money comes with apprentices",
            "The bill reserves a tenth of its money for apprentices, a first for a public works act of this size.",
        ),
        "libertycourier.example": (
            "Harbor bill adds $9 billion to deficit, budget office says",
            "The budget office estimated that fees will cover three quarters of the cost, leaving $9 billion to "
            "borrow over the decade. Senator Alma Reyes called the container fee a tax on every family's groceries.",
        ),
        "sentinel.example": (
            "Ten senators who broke ranks on the harbor bill",
            "Ten Republicans joined all but one Democrat. Small ports inland get nothing from the measure until its "
            "fifth year, according to the schedule attached to it.",
        ),
        "dailyregister.example": (
            "What the harbor bill would do",
            "Dredging would begin with the three deepest channels in spring. The House has its own version without "
            "the container fee, so the two chambers will have to meet on a common text.",
        ),
    },
    also=(
        "lantern.example",
        "civicledger.example",
        "metrovoice.example",
        "northstarpost.example",
        "commonweal.example",
        "prairieprogress.example",
        "baytimes.example",
        "capitalwire.example",
        "plainfacts.example",
        "lakesidetribune.example",
        "statehouse.example",
        "heartlandherald.example",
        "mainstreet.example",
        "foundersjournal.example",
        "quarry.example",
    ),
    dek=("meridian.example", "sends most of the money to eleven ports over six years"),
    overview=(
        ("meridian.example", "The Senate passed a $38 billion harbor bill on Thursday, 54 to 43"),
        (
            "harborstandard.example",
            "Shipping lines will pay a fee of two dollars a container under the compromise",
        ),
        ("dailyregister.example", "The House has its own version without the container fee"),
    ),
    sides={
        Side.LEFT: (
            (
                "harborstandard.example",
                "Union leaders said the apprenticeship clause would bring 14,000 jobs to towns that lost their yards",
            ),
            ("uniondispatch.example", "The bill reserves a tenth of its money for apprentices"),
        ),
        Side.CENTER: (
            ("dailyregister.example", "Dredging would begin with the three deepest channels in spring"),
        ),
        Side.RIGHT: (
            (
                "libertycourier.example",
                "Senator Alma Reyes called the container fee a tax on every family's groceries",
            ),
            ("sentinel.example", "Small ports inland get nothing from the measure until its fifth year"),
        ),
    },
    agreed=(
        ("harborstandard.example", "Ten Republicans voted for it"),
        ("sentinel.example", "Ten Republicans joined all but one Democrat"),
    ),
    disputed=(
        "Who pays in the end",
        (
            ("harborstandard.example", "Shipping lines will pay a fee of two dollars a container"),
            ("libertycourier.example", "leaving $9 billion to borrow over the decade"),
        ),
    ),
    wires=(
        (
            "capitalwire.example",
            "Capital Wire",
            ("capitalwire.example", "plainfacts.example", "baytimes.example", "mainstreet.example"),
        ),
    ),
    continued=True,
)

TEACHERS = StoryText(
    slug="teacher strike",
    told={
        "lakesidetribune.example": (
            "Lakeside teachers and school board reach a deal, ending an eleven-day strike",
            "Lakeside's teachers and school board reached a three-year contract late Wednesday, ending a strike that "
            "closed 64 schools for eleven days. Classes resume on Monday. Pay rises 9 percent over three years, and "
            "class sizes are capped at 28.",
        ),
        "metrovoice.example": (
            "Teachers return with smaller classes",
            "Teachers said the cap on class sizes mattered more to them than pay. The board had offered the same cap "
            "in March and withdrew it.",
        ),
        "civicledger.example": (
            "The strike that parents joined",
            "Parents carried meals to the picket lines, and three of four supported the strike in a county poll.",
        ),
        "heartlandherald.example": (
            "Strike deal means a property tax vote in Lakeside",
            "The contract depends on a property tax increase that voters will decide in November. The board's own "
            "figures put the cost at $212 a year for a typical house.",
        ),
        "foundersjournal.example": (
            "Eleven lost days, and the bill",
            "Families of 31,000 pupils paid for eleven lost days, and no make-up days are planned.",
        ),
        "plainfacts.example": (
            "Inside the Lakeside contract",
            "The contract runs to 2029 and ties further raises to enrollment, which has fallen for six years.",
        ),
    },
    also=(
        "northstarpost.example",
        "baytimes.example",
        "statehouse.example",
        "meridian.example",
        "eaglereview.example",
        "sentinel.example",
    ),
    dek=("lakesidetribune.example", "Pay rises 9 percent over three years, and class sizes are capped at 28"),
    overview=(
        (
            "lakesidetribune.example",
            "Lakeside's teachers and school board reached a three-year contract late Wednesday, ending a strike that "
            "closed 64 schools for eleven days",
        ),
        (
            "heartlandherald.example",
            "The contract depends on a property tax increase that voters will decide in November",
        ),
    ),
    sides={
        Side.LEFT: (
            ("metrovoice.example", "Teachers said the cap on class sizes mattered more to them than pay"),
        ),
        Side.CENTER: (
            (
                "plainfacts.example",
                "The contract runs to 2029 and ties further raises to enrollment, which has fallen for six years",
            ),
        ),
        Side.RIGHT: (
            (
                "foundersjournal.example",
                "Families of 31,000 pupils paid for eleven lost days, and no make-up days are planned",
            ),
        ),
    },
    agreed=(("lakesidetribune.example", "Classes resume on Monday"),),
    continued=True,
)

COURT = StoryText(
    slug="water ruling",
    told={
        "capitalwire.example": (
            "Appeals court lets upstream states hold back river water through October",
            "A federal appeals court on Thursday let four upstream states keep water in their reservoirs through "
            "October while a suit by two downstream states goes on. The panel split 2 to 1. It found that the 1963 "
            "compact leaves the timing of releases to the states.",
        ),
        "northstarpost.example": (
            "Downstream towns brace for a dry autumn",
            "Mayors of nine downstream towns said they would ration water from next week. The dissenting judge "
            "wrote that the compact promised the river, not a favor.",
        ),
        "prairieprogress.example": (
            "River ruling leaves tribes waiting again",
            "Two tribes whose claims predate the compact were not heard by the panel, their lawyer said.",
        ),
        "eaglereview.example": (
            "Court respects the states' compact",
            "The ruling leaves the decision with the states that signed the compact, as ranchers upstream had asked.",
        ),
        "statehouse.example": (
            "How the river compact works",
            "Reservoirs upstream stand at 41 percent, the lowest mid-August level since records began in 1937.",
        ),
        "meridian.example": (
            "Next steps in the river case",
            "The downstream states have fourteen days to ask the full court to hear the case.",
        ),
    },
    also=("civicledger.example", "lantern.example", "dailyregister.example"),
    dek=("capitalwire.example", "the 1963 compact leaves the timing of releases to the states"),
    overview=(
        (
            "capitalwire.example",
            "A federal appeals court on Thursday let four upstream states keep water in their reservoirs through "
            "October while a suit by two downstream states goes on",
        ),
        (
            "meridian.example",
            "The downstream states have fourteen days to ask the full court to hear the case",
        ),
    ),
    sides={
        Side.LEFT: (
            (
                "northstarpost.example",
                "Mayors of nine downstream towns said they would ration water from next week",
            ),
        ),
        Side.CENTER: (
            (
                "statehouse.example",
                "Reservoirs upstream stand at 41 percent, the lowest mid-August level since records began in 1937",
            ),
        ),
        Side.RIGHT: (
            (
                "eaglereview.example",
                "The ruling leaves the decision with the states that signed the compact, as ranchers upstream had "
                "asked",
            ),
        ),
    },
    disputed=(
        "What the compact promised",
        (
            ("capitalwire.example", "the 1963 compact leaves the timing of releases to the states"),
            ("northstarpost.example", "the compact promised the river, not a favor"),
        ),
    ),
    opinion=("eaglereview.example",),
)

RAIL = StoryText(
    slug="rail merger",
    told={
        "dailyregister.example": (
            "Regulators clear the merger of two freight railroads, with conditions",
            "Regulators cleared the merger of two of the six largest freight railroads on Thursday, on condition that "
            "the new company keep 212 small shippers' tracks open for ten years. The company would run 32,000 miles "
            "of track in 24 states.",
        ),
        "commonweal.example": (
            "One railroad fewer",
            "Farm cooperatives and two unions had asked the board to refuse the merger, citing higher rates after the "
            "last one.",
        ),
        "uniondispatch.example": (
            "Rail unions weigh a suit",
            "Rail unions said they may sue over 1,100 dispatch jobs that the filing lists as duplicates.",
        ),
        "mainstreet.example": (
            "Merged railroad promises to take trucks off the road",
            "The railroads say one line without a change of crews would take two million truck trips off highways.",
        ),
        "libertycourier.example": (
            "A merger approved, with strings",
            "Critics of the conditions said the board had turned a merger review into a ten-year permit.",
        ),
        "plainfacts.example": (
            "The rail merger in numbers",
            "Rates rose 4 percent in the three years after the last merger of this size, the board's economists found.",
        ),
    },
    also=(
        "harborstandard.example",
        "lantern.example",
        "capitalwire.example",
        "heartlandherald.example",
        "foundersjournal.example",
    ),
    dek=("dailyregister.example", "The company would run 32,000 miles of track in 24 states"),
    overview=(
        (
            "dailyregister.example",
            "Regulators cleared the merger of two of the six largest freight railroads on Thursday",
        ),
        ("uniondispatch.example", "Rail unions said they may sue over 1,100 dispatch jobs"),
    ),
    sides={
        Side.LEFT: (
            (
                "commonweal.example",
                "Farm cooperatives and two unions had asked the board to refuse the merger, citing higher rates",
            ),
        ),
        Side.CENTER: (
            (
                "plainfacts.example",
                "Rates rose 4 percent in the three years after the last merger of this size",
            ),
        ),
        Side.RIGHT: (
            (
                "libertycourier.example",
                "Critics of the conditions said the board had turned a merger review into a ten-year permit",
            ),
        ),
    },
    agreed=(("dailyregister.example", "keep 212 small shippers' tracks open for ten years"),),
)

CLINIC = StoryText(
    slug="clinic closures",
    told={
        "northstarpost.example": (
            "State to close five rural clinics by the end of the year",
            "The state will close five rural clinics by December, health officials said on Thursday, and send "
            "patients to hospitals up to 70 miles away. The clinics saw 18,000 patients last year. Staff were told "
            "by letter.",
        ),
        "baytimes.example": (
            "Nurses ask who will answer at night",
            "Nurses at two of the clinics said nobody had been named to answer night calls after December.",
        ),
        "lakesidetribune.example": (
            "Clinic closings: what patients should know",
            "Records move to the county hospitals on November 1, and patients can choose another provider until then.",
        ),
        "plainfacts.example": (
            "Why the clinics close",
            "The clinics have lost $6 million a year since a federal grant ended in 2024.",
        ),
    },
    also=("metrovoice.example",),
    dek=("northstarpost.example", "The clinics saw 18,000 patients last year"),
    overview=(
        (
            "northstarpost.example",
            "The state will close five rural clinics by December, health officials said on "
            "Thursday, and send patients to hospitals up to 70 miles away",
        ),
        ("plainfacts.example", "The clinics have lost $6 million a year since a federal grant ended in 2024"),
    ),
    sides={
        Side.LEFT: (
            (
                "baytimes.example",
                "Nurses at two of the clinics said nobody had been named to answer night calls",
            ),
        ),
        Side.CENTER: (("lakesidetribune.example", "Records move to the county hospitals on November 1"),),
    },
)

MAIN = (FERRY, TEACHERS, COURT, RAIL, CLINIC)

BRIEFS = (
    StoryText(
        "bridge",
        {"statehouse.example": ("Governor signs order to inspect 340 bridges after barge strike", "")},
        also=("metrovoice.example", "lantern.example", "meridian.example", "sentinel.example"),
    ),
    StoryText(
        "jobs",
        {"plainfacts.example": ("Jobless claims fall to lowest level since February", "")},
        also=("baytimes.example", "mainstreet.example", "libertycourier.example", "capitalwire.example"),
    ),
    StoryText(
        "wildfire",
        {"baytimes.example": ("Crews hold the Pine Ridge fire at 12,000 acres as winds ease", "")},
        also=("lakesidetribune.example", "heartlandherald.example", "dailyregister.example"),
    ),
    StoryText(
        "primary",
        {"foundersjournal.example": ("Two incumbents lose primaries in the northern counties", "")},
        also=("civicledger.example", "statehouse.example", "eaglereview.example", "meridian.example"),
    ),
    StoryText(
        "chips",
        {"libertycourier.example": ("Chip maker picks a former steel town for its third plant", "")},
        also=("harborstandard.example", "capitalwire.example", "sentinel.example"),
    ),
    StoryText(
        "library",
        {"civicledger.example": ("County board puts the library levy back on the ballot", "")},
        also=("heartlandherald.example", "lakesidetribune.example"),
    ),
)

BLINDSPOTS = (
    StoryText(
        "warehouse",
        {"uniondispatch.example": ("Warehouse inspectors were cut by a third, records show", "")},
        also=(
            "harborstandard.example",
            "lantern.example",
            "civicledger.example",
            "metrovoice.example",
            "commonweal.example",
            "meridian.example",
        ),
    ),
    StoryText(
        "audit",
        {
            "heartlandherald.example": (
                "City paid $11 million to a shelter contractor without bids, audit finds",
                "",
            )
        },
        also=(
            "libertycourier.example",
            "sentinel.example",
            "foundersjournal.example",
            "eaglereview.example",
            "mainstreet.example",
            "plainfacts.example",
            "baytimes.example",
        ),
    ),
)
