"""An issue to a mail: Jinja, MJML, plain text, and the checks before it may go."""
