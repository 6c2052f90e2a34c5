"""Which countries and which American states a text names. Two like events in two places are two events.

Only names that mean nothing else in a headline: no Georgia, Jordan, Chad or Washington. The United States are no place
here: American officials act in the news of any country.
"""

from __future__ import annotations

import re

_COUNTRIES = """
    Afghanistan Afghan Afghans|Albania Albanian|Algeria Algerian|Angola Angolan|Argentina Argentine|Armenia Armenian
    Australia Australian|Austria Austrian|Azerbaijan Azerbaijani|Bahamas Bahamian|Bahrain Bahraini
    Bangladesh Bangladeshi|Barbados|Belarus Belarusian|Belgium Belgian|Benin|Bolivia Bolivian|Bosnia Bosnian
    Botswana|Brazil Brazilian|Britain British UK England English Scotland Scottish Wales Welsh|Bulgaria Bulgarian
    Burundi|Cambodia Cambodian|Cameroon|Canada Canadian|Chile Chilean|China Chinese|Colombia Colombian|Congo Congolese
    Croatia Croatian|Cuba Cuban|Cyprus Cypriot|Czechia Czech|Denmark Danish|Ecuador Ecuadorian|Egypt Egyptian
    Eritrea Eritrean|Estonia Estonian|Ethiopia Ethiopian|Fiji|Finland Finnish|France French|Gabon|Gambia
    Gaza Gazan|Germany German|Ghana Ghanaian|Greece Greek|Greenland|Guatemala Guatemalan|Guinea|Guyana|Haiti Haitian
    Honduras Honduran|Hungary Hungarian|Iceland Icelandic|India Indian|Indonesia Indonesian|Iran Iranian|Iraq Iraqi
    Ireland Irish|Israel Israeli|Italy Italian|Jamaica Jamaican|Japan Japanese|Kazakhstan Kazakh|Kenya Kenyan
    Korea Korean|Kosovo|Kuwait Kuwaiti|Kyrgyzstan Kyrgyz|Laos|Latvia Latvian|Lebanon Lebanese|Lesotho|Liberia Liberian
    Libya Libyan|Lithuania Lithuanian|Luxembourg|Madagascar|Malawi|Malaysia Malaysian|Maldives|Mali Malian
    Malta Maltese|Mauritania|Mauritius|Mexico Mexican|Moldova Moldovan|Mongolia Mongolian|Montenegro
    Morocco Moroccan|Mozambique|Myanmar Burma|Namibia Namibian|Nepal Nepali Nepalese|Netherlands Dutch
    Nicaragua Nicaraguan|Niger|Nigeria Nigerian|Norway Norwegian|Oman Omani|Pakistan Pakistani|Panama Panamanian
    Paraguay|Peru Peruvian|Philippines Philippine Filipino|Poland|Portugal Portuguese|Qatar Qatari|Romania Romanian
    Russia Russian|Rwanda Rwandan|Samoa|Saudi|Senegal Senegalese|Serbia Serbian|Singapore|Slovakia Slovak
    Slovenia Slovenian|Somalia Somali|Spain Spanish|Lanka Lankan|Sudan Sudanese|Sweden Swedish|Switzerland Swiss
    Syria Syrian|Taiwan Taiwanese|Tajikistan|Tanzania Tanzanian|Thailand Thai|Togo|Tonga|Tunisia Tunisian
    Türkiye Turkish|Turkmenistan|Uganda Ugandan|Ukraine Ukrainian|Uruguay|Uzbekistan|Vanuatu|Venezuela Venezuelan
    Vietnam Vietnamese|Yemen Yemeni|Zambia Zambian|Zealand|Zimbabwe Zimbabwean
"""
_STATES = """
    Alabama|Alaska|Arizona|Arkansas|California|Carolina|Colorado|Connecticut|Dakota|Delaware|Florida|Hawaii Hawaiian
    Idaho|Illinois|Indiana|Iowa|Kansas|Kentucky|Louisiana|Maine|Maryland|Massachusetts|Michigan|Minnesota|Mississippi
    Missouri|Montana|Nebraska|Nevada|Hampshire|Ohio|Oklahoma|Oregon|Pennsylvania|Tennessee|Texas|Utah|Vermont|Virginia
    Wisconsin|Wyoming
"""
_NAME = re.compile(r"[A-Z]\w+")


def _by_name(groups: str) -> dict[str, str]:
    """Each name, each adjective and its plural -> the place's first name."""
    found = {}
    for group in groups.replace("\n", "|").split("|"):
        for name in group.split():
            found[name] = found[f"{name}s"] = group.split()[0]
    return found


_LEVELS = (_by_name(_COUNTRIES), _by_name(_STATES))
"""A state lies in a country: only places of one level exclude each other."""
LEVELS = len(_LEVELS)

Places = tuple[frozenset[str], ...]
"""What a text names, by level."""


def places_of(text: str) -> Places:
    """The countries and the states that a text names, each by its first name."""
    names = set(_NAME.findall(text))
    return tuple(frozenset(level[name] for name in names & level.keys()) for level in _LEVELS)
