package dev.farerules.engine.payment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class PaymentScriptTest {

  @ParameterizedTest(name = "{0} after {1} failures: {2}")
  @CsvSource(
      delimiter = ';',
      value = {
        "FAIL,FAIL,OK; 0; FAIL",
        "FAIL,FAIL,OK; 1; FAIL",
        "FAIL,FAIL,OK; 2; OK",
        "FAIL,FAIL,OK; 3; OK",
        "FAIL; 1; OK",
        "' lost , ok'; 0; LOST",
        "' lost , ok'; 1; OK"
      })
  void eachAttemptHasItsWordAndThoseAfterTheLastSucceed(String script, int failures, PaymentScript.Step step) {
    assertEquals(step, PaymentScript.parse(script).attempt(failures));
  }

  @ParameterizedTest
  @NullSource
  @ValueSource(strings = {"", "  "})
  void withoutAScriptTheFirstAttemptSucceeds(String script) {
    assertEquals(PaymentScript.Step.OK, PaymentScript.parse(script).attempt(0));
  }

  @ParameterizedTest
  @ValueSource(strings = {"NO", "FAIL,", "FAIL;OK", "FAIL OK", ","})
  void anUnknownWordIsRefused(String script) {
    assertThrows(IllegalArgumentException.class, () -> PaymentScript.parse(script));
  }
}
