"""Words of forgotten persons are found in text of any form, and nothing else is."""

import json
from urllib.parse import quote

import pytest

from ecommerce_pipeline.privacy.texts import Search
from ecommerce_pipeline.resources.forgotten.persons import Forgotten, Person

PERSON = Person(
    frozenset({"7"}),
    frozenset({"Zoë.Lima@Shop.example"}),
    frozenset({"Zoë Lima", "O'Neill", "I like the blue one very much"}),
)
SENTENCE = "failed for Zoë  Lima <zoë.lima@shop.example>: 'O'Neill' wrote \"I like the\nblue one very much!\""
LEFT = "failed for * <*>: '*' wrote \"* much!\""


@pytest.fixture
def search() -> Search:
    forgotten = Forgotten((), "secret")
    return Search(Forgotten((forgotten.entry(PERSON, "2026-03-03", "counsel"),), "secret"))


def hidden(search: Search, text: str, mask: str = "***") -> str:
    return search.hidden(text, mask, search.spans(text))


def test_names_addresses_and_texts_are_found_in_any_case(search: Search) -> None:
    for text in (SENTENCE, SENTENCE.upper(), SENTENCE.lower()):
        left = hidden(search, text)
        assert left.lower() == LEFT.replace("*", "***")
    assert search.spans("Zoë and Lima, zoe.lima@shop.example, xzoë.lima@shop.example, I like the blue") == []


def test_they_are_found_in_json_of_any_depth_and_in_addresses_of_pages(search: Search) -> None:
    text = SENTENCE
    for _ in range(3):
        text = json.dumps({"message": text})
        left = hidden(search, text)
        assert "lima" not in left.lower()
        assert "neill" not in left.lower()
        assert json.loads(left).keys() == {"message"}
    link = "https://shop.example/?to={}&a=1"
    assert hidden(search, link.format(quote("zoë.lima@shop.example"))) == link.format("***")


def test_a_mask_of_one_character_keeps_the_length_in_bytes(search: Search) -> None:
    left = hidden(search, SENTENCE, "*")
    assert len(left.encode()) == len(SENTENCE.encode())
    assert "lima" not in left.lower()
