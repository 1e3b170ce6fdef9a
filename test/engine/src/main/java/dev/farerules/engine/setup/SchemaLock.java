package dev.farerules.engine.setup;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;
import org.camunda.bpm.engine.ProcessEngine;
import org.camunda.bpm.engine.impl.cfg.AbstractProcessEnginePlugin;
import org.camunda.bpm.engine.impl.cfg.ProcessEngineConfigurationImpl;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;

/**
 * Lets nodes that start at once on an empty database make the schema and the administrator one after the other. The
 * engine only looks whether they are there, and the second of two that saw nothing would fail.
 *
 * <p>The last of the plugins, so that the administrator's is done when the lock is given back. The lock is the
 * connection's: a node that dies gives it back, too.
 */
@Component
@Order(Ordered.LOWEST_PRECEDENCE)
public class SchemaLock extends AbstractProcessEnginePlugin {

  /** Any number that all nodes agree on. */
  private static final long LOCK = 7_240_000;

  private final DataSource dataSource;
  private Connection holder;

  public SchemaLock(DataSource dataSource) {
    this.dataSource = dataSource;
  }

  /** The schema is made after every plugin's turn here. */
  @Override
  public void preInit(ProcessEngineConfigurationImpl configuration) {
    try {
      holder = dataSource.getConnection();
      try (Statement statement = holder.createStatement()) {
        statement.execute("select pg_advisory_lock(" + LOCK + ")");
      }
    } catch (SQLException error) {
      throw new IllegalStateException("the lock of the schema could not be had", error);
    }
  }

  @Override
  public void postProcessEngineBuild(ProcessEngine engine) {
    try (Connection connection = holder;
        Statement statement = connection.createStatement()) {
      statement.execute("select pg_advisory_unlock(" + LOCK + ")");
    } catch (SQLException error) {
      throw new IllegalStateException("the lock of the schema could not be given back", error);
    }
  }
}
