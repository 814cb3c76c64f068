/** Aborted when the process is asked to end. */
export function stopSignal(): AbortSignal {
  const stopping = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stopping.abort())
  return stopping.signal
}

/** Resolves when the process is asked to end. */
export const stopRequested = (): Promise<void> =>
  new Promise((resolve) => {
    stopSignal().addEventListener('abort', () => resolve())
  })
