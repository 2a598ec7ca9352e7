import type { ReactNode } from 'react';
import { Brand } from '../ui/Brand';
import { usePage } from '../ui/page';

/** The frame of a guest's page: nothing leads anywhere else. */
export function Frame({ title, children }: { title: string; children: ReactNode }) {
  const heading = usePage(title);
  return (
    <main className="mx-auto w-full max-w-lg px-4 py-8">
      <Brand />
      <h1 ref={heading} tabIndex={-1} className="mt-8 mb-4 text-3xl font-semibold">
        {title}
      </h1>
      {children}
    </main>
  );
}
