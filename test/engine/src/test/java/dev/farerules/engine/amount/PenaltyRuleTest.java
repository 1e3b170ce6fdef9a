package dev.farerules.engine.amount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.math.BigDecimal;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PenaltyRuleTest {

  @ParameterizedTest(name = "{0} % of {1} {2}, at least {3}: keeps {4}")
  @CsvSource({
    // percent, price (minor units), currency, minimum (major units), penalty (minor units)
    "25,    20000, EUR, 0,      5000",
    "25,     9999, EUR, 0,      2500", // 2499.75 rounds up
    "25,     9997, EUR, 0,      2499", // 2499.25 rounds down
    "25,     9998, EUR, 0,      2500", // 2499.5: half up
    "12.5,    100, EUR, 0,        13", // 12.5: half up
    "25,    30001, JPY, 0,      7500", // whole yen
    "25,    30002, JPY, 0,      7501", // 7500.5: half up
    "25,   123457, KWD, 0,     30864", // three digits: 30.86425 KWD
    "25,    10000, EUR, 50.00,  5000", // the minimum is more than the share
    "25,    40000, EUR, 50.00, 10000", // the share is more than the minimum
    "25,     4999, EUR, 50.00,  4999", // a minimum above the price takes the price, not more
    "25,     5000, JPY, 8000,   5000",
    "25,    20000, KWD, 15.000, 15000",
    "0,     20000, EUR, 0,         0",
    "100,   20000, EUR, 0,     20000",
    "25,        0, EUR, 50.00,     0",
    "25, 9223372036854775807, EUR, 0, 2305843009213693952" // no overflow at the largest Long
  })
  void keepsTheShareOrTheMinimumButNeverMoreThanThePrice(
      BigDecimal percent, long price, String currency, BigDecimal minimum, long penalty) {
    PenaltyRule rule = new PenaltyRule(percent, Map.of(currency, minimum));
    assertEquals(penalty, rule.penaltyOn(new Money(price, Money.currency(currency))).minor());
  }

  @Test
  void aMinimumInAnotherCurrencyDoesNotCount() {
    PenaltyRule rule = new PenaltyRule(BigDecimal.TEN, Map.of("JPY", BigDecimal.valueOf(8000)));
    assertEquals(100, rule.penaltyOn(new Money(1000, Money.currency("EUR"))).minor());
  }

  @ParameterizedTest
  @CsvSource({"-1, EUR, 1", "100.01, EUR, 1", "25, EUR, 1.001", "25, JPY, 0.5", "25, EUR, -1", "25, ZZZ, 1"})
  void aRuleThatMakesNoSenseIsRefused(BigDecimal percent, String currency, BigDecimal minimum) {
    assertThrows(IllegalArgumentException.class, () -> new PenaltyRule(percent, Map.of(currency, minimum)));
  }
}
