/** The Grafana dashboard, built with Grafana's own library. */
import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import * as common from '@grafana/grafana-foundation-sdk/common';
import {
  DashboardBuilder,
  DashboardCursorSync,
  type Panel as DashboardPanel,
  DatasourceVariableBuilder,
  type DataTransformerConfig,
  QueryVariableBuilder,
  RowBuilder,
  VariableHide,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as TimelineBuilder } from '@grafana/grafana-foundation-sdk/statetimeline';
import { PanelBuilder as TableBuilder } from '@grafana/grafana-foundation-sdk/table';
import { PanelBuilder as GraphBuilder } from '@grafana/grafana-foundation-sdk/timeseries';
import type { Panel, Query, Row } from './panel.ts';
import { OPERATOR } from './panels/operator.ts';
import { QUOTA } from './panels/quota.ts';
import { REFUNDS } from './panels/refunds.ts';
import { SCALING } from './panels/scaling.ts';

/** No panel makes up a 0: what nobody tells is shown as no data. */
export const ROWS: readonly Row[] = [REFUNDS, SCALING, QUOTA, OPERATOR];

const DATASOURCE: common.DataSourceRef = { type: 'prometheus', uid: `\${datasource}` };
const HEIGHT = 7;
const SPAN = 8;

const INFO = 'fareruleworkerpool_exporter_pool_info{namespace=~"$namespace",pool=~"$pool"}';

/** Pools are chosen; which engine, process and topic are theirs follows from that. */
const VARIABLES: { name: string; label: string; query: string; hidden: boolean }[] = [
  {
    name: 'namespace',
    label: 'Namespace',
    query: 'label_values(fareruleworkerpool_replicas, namespace)',
    hidden: false,
  },
  {
    name: 'pool',
    label: 'Pool',
    query: 'label_values(fareruleworkerpool_replicas{namespace=~"$namespace"}, pool)',
    hidden: false,
  },
  ...['engine', 'process', 'topic'].map((name) => ({
    name,
    label: name,
    query: `label_values(${INFO}, ${name})`,
    hidden: true,
  })),
];

function target({ expr, legend }: Query, kind: Panel['kind'], index: number): DataqueryBuilder {
  const query = new DataqueryBuilder()
    .refId(String.fromCharCode(65 + index))
    .datasource(DATASOURCE)
    .expr(expr)
    .legendFormat(legend);
  if (kind === 'table') return query.instant().format(PromQueryFormat.Table);
  return kind === 'number' ? query.instant() : query.range();
}

/** A table of labels: time and value say nothing there. */
const LABELS_ALONE: DataTransformerConfig = {
  id: 'organize',
  options: { excludeByName: { Time: true, Value: true } },
};

function panel(spec: Panel): Builder<DashboardPanel> {
  const { description, kind, max, queries, span = SPAN, title, unit } = spec;
  const builder = {
    graph: () => new GraphBuilder().fillOpacity(8).spanNulls(false),
    number: () =>
      new StatBuilder().reduceOptions(new common.ReduceDataOptionsBuilder().calcs(['lastNotNull'])),
    timeline: () => new TimelineBuilder().mergeValues(true),
    table: () => new TableBuilder().withTransformation(LABELS_ALONE),
  }[kind]();
  builder.title(title).description(description).datasource(DATASOURCE).unit(unit).span(span).height(HEIGHT);
  if (kind === 'graph' || max !== undefined) builder.min(0);
  if (max !== undefined) builder.max(max);
  for (const [index, query] of queries.entries()) builder.withTarget(target(query, kind, index));
  return builder;
}

export function dashboard(): object {
  const builder = new DashboardBuilder('Ticket refunds')
    .uid('fareruleworkerpool')
    .description('Refunds, workers and scaling of FareRuleWorkerPools.')
    .tags(['fareruleworkerpool', 'camunda', 'llm'])
    .time({ from: 'now-6h', to: 'now' })
    .refresh('30s')
    .tooltip(DashboardCursorSync.Crosshair)
    .withVariable(new DatasourceVariableBuilder('datasource').label('Data source').type('prometheus'));
  for (const { hidden, label, name, query } of VARIABLES) {
    builder.withVariable(
      new QueryVariableBuilder(name)
        .label(label)
        .query(query)
        .datasource(DATASOURCE)
        .multi(true)
        .includeAll(true)
        .current({ text: 'All', value: '$__all' })
        .refresh(VariableRefresh.OnTimeRangeChanged)
        .sort(VariableSort.AlphabeticalAsc)
        .hide(hidden ? VariableHide.HideVariable : VariableHide.DontHide),
    );
  }
  for (const row of ROWS) {
    builder.withRow(new RowBuilder(row.title));
    for (const spec of row.panels) builder.withPanel(panel(spec));
  }
  return builder.build();
}
