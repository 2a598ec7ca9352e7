import { useId, type ComponentProps } from 'react';

/** Several lines to fill in. */
export function TextArea({
  label,
  className = '',
  ...input
}: ComponentProps<'textarea'> & { label: string }) {
  const id = useId();
  return (
    <div className={`flex flex-col ${className}`}>
      <label htmlFor={id} className="mb-1 block font-semibold">
        {label}
      </label>
      <textarea
        id={id}
        {...input}
        className="min-h-12 w-full flex-1 rounded-card border border-line bg-white px-4 py-2 text-base text-ink"
      />
    </div>
  );
}
