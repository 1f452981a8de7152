import { memorySessionStore } from '../../src/engine';
import { sessionContext } from '../../src/engine/session-context';
import { memoryStore } from '../../src/store';

const contextOf = () => sessionContext({
  store: memoryStore(),
  sessions: memorySessionStore(() => 0),
  clock: () => 0,
  random: byteCount => Buffer.alloc(byteCount),
  account: { partition: 'aws', region: 'us-east-1', accountId: '123456789012' },
  wake: () => {},
  pause: async () => {},
});

test('a journal has one appender, however many others are used meanwhile', () => {
  const { appender } = contextOf();
  const first = appender('first');
  for (let index = 0; index < 50; index++) appender(`strand ${index}`);
  expect(appender('first')).toBe(first);
});

test('what idle appenders remember is given back once many journals were used', () => {
  const { appender } = contextOf();
  const first = appender('first');
  for (let index = 0; index < 100; index++) appender(`strand ${index}`);
  expect(appender('first')).not.toBe(first);
});
