/** What known bytes look like in base64: the letters that they fix. */

/** Letters that stand for the first `bits` of `bytes`, for each phase. */
export function base64Needles(
  bytes: readonly number[],
  bits: number,
): readonly { readonly text: string; readonly phase: number; readonly inGroup: number }[] {
  return [0, 1, 2].map((phase) => {
    const lead = phase * 8
    const first = Math.ceil(lead / 6)
    const last = Math.floor((lead + bits) / 6)
    const buffer = Buffer.from([...new Uint8Array(phase), ...bytes, 0, 0, 0])
    return { text: buffer.toString('base64').slice(first, last), phase, inGroup: first % 4 }
  })
}
