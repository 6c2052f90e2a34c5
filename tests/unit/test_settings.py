"""Settings come from where the docs say, say where they came from, and never show a secret."""

from __future__ import annotations

from datetime import time, timedelta
from pathlib import Path

import pytest

from newsletter.errors import BrandError, SettingsError, UsageError
from newsletter.settings import SPECS, load
from newsletter.settings.brandfile import load_brand
from newsletter.settings.initfiles import QUESTIONS, write_files


def test_everything_has_a_default(tmp_path: Path) -> None:
    loaded = load({}, tmp_path)
    assert loaded.settings.home == tmp_path / ".newsletter"
    assert loaded.settings.database_url == f"sqlite:///{tmp_path / '.newsletter' / 'newsletter.db'}"
    assert loaded.settings.provider == "outbox"
    assert not loaded.settings.real_provider
    assert set(loaded.origin.values()) == {"default"}


def test_the_environment_stands_above_the_file_and_says_so(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("NEWSLETTER_ISSUE_TIME=06:15\nNEWSLETTER_STALE_AFTER='90 min'\n")
    loaded = load({"NEWSLETTER_ISSUE_TIME": "04:30"}, tmp_path)
    assert loaded.settings.issue_time == time(4, 30)
    assert loaded.settings.stale_after == timedelta(minutes=90)
    assert loaded.origin["ISSUE_TIME"] == "environment"
    assert loaded.origin["STALE_AFTER"] == str(tmp_path / ".env")


def test_a_homes_own_file_stands_above_the_working_folders(tmp_path: Path) -> None:
    """Looking into the demo's home must never touch the operator's database."""
    home = tmp_path / "demo"
    home.mkdir()
    (home / ".env").write_text(f"NEWSLETTER_DATABASE_URL=sqlite:///{home}/demo.db\n")
    (tmp_path / ".env").write_text("NEWSLETTER_DATABASE_URL=postgresql+psycopg://real\n")
    loaded = load({"NEWSLETTER_HOME": str(home)}, tmp_path)
    assert loaded.settings.database_url == f"sqlite:///{home}/demo.db"


def test_a_model_is_a_folder_a_name_or_an_address(tmp_path: Path) -> None:
    """A folder that is gone is no mistake to stop for: the issue is made without it, and says so."""
    (tmp_path / "tiny").mkdir()

    def read(text: str) -> str:
        return load({"NEWSLETTER_EMBEDDINGS": text}, tmp_path).settings.embeddings

    assert read("") == ""
    assert read("tiny") == read("./tiny") == str(tmp_path / "tiny")
    assert read("./gone") == str(tmp_path / "gone")
    assert read("~/models") == str(Path("~/models").expanduser())
    for name in ("all-MiniLM-L6-v2", "people/model@v1", "https://models.example/people/model"):
        assert read(name) == name


def test_an_empty_value_is_no_value(tmp_path: Path) -> None:
    assert load({"NEWSLETTER_PROVIDER": "", "NEWSLETTER_HOME": " "}, tmp_path).settings.provider == "outbox"


@pytest.mark.parametrize(
    ("name", "text"),
    [("TIMEZONE", "Mars/Olympus"), ("ISSUE_TIME", "25:00"), ("STALE_AFTER", "soon"), ("PROVIDER", "pigeon"),
     ("PUBLIC_URL", "news.example.org"), ("PUBLIC_URL", "javascript:alert(1)"), ("SUPPLY_LEFT", "-1"),
     ("REQUIRE_APPROVAL", "maybe"), ("ALLOW_HOSTS", "10.0.0.0/99"), ("FIRST_ISSUE", "1/1/2026"),
     ("OUTLETS", "no-such-file.toml")],
)  # fmt: skip
def test_a_wrong_value_is_named_with_its_place(tmp_path: Path, name: str, text: str) -> None:
    with pytest.raises(SettingsError) as problem:
        load({f"NEWSLETTER_{name}": text}, tmp_path)
    assert f"NEWSLETTER_{name}" in str(problem.value)
    assert problem.value.fields["setting"] == name


def test_secrets_stay_out_of_reprs_and_messages(tmp_path: Path) -> None:
    given = {"NEWSLETTER_SENDGRID_API_KEY": "SG.topsecret", "NEWSLETTER_SECRET_KEY": "alsosecret",
             "NEWSLETTER_DATABASE_URL": "postgresql+psycopg://u:hush@db/x"}  # fmt: skip
    shown = repr(load(given, tmp_path).settings)
    assert not [secret for secret in ("topsecret", "alsosecret", "hush") if secret in shown]


def test_sections_are_off_and_switched_on_by_name(tmp_path: Path) -> None:
    assert load({}, tmp_path).settings.sections == ()
    given = load({"NEWSLETTER_SECTIONS": " Celebrity, sports"}, tmp_path).settings
    assert given.sections == ("sports", "celebrity")
    with pytest.raises(SettingsError, match="'weather' is none of sports, celebrity, shopping"):
        load({"NEWSLETTER_SECTIONS": "sports, weather"}, tmp_path)


def test_a_misspelt_setting_is_noticed(tmp_path: Path) -> None:
    assert load({"NEWSLETTER_TIMEZNOE": "Europe/London"}, tmp_path).unknown == ("NEWSLETTER_TIMEZNOE",)


def test_a_real_provider_is_one_that_is_not_on_this_machine(tmp_path: Path) -> None:
    real = load({"NEWSLETTER_PROVIDER": "sendgrid"}, tmp_path).settings
    stand_in = load(
        {"NEWSLETTER_PROVIDER": "sendgrid", "NEWSLETTER_SENDGRID_URL": "http://127.0.0.1:8025"}, tmp_path
    ).settings
    assert real.real_provider
    assert not stand_in.real_provider


def test_every_setting_is_documented_and_an_attribute(tmp_path: Path) -> None:
    settings = load({}, tmp_path).settings
    assert all(len(spec.help) > 15 and hasattr(settings, spec.attribute) for spec in SPECS)


def answers(**changed: str) -> dict[str, str]:
    return {question.option: changed.get(question.option, question.default) for question in QUESTIONS}


def test_what_init_writes_is_what_settings_read(tmp_path: Path) -> None:
    given = answers(
        timezone="Europe/London", postal_address="O'Hara House, 1 High Street", name='The "Even" Post'
    )
    env, brand = write_files(tmp_path, given, force=False)
    loaded = load({}, tmp_path)
    assert loaded.settings.timezone.key == "Europe/London"
    assert loaded.settings.postal_address == "O'Hara House, 1 High Street"
    assert len(loaded.settings.secret_key) >= 40
    assert load_brand(loaded.settings.brand).name == 'The "Even" Post'
    assert loaded.unknown == ()
    assert env.stat().st_mode & 0o777 == 0o600
    assert brand == loaded.settings.brand


@pytest.mark.parametrize(
    ("text", "key"),
    [('nmae = "X"', "nmae"), ("name = 3", "name"), ('name = "X"\n[labels]\nleft = ""', "labels.left"),
     ('[colours]\nink = "#cccccc"', "ink on page"), ('[colours.dark]\nmuted = "#222222"', "muted on page"),
     ('logo = "https://x.example/l.png"', "logo_alt"), ("labels = 3", "labels.")],
)  # fmt: skip
def test_a_brand_that_cannot_be_used_is_refused_by_entry(tmp_path: Path, text: str, key: str) -> None:
    path = tmp_path / "brand.toml"
    path.write_text(text)
    with pytest.raises(BrandError) as problem:
        load_brand(path)
    assert (problem.value.fields.get("key") or "") == key or key in str(problem.value)
    assert str(path) in str(problem.value)


@pytest.mark.parametrize(
    ("name", "text"),
    [("STALE_AFTER", "999999999999999 d"), ("STALE_AFTER", "9" * 400 + " d"), ("SUPPLY_LEFT", "²"),
     ("PUBLIC_URL", 'https://news.example.org/"><script>'), ("PUBLIC_URL", "https://news.example.org/\r\nBcc: a"),
     ("PUBLIC_URL", "http://news.example.org:99999"), ("SENDGRID_URL", "https://me:s3cret@api.example.org"),
     ("HOME", "~no-such-user-here/x"), ("TEMPLATES", __file__)],
)  # fmt: skip
def test_a_value_nobody_can_mean_is_refused_in_words(tmp_path: Path, name: str, text: str) -> None:
    with pytest.raises(SettingsError) as problem:
        load({f"NEWSLETTER_{name}": text}, tmp_path)
    assert problem.value.fields["setting"] == name
    assert "s3cret" not in str(problem.value)


@pytest.mark.parametrize(
    "content", [b"\xff\xfeA\x00", b'NEWSLETTER_TIMEZONE="Europe/London\nNEWSLETTER_PROVIDER=sendgrid\n']
)
def test_a_file_of_settings_that_cannot_be_read_loses_none_in_silence(tmp_path: Path, content: bytes) -> None:
    (tmp_path / ".env").write_bytes(content)
    with pytest.raises(SettingsError, match=r"\.env"):
        load({}, tmp_path)


@pytest.mark.parametrize(
    "content",
    [b"colours = 3", b'colours = "abc"', b"footer = 3", b"labels = 3", b'name = "a\\u001b[31m"',
     b"a = " + b"[" * 20_000, b"\xff\xfe"],
)  # fmt: skip
def test_a_brand_of_wrong_shapes_is_refused_in_words(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "brand.toml").write_bytes(content)
    with pytest.raises(BrandError):
        load_brand(tmp_path / "brand.toml")


def test_a_brand_saved_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    (tmp_path / "brand.toml").write_bytes(b'\xef\xbb\xbfname = "The Evening Balance"')
    assert load_brand(tmp_path / "brand.toml").name == "The Evening Balance"


def test_overwriting_an_open_file_of_settings_closes_it_to_others(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("")
    (tmp_path / ".env").chmod(0o644)
    write_files(tmp_path, {question.option: question.default for question in QUESTIONS}, force=True)
    assert (tmp_path / ".env").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("answer", ["1 High Street\\", "a\x1b[31m", "a\rb", "C:\\new"])
def test_an_answer_that_would_not_come_back_as_given_is_asked_again(answer: str) -> None:
    question = next(question for question in QUESTIONS if question.option == "postal_address")
    with pytest.raises(UsageError):
        question.check(answer)


def test_writing_the_files_anew_keeps_the_key_that_mailed_links_are_signed_with(tmp_path: Path) -> None:
    write_files(tmp_path, answers(), force=False)
    first = load({}, tmp_path).settings.secret_key
    write_files(tmp_path, answers(timezone="Europe/London"), force=True)
    again = load({}, tmp_path).settings
    assert again.secret_key == first
    assert again.timezone.key == "Europe/London"


def test_a_copied_home_is_its_own(tmp_path: Path) -> None:
    home, elsewhere = tmp_path / "home", tmp_path / "elsewhere"
    home.mkdir()
    elsewhere.mkdir()
    lines = "NEWSLETTER_HOME='.'\nNEWSLETTER_DATABASE_URL='sqlite:///${NEWSLETTER_HOME}/n.db'\n"
    (home / ".env").write_text(lines)
    for loaded in (load({"NEWSLETTER_HOME": str(home)}, elsewhere), load({}, home)):
        assert loaded.settings.home == home
        assert loaded.settings.database_url == f"sqlite:///{home}/n.db"
