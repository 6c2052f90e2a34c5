"""An operator's own templates go first, file by file; their mistakes are told by template and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from newsletter.errors import TemplateError
from newsletter.locate import folder
from tests.support.rendering_mail import mail_of, renderer, seen
from tests.support.sample_issue import sample_issue


def own(tmp_path: Path, name: str, text: str) -> Path:
    (tmp_path / "issue").mkdir(exist_ok=True)
    (tmp_path / "issue" / name).write_text(text, encoding="utf-8")
    return tmp_path


def packaged(name: str) -> str:
    return (folder("templates") / "issue" / name).read_text(encoding="utf-8")


def spoiled(tmp_path: Path, name: str, old: str, new: str) -> Path:
    text = packaged(name)
    assert old in text
    return own(tmp_path, name, text.replace(old, new, 1))


def line_of(name: str, text: str) -> int:
    return packaged(name).partition(text)[0].count("\n") + 1


def failure(templates: Path) -> TemplateError:
    with pytest.raises(TemplateError) as caught:
        renderer(None, templates).render(sample_issue())
    return caught.value


def test_one_file_of_the_operators_replaces_ours_and_the_rest_stays(tmp_path: Path) -> None:
    templates = own(tmp_path, "subject.txt.j2", "No. {{ mail.number }} of {{ mail.brand.name }}\n")
    mail = renderer(None, templates).render(sample_issue())
    assert mail.subject == "No. 228 of Both Sides in 5 Minutes"
    assert mail.html == mail_of(sample_issue()).html


def test_an_unknown_name_is_told_by_template_and_line(tmp_path: Path) -> None:
    error = failure(spoiled(tmp_path, "briefs.mjml.j2", "{{ brief.url }}", "{{ brief.link }}"))
    assert error.fields["template"] == "briefs.mjml.j2"
    assert error.fields["line"] == line_of("briefs.mjml.j2", "{{ brief.url }}")
    assert "link" in error.message


def test_an_unknown_name_inside_a_macro_is_told_where_it_stands(tmp_path: Path) -> None:
    error = failure(spoiled(tmp_path, "parts.mjml.j2", "{{ credit.name }}", "{{ credit.outlet }}"))
    assert error.fields["template"] == "parts.mjml.j2"
    assert error.fields["line"] == line_of("parts.mjml.j2", "{{ credit.name }}")


def test_a_syntax_error_is_told_by_template_and_line(tmp_path: Path) -> None:
    error = failure(spoiled(tmp_path, "ways.mjml.j2", "{% endfor %}", "{% endfer %}"))
    assert error.fields["template"] == "ways.mjml.j2"
    assert error.fields["line"] == line_of("ways.mjml.j2", "{% endfor %}")


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("story.mjml.j2", '<mj-text css-class="tx ik">', '<mj-text css-class="tx ik" colour="red">'),
        ("blindspots.mjml.j2", "<mj-column>", "<mj-colum>"),
        ("footer.mjml.j2", 'background-color="{{ light.card }}"', 'background-color="white-ish"'),
        ("masthead.mjml.j2", '<table role="presentation"', "<mj-table"),
    ],
)
def test_bad_mjml_is_told_by_the_template_it_was_written_in(
    tmp_path: Path, name: str, old: str, new: str
) -> None:
    error = failure(spoiled(tmp_path, name, old, new))
    assert error.fields["template"] == name
    assert error.fields["line"] == line_of(name, old)
    assert f"{name}, line" in str(error)


def test_a_missing_include_is_named(tmp_path: Path) -> None:
    error = failure(spoiled(tmp_path, "frame.mjml.j2", "briefs.mjml.j2", "shorts.mjml.j2"))
    assert "there is no template shorts.mjml.j2" in error.message


@pytest.mark.parametrize(
    "mistake",
    [
        "{{ 1 / 0 }}",
        "{{ mail.number['x'].y }}",
        "{{ 'x' + 1 }}",
        "{{ mail.date | wrap('x') }}",
        "{% include 'subject.txt.j2' %}",
    ],
)
def test_any_mistake_of_a_template_is_a_template_error(tmp_path: Path, mistake: str) -> None:
    error = failure(own(tmp_path, "subject.txt.j2", f"\n{mistake}\n"))
    assert error.fields["template"] == "subject.txt.j2"
    assert error.exit_status == 1


def test_a_template_that_is_not_text_is_a_template_error(tmp_path: Path) -> None:
    (tmp_path / "issue").mkdir()
    (tmp_path / "issue" / "subject.txt.j2").write_bytes(b"\xff\xfe\x00")
    assert "subject.txt.j2" in failure(tmp_path).message


def test_what_a_template_prints_is_escaped_in_html_and_not_in_text(tmp_path: Path) -> None:
    own(
        tmp_path,
        "briefs.mjml.j2",
        "<mj-section><mj-column><mj-text>{{ '<i>&' }}</mj-text></mj-column></mj-section>",
    )
    own(tmp_path, "subject.txt.j2", "{{ '<i>&' }}")
    mail = renderer(None, tmp_path).render(sample_issue())
    assert "&lt;i&gt;&amp;" in mail.html
    assert mail.subject == "<i>&"
    assert "<i>&" in seen(mail)


def test_no_mark_of_the_line_tracing_is_left() -> None:
    mail = mail_of(sample_issue())
    assert not set(mail.html + mail.text + mail.subject) & {"\ue000", "\ue001"}


def test_a_misspelt_name_is_told_without_a_word_of_python(tmp_path: Path) -> None:
    problem = failure(own(tmp_path, "subject.txt.j2", "{{ mail.numbr }}"))
    assert problem.fields["detail"] == "there is nothing called 'numbr' here"
    assert problem.fields["template"] == "subject.txt.j2"
