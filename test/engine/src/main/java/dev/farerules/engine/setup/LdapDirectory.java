package dev.farerules.engine.setup;

import org.camunda.bpm.engine.impl.plugin.AdministratorAuthorizationPlugin;
import org.camunda.bpm.identity.impl.ldap.plugin.LdapIdentityProviderPlugin;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Users and groups from an LDAP directory in place of the engine's own tables. The engine cannot write there: the
 * administrator ({@code camunda.bpm.admin-user.id}) must be a user of the directory, and the demo's users be off.
 */
@Configuration
@ConditionalOnProperty("refund.ldap.server-url")
public class LdapDirectory {

  /** {@code refund.ldap.*} has the names of the plugin's properties, for example {@code user-search-base}. */
  @Bean
  @ConfigurationProperties("refund.ldap")
  LdapIdentityProviderPlugin ldapIdentityProvider() {
    return new LdapIdentityProviderPlugin();
  }

  /** Who may do everything: a group of the directory, {@code refund.ldap-administrators.administrator-group-name}. */
  @Bean
  @ConditionalOnProperty("refund.ldap-administrators.administrator-group-name")
  @ConfigurationProperties("refund.ldap-administrators")
  AdministratorAuthorizationPlugin directoryAdministrators() {
    return new AdministratorAuthorizationPlugin();
  }
}
