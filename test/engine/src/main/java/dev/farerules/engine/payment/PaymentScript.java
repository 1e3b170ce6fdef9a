package dev.farerules.engine.payment;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * What the payment stand-in does at each attempt of one request, from the
 * input variable {@code paymentScript}: words separated by commas, one an
 * attempt, for example {@code FAIL,FAIL,OK}. Attempts past its end succeed.
 */
public final class PaymentScript {

  public enum Step {
    /** The payment is made. */
    OK,
    /** The gateway refuses; nothing is paid. */
    FAIL,
    /** The payment is made, but its answer is lost: the caller sees an error. */
    LOST
  }

  private final List<Step> steps;

  private PaymentScript(List<Step> steps) {
    this.steps = steps;
  }

  /**
   * @param text the script; null or blank succeeds at once
   * @throws IllegalArgumentException when a word is none of the steps
   */
  public static PaymentScript parse(String text) {
    if (text == null || text.isBlank()) return new PaymentScript(List.of());
    return new PaymentScript(Arrays.stream(text.split(",", -1)).map(PaymentScript::step).toList());
  }

  /**
   * @param failures attempts that have failed so far
   */
  public Step attempt(int failures) {
    return failures < steps.size() ? steps.get(failures) : Step.OK;
  }

  private static Step step(String word) {
    try {
      return Step.valueOf(word.trim().toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException error) {
      throw new IllegalArgumentException("paymentScript must be a list of OK, FAIL and LOST");
    }
  }
}
