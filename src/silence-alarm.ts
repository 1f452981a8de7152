import { aws_cloudwatch as cloudwatch } from 'aws-cdk-lib';
import { Construct } from 'constructs';

/** Properties of an alarm on silence. */
export interface SilenceAlarmProps extends cloudwatch.AlarmProps {
  /** What is missing is the point of this alarm. */
  readonly treatMissingData?: undefined;
}

/**
 * An alarm on what runs tell, and on runs that tell nothing any more: its actions are taken in the state INSUFFICIENT_DATA, too.
 *
 * CloudWatch begins with that state and acts only when a state changes. So an alarm that is new is quiet until the first run, however long its periods
 * are; with missing data as breaching it would be raised within minutes of its creation, because there is nothing in any of its periods. After the first
 * run it is OK (or raised), and the state comes back only when a whole evaluation, all periods of it, has no data. A period without data among others
 * changes nothing: what there is decides.
 */
export function silenceAlarm(scope: Construct, id: string, props: SilenceAlarmProps): cloudwatch.Alarm {
  // Here, because the module of alarms is loaded with the class, and most apps of this library have none.
  class SilenceAlarm extends cloudwatch.Alarm {
    /** Takes these actions when the alarm is raised, and when there is nothing to judge by. */
    public addAlarmAction(...actions: cloudwatch.IAlarmAction[]): void {
      super.addAlarmAction(...actions);
      this.addInsufficientDataAction(...actions);
    }
  }
  return new SilenceAlarm(scope, id, { ...props, treatMissingData: cloudwatch.TreatMissingData.MISSING });
}
