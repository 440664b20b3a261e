"""How text is cut."""

import csv
from importlib.resources import files

import jieba

from market.search import words
from market.search.words import characters, cut, cut_for_search, trade_words


def test_characters_are_single_for_han_and_whole_for_the_rest() -> None:
    assert " ".join(characters("闽发改服价〔２０２１〕533号 PM2.5")) == "闽 发 改 服 价 2021 533 号 pm 2 5"


def test_a_code_is_one_word_however_it_is_typed() -> None:
    assert cut("ZJ-0011") == cut("zj0011") == cut("ＺＪ-００１１") == ["zj0011"]
    assert list(cut_for_search("ZJ-0011")) == ["zj", "0011", "zj0011"]


def test_the_words_of_the_trade_are_not_cut_apart() -> None:
    for word in trade_words():
        assert cut(word) == [word]


def test_words_keep_their_order_among_latin_ones() -> None:
    assert cut("水土保持BIM方案") == ["水土保持", "bim", "方案"]


def test_words_are_cut_as_jieba_cuts_them_with_the_same_dictionary() -> None:
    tokenizer = jieba.Tokenizer()
    tokenizer.FREQ = words._weights()
    tokenizer.total = sum(tokenizer.FREQ.values())
    tokenizer.initialized = True
    cutter = words._Jieba()
    with (files("market.catalogue") / "data" / "items.csv").open(encoding="utf-8") as lines:
        texts = [
            row[column] for row in csv.DictReader(lines) for column in ("name_zh", "act_name_zh", "legal_basis_zh")
        ]
    for text in texts:
        for run in words._HAN_RUN.findall(text):
            assert cutter.cut(run) == list(tokenizer.cut(run, HMM=False))
            assert set(tokenizer.cut_for_search(run, HMM=False)) <= set(cutter.cut_for_search(run))
