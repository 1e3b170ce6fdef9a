package dev.farerules.engine.process;

import dev.farerules.engine.amount.Money;
import dev.farerules.engine.amount.Refund;
import dev.farerules.engine.payment.PaymentFailed;
import dev.farerules.engine.payment.PaymentScript;
import dev.farerules.engine.payment.PaymentStandIn;
import org.camunda.bpm.engine.delegate.BpmnError;
import org.camunda.bpm.engine.delegate.DelegateExecution;
import org.camunda.bpm.engine.delegate.JavaDelegate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The payment steps of the process. What keeps the gateway from paying is a PAYMENT_API_ERROR. */
@Configuration
public class RefundPayment {

  private static final Logger LOG = LoggerFactory.getLogger(RefundPayment.class);
  private static final String PAYMENT_API_ERROR = "PAYMENT_API_ERROR";

  private final PaymentStandIn gateway;

  public RefundPayment(PaymentStandIn gateway) {
    this.gateway = gateway;
  }

  @Bean("payRefund")
  JavaDelegate payRefund() {
    return execution -> {
      try {
        String script = RefundVariables.text(execution, RefundVariables.PAYMENT_SCRIPT);
        PaymentStandIn.Result result =
            gateway.pay(
                RefundVariables.text(execution, RefundVariables.BOOKING_ID),
                execution.getProcessInstanceId(),
                amount(execution),
                PaymentScript.parse(script).attempt(RefundVariables.paymentErrors(execution)));
        report(execution, result, "SUCCESS");
      } catch (PaymentFailed | IllegalArgumentException error) {
        throw new BpmnError(PAYMENT_API_ERROR, error.getMessage());
      }
    };
  }

  @Bean("recordHandPayment")
  JavaDelegate recordHandPayment() {
    return execution ->
        report(
            execution,
            gateway.recordByHand(
                RefundVariables.text(execution, RefundVariables.BOOKING_ID),
                execution.getProcessInstanceId(),
                amount(execution)),
            "PAID_BY_HAND");
  }

  @Bean("logPaymentError")
  JavaDelegate logPaymentError() {
    return execution -> {
      int errors = RefundVariables.paymentErrors(execution) + 1;
      execution.setVariable(RefundVariables.API_ERROR_COUNT, errors);
      LOG.warn(
          "payment attempt {} of process instance {} failed: {}",
          errors,
          execution.getProcessInstanceId(),
          RefundVariables.text(execution, RefundVariables.PAYMENT_ERROR));
    };
  }

  private static void report(DelegateExecution execution, PaymentStandIn.Result result, String paid) {
    execution.setVariable(
        RefundVariables.PAYMENT_STATUS,
        switch (result) {
          case PAID -> paid;
          case ALREADY_PAID -> "ALREADY_PAID";
        });
  }

  /** The calculated amount; null for whatever was paid. */
  private static Money amount(DelegateExecution execution) {
    String status = RefundVariables.text(execution, RefundVariables.REFUND_STATUS);
    if (Refund.Status.WHOLE_PAYMENT.name().equals(status)) return null;
    if (RefundVariables.read(execution, RefundVariables.REFUND_AMOUNT_MINOR) instanceof Long minor) {
      return new Money(
          minor, Money.currency(RefundVariables.text(execution, RefundVariables.REFUND_CURRENCY)));
    }
    throw new IllegalArgumentException("the amount was not calculated");
  }
}
