/** Bodies of HTTP answers from servers that may send without end. @module */

/** Of an answer that is no file. */
export const MAX_ANSWER_BYTES: number = 64 << 10

/** The first bytes of a body. Leaving the loop closes the connection. */
export async function boundedBody({ body }: Response, most: number): Promise<Buffer> {
  const parts: Uint8Array[] = []
  let left = most
  const chunks: AsyncIterable<Uint8Array> | undefined = body ?? undefined
  for await (const part of chunks ?? []) {
    parts.push(part.subarray(0, left))
    left -= part.length
    if (left <= 0) break
  }
  return Buffer.concat(parts)
}
