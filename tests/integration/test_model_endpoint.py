"""The model's endpoint over real HTTP: both providers' shapes, and everything that can go wrong with one."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest

from newsletter.dev.model import DEV_KEY, FAILURES, ModelStandIn
from newsletter.errors import ModelBusy, ModelError, SettingsError
from newsletter.ports import ModelRequest
from newsletter.writing.endpoint import Endpoint

pytest.importorskip("openai", reason="the extra `model` is not installed")
ASK = ModelRequest("You write.", "Line one\nLine two", 120)
SHORT = 0.25
"""Seconds that a test waits for an end that never answers."""


@pytest.fixture
def model() -> Iterator[ModelStandIn]:
    with ModelStandIn(lambda material: json.dumps({"seen": material})) as stand_in:
        yield stand_in


def openai(model: ModelStandIn, key: str = DEV_KEY) -> Endpoint:
    return Endpoint("any-name", model.url, key)


def anthropic(model: ModelStandIn, key: str = DEV_KEY) -> Endpoint:
    return Endpoint("anthropic:any-name", model.root, key)


BOTH = pytest.mark.parametrize("make", [openai, anthropic], ids=["openai", "anthropic"])
Make = Callable[..., Endpoint]


@BOTH
def test_it_hands_over_the_request_and_hands_back_the_answer(model: ModelStandIn, make: Make) -> None:
    assert json.loads(make(model).ask(ASK, 10)) == {"seen": "Line one\nLine two"}
    body = model.requests[-1]
    assert body["model"] == "any-name"
    assert body["max_tokens"] == 120
    assert "You write." in json.dumps(body)


@BOTH
@pytest.mark.parametrize("status", [429, 500, 503, 529])
def test_what_may_pass_is_busy_and_says_when_to_ask_again(
    model: ModelStandIn, make: Make, status: int
) -> None:
    model.fail_next(status, headers={"Retry-After": "7"})
    with pytest.raises(ModelBusy, match=str(status)) as problem:
        make(model).ask(ASK, 10)
    assert problem.value.fields["retry_after"] == 7.0
    assert len(model.requests) == 1  # the client itself repeats nothing


@BOTH
def test_a_wrong_key_is_said_and_not_repeated(model: ModelStandIn, make: Make) -> None:
    with pytest.raises(ModelError, match="401") as problem:
        make(model, "another-key").ask(ASK, 10)
    assert not isinstance(problem.value, ModelBusy)
    assert "another-key" not in repr(problem.value)


ENDS = {
    "hang": "did not answer in time",
    "drip": "did not answer in time",
    "drip-headers": "did not answer in time",
    "garbage": "could not be reached",
    "huge": "too long",
    "packed": "too long",
    "cut": "cut short",
    "refuse": "refused",
    "shapeless": "another shape",
}


@BOTH
@pytest.mark.parametrize("kind", sorted(set(FAILURES) - {"redirect"}))
def test_every_bad_end_is_a_model_error(model: ModelStandIn, make: Make, kind: str) -> None:
    model.fail_next(kind)
    slow = kind in {"hang", "drip", "drip-headers"}
    with pytest.raises(ModelError, match=ENDS[kind]):
        make(model).ask(ASK, SHORT if slow else 10)


@BOTH
def test_a_redirect_is_not_followed_with_the_key(model: ModelStandIn, make: Make) -> None:
    with ModelStandIn(lambda _: "{}") as elsewhere:
        model.fail_next("redirect", headers={"Location": f"{elsewhere.url}/chat/completions"})
        with pytest.raises(ModelError, match="307"):
            make(model).ask(ASK, 10)
        assert elsewhere.requests == []


@BOTH
def test_nobody_at_the_address_is_busy(make: Make) -> None:
    with ModelStandIn(lambda _: "{}") as gone:
        pass
    with pytest.raises(ModelBusy, match=r"127\.0\.0\.1:.* refused the connection") as problem:
        make(gone).ask(ASK, 10)
    assert "NEWSLETTER_MODEL_URL" in problem.value.todo


@BOTH
@pytest.mark.parametrize(
    ("kind", "setting"),
    [(401, "MODEL_API_KEY"), (404, "NEWSLETTER_MODEL"), (429, "in 7 s"), (503, "in 7 s"), ("hang", "MODEL_TIMEOUT"),
     ("cut", "another model"), ("garbage", "MODEL_URL")],
)  # fmt: skip
def test_every_failure_says_what_to_do_and_where(
    model: ModelStandIn, make: Make, kind: int | str, setting: str
) -> None:
    model.fail_next(kind, headers={"Retry-After": "7"})
    with pytest.raises(ModelError) as problem:
        make(model).ask(ASK, SHORT if kind == "hang" else 10)
    assert setting in problem.value.todo
    assert "127.0.0.1" in problem.value.message or kind == "cut"
    assert DEV_KEY not in str(problem.value)


def test_a_model_that_takes_no_options_is_asked_plainly(model: ModelStandIn) -> None:
    endpoint = openai(model)
    model.fail_next(400)
    endpoint.ask(ASK, 10)
    first, second = model.requests
    assert "temperature" in first
    assert set(second) == {"model", "messages", "max_completion_tokens"}


def test_a_servers_own_name_may_hold_a_colon(model: ModelStandIn) -> None:
    Endpoint("openai-like:8b", model.url, DEV_KEY).ask(ASK, 10)
    assert model.requests[-1]["model"] == "openai-like:8b"


def test_half_a_character_can_be_stored(model: ModelStandIn) -> None:
    with ModelStandIn(lambda _: "half \ud83d a character") as odd:
        openai(odd).ask(ASK, 10).encode()


def test_nothing_is_logged(model: ModelStandIn, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        openai(model).ask(ASK, 10)
        anthropic(model).ask(ASK, 10)
    assert not [
        record for record in caplog.records if record.name.split(".")[0] in {"openai", "anthropic", "httpx2"}
    ]


@pytest.mark.parametrize(
    ("model_name", "url", "key", "says"),
    [
        ("openai:", "https://api.example/v1", "k", "MODEL names no model"),
        ("name", "http://api.example/v1", "k", "https"),
        ("name", "https://api.example/v1", "", "not set"),
        ("name", "https://api.example/v1", "a key", "characters that no key has"),
    ],
)
def test_what_cannot_work_is_refused_before_anything_is_sent(
    model_name: str, url: str, key: str, says: str
) -> None:
    with pytest.raises(SettingsError, match=says):
        Endpoint(model_name, url, key)


def test_a_private_address_that_the_operator_allows_may_be_plain_http() -> None:
    assert Endpoint("name", "http://models.internal/v1", "k", plain_http=True).model == "name"


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openai", None)
    with pytest.raises(SettingsError, match=r"both-sides-newsletter\[model\]"):
        Endpoint("name", "https://api.example/v1", "k")


def test_no_model_client_is_imported_by_a_writer_without_a_model() -> None:
    code = (
        "import sys; from pathlib import Path; from newsletter.settings import load; "
        "from newsletter.wiring import House; house = House(load({}, Path.cwd()).settings); house.writer; "
        "print(sorted({'openai', 'anthropic', 'httpx2', 'newsletter.writing.endpoint'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
