package dev.farerules.engine.payment;

import com.zaxxer.hikari.HikariDataSource;
import dev.farerules.engine.amount.Money;
import java.util.List;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.boot.autoconfigure.jdbc.DataSourceProperties;
import org.springframework.dao.support.DataAccessUtils;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The payments that were made, one row an idempotency key. The database's
 * unique key decides between two that come at the same time.
 *
 * <p>It stands for a system outside the engine, so it commits on connections of
 * its own: a payment stays made when the engine's transaction rolls back, and
 * a payment never waits for the engine's connection pool.
 */
@Component
public class PaymentLedger implements DisposableBean {

  /** Any number that all nodes agree on: creating a table twice at once fails in PostgreSQL. */
  private static final long SCHEMA_LOCK = 7_240_001;

  private final HikariDataSource dataSource;
  private final JdbcTemplate jdbc;

  public PaymentLedger(DataSourceProperties properties) {
    dataSource = properties.initializeDataSourceBuilder().type(HikariDataSource.class).build();
    dataSource.setPoolName("payments");
    dataSource.setMaximumPoolSize(4);
    dataSource.setInitializationFailTimeout(60_000);
    jdbc = new JdbcTemplate(dataSource);
    createTable();
  }

  /** Who made the payment of a booking, and how. */
  public record Payment(String processInstance, Method method) {}

  public enum Method {
    GATEWAY,
    BY_HAND
  }

  /**
   * Records the payment, unless there is one with this key.
   *
   * @param amount null for whatever was paid
   * @return the payment that counts: this one or the earlier one
   */
  public Payment pay(String key, String processInstance, Method method, Money amount) {
    jdbc.update(
        "insert into refund_payment (idempotency_key, process_instance, method, amount_minor, currency)"
            + " values (?, ?, ?, ?, ?) on conflict (idempotency_key) do nothing",
        key,
        processInstance,
        method.name(),
        amount == null ? null : amount.minor(),
        amount == null ? null : amount.currency().getCurrencyCode());
    List<Payment> made =
        jdbc.query(
            "select process_instance, method from refund_payment where idempotency_key = ?",
            (row, index) -> new Payment(row.getString(1), Method.valueOf(row.getString(2))),
            key);
    return DataAccessUtils.requiredSingleResult(made);
  }

  @Override
  public void destroy() {
    dataSource.close();
  }

  private void createTable() {
    new TransactionTemplate(new JdbcTransactionManager(dataSource))
        .executeWithoutResult(
            transaction -> {
              jdbc.query("select pg_advisory_xact_lock(?)", row -> {}, SCHEMA_LOCK);
              jdbc.execute(
                  """
                  create table if not exists refund_payment (
                    idempotency_key  text primary key,
                    process_instance text not null,
                    method           text not null,
                    amount_minor     bigint,
                    currency         char(3),
                    paid_at          timestamptz not null default now()
                  )""");
            });
  }
}
