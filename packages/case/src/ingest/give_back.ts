import { MessageChannel } from 'node:worker_threads'

/** Frees the memory of bytes at once: the engine is slow to collect what other threads hand over (a gigabyte, seen). */
export function giveBack(all: readonly Uint8Array<ArrayBuffer>[]): void {
  // A message that nobody receives takes its memory with it.
  const { port1, port2 } = new MessageChannel()
  port1.postMessage(undefined, [...new Set(all.map(({ buffer }) => buffer))])
  port1.close()
  port2.close()
}
