"""The pages of the stub shop, with the ids that GOV.UK Pay's pages have."""

from html import escape

CARD_FIELDS = (
    *("card-no", "expiry-month", "expiry-year", "cardholder-name", "cvc"),
    *("address-line-1", "address-line-2", "address-city", "address-postcode", "email"),
)


def page(title: str, body: str) -> str:
    """Return a whole page."""
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}'
        f"</title></head><body><h1>{escape(title)}</h1>{body}</body></html>"
    )


def form(action: str, content: str) -> str:
    return f'<form method="post" action="{escape(action)}" target="_top">{content}</form>'


def button(text: str, id: str = "") -> str:
    name = f' id="{id}"' if id else ""
    return f"<button{name}>{escape(text)}</button>"


def card_page(action: str, *, without: str = "") -> str:
    """Return the card page; `without` names a field that it lacks."""
    fields = "".join(
        f'<label>{name}<input id="{name}" name="{name}"></label>'
        for name in CARD_FIELDS
        if name != without
    )
    submit = button("Continue", "submit-card-details")
    return page("Enter card details - GOV.UK Pay", form(action, fields + submit))


def challenge_page(frame: str) -> str:
    """Return the page that shows the challenge of a card's bank; `frame` is its address."""
    content = f'<iframe class="iframe-3ds" src="{escape(frame)}"></iframe>' if frame else ""
    return page("Payment", content)


def stripe_frame(inner: str) -> str:
    return page("Stripe", f'<iframe name="stripe-challenge-frame" src="{escape(inner)}"></iframe>')


def stripe_challenge(action: str) -> str:
    return page("Challenge", form(action, button("Complete", "test-source-authorize-3ds")))


def worldpay_challenge(action: str) -> str:
    content = f'<form id="challengeForm" method="post" target="_top" action="{escape(action)}">'
    return page("Challenge", f'{content}<input type="submit" value="OK"></form>')


def confirm_page(action: str, *, has_button: bool = True) -> str:
    content = button("Confirm payment", "confirm") if has_button else ""
    return page("Confirm your payment - GOV.UK Pay", form(action, content))
