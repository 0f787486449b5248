import type { Console } from './console.ts';

// Whoever waits less needs no word.
const PATIENCE_MS = 1000;
const INTERVAL_MS = 100;
const CLEAR_LINE = '\r\u001b[K';

/** How far a long work has got, on one line of a terminal that is empty again afterwards. */
export interface Progress {
  show(text: string): void;
  clear(): void;
}

/** Shows progress on standard error where that is a terminal, from the moment on in which the work turns out to be slow. */
export function startProgress({ stderr }: Console): Progress {
  if (stderr.isTTY !== true) return { show: () => {}, clear: () => {} };
  let latest = '';
  let shown = '';
  let next = Date.now() + PATIENCE_MS;
  const draw = () => {
    if (latest === shown || Date.now() < next) return;
    stderr.write(CLEAR_LINE + latest);
    shown = latest;
    next = Date.now() + INTERVAL_MS;
  };
  // For work that waits; work that does not lets no timer run.
  const timer = setInterval(draw, INTERVAL_MS);
  return {
    show(text) {
      latest = text;
      draw();
    },
    clear() {
      clearInterval(timer);
      if (shown !== '') stderr.write(CLEAR_LINE);
    },
  };
}
