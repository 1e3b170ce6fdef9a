package dev.farerules.engine.payment;

/** The payment was not confirmed; its message is for the operator. */
public class PaymentFailed extends Exception {

  public PaymentFailed(String message) {
    super(message);
  }
}
