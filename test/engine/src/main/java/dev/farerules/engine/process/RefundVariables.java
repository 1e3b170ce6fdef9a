package dev.farerules.engine.process;

import dev.farerules.engine.amount.TicketPrice;
import java.util.Map;
import org.camunda.bpm.engine.delegate.VariableScope;
import org.camunda.bpm.engine.variable.value.ObjectValue;
import org.camunda.bpm.engine.variable.value.TypedValue;

/**
 * The variables of the ticket-refund process. Those in the first group come
 * from whoever starts it, so that any of them may be missing or of any type.
 */
final class RefundVariables {

  static final String BOOKING_ID = "bookingId";
  static final String TICKET_CLASS = "ticketClass";
  static final String DAYS_UNTIL_FLIGHT = "daysUntilFlight";
  static final String PURCHASE_DATE = "purchaseDate";
  static final String DEPARTURE_TIME = "departureTime";
  static final String TICKET_PRICE_MINOR = "ticketPriceMinor";
  static final String CURRENCY = "currency";
  static final String FARE_RULES_TEXT = "fareRulesText";
  static final String REFUND_REASON = "refundReason";
  static final String SLA_DURATION = "slaDuration";
  static final String PAYMENT_SCRIPT = "paymentScript";

  static final String FARE_RULE_CHECK = "fareRuleCheck";
  static final String LLM_PROVIDER = "llmProvider";
  static final String LLM_REASONING = "llmReasoning";
  static final String LLM_ERROR = "llmError";
  static final String LLM_SHADOW_DECISION = "llmShadowDecision";
  static final String LLM_AUDIT = "llmAudit";

  static final String TICKET = "ticket";
  static final String REFUND_AMOUNT = "refundAmount";
  static final String REFUND_AMOUNT_MINOR = "refundAmountMinor";
  static final String REFUND_CURRENCY = "refundCurrency";
  static final String PENALTY_MINOR = "penaltyMinor";
  static final String REFUND_STATUS = "refundStatus";
  static final String REFUND_KIND = "refundKind";
  static final String DECIDED_BY = "decidedBy";
  static final String APPROVED = "approved";
  static final String REVIEWED_PRICE_MINOR = "reviewedPriceMinor";
  static final String REVIEWED_CURRENCY = "reviewedCurrency";
  static final String REVIEWER = "reviewer";
  static final String API_ERROR_COUNT = "apiErrorCount";
  static final String PAYMENT_STATUS = "paymentStatus";
  static final String PAYMENT_ERROR = "paymentError";
  static final String OPERATOR_DECISION = "operatorDecision";

  private RefundVariables() {}

  /** A variable's value; null when there is none or when it is a serialized object, which none should be. */
  static Object read(VariableScope scope, String name) {
    TypedValue value = scope.getVariableTyped(name, false);
    return value == null || value instanceof ObjectValue ? null : value.getValue();
  }

  /** A variable that is a String; null when it is anything else. */
  static String text(VariableScope scope, String name) {
    return read(scope, name) instanceof String text ? text : null;
  }

  /** The price that a reviewer gave, else the request's. */
  static TicketPrice ticketPrice(VariableScope scope) {
    Object reviewed = read(scope, REVIEWED_PRICE_MINOR);
    Object reviewedCurrency = read(scope, REVIEWED_CURRENCY);
    return TicketPrice.of(
        reviewed != null ? reviewed : read(scope, TICKET_PRICE_MINOR),
        reviewedCurrency != null ? reviewedCurrency : read(scope, CURRENCY));
  }

  /** Payment attempts that have failed so far. */
  static int paymentErrors(VariableScope scope) {
    return read(scope, API_ERROR_COUNT) instanceof Number count ? count.intValue() : 0;
  }

  static void write(VariableScope scope, Map<String, ?> values) {
    scope.setVariables(values);
  }
}
