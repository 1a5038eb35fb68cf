/** Moments as people read them: "5 minutes ago" for what is new, a date for what is not. */

const STEPS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ["minute", 60],
  ["hour", 3600],
  ["day", 86400],
];
const OLD = 7 * 86400;

/** A moment, as `2026-11-24T15:00:00Z`, in a language; `now` in milliseconds. */
export function shownMoment(moment: string, language: string, now = Date.now()): string {
  const time = Date.parse(moment);
  if (Number.isNaN(time)) return moment;
  const seconds = (time - now) / 1000;
  if (Math.abs(seconds) >= OLD) {
    return new Intl.DateTimeFormat(language, { dateStyle: "medium" }).format(time);
  }
  const format = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
  const step = STEPS.findLast(([, length]) => Math.abs(seconds) >= length);
  return step ? format.format(Math.trunc(seconds / step[1]), step[0]) : format.format(0, "second");
}
