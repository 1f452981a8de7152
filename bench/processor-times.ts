import type { Contestant } from './rounds';

/** A process that can tell what processor time it has spent. */
export interface Metered {
  processorMicros(): Promise<number>;
}

/** The one that measures. */
export const thisProcess: Metered = {
  async processorMicros() {
    const { user, system } = process.cpuUsage();
    return user + system;
  },
};

/** What each unit of work costs a process: on a busy machine it tells more than rates do. */
export class ProcessorTimes {
  private readonly spent = new Map<string, { micros: number; units: number }>();

  /** The contestant, the processor time of what serves it counted. */
  of(server: Metered, contestant: Contestant): Contestant {
    return {
      ...contestant,
      run: async () => {
        const before = await server.processorMicros();
        const units = await contestant.run();
        const sum = this.spent.get(contestant.name) ?? { micros: 0, units: 0 };
        this.spent.set(contestant.name, { micros: sum.micros + await server.processorMicros() - before, units: sum.units + units });
        return units;
      },
    };
  }

  /** @param whose the processor time is: 'of the server' */
  print(whose: string, unit: string): void {
    for (const [name, { micros, units }] of this.spent) console.log(`${name}: ${Math.round(micros / units)} microseconds of processor time ${whose} a ${unit}`);
  }
}
