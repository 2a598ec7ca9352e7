import { useState } from 'react';
import { Button } from '../ui/Button';
import { Field } from '../ui/Field';

/** A link to hand on: to be read, selected or copied. */
export function CopyLink({ path, who }: { path: string; who: string }) {
  const [copied, setCopied] = useState<boolean>();
  const url = new URL(path, location.origin).href;
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(url);
      setCopied(true);
    } catch {
      // There is no clipboard without TLS, and the person may forbid it.
      setCopied(false);
    }
  };
  return (
    <>
      <Field
        label={`Link for ${who}`}
        readOnly
        value={url}
        onFocus={(event) => event.currentTarget.select()}
      />
      <Button aria-label={`Copy the link for ${who}`} onClick={() => void copy()}>
        Copy the link
      </Button>
      <p role="status">
        {copied === true && 'Copied.'}
        {copied === false && 'This browser does not copy. Select the link and copy it yourself.'}
      </p>
    </>
  );
}
