/** The alert rules as a file of Prometheus. */
import { Document, isScalar } from 'yaml';
import { ALERTS, type Alert } from './alerts.ts';

/**
 * Where the runbooks are in this repository, which is no link: with the chart's value `monitoring.rules.runbookBaseURL` the
 * annotation becomes `runbook_url` and leads there.
 */
export const RUNBOOKS = 'docs/runbooks';

const HEADER =
  ' Generated from charts/observability by `make generate`. Do not edit. A number or a time before `# NAME` is\n' +
  ' the default of the chart value monitoring.rules.thresholds.NAME.';

export function rulesYaml(alerts: readonly Alert[] = ALERTS): string {
  const rules = alerts.map((alert) => ({
    alert: alert.alert,
    expr: alert.expr,
    ...(alert.for && { for: alert.for.duration }),
    labels: { severity: alert.severity },
    annotations: {
      summary: alert.summary,
      description: alert.description,
      runbook: `${RUNBOOKS}/${alert.alert}.md`,
    },
  }));
  const document = new Document({ groups: [{ name: 'fareruleworkerpool', rules }] });
  document.commentBefore = HEADER;
  alerts.forEach((alert, index) => {
    const node = document.getIn(['groups', 0, 'rules', index, 'for'], true);
    if (alert.for && isScalar(node)) node.comment = ` ${alert.for.name}`;
  });
  return document.toString({ lineWidth: 0 });
}

/** Every threshold with its default, as the chart's values have to name them. */
export function thresholds(yaml: string = rulesYaml()): Record<string, string> {
  return Object.fromEntries(
    [...yaml.matchAll(/(\S+) # (\w+)$/gm)].map(([, value = '', name = '']) => [name, value]),
  );
}
