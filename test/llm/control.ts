/** Client of a stand-in that runs in another process. */
import axios from 'axios';
import type { Call, Fault, Settings, Stats } from './protocol.ts';

export interface StandInControl {
  calls(): Promise<Call[]>;
  clearCalls(): Promise<void>;
  stats(): Promise<Stats>;
  /** Replaces the scripted faults; an empty list ends them. */
  script(faults: readonly Fault[]): Promise<void>;
  settings(change: Partial<Settings>): Promise<void>;
}

/** @param controlURL `http://…/_standin`, as the environment names it */
export function standInControl(controlURL: string): StandInControl {
  const http = axios.create({ baseURL: controlURL, timeout: 5_000, proxy: false });
  return {
    calls: async () => (await http.get<Call[]>('/calls')).data,
    clearCalls: async () => void (await http.delete('/calls')),
    stats: async () => (await http.get<Stats>('/stats')).data,
    script: async (faults) => void (await http.put('/script', faults)),
    settings: async (change) => void (await http.put('/settings', change)),
  };
}
