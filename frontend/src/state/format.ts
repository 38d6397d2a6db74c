// Numbers, sizes, times and dates as the reader's locale writes them.

const number = new Intl.NumberFormat();
const decimal = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 });
const day = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" });
const clock = new Intl.DateTimeFormat(undefined, { timeStyle: "short" });
const weekday = new Intl.DateTimeFormat(undefined, { weekday: "long" });

export const count = (n: number): string => number.format(n);
export const rate = (n: number): string => decimal.format(n);

/** A size in bytes, in the unit that needs the fewest digits. */
export function size(bytes: number): string {
  const units = ["B", "KB", "MB", "GB", "TB"];
  let n = bytes;
  let unit = 0;
  while (n >= 1000 && unit < units.length - 1) {
    n /= 1024;
    unit++;
  }
  return `${n < 10 && unit > 0 ? decimal.format(n) : number.format(Math.round(n))} ${units[unit]}`;
}

/** A time that is left, roughly: nobody needs seconds of an hour. */
export function left(seconds: number): string {
  if (seconds < 60) return `${Math.max(1, Math.round(seconds))} s`;
  if (seconds < 3600) return `${Math.round(seconds / 60)} min`;
  const hours = Math.floor(seconds / 3600);
  return `${hours} h ${Math.round((seconds - hours * 3600) / 60)} min`;
}

/** A moment in a list: the time if today, the weekday within a week, else the date. */
export function when(iso: string, now = new Date()): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return "";
  const midnight = new Date(now.getFullYear(), now.getMonth(), now.getDate()).getTime();
  if (date.getTime() >= midnight) return clock.format(date);
  if (date.getTime() >= midnight - 6 * 86_400_000) return weekday.format(date);
  return day.format(date);
}

export const date = (iso: string): string => {
  const d = new Date(iso);
  return Number.isNaN(d.getTime()) ? "" : day.format(d);
};

const month = new Intl.DateTimeFormat(undefined, { month: "short", year: "numeric", timeZone: "UTC" });
const wholeDay = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeZone: "UTC" });

/** A date that may lack its day or its month, as documents give them: "2019-03-01", "2019-03", "2019". */
export function isoDate(iso: string): string {
  const [, year, m, d] = /^(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?/.exec(iso) ?? [];
  if (!year) return iso;
  if (!m) return year;
  const at = new Date(Date.UTC(Number(year), Number(m) - 1, Number(d ?? 1)));
  return Number.isNaN(at.getTime()) ? iso : (d ? wholeDay : month).format(at);
}

let languages: Intl.DisplayNames | undefined;

/** The name of a language by its tag. */
export function language(tag: string): string {
  try {
    languages ??= new Intl.DisplayNames(undefined, { type: "language" });
    return languages.of(tag) ?? tag;
  } catch {
    return tag;
  }
}
