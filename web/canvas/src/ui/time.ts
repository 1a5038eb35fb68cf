/** Times as people read them, in the language of the page. */

import { useLanguage } from "../i18n/i18n.ts";

const language = () => useLanguage.getState().language;

function amount(value: number, unit: "millisecond" | "second", digits: number): string {
  return new Intl.NumberFormat(language(), {
    style: "unit",
    unit,
    unitDisplay: "narrow",
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(value);
}

/** Seconds: 12ms, 3.4s, 2:05. */
export function shownSeconds(seconds: number): string {
  if (seconds < 0.0995) return amount(seconds * 1000, "millisecond", 0);
  if (seconds < 59.95) return amount(seconds, "second", 1);
  const whole = Math.round(seconds);
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  const rest = String(whole % 60).padStart(2, "0");
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
}

/** The hour of a moment. */
export function shownTime(moment: Date, precise = false): string {
  const second = precise ? ({ second: "2-digit" } as const) : {};
  return moment.toLocaleTimeString(language(), { hour: "2-digit", minute: "2-digit", ...second });
}

/** The day of a moment. */
export function shownDay(moment: Date): string {
  return moment.toLocaleDateString(language(), { dateStyle: "medium" });
}

/** A moment, day and hour. */
export function shownDayAndTime(moment: Date): string {
  return moment.toLocaleString(language(), { dateStyle: "medium", timeStyle: "medium" });
}
