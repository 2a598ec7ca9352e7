//! A question or a form over the page.

import { useEffect, useId, useRef, type ReactNode } from 'react';

/** Open as long as it is there. Escape asks to close it. The focus starts at
 *  the heading, and the browser gives it back where it was. */
export function Dialog(props: { title: string; onClose: () => void; children: ReactNode }) {
  const { title, onClose, children } = props;
  const id = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const element = dialog.current;
    element?.showModal();
    element?.querySelector('h2')?.focus();
    return () => element?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      className="m-auto max-h-[calc(100dvh-2rem)] w-[min(32rem,calc(100vw-2rem))] overflow-y-auto rounded-card border border-hairline bg-white p-6 text-left text-ink backdrop:bg-stage/60"
    >
      <h2 id={id} tabIndex={-1} className="mb-4 text-2xl font-semibold">
        {title}
      </h2>
      {children}
    </dialog>
  );
}
