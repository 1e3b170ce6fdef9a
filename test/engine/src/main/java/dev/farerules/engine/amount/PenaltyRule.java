package dev.farerules.engine.amount;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Currency;
import java.util.HashMap;
import java.util.Map;

/**
 * What is kept back from a refund with penalty: a share of the price, but not
 * less than a minimum in the currency of the ticket (no minimum where none is
 * configured), and never more than the price.
 *
 * <p>Rounding: the share is rounded half up to the minor unit of the currency.
 * The refund is the price less the rounded penalty, so the two always add up.
 */
public final class PenaltyRule {

  private final BigDecimal percent;
  private final Map<Currency, Money> minimum = new HashMap<>();

  /**
   * @param percent of the price, 0 to 100
   * @param minimum least penalty in major units, by ISO 4217 code
   * @throws IllegalArgumentException when the rule makes no sense
   */
  public PenaltyRule(BigDecimal percent, Map<String, BigDecimal> minimum) {
    if (percent.signum() < 0 || percent.compareTo(BigDecimal.valueOf(100)) > 0) {
      throw new IllegalArgumentException("the penalty must be 0 to 100 percent of the price");
    }
    this.percent = percent;
    minimum.forEach(
        (code, amount) -> {
          Money least = Money.ofMajor(amount, Money.currency(code));
          this.minimum.put(least.currency(), least);
        });
  }

  public Money penaltyOn(Money price) {
    long share =
        percent
            .multiply(BigDecimal.valueOf(price.minor()))
            .movePointLeft(2)
            .setScale(0, RoundingMode.HALF_UP)
            .longValueExact();
    Money least = minimum.get(price.currency());
    long penalty = least == null ? share : Math.max(share, least.minor());
    return new Money(Math.min(penalty, price.minor()), price.currency());
  }
}
