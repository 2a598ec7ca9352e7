import type { InputHTMLAttributes } from 'react';

/** A labelled box to tick. */
export function Check({
  label,
  ...input
}: InputHTMLAttributes<HTMLInputElement> & { label: string }) {
  return (
    <label className="flex min-h-12 items-center gap-3">
      <input type="checkbox" {...input} className="size-6 shrink-0 accent-primary" />
      {label}
    </label>
  );
}
