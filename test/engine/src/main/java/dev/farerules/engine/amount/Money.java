package dev.farerules.engine.amount;

import java.math.BigDecimal;
import java.util.Currency;
import java.util.Locale;

/**
 * An amount of money in whole minor units of its currency: cents of EUR,
 * thousandths of KWD, yen. Never negative, never a fraction of a minor unit.
 */
public record Money(long minor, Currency currency) {

  public Money {
    if (minor < 0) throw new IllegalArgumentException("an amount must not be negative");
    if (currency.getDefaultFractionDigits() < 0) {
      throw new IllegalArgumentException(currency + " has no minor unit");
    }
  }

  /**
   * @param amount in major units, for example 50.00
   * @throws IllegalArgumentException when it has more digits than the currency
   */
  public static Money ofMajor(BigDecimal amount, Currency currency) {
    try {
      return new Money(
          amount.movePointRight(Math.max(0, currency.getDefaultFractionDigits())).longValueExact(), currency);
    } catch (ArithmeticException error) {
      throw new IllegalArgumentException(amount + " is not a whole number of minor units of " + currency);
    }
  }

  /**
   * The currency with this ISO 4217 code, in any case.
   *
   * @throws IllegalArgumentException when there is none
   */
  public static Currency currency(String code) {
    try {
      return Currency.getInstance(code.trim().toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException error) {
      throw new IllegalArgumentException("currency is not an ISO 4217 code");
    }
  }

  /** In major units with all digits of the currency: {@code 12.30 EUR}, {@code 1230 JPY}. */
  @Override
  public String toString() {
    return BigDecimal.valueOf(minor, currency.getDefaultFractionDigits()).toPlainString() + " " + currency;
  }
}
