//! A labelled choice of one out of several.

import { useId, type SelectHTMLAttributes } from 'react';

/** One of these; `options` are value and words. */
export function Choice({
  label,
  options,
  className = '',
  ...select
}: SelectHTMLAttributes<HTMLSelectElement> & {
  label: string;
  options: readonly (readonly [value: string, words: string])[];
}) {
  const id = useId();
  return (
    <div className={className}>
      <label htmlFor={id} className="mb-1 block font-semibold">
        {label}
      </label>
      <select
        id={id}
        {...select}
        className="min-h-12 w-full rounded-card border border-line bg-white px-4 text-base text-ink"
      >
        {options.map(([value, words]) => (
          <option key={value} value={value}>
            {words}
          </option>
        ))}
      </select>
    </div>
  );
}
