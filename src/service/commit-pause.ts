import { setTimeout as sleep } from 'node:timers/promises';

const PAUSE_MILLIS_MAX = 200;

/** Full-jitter back-off before the next attempt at a journal's tip. */
export const commitPause = async (attempt: number): Promise<void> => {
  await sleep(Math.random() * Math.min(PAUSE_MILLIS_MAX, 5 * 2 ** attempt));
};
