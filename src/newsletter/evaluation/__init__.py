"""How good the engine is on days that people labelled: grouping, line-up, words. `newsletter evaluate`.

``gold`` reads a labelled day, ``stories``, ``lineup`` and ``words`` score what the engine made of it. The scores
are pure functions of two things side by side; nothing here groups, chooses or writes.
"""
