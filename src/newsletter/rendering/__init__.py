"""An issue to a mail: one view, its HTML and its plain text, and the checks before it may go.

::

    Issue ──view──> MailView ──Jinja──> MJML ──mjml──> HTML ┐
                        └─────Jinja──> plain text, subject ─┴─> Mail ──checks──> verdicts

``view`` holds every wording decision, so that HTML and text cannot differ in what they say; ``shown`` what
of a story the mail has room for; ``trim`` what goes next when five minutes are not enough; ``balance`` how
fairly it came out.
"""
