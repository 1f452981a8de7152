import { readFileSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { boto3Caller, hasPython } from './boto3-caller';
import { EXPORT_SCENARIOS } from './cases/exports';
import { GRANT_SCENARIOS } from './cases/grants';
import { LEDGER_SCENARIOS } from './cases/ledgers';
import { PROOF_SCENARIOS } from './cases/proofs';
import { STREAM_SCENARIOS } from './cases/streams';
import { TAG_SCENARIOS } from './cases/tags';
import { VIOLATION_SCENARIOS } from './cases/violations';
import { WIRE_SCENARIOS } from './cases/wire';
import { compatibilityPage, gaps, type Run } from './compatibility-page';
import { deployedWorld } from './deployed-world';
import { embeddedWorld } from './embedded-world';
import { javascriptCaller } from './javascript-caller';
import type { Caller } from './outcome';
import { runScenario, type Result } from './run-scenario';
import type { Scenario } from './scenario';
import type { World } from './world';

const PAGE = path.join(__dirname, '..', '..', '..', 'docs', 'compatibility.md');
const STARTING_MILLIS = 120_000;
const SCENARIOS: readonly Scenario[] = [
  ...LEDGER_SCENARIOS, ...TAG_SCENARIOS, ...PROOF_SCENARIOS, ...EXPORT_SCENARIOS, ...STREAM_SCENARIOS, ...VIOLATION_SCENARIOS,
  ...WIRE_SCENARIOS, ...GRANT_SCENARIOS,
];

const WORLDS = [['embedded', embeddedWorld], ['deployed', deployedWorld]] as const;
const CALLERS = [['JavaScript', async () => javascriptCaller()], ['boto3', boto3Caller]] as const;
const runs: Run[] = [];

const isWithoutClient = ({ steps }: Scenario): boolean => steps.every(({ kind }) => kind === 'http');

// The deployed world, too, needs Python: for the local AWS.
const describeWithPython = hasPython() ? describe : describe.skip;

for (const [worldName, openWorld] of WORLDS) {
  (worldName === 'embedded' ? describe : describeWithPython)(`the ${worldName} service`, () => {
    let world: World;
    beforeAll(async () => { world = await openWorld(); }, STARTING_MILLIS);
    afterAll(async () => world?.stop());

    for (const [callerName, openCaller] of CALLERS) {
      (callerName === 'JavaScript' ? describe : describeWithPython)(`called with ${callerName}`, () => {
        const results: Result[] = [];
        let caller: Caller;
        beforeAll(async () => { caller = await openCaller(); }, STARTING_MILLIS);
        afterAll(async () => {
          await caller?.close();
          runs.push({ label: `${callerName} against the ${worldName} service`, results });
        });

        for (const scenario of SCENARIOS) {
          const { only } = scenario;
          if (isWithoutClient(scenario) && callerName !== 'JavaScript') continue;
          const isElsewhere = only !== undefined && only.world !== worldName;
          (isElsewhere ? test.skip : test)(isElsewhere ? `${scenario.name} (${only.because})` : scenario.name, async () => {
            await world.reset();
            results.push(...await runScenario(scenario, world, caller));
          });
        }
      });
    }
  });
}

describe('what the results say', () => {
  test('every member and every error has a case, or a reason why it has none', () => {
    expect(gaps(runs.flatMap(({ results }) => results))).toEqual([]);
  });

  (hasPython() ? test : test.skip)('docs/compatibility.md is what the results say', () => {
    const page = compatibilityPage(runs);
    if (process.env.UPDATE_COMPATIBILITY) writeFileSync(PAGE, page);
    expect(readFileSync(PAGE, 'utf8')).toBe(page);
  });
});
