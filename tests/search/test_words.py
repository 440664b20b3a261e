"""How text is cut."""

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
