import { useState } from 'react';
import { Button } from './Button';
import { TextArea } from './TextArea';

/** A text to hand on, copied with a press; to be selected where that fails. */
export function CopyText({ label, text }: { label: string; text: string }) {
  const [copied, setCopied] = useState<boolean>();
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setCopied(true);
    } catch {
      // There is no clipboard without TLS, and the person may forbid it.
      setCopied(false);
    }
  };
  return (
    <div className="flex flex-col gap-3">
      <Button onClick={() => void copy()}>{label}</Button>
      <p role="status">
        {copied === true && 'Copied.'}
        {copied === false && 'This browser does not copy. Select the text and copy it yourself.'}
      </p>
      {copied === false && <TextArea label="Text to copy" readOnly rows={10} value={text} />}
    </div>
  );
}
