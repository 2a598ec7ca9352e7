//! What went wrong, where a person looks.

import type { HousecallError } from '@housecall/client';

/** A sentence that is read out at once, or nothing. */
export function Problem({ error }: { error: HousecallError | Error | null | undefined }) {
  if (!error) return null;
  return (
    <p
      role="alert"
      className="rounded-card border border-danger bg-danger-soft px-4 py-3 text-danger"
    >
      {error.message}
    </p>
  );
}
