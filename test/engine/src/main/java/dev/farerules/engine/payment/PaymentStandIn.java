package dev.farerules.engine.payment;

import dev.farerules.engine.amount.Money;
import java.util.regex.Pattern;
import org.springframework.stereotype.Component;

/**
 * STAND-IN for an airline's payment gateway: no money moves. It behaves as a
 * gateway with idempotency keys does: the key is the booking, and a booking
 * that has been paid is not paid again, whoever asks and however often.
 */
@Component
public class PaymentStandIn {

  private static final Pattern BOOKING_ID = Pattern.compile("[A-Za-z0-9_-]{1,50}");

  private final PaymentLedger ledger;

  public PaymentStandIn(PaymentLedger ledger) {
    this.ledger = ledger;
  }

  public enum Result {
    /** Paid for this request, now or at an attempt whose answer was lost. */
    PAID,
    /** Another request had paid the booking before; nothing was paid now. */
    ALREADY_PAID
  }

  /**
   * @param amount null for whatever was paid for the booking
   * @throws PaymentFailed when the caller has to try again or to ask somebody
   */
  public Result pay(String bookingId, String processInstance, Money amount, PaymentScript.Step step)
      throws PaymentFailed {
    if (!isBookingId(bookingId)) {
      throw new PaymentFailed("bookingId is not a booking id, so a second payment could not be prevented");
    }
    if (step == PaymentScript.Step.FAIL) throw new PaymentFailed("the payment gateway is unavailable");
    PaymentLedger.Payment payment = 
        ledger.pay(key(bookingId), processInstance, PaymentLedger.Method.GATEWAY, amount);
    if (step == PaymentScript.Step.LOST) throw new PaymentFailed("the payment gateway did not answer");
    return payment.processInstance().equals(processInstance) ? Result.PAID : Result.ALREADY_PAID;
  }

  /**
   * Notes that a person has paid outside the gateway. Without a usable booking
   * id it is noted for the request: that it is no second payment is then theirs to know.
   */
  public Result recordByHand(String bookingId, String processInstance, Money amount) {
    String key = isBookingId(bookingId) ? key(bookingId) : "request-" + processInstance;
    PaymentLedger.Payment payment =
        ledger.pay(key, processInstance, PaymentLedger.Method.BY_HAND, amount);
    boolean ours =
        payment.processInstance().equals(processInstance) && payment.method() == PaymentLedger.Method.BY_HAND;
    return ours ? Result.PAID : Result.ALREADY_PAID;
  }

  private static boolean isBookingId(String text) {
    return text != null && BOOKING_ID.matcher(text).matches();
  }

  private static String key(String bookingId) {
    return "refund-" + bookingId;
  }
}
