//! Times, for reading and for being read aloud.

/** "4:05" or "1:04:05". */
export function clock(seconds: number): string {
  const hours = Math.floor(seconds / 3_600);
  const minutes = Math.floor(seconds / 60) % 60;
  const rest = String(seconds % 60).padStart(2, '0');
  return hours === 0
    ? `${minutes}:${rest}`
    : `${hours}:${String(minutes).padStart(2, '0')}:${rest}`;
}

/** "12 min 5 s", for reading and for being read aloud. */
export function duration(seconds: number): string {
  const hours = Math.floor(seconds / 3_600);
  const minutes = Math.floor(seconds / 60) % 60;
  const parts = [hours && `${hours} h`, minutes && `${minutes} min`, `${seconds % 60} s`];
  return parts.filter(Boolean).join(' ');
}

/** "Tue, 4 Mar 2025, 14:05", in the reader's own language and zone. */
export function moment(iso: string): string {
  return new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' }).format(
    new Date(iso),
  );
}

/** "14:05", in the reader's own language and zone. */
export function time(of: Date): string {
  return new Intl.DateTimeFormat(undefined, { timeStyle: 'short' }).format(of);
}

/** "3 minutes". Whoever waits counts in minutes, not in seconds. */
export function minutesSince(since: string, now: number): string {
  const minutes = Math.floor(Math.max(0, now - Date.parse(since)) / 60_000);
  if (minutes === 0) return 'less than a minute';
  return minutes === 1 ? '1 minute' : `${minutes} minutes`;
}

/** A moment as an input of the type `datetime-local` has it. */
export function localInput(of: Date): string {
  return new Date(of.getTime() - of.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** "Today, 14:05", or the day by its date. */
export function day(iso: string, now: number): string {
  const at = new Date(iso);
  const isToday = at.toDateString() === new Date(now).toDateString();
  return isToday ? `Today, ${time(at)}` : moment(iso);
}
