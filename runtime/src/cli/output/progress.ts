import type { OnProgress } from '../../operations/bulk.js';

/** Show a progress bar during long work, if standard error is a terminal. */
export async function withProgress<T>(
  what: string,
  work: (onProgress: OnProgress | undefined) => Promise<T>,
): Promise<T> {
  if (!process.stderr.isTTY) return work(undefined);
  const { Presets, SingleBar } = await import('cli-progress');
  const format = `${what} {bar} {value}/{total}`;
  const options = {
    format,
    clearOnComplete: true,
    stream: process.stderr,
    // Ctrl-C ends the program as usual, so the bar must leave nothing to restore.
    gracefulExit: false,
    hideCursor: false,
    linewrap: true,
  };
  const bar = new SingleBar(options, Presets.shades_classic);
  bar.start(0, 0);
  try {
    return await work((done, total) => {
      bar.setTotal(total);
      bar.update(done);
    });
  } finally {
    bar.stop();
  }
}
