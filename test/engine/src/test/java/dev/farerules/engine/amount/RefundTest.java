package dev.farerules.engine.amount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.math.BigDecimal;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RefundTest {

  private static final PenaltyRule RULE =
      new PenaltyRule(BigDecimal.valueOf(25), Map.of("EUR", new BigDecimal("50.00")));

  @ParameterizedTest(name = "{0} {1} is shown as {2}")
  @CsvSource({
    "12345, EUR, 123.45 EUR",
    "5, EUR, 0.05 EUR",
    "12345, JPY, 12345 JPY",
    "12345, KWD, 12.345 KWD",
    "12345, eur, 123.45 EUR"
  })
  void aFullRefundIsThePriceInAllDigitsOfItsCurrency(long price, String currency, String shown) {
    Refund refund = Refund.full(TicketPrice.of(price, currency));
    assertEquals(Refund.Status.PAYABLE, refund.status());
    assertEquals(price, refund.amount().minor());
    assertEquals(shown, refund.describe());
  }

  @ParameterizedTest
  @CsvSource({"20000, PAYABLE, 15000, 5000", "40003, PAYABLE, 30002, 10001", "4999, ZERO, 0, 4999", "0, ZERO, 0, 0"})
  void refundAndPenaltyAddUpToThePrice(long price, Refund.Status status, long amount, long penalty) {
    Refund refund = Refund.lessPenalty(TicketPrice.of(price, "EUR"), RULE);
    assertEquals(status, refund.status());
    assertEquals(amount, refund.amount().minor());
    assertEquals(penalty, refund.penalty().minor());
    assertEquals(price, amount + penalty);
  }

  @Test
  void aFreeTicketHasNothingToRefund() {
    assertEquals(Refund.Status.ZERO, Refund.full(TicketPrice.of(0L, "EUR")).status());
  }

  @Test
  void withoutAPriceAFullRefundReversesWhateverWasPaid() {
    Refund refund = Refund.full(TicketPrice.of(null, "EUR"));
    assertEquals(Refund.Status.WHOLE_PAYMENT, refund.status());
    assertNull(refund.amount());
  }

  @Test
  void withoutAPriceThePenaltyIsUnknown() {
    assertEquals(Refund.Status.UNKNOWN, Refund.lessPenalty(TicketPrice.of(null, null), RULE).status());
  }

  @Test
  void aPriceThatNamesNoAmountIsNeverPaid() {
    for (TicketPrice price :
        new TicketPrice[] {
          TicketPrice.of(-1L, "EUR"),
          TicketPrice.of("100", "EUR"),
          TicketPrice.of(100.5, "EUR"),
          TicketPrice.of(100L, null),
          TicketPrice.of(100L, 978),
          TicketPrice.of(100L, ""),
          TicketPrice.of(100L, "Euro"),
          TicketPrice.of(100L, "XXX")
        }) {
      assertEquals(Refund.Status.UNKNOWN, Refund.full(price).status(), price.toString());
      assertEquals(Refund.Status.UNKNOWN, Refund.lessPenalty(price, RULE).status(), price.toString());
    }
  }
}
