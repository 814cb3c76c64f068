/** Chunks of a file on their way to their consumer. @module */

/** The bytes at hand, which are counted already, then the rest. */
export async function* joined(
  head: Uint8Array,
  rest: AsyncIterator<Uint8Array>,
  onBytes: (bytes: number) => void,
): AsyncGenerator<Uint8Array, void, void> {
  yield head
  yield* counted(rest, onBytes)
}

/** Counts what comes; the source is closed however this ends. */
export async function* counted(
  chunks: AsyncIterator<Uint8Array>,
  onBytes: (bytes: number) => void,
): AsyncGenerator<Uint8Array, void, void> {
  try {
    for (;;) {
      const next = await chunks.next()
      if (next.done === true) return
      onBytes(next.value.length)
      yield next.value
    }
  } finally {
    await chunks.return?.()
  }
}
