import type { ReactNode } from 'react';

/** One of a list: what it is on the left, what to do with it on the right. */
export function Row({ children, actions }: { children: ReactNode; actions?: ReactNode }) {
  return (
    <li className="flex flex-wrap items-center gap-3 rounded-card border border-hairline bg-white p-4">
      <div className="mr-auto min-w-0 break-words">{children}</div>
      {actions && <div className="flex flex-wrap gap-3">{actions}</div>}
    </li>
  );
}
