/** Offsets near others, such as copies of a public half. @module */
/**
 * Multiples of `step` in [from, to) that are at most `reach` before one of `anchors` or less than that behind it, each once
 * where these are in order.
 */
export function* offsetsBeside(
  anchors: readonly number[],
  { reach, step }: { readonly reach: number; readonly step: number },
  from: number,
  to: number,
): Generator<number, void, void> {
  let next = from
  for (const anchor of anchors) {
    const end = Math.min(to, anchor + reach)
    const first = Math.max(next, anchor - reach)
    for (let at = Math.ceil(first / step) * step; at < end; at += step) yield at
    next = Math.max(next, end)
  }
}
