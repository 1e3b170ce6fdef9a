package dev.farerules.engine.amount;

/**
 * The price of a ticket as the request's variables give it, which are whatever
 * the caller sent: it is there, it was left out, or it cannot be used.
 */
public sealed interface TicketPrice {

  record Known(Money money) implements TicketPrice {}

  /** The caller left the price out; only the payment system knows what was paid. */
  record NotGiven() implements TicketPrice {}

  /** Something was given, but it names no amount. */
  record Unusable(String reason) implements TicketPrice {}

  /**
   * @param minor value of {@code ticketPriceMinor}: a whole number of minor units
   * @param currency value of {@code currency}: an ISO 4217 code
   */
  static TicketPrice of(Object minor, Object currency) {
    if (minor == null) return new NotGiven();
    if (!(minor instanceof Long || minor instanceof Integer || minor instanceof Short)) {
      return new Unusable("ticketPriceMinor is not a Long");
    }
    if (!(currency instanceof String code)) return new Unusable("currency is missing");
    try {
      return new Known(new Money(((Number) minor).longValue(), Money.currency(code)));
    } catch (IllegalArgumentException error) {
      return new Unusable(error.getMessage());
    }
  }
}
