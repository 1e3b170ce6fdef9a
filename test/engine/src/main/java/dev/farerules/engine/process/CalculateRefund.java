package dev.farerules.engine.process;

import dev.farerules.engine.amount.PenaltyRule;
import dev.farerules.engine.amount.Refund;
import dev.farerules.engine.amount.TicketPrice;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import org.camunda.bpm.engine.delegate.JavaDelegate;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The calculations of the process; the arithmetic itself is in the amount package. */
@Configuration
public class CalculateRefund {

  @Bean("fullRefund")
  JavaDelegate fullRefund() {
    return calculation("FULL", Refund::full);
  }

  @Bean("penaltyRefund")
  JavaDelegate penaltyRefund(PenaltyRule rule) {
    return calculation("LESS_PENALTY", price -> Refund.lessPenalty(price, rule));
  }

  /** For a refund that a person approved: the penalty is not theirs to waive where the fare rules name one. */
  @Bean("approvedRefund")
  JavaDelegate approvedRefund(JavaDelegate fullRefund, JavaDelegate penaltyRefund) {
    return execution -> {
      String check = RefundVariables.text(execution, RefundVariables.FARE_RULE_CHECK);
      ("WITH_PENALTY".equals(check) ? penaltyRefund : fullRefund).execute(execution);
    };
  }

  private static JavaDelegate calculation(String kind, Function<TicketPrice, Refund> calculate) {
    return execution -> {
      Refund refund = calculate.apply(RefundVariables.ticketPrice(execution));
      Map<String, Object> result = new HashMap<>();
      result.put(RefundVariables.REFUND_KIND, kind);
      result.put(RefundVariables.REFUND_STATUS, refund.status().name());
      result.put(RefundVariables.REFUND_AMOUNT, refund.describe());
      if (refund.amount() != null) {
        result.put(RefundVariables.REFUND_AMOUNT_MINOR, refund.amount().minor());
        result.put(RefundVariables.REFUND_CURRENCY, refund.amount().currency().getCurrencyCode());
        result.put(RefundVariables.PENALTY_MINOR, refund.penalty().minor());
      }
      RefundVariables.write(execution, result);
    };
  }
}
