"""What buyers, agencies and witnesses type: syntax only."""

from market.selection.forms.draws import DecideForm, LotteryForm, RefuseForm, SecretForm, SignUpForm, decide_form
from market.selection.forms.requests import (
    BasketForm,
    ChooseForm,
    QuoteForm,
    RequestForm,
    basket_form,
    item_name,
    merged_form,
    places_of,
    quote_form,
    region_name,
    request_form,
)

__all__ = [
    "BasketForm",
    "ChooseForm",
    "DecideForm",
    "LotteryForm",
    "QuoteForm",
    "RefuseForm",
    "RequestForm",
    "SecretForm",
    "SignUpForm",
    "basket_form",
    "decide_form",
    "item_name",
    "merged_form",
    "places_of",
    "quote_form",
    "region_name",
    "request_form",
]
