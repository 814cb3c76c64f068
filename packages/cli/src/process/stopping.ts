/** Aborted when the process is asked to end. */
export function stopSignal(): AbortSignal {
  const stopping = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stopping.abort())
  return stopping.signal
}

/** Work that ends early when the process is asked to end; a second signal ends it at once. */
export async function stoppable<T>(work: (stop: AbortSignal) => Promise<T>): Promise<T> {
  const stopping = new AbortController()
  const stop = () => stopping.abort()
  const names = ['SIGINT', 'SIGTERM'] as const
  for (const name of names) process.once(name, stop)
  try {
    return await work(stopping.signal)
  } finally {
    for (const name of names) process.off(name, stop)
  }
}

export const stopRequested = (): Promise<void> =>
  new Promise((resolve) => {
    stopSignal().addEventListener('abort', () => resolve())
  })
