/** The blocks from `start` up to, not including, `end`. */
export interface ExportWindow {
  readonly start: Date;
  readonly end: Date;
}

/** The window that follows a moment: up to the next multiple of `lengthSeconds` since 1970 (UTC), so days end at midnight. */
export function windowFrom(start: Date, lengthSeconds: number): ExportWindow {
  const length = lengthSeconds * 1000;
  return { start, end: new Date((Math.floor(start.getTime() / length) + 1) * length) };
}

/** The start of the window that a moment lies in. */
export function windowStartBefore(within: Date, lengthSeconds: number): Date {
  const length = lengthSeconds * 1000;
  return new Date(Math.floor(within.getTime() / length) * length);
}

/** How many windows have ended between two moments. */
export function windowsBetween(start: Date, end: Date, lengthSeconds: number): number {
  const length = lengthSeconds * 1000;
  return Math.max(0, Math.floor(end.getTime() / length) - Math.floor(start.getTime() / length));
}

/** The folder of a window: the same for ever, and in the order of time, such as `20260301T000000Z-20260302T000000Z/`. */
export function windowFolder({ start, end }: ExportWindow): string {
  return `${compact(start)}-${compact(end)}/`;
}

const FOLDER = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d(?:\.\d{3})?)Z-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d(?:\.\d{3})?)Z\/$/;

/** The window of a folder, or undefined for the folder of something else. */
export function parseWindowFolder(folder: string): ExportWindow | undefined {
  const parts = FOLDER.exec(folder)?.slice(1);
  return parts && { start: moment(parts.slice(0, 6)), end: moment(parts.slice(6)) };
}

/** ISO 8601 without the signs that are awkward in keys; milliseconds only where there are any. */
function compact(date: Date): string {
  return date.toISOString().replace(/[-:]/g, '').replace('.000Z', 'Z');
}

function moment([year, month, day, hour, minute, second]: readonly string[]): Date {
  return new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}
