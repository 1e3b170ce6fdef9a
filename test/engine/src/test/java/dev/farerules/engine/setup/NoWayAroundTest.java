package dev.farerules.engine.setup;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NoWayAroundTest {

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource({
    "/camunda/..;/engine-rest/engine, true",
    "/camunda/..;a=b/engine-rest/engine, true",
    "/camunda/%2e%2E;/engine-rest/engine, true",
    "/camunda/.%2e;/engine-rest/engine, true",
    "/camunda/.;/../engine-rest/engine, true",
    "/camunda/app/tasklist/default/, false",
    "/camunda/app/tasklist/default/;jsessionid=0A1B, false",
    "/engine-rest/process-instance/a.b;c, false",
    "/engine-rest/deployment/..., false",
  })
  void refusesDotsWithAParameterAndNothingElse(String uri, boolean refused) {
    assertEquals(refused, NoWayAround.goesAround(uri));
  }
}
