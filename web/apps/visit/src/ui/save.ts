/** Hands a file to the browser to keep. What is shown only to whoever proves who they
 *  are cannot be had by a plain link. */
export function save(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = Object.assign(document.createElement('a'), { href: url, download: name });
  link.click();
  URL.revokeObjectURL(url);
}
