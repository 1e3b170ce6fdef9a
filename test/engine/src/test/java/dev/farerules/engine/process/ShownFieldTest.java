package dev.farerules.engine.process;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ShownFieldTest {

  @Test
  void maySendBackWhatWasShownOrNothing() {
    assertTrue(ShownField.unchanged(null, "200.00 EUR"));
    assertTrue(ShownField.unchanged("200.00 EUR", "200.00 EUR"));
    assertTrue(ShownField.unchanged("", null));
  }

  @Test
  void maySendNothingElse() {
    assertFalse(ShownField.unchanged("900.00 EUR", "200.00 EUR"));
    assertFalse(ShownField.unchanged("", "200.00 EUR"));
    assertFalse(ShownField.unchanged("an error", null));
  }
}
