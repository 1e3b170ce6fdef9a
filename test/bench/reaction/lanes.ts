/** Trials of one kind side by side: the way down takes most of a trial, and lanes wait for it together. */
import { evenly } from '../settings.ts';

export interface Lane {
  /** From 1. */
  number: number;
  trials: number;
}

/** Pure: so many trials over so many lanes; a lane without a trial is left out. */
export function lanesOf(trials: number, lanes: number): Lane[] {
  return evenly(trials, lanes)
    .map((share, index) => ({ number: index + 1, trials: share }))
    .filter((lane) => lane.trials > 0);
}
