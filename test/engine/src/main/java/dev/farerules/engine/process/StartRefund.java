package dev.farerules.engine.process;

import dev.farerules.engine.amount.Refund;
import dev.farerules.engine.setup.RefundSettings;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import org.camunda.bpm.engine.delegate.DelegateExecution;
import org.camunda.bpm.engine.delegate.ExecutionListener;
import org.springframework.stereotype.Component;

/**
 * Gives every variable that the process decides by a defined value before the
 * first decision. What only the process may set is removed, so that a caller
 * can neither approve a refund nor skip the check.
 */
@Component("startRefund")
public class StartRefund implements ExecutionListener {

  private static final List<String> SET_BY_THE_PROCESS =
      List.of(
          RefundVariables.FARE_RULE_CHECK,
          RefundVariables.LLM_PROVIDER,
          RefundVariables.LLM_REASONING,
          RefundVariables.LLM_ERROR,
          RefundVariables.LLM_SHADOW_DECISION,
          RefundVariables.LLM_AUDIT,
          RefundVariables.REFUND_AMOUNT_MINOR,
          RefundVariables.REFUND_CURRENCY,
          RefundVariables.PENALTY_MINOR,
          RefundVariables.REFUND_STATUS,
          RefundVariables.REFUND_KIND,
          RefundVariables.APPROVED,
          RefundVariables.REVIEWED_PRICE_MINOR,
          RefundVariables.REVIEWED_CURRENCY,
          RefundVariables.REVIEWER,
          RefundVariables.PAYMENT_STATUS,
          RefundVariables.PAYMENT_ERROR,
          RefundVariables.OPERATOR_DECISION);

  /** In the order in which a person reads a ticket. */
  private static final Map<String, String> TICKET_LABELS = new LinkedHashMap<>();

  static {
    TICKET_LABELS.put(RefundVariables.BOOKING_ID, "booking");
    TICKET_LABELS.put(RefundVariables.TICKET_CLASS, "class");
    TICKET_LABELS.put(RefundVariables.DAYS_UNTIL_FLIGHT, "days until flight");
    TICKET_LABELS.put(RefundVariables.PURCHASE_DATE, "bought");
    TICKET_LABELS.put(RefundVariables.DEPARTURE_TIME, "departure");
    TICKET_LABELS.put(RefundVariables.REFUND_REASON, "reason");
    TICKET_LABELS.put(RefundVariables.FARE_RULES_TEXT, "fare rules");
  }

  /** String variables hold at most 4000 characters. */
  private static final int LONGEST_VALUE = 500;

  private static final Duration LONGEST_SLA = Duration.ofDays(30);

  private final Duration defaultSla;

  public StartRefund(RefundSettings settings) {
    defaultSla = settings.slaDuration();
  }

  @Override
  public void notify(DelegateExecution execution) {
    execution.removeVariables(SET_BY_THE_PROCESS);
    RefundVariables.write(
        execution,
        Map.of(
            RefundVariables.API_ERROR_COUNT, 0,
            RefundVariables.DECIDED_BY, "RULES",
            RefundVariables.TICKET, ticket(execution),
            RefundVariables.REFUND_AMOUNT, Refund.full(RefundVariables.ticketPrice(execution)).describe(),
            RefundVariables.SLA_DURATION, sla(execution)));
  }

  private static String ticket(DelegateExecution execution) {
    StringJoiner ticket = new StringJoiner(", ");
    TICKET_LABELS.forEach(
        (name, label) -> {
          Object value = RefundVariables.read(execution, name);
          if (value == null) return;
          String text = value.toString();
          ticket.add(label + " " + (text.length() > LONGEST_VALUE ? text.substring(0, LONGEST_VALUE) + "…" : text));
        });
    return ticket.length() == 0 ? "no ticket data" : ticket.toString();
  }

  /** The request's own duration where it is one, so that a wrong one cannot make the timer an incident. */
  private String sla(DelegateExecution execution) {
    String wanted = RefundVariables.text(execution, RefundVariables.SLA_DURATION);
    if (wanted == null) return defaultSla.toString();
    try {
      Duration duration = Duration.parse(wanted.trim());
      boolean sensible = duration.compareTo(Duration.ZERO) > 0 && duration.compareTo(LONGEST_SLA) <= 0;
      return (sensible ? duration : defaultSla).toString();
    } catch (DateTimeException error) {
      return defaultSla.toString();
    }
  }
}
