/** The choices of values for which the table of flows is held against the policies. */
import type { Name } from './endpoints.ts';
import {
  BACKUP_FLOWS,
  FLOWS,
  OWN_DATABASE_FLOWS,
  PRODUCTION_FLOWS,
  type Row,
  type Verdict,
} from './flows.ts';

export interface Situation {
  name: string;
  operator: { values?: string[]; set?: string[] };
  stack: { values?: string[]; set?: string[] };
  flows: Row[];
  /** Made by nobody here: rows about them say nothing. */
  absent: Name[];
  /** What may be opened. */
  open: Verdict[];
  /** What the table does not need and why it is there all the same. */
  spare: Record<string, string>;
}

const API_SERVER = ['10.96.0.1/32', '10.0.0.0/28'].join(',');
const OPERATOR = 'fareruleworkerpool-system/fareruleworkerpool-operator';

export const SITUATIONS: Situation[] = [
  {
    name: 'with default values',
    operator: {},
    stack: {},
    flows: [...FLOWS, ...OWN_DATABASE_FLOWS],
    absent: ['a Redis elsewhere', 'the backup'],
    open: ['yes', 'named', 'wide'],
    spare: {
      [`${OPERATOR} egress[2].ports[1]`]:
        'engines on 8443: open anyway while the API server’s address is not named',
      [`${OPERATOR} egress[2].ports[2]`]: 'engines on 443: likewise',
    },
  },
  {
    name: 'with the API server’s addresses named, and a backup',
    operator: {
      set: [`networkPolicy.apiServer.cidrs={${API_SERVER}}`, 'networkPolicy.metricsApi.cidrs={10.0.0.0/28}'],
    },
    stack: { set: [`networkPolicy.apiServer.cidrs={${API_SERVER}}`, 'postgresql.backup.enabled=true'] },
    flows: [...FLOWS, ...OWN_DATABASE_FLOWS, ...BACKUP_FLOWS],
    absent: ['a Redis elsewhere'],
    open: ['yes', 'wide'],
    spare: {},
  },
  {
    name: 'with production values',
    operator: { values: ['values-production.yaml'] },
    stack: { values: ['values-production.yaml'] },
    flows: [...FLOWS, ...PRODUCTION_FLOWS],
    absent: ['Redis', 'the backup'],
    open: ['yes'],
    spare: {},
  },
];
