//! A labelled input.

import { useId, type InputHTMLAttributes } from 'react';

/** One line to fill in. */
export function Field({
  label,
  hint,
  ...input
}: InputHTMLAttributes<HTMLInputElement> & { label: string; hint?: string }) {
  const id = useId();
  const hintId = `${id}-hint`;
  return (
    <div>
      <label htmlFor={id} className="mb-1 block font-semibold">
        {label}
      </label>
      <input
        id={id}
        {...(hint === undefined ? {} : { 'aria-describedby': hintId })}
        {...input}
        className="min-h-12 w-full rounded-card border border-line bg-white px-4 text-base"
      />
      {hint !== undefined && (
        <p id={hintId} className="mt-1 text-muted">
          {hint}
        </p>
      )}
    </div>
  );
}
