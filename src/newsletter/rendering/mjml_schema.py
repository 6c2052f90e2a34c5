"""What MJML 4 allows: components, their parents, their attributes and the form of each value.

The renderer (mrml) takes unknown attributes, bad nesting and bad colours without a word, so we hold a table
of our own. Source: the component reference of MJML 4, documentation.mjml.io.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

_NAMED = """
    aliceblue antiquewhite aqua aquamarine azure beige bisque black blanchedalmond blue blueviolet brown
    burlywood cadetblue chartreuse chocolate coral cornflowerblue cornsilk crimson cyan darkblue
    darkcyan darkgoldenrod darkgray darkgreen darkgrey darkkhaki darkmagenta darkolivegreen darkorange
    darkorchid darkred darksalmon darkseagreen darkslateblue darkslategray darkslategrey darkturquoise
    darkviolet deeppink deepskyblue dimgray dimgrey dodgerblue firebrick floralwhite forestgreen fuchsia
    gainsboro ghostwhite gold goldenrod gray green greenyellow grey honeydew hotpink indianred indigo
    ivory khaki lavender lavenderblush lawngreen lemonchiffon lightblue lightcoral lightcyan
    lightgoldenrodyellow lightgray lightgreen lightgrey lightpink lightsalmon lightseagreen lightskyblue
    lightslategray lightslategrey lightsteelblue lightyellow lime limegreen linen magenta maroon
    mediumaquamarine mediumblue mediumorchid mediumpurple mediumseagreen mediumslateblue
    mediumspringgreen mediumturquoise mediumvioletred midnightblue mintcream mistyrose moccasin
    navajowhite navy oldlace olive olivedrab orange orangered orchid palegoldenrod palegreen
    paleturquoise palevioletred papayawhip peachpuff peru pink plum powderblue purple rebeccapurple red
    rosybrown royalblue saddlebrown salmon sandybrown seagreen seashell sienna silver skyblue slateblue
    slategray slategrey snow springgreen steelblue tan teal thistle tomato turquoise violet wheat white
    whitesmoke yellow yellowgreen transparent inherit currentcolor
"""
_COLOUR_NAMES = frozenset(_NAMED.split())
"""CSS Color 4, named colours and keywords."""

_COLOUR = re.compile(
    r"#(?:[0-9a-f]{3}|[0-9a-f]{4}|[0-9a-f]{6}|[0-9a-f]{8})|(?:rgb|hsl)a?\([\d\s.,%/-]+\)", re.IGNORECASE
)
_LENGTH = r"-?\d+(?:\.\d+)?(?:px|%|em|rem)?"
_LENGTHS = re.compile(rf"{_LENGTH}(?:\s+{_LENGTH}){{0,3}}", re.IGNORECASE)
_ONE_LENGTH = re.compile(rf"{_LENGTH}|normal|auto|inherit", re.IGNORECASE)
_LINK = re.compile(r"(?:https?://|mailto:|tel:|#)\S*", re.IGNORECASE)

Form = Callable[[str], str]
"""Says what is wrong with a value; empty when nothing is."""


def colour(value: str) -> str:
    fine = value.strip().lower() in _COLOUR_NAMES or _COLOUR.fullmatch(value.strip())
    return "" if fine else f"{value!r} is no colour"


def link(value: str) -> str:
    return "" if _LINK.fullmatch(value.strip()) else f"{value!r} is no http(s), mailto or in-mail link"


def picture(value: str) -> str:
    fine = re.fullmatch(r"https?://\S+", value.strip(), re.IGNORECASE)
    return "" if fine else f"{value!r} is no http(s) address of a picture"


def lengths(value: str) -> str:
    return "" if _LENGTHS.fullmatch(value.strip()) else f"{value!r} is no length like 16px or 0 20px"


def length(value: str) -> str:
    return "" if _ONE_LENGTH.fullmatch(value.strip()) else f"{value!r} is no length like 16px"


def free(_value: str) -> str:
    return ""


def one_of(*words: str) -> Form:
    def form(value: str) -> str:
        return "" if value in words else f"{value!r} is none of {', '.join(words)}"

    return form


_ALIGN = one_of("left", "center", "right", "justify")
_VERTICAL = one_of("top", "middle", "bottom")
_DIRECTION = one_of("ltr", "rtl")

FORMS: Mapping[str, Form] = {
    "align": _ALIGN, "text-align": _ALIGN, "icon-align": _VERTICAL, "vertical-align": _VERTICAL,
    "direction": _DIRECTION, "dir": one_of("ltr", "rtl", "auto"), "href": link, "action": link, "src": picture,
    "background-url": picture, "thumbnails-src": picture, "icon-wrapped-url": picture,
    "icon-unwrapped-url": picture, "full-width": one_of("full-width", "false"),
    "padding": lengths, "inner-padding": lengths, "border-radius": lengths, "inner-border-radius": lengths,
    "font-size": length, "line-height": length, "letter-spacing": length, "width": length, "height": length,
    "max-height": length, "cellpadding": length, "cellspacing": length,
    "table-layout": one_of("auto", "fixed", "initial", "inherit"), "mode": free,
    "text-decoration": one_of("none", "underline", "overline", "line-through"),
    "font-style": one_of("normal", "italic", "oblique"),
    "text-transform": one_of("none", "capitalize", "uppercase", "lowercase"),
}  # fmt: skip
"""The form of an attribute's value, by its name; names ending in ``color`` or ``padding-…`` by their ending."""


def form_of(attribute: str) -> Form:
    if attribute in FORMS:
        return FORMS[attribute]
    if attribute.endswith("color"):
        return colour
    return length if re.fullmatch(r"(?:inner-)?padding-(?:top|right|bottom|left)", attribute) else free


@dataclass(frozen=True, slots=True)
class Component:
    """One MJML element."""

    parents: frozenset[str]
    attributes: frozenset[str]
    html: bool = False
    """An "ending tag": it holds HTML or text, and no further components."""


def _component(parents: str, attributes: str = "", *, html: bool = False) -> Component:
    return Component(frozenset(parents.split()), frozenset(attributes.split()), html)


_PAD = "padding padding-top padding-right padding-bottom padding-left"
_BORDER = "border border-top border-right border-bottom border-left border-radius"
_BACK = "background-color background-url background-repeat background-size background-position"
_FONT = (
    "font-family font-size font-style font-weight letter-spacing line-height text-decoration text-transform"
)
_CELL = f"align container-background-color {_PAD}"
_SECTION = (
    f"{_BACK} background-position-x background-position-y {_BORDER} direction full-width {_PAD} text-align"
)
_IN_COLUMN = "mj-column mj-hero"
_ICONS = (
    "icon-align icon-height icon-position icon-width icon-wrapped-alt icon-wrapped-url icon-unwrapped-alt \
icon-unwrapped-url"
)
_SOCIAL = f"color icon-height icon-size icon-padding text-padding {_FONT}"

COMPONENTS: Mapping[str, Component] = {
    "mjml": _component("", "lang dir owa"),
    "mj-head": _component("mjml"),
    "mj-body": _component("mjml", "background-color width css-class id"),
    "mj-attributes": _component("mj-head"),
    "mj-all": _component("mj-attributes"),
    "mj-class": _component("mj-attributes", "name"),
    "mj-breakpoint": _component("mj-head", "width"),
    "mj-font": _component("mj-head", "name href"),
    "mj-preview": _component("mj-head", html=True),
    "mj-style": _component("mj-head", html=True),
    "mj-title": _component("mj-head", html=True),
    "mj-raw": _component("mj-head mj-body mj-wrapper mj-section mj-group mj-column mj-hero", "position", html=True),
    "mj-wrapper": _component("mj-body", f"{_SECTION} gap"),
    "mj-section": _component("mj-body mj-wrapper", _SECTION),
    "mj-group": _component("mj-section", "background-color direction vertical-align width"),
    "mj-column": _component(
        "mj-section mj-group",
        f"background-color inner-background-color {_BORDER} inner-border inner-border-top inner-border-right "
        f"inner-border-bottom inner-border-left inner-border-radius width vertical-align {_PAD}",
    ),
    "mj-hero": _component(
        "mj-body mj-wrapper",
        f"{_BACK} background-height background-width background-position border-radius height inner-background-color "
        f"inner-padding mode vertical-align width {_CELL}",
    ),
    "mj-text": _component(_IN_COLUMN, f"color height {_FONT} {_CELL}", html=True),
    "mj-table": _component(
        _IN_COLUMN, f"border cellpadding cellspacing color role table-layout width {_FONT} {_CELL}", html=True
    ),
    "mj-button": _component(
        _IN_COLUMN,
        f"background-color {_BORDER} color height href inner-padding name rel target text-align title "
        f"vertical-align width {_FONT} {_CELL}",
        html=True,
    ),
    "mj-image": _component(
        _IN_COLUMN,
        f"alt {_BORDER} fluid-on-mobile font-size height href max-height name rel sizes src srcset target title "
        f"usemap width {_CELL}",
    ),
    "mj-divider": _component(_IN_COLUMN, f"border-color border-style border-width width {_CELL}"),
    "mj-spacer": _component(_IN_COLUMN, f"height {_CELL}"),
    "mj-social": _component(_IN_COLUMN, f"mode inner-padding table-layout border-radius {_SOCIAL} {_CELL}"),
    "mj-social-element": _component(
        "mj-social",
        f"align alt background-color border-radius href icon-position name rel src srcset sizes target title "
        f"vertical-align {_SOCIAL} {_PAD}",
        html=True,
    ),
    "mj-navbar": _component(
        _IN_COLUMN,
        f"base-url hamburger ico-align ico-close ico-color ico-font-family ico-font-size ico-line-height ico-open "
        f"ico-padding ico-padding-top ico-padding-right ico-padding-bottom ico-padding-left ico-text-decoration "
        f"ico-text-transform {_CELL}",
    ),
    "mj-navbar-link": _component("mj-navbar", f"color href name rel target {_FONT} {_PAD}", html=True),
    "mj-accordion": _component(_IN_COLUMN, f"border font-family {_ICONS} {_CELL}"),
    "mj-accordion-element": _component("mj-accordion", f"background-color border font-family {_ICONS}"),
    "mj-accordion-title": _component(
        "mj-accordion-element", f"background-color color font-family font-size font-weight {_PAD}", html=True
    ),
    "mj-accordion-text": _component(
        "mj-accordion-element",
        f"background-color color font-family font-size font-weight letter-spacing line-height {_PAD}",
        html=True,
    ),
    "mj-carousel": _component(
        _IN_COLUMN,
        f"border-radius icon-width left-icon right-icon tb-border tb-border-radius tb-hover-border-color "
        f"tb-selected-border-color tb-width thumbnails {_CELL}",
    ),
    "mj-carousel-image": _component(
        "mj-carousel", "alt border-radius href rel src target tb-border tb-border-radius thumbnails-src title"
    ),
}  # fmt: skip

REQUIRED: Mapping[str, tuple[str, ...]] = {
    "mj-image": ("src", "alt"),
    "mj-class": ("name",),
    "mj-font": ("name", "href"),
}
"""Attributes that must be given; an image without ``alt`` is read out by its address."""

TEXT_ONLY = frozenset({"mj-title", "mj-preview", "mj-style"})
"""Components that hold no HTML either."""

EVERYWHERE = frozenset({"css-class", "mj-class"})
"""Attributes that every component of the body takes."""

REFUSED: Mapping[str, str] = {
    "mj-html-attributes": "the renderer does not know mj-html-attributes; write the attribute into the HTML",
    "mj-selector": "the renderer does not know mj-html-attributes",
    "mj-html-attribute": "the renderer does not know mj-html-attributes",
    "mj-include": "mj-include is not supported; use {% include %}",
}
"""Elements of MJML that mrml cannot render, with what to do instead."""

ALL_ATTRIBUTES = frozenset().union(*(component.attributes for component in COMPONENTS.values()))
