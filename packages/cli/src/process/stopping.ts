/** Aborted when the process is asked to end. */
export function stopSignal(): AbortSignal {
  const stopping = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stopping.abort())
  return stopping.signal
}

/** Resolves when the process is asked to end. */
export function stopRequested(): Promise<void> {
  return new Promise((resolve) => {
    stopSignal().addEventListener('abort', () => resolve())
  })
}
