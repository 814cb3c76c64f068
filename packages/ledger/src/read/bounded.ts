/** Bytes from a peer that may send without end. */

/** Undefined if there are more than `most`; the rest is not read. */
export async function bounded(
  chunks: AsyncIterable<Uint8Array> | null,
  most: number,
): Promise<Buffer | undefined> {
  const parts: Uint8Array[] = []
  let length = 0
  for await (const part of chunks ?? []) {
    length += part.length
    if (length > most) return undefined
    parts.push(part)
  }
  return Buffer.concat(parts)
}
