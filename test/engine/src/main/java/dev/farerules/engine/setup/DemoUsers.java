package dev.farerules.engine.setup;

import org.camunda.bpm.engine.IdentityService;
import org.camunda.bpm.engine.identity.Group;
import org.camunda.bpm.engine.identity.User;
import org.springframework.boot.ApplicationArguments;
import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.stereotype.Component;

/** One user in each candidate group of the process; the password is the user's id. For demos only. */
@Component
@ConditionalOnBooleanProperty("refund.demo-users")
public class DemoUsers implements ApplicationRunner {

  private final IdentityService identity;

  public DemoUsers(IdentityService identity) {
    this.identity = identity;
  }

  @Override
  public void run(ApplicationArguments arguments) {
    member("agent", "refund-agents", "Refund agents");
    member("manager", "refund-managers", "Refund managers");
    member("operator", "refund-operators", "Refund operators");
  }

  private void member(String userId, String groupId, String groupName) {
    if (identity.createUserQuery().userId(userId).count() > 0) return;
    User user = identity.newUser(userId);
    user.setFirstName("Demo");
    user.setLastName(userId);
    user.setPassword(userId);
    identity.saveUser(user);
    // Whoever deployed the process may have made its groups, before the demo's users were asked for.
    if (identity.createGroupQuery().groupId(groupId).count() == 0) newGroup(groupId, groupName);
    identity.createMembership(userId, groupId);
  }

  private void newGroup(String id, String name) {
    Group group = identity.newGroup(id);
    group.setName(name);
    group.setType("WORKFLOW");
    identity.saveGroup(group);
  }
}
