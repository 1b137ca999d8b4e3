"""Money: whole øre or euro cents, never a fraction of them."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Currency(enum.StrEnum):
    """The two currencies that outcomes are told in."""

    DKK = "DKK"
    EUR = "EUR"


@dataclass(frozen=True, order=True)
class Money:
    """An amount."""

    #: Hundredths: øre or euro cents.
    minor: int
    currency: Currency

    def in_currency(self, currency: Currency, ore_per_100_euro: int) -> Money:
        """Return the amount in a currency at a stated rate, half a hundredth going away from zero.

        Args:
            currency: wanted.
            ore_per_100_euro: øre that 100 euro are worth, e.g. 746,00 DKK as 74600.

        >>> Money(100_00, Currency.EUR).in_currency(Currency.DKK, 74600)
        Money(minor=74600, currency=<Currency.DKK: 'DKK'>)
        >>> Money(746, Currency.DKK).in_currency(Currency.EUR, 74600).minor
        100

        """
        if currency is self.currency:
            return self
        if currency is Currency.DKK:
            return Money(_divided(self.minor * ore_per_100_euro, 10_000), currency)
        return Money(_divided(self.minor * 10_000, ore_per_100_euro), currency)


def _divided(number: int, by: int) -> int:
    """Return the nearest whole number; integers only, so that no digit is lost."""
    half_up = (2 * abs(number) + by) // (2 * by)
    return half_up if number >= 0 else -half_up
