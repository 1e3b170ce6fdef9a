package dev.farerules.engine.amount;

/**
 * What a request is to be paid.
 *
 * <ul>
 *   <li>{@code PAYABLE}: {@code amount} is to be paid.
 *   <li>{@code WHOLE_PAYMENT}: the request has no price, so the payment system reverses whatever was
 *       paid for the booking; only a refund without penalty can be that.
 *   <li>{@code ZERO}: nothing remains, so nothing is paid.
 *   <li>{@code UNKNOWN}: the price is needed and cannot be used; {@code problem} says why. A person
 *       has to complete it.
 * </ul>
 */
public record Refund(Status status, Money amount, Money penalty, String problem) {

  public enum Status {
    PAYABLE,
    WHOLE_PAYMENT,
    ZERO,
    UNKNOWN
  }

  /** The whole price. */
  public static Refund full(TicketPrice price) {
    if (price instanceof TicketPrice.Known known) {
      Money paid = known.money();
      return of(paid, new Money(0, paid.currency()));
    }
    if (price instanceof TicketPrice.Unusable unusable) return unknown(unusable.reason());
    return new Refund(Status.WHOLE_PAYMENT, null, null, null);
  }

  /** The price less the penalty. */
  public static Refund lessPenalty(TicketPrice price, PenaltyRule rule) {
    if (price instanceof TicketPrice.Known known) {
      Money paid = known.money();
      Money penalty = rule.penaltyOn(paid);
      return of(new Money(paid.minor() - penalty.minor(), paid.currency()), penalty);
    }
    if (price instanceof TicketPrice.Unusable unusable) return unknown(unusable.reason());
    return unknown("ticketPriceMinor is missing, and the penalty depends on it");
  }

  /** For a person who has to decide about it. */
  public String describe() {
    return switch (status) {
      case PAYABLE, ZERO -> penalty.minor() == 0 ? amount.toString() : amount + " (penalty " + penalty + ")";
      case WHOLE_PAYMENT -> "whatever was paid (the request has no price)";
      case UNKNOWN -> "unknown: " + problem;
    };
  }

  private static Refund of(Money amount, Money penalty) {
    return new Refund(amount.minor() == 0 ? Status.ZERO : Status.PAYABLE, amount, penalty, null);
  }

  private static Refund unknown(String problem) {
    return new Refund(Status.UNKNOWN, null, null, problem);
  }
}
