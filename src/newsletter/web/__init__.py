"""The pages: what every link in a mail leads to, and the editor's preview."""
