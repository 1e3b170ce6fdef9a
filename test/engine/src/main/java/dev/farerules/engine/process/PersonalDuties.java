package dev.farerules.engine.process;

import java.util.List;
import java.util.Set;
import org.camunda.bpm.engine.BadUserRequestException;
import org.camunda.bpm.engine.delegate.DelegateTask;
import org.camunda.bpm.engine.delegate.TaskListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Who decides what. A decision must be made on its own task: what an earlier
 * task or the caller left in its variable is removed when the task is created,
 * so that a form left empty stays empty.
 */
@Configuration
public class PersonalDuties {

  /** Fields of a form that may be empty. */
  private static final List<String> OPTIONAL =
      List.of(
          RefundVariables.REFUND_AMOUNT,
          RefundVariables.LLM_REASONING,
          RefundVariables.LLM_ERROR,
          RefundVariables.PAYMENT_ERROR,
          RefundVariables.REVIEWED_CURRENCY);

  private static final Set<String> OPERATOR_DECISIONS = Set.of("RETRY", "PAID_BY_HAND", "REFUSE");

  @Bean("reviewTask")
  TaskListener reviewTask() {
    return task -> {
      switch (task.getEventName()) {
        case TaskListener.EVENTNAME_CREATE -> task.removeVariable(RefundVariables.APPROVED);
        case TaskListener.EVENTNAME_ASSIGNMENT -> rememberReviewer(task);
        case TaskListener.EVENTNAME_COMPLETE -> {
          forgetBlanks(task);
          decidedBy(task, "AGENT");
        }
        default -> {}
      }
    };
  }

  @Bean("escalationTask")
  TaskListener escalationTask() {
    return task -> {
      switch (task.getEventName()) {
        case TaskListener.EVENTNAME_CREATE -> task.removeVariable(RefundVariables.APPROVED);
        case TaskListener.EVENTNAME_ASSIGNMENT -> refuseReviewer(task);
        case TaskListener.EVENTNAME_COMPLETE -> {
          refuseReviewer(task);
          forgetBlanks(task);
          decidedBy(task, "MANAGER");
        }
        default -> {}
      }
    };
  }

  @Bean("operatorTask")
  TaskListener operatorTask() {
    return task -> {
      switch (task.getEventName()) {
        case TaskListener.EVENTNAME_CREATE -> task.removeVariable(RefundVariables.OPERATOR_DECISION);
        case TaskListener.EVENTNAME_COMPLETE -> {
          requireOperatorDecision(task);
          forgetBlanks(task);
        }
        default -> {}
      }
    };
  }

  /** Nothing is a safe guess about money: without a decision the task stays. */
  private static void requireOperatorDecision(DelegateTask task) {
    String decision = RefundVariables.text(task, RefundVariables.OPERATOR_DECISION);
    if (decision == null || !OPERATOR_DECISIONS.contains(decision)) {
      throw new BadUserRequestException("operatorDecision must be RETRY, PAID_BY_HAND or REFUSE");
    }
  }

  /** A browser sends an empty field as an empty text, which is no value: neither an error nor a currency. */
  private static void forgetBlanks(DelegateTask task) {
    for (String name : OPTIONAL) {
      if ("".equals(RefundVariables.text(task, name))) task.removeVariable(name);
    }
  }

  private static void decidedBy(DelegateTask task, String role) {
    task.getExecution().setVariable(RefundVariables.DECIDED_BY, role);
  }

  private static void rememberReviewer(DelegateTask task) {
    if (task.getAssignee() != null) {
      task.getExecution().setVariable(RefundVariables.REVIEWER, task.getAssignee());
    }
  }

  /** Four eyes: who let the review run out of time does not also decide the escalation. */
  private static void refuseReviewer(DelegateTask task) {
    String reviewer = RefundVariables.text(task, RefundVariables.REVIEWER);
    if (reviewer != null && reviewer.equals(task.getAssignee())) {
      throw new BadUserRequestException("the manager must be somebody else than the reviewer");
    }
  }
}
