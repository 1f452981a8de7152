import { aws_cloudwatch as cloudwatch } from 'aws-cdk-lib';
import { Construct } from 'constructs';

/** Properties of an alarm on a threshold. What is not said of an alarm of CDK's is said here. */
export interface ThresholdAlarmProps extends Omit<cloudwatch.AlarmProps, 'evaluationPeriods' | 'comparisonOperator' | 'threshold'> {
  /** From there on the alarm is raised. @default 1 */
  readonly threshold?: number;
  /** How many periods in a row have to reach it. @default 1 */
  readonly evaluationPeriods?: number;
}

/** An alarm on what should not happen. Nothing is told where nothing happens, so a period without data counts as a good one unless told otherwise. */
export function thresholdAlarm(scope: Construct, id: string, props: ThresholdAlarmProps): cloudwatch.Alarm {
  return new cloudwatch.Alarm(scope, id, {
    treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
    ...props,
    threshold: props.threshold ?? 1,
    evaluationPeriods: props.evaluationPeriods ?? 1,
    comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
  });
}
