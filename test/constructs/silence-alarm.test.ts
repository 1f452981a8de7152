import { App, Stack, aws_cloudwatch_actions as actions, aws_lambda as lambda, aws_sns as sns } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { JobInventory, Ledger, LedgerService } from '../../src';

interface AlarmProperties {
  readonly MetricName: string;
  readonly TreatMissingData: string;
  readonly AlarmActions?: unknown[];
  readonly InsufficientDataActions?: unknown[];
}

/** Everything that tells something at each of its runs. */
function silenceAlarms() {
  const stack = new Stack(new App(), 'Stack');
  const ledger = new Ledger(stack, 'Ledger', { service: new LedgerService(stack, 'Service'), ledgerName: 'payments' });
  const alarms = {
    schedule: ledger.scheduleJournalExports('Daily').lateAlarm,
    digest: ledger.keepDigest('Digest').lateAlarm,
    inventory: new JobInventory(stack, 'Jobs').gapsAlarm,
  };
  return { stack, alarms };
}

const alarmsIn = (stack: Stack) => Object.values(Template.fromStack(stack).findResources('AWS::CloudWatch::Alarm'))
  .map(({ Properties }) => Properties as AlarmProperties);

test('no alarm is raised by what is missing before the first run', () => {
  const { stack } = silenceAlarms();
  // With missing data as breaching, a new alarm is raised before anything could run.
  expect(alarmsIn(stack).filter(({ TreatMissingData }) => TreatMissingData === 'breaching')).toEqual([]);
});

test('alarms on runs act, too, when there are no runs any more', () => {
  const { stack, alarms } = silenceAlarms();
  const topic = new sns.Topic(stack, 'Topic');
  Object.values(alarms).forEach(alarm => alarm.addAlarmAction(new actions.SnsAction(topic)));
  const acting = alarmsIn(stack).filter(({ AlarmActions }) => AlarmActions !== undefined);
  expect(acting.map(({ MetricName }) => MetricName).sort()).toEqual(['DigestsKept', 'ExportLag', 'Gaps']);
  for (const { TreatMissingData, AlarmActions, InsufficientDataActions } of acting) {
    expect(TreatMissingData).toBe('missing');
    expect(InsufficientDataActions).toEqual(AlarmActions);
  }
});

test('a function as action is allowed once', () => {
  const { stack, alarms } = silenceAlarms();
  const page = lambda.Function.fromFunctionAttributes(stack, 'Page', {
    functionArn: stack.formatArn({ service: 'lambda', resource: 'function', resourceName: 'page' }), sameEnvironment: true,
  });
  alarms.schedule.addAlarmAction(new actions.LambdaAction(page));
  Template.fromStack(stack).resourcePropertiesCountIs('AWS::Lambda::Permission', { Principal: 'lambda.alarms.cloudwatch.amazonaws.com' }, 1);
});
