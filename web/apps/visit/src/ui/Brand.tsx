/** The name of the house, with its sign. */
export function Brand() {
  return (
    <span className="inline-flex items-center gap-2 text-lg font-semibold">
      <img src="/favicon.svg" alt="" width="28" height="28" />
      Housecall
    </span>
  );
}
