import { engineFixture, newLedger, type EngineFixture } from './engine-fixture';
import type { GrantRequest } from '../../src/engine';

const PRINCIPAL = 'arn:aws:iam::123456789012:role/App';
const SUPERSEDED = { name: 'ResourcePreconditionNotMetException', message: expect.stringContaining('has changed grant app already. Make the change with a new request.') };

interface Subject {
  put(isWide: boolean, request?: GrantRequest): Promise<void>;
  remove(request?: GrantRequest): Promise<void>;
  /** Whether the wide grant is there, or any. */
  left(): Promise<'wide' | 'narrow' | 'none'>;
  readonly fixture: EngineFixture;
}

const stateOf = (grants: readonly { readonly actions: readonly string[] }[]) => grants.length === 0 ? 'none' : grants[0]!.actions.length > 1 ? 'wide' : 'narrow';

async function onStatements(fixture = engineFixture()): Promise<Subject> {
  const { ledgers } = fixture.engine;
  await newLedger(fixture.engine);
  return {
    fixture,
    put: (isWide, request) => ledgers.grant('books', {
      grantId: 'app', principalArn: PRINCIPAL, actions: isWide ? ['PartiQLInsert', 'PartiQLSelect'] : ['PartiQLSelect'], tables: ['*'],
    }, request),
    remove: request => ledgers.revoke('books', 'app', request),
    left: async () => stateOf(await ledgers.grants('books')),
  };
}

async function onControlPlane(fixture = engineFixture()): Promise<Subject> {
  const { controlGrants } = fixture.engine;
  return {
    fixture,
    put: (isWide, request) => controlGrants.put({
      grantId: 'app', principalArn: PRINCIPAL, ledgerName: 'books', actions: isWide ? ['GetBlock', 'GetDigest'] : ['GetDigest'],
    }, request),
    remove: request => controlGrants.remove('app', request),
    left: async () => stateOf((await controlGrants.list(10)).grants),
  };
}

describe.each<[string, (fixture?: EngineFixture) => Promise<Subject>]>([['on statements', onStatements], ['on the control plane', onControlPlane]])('a grant %s', (_, made) => {
  const requestsOf = ({ fixture }: Subject) => (id: string, millisAgo: number): GrantRequest => ({ id, millis: fixture.time.millis - millisAgo });

  test('is not changed by a request once one that began later has', async () => {
    const grant = await made();
    const request = requestsOf(grant);
    const [earlier, later] = [request('earlier', 9_000), request('later', 1_000)];
    await grant.put(false, later);
    await expect(grant.put(true, earlier)).rejects.toMatchObject(SUPERSEDED);
    await expect(grant.remove(earlier)).rejects.toMatchObject(SUPERSEDED);
    expect(await grant.left()).toBe('narrow');
    await grant.put(true, request('latest', 0));
    expect(await grant.left()).toBe('wide');
  });

  test('does not come back by a request once one that began later has deleted it, whether it was there or not', async () => {
    for (const isThere of [true, false]) {
      const grant = await made();
      const request = requestsOf(grant);
      if (isThere) await grant.put(false, request('first', 20_000));
      const late = request('late', 9_000);
      await grant.remove(request('deletion', 1_000));
      await expect(grant.put(true, late)).rejects.toMatchObject(SUPERSEDED);
      expect(await grant.left()).toBe('none');
      await grant.put(true, request('next', 0));
      expect(await grant.left()).toBe('wide');
    }
  });

  test('is changed by a request as often as it is sent, whatever its clock says by then, until one that began later changes it', async () => {
    const grant = await made();
    const request = requestsOf(grant);
    await grant.put(true, request('same', 5_000));
    await grant.put(true, request('same', 9_000));
    await grant.put(true, request('same', 1_000));
    // Between the first and the last time of the same one, which began when it was first heard.
    await grant.put(false, request('later', 3_000));
    await expect(grant.put(true, request('same', 0))).rejects.toMatchObject(SUPERSEDED);
    expect(await grant.left()).toBe('narrow');
  });

  test('is not shut by a request whose clock is ahead', async () => {
    const grant = await made();
    const request = requestsOf(grant);
    await grant.put(true, request('ahead', -86_400_000));
    grant.fixture.time.millis += 1_000;
    await grant.put(false, request('next', 0));
    expect(await grant.left()).toBe('narrow');
  });

  test('is changed by who names no request, as ever', async () => {
    const grant = await made();
    const request = requestsOf(grant);
    await grant.put(false, request('later', 0));
    await grant.put(true);
    expect(await grant.left()).toBe('wide');
    await grant.remove();
    expect(await grant.left()).toBe('none');
    await expect(grant.put(true, request('earlier', 9_000))).rejects.toMatchObject(SUPERSEDED);
  });

  test('that two requests change at the same time is left as the later one wants it', async () => {
    for (const isLaterFirst of [true, false]) {
      const grant = await made();
      const request = requestsOf(grant);
      const [earlier, later] = [request('earlier', 9_000), request('later', 1_000)];
      const puts = [
        async () => grant.put(true, earlier).catch(error => expect(error).toMatchObject(SUPERSEDED)),
        async () => grant.put(false, later),
      ];
      await Promise.all((isLaterFirst ? puts.reverse() : puts).map(put => put()));
      expect(await grant.left()).toBe('narrow');
    }
  });
});
