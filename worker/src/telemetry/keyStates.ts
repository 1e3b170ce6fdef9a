/** The metric of what is known of each API key. The operator makes a condition of it. */
import { Gauge, type Registry } from 'prom-client';

export interface KeyStateSample {
  index: number;
  quotaGroup: string;
  state: string;
}

/** @param states asked whenever the metrics are read: what time alone changes has no event */
export function registerKeyStates(registry: Registry, states: () => readonly KeyStateSample[]): void {
  new Gauge({
    name: 'llm_worker_llm_key_state',
    help: 'API keys by their place in the configuration (index) and state: usable, cooling, refused or exhausted.',
    labelNames: ['index', 'quota_group', 'state'],
    registers: [registry],
    collect() {
      this.reset();
      for (const { index, quotaGroup, state } of states()) {
        this.set({ index, quota_group: quotaGroup, state }, 1);
      }
    },
  });
}
