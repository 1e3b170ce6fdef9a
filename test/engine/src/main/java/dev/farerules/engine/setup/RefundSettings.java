package dev.farerules.engine.setup;

import dev.farerules.engine.amount.PenaltyRule;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Map;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * The {@code refund.*} properties.
 *
 * @param slaDuration time that a review may take where the request does not say otherwise
 * @param demoUsers whether the users of the demo are created
 * @param restBasicAuth whether the REST API asks for a user and a password
 */
@ConfigurationProperties("refund")
public record RefundSettings(
    Penalty penalty,
    @DefaultValue("PT2H") Duration slaDuration,
    @DefaultValue("false") boolean demoUsers,
    @DefaultValue("false") boolean restBasicAuth) {

  /**
   * @param percent of the price
   * @param minimum least penalty in major units, by ISO 4217 code
   */
  public record Penalty(BigDecimal percent, @DefaultValue Map<String, BigDecimal> minimum) {}

  @Configuration
  static class Rules {
    /** Made at the start, so that a rule that makes no sense stops the node and not a refund. */
    @Bean
    PenaltyRule penaltyRule(RefundSettings settings) {
      return new PenaltyRule(settings.penalty().percent(), settings.penalty().minimum());
    }
  }
}
