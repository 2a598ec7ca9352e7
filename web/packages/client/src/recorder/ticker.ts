//! Ticks that also come while nobody looks at the page.

/** Calls `tick` every so many seconds until the returned function is called. Browsers
 *  slow timers and animations of hidden pages down, and never the sound. */
export function tickWith(context: AudioContext, every: number, tick: () => void): () => void {
  let isOver = false;
  let due = context.currentTime;
  const next = () => {
    if (isOver) return;
    due = Math.max(due + every, context.currentTime);
    const silence = new ConstantSourceNode(context, { offset: 0 });
    silence.connect(context.destination);
    silence.onended = () => {
      silence.disconnect();
      next();
      if (!isOver) tick();
    };
    silence.start();
    silence.stop(due);
  };
  next();
  return () => {
    isOver = true;
  };
}
