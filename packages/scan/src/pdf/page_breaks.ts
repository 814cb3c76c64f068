/**
 * Text of pages, put together as if it stood on one: what was set above and below it is taken out of a text that goes
 * on from one page to the next.
 *
 * A page number between two lines of base64 is read as more base64. Which lines are a page's own nothing tells, so lines
 * are taken out only where those that meet then go on one another; what was taken out is kept behind the text.
 *
 * @module
 */

/** The lines of a page, in reading order. */
export type PageLines = readonly string[]

export interface Flow {
  readonly pages: readonly PageLines[]
  /** Lines that were taken out from between. */
  readonly takenOut: PageLines
}

/** Lines at the end of a page, and at the begin of the next, that may be no part of the text. */
const MOST_LINES = 4

/** The same pages, without what stands between lines that go on one another. */
export function flowOf(pages: readonly PageLines[]): Flow {
  const flowing = pages.map((lines) => lines.filter((line) => line.trim() !== ''))
  const takenOut: string[] = []
  for (let next = 1; next < flowing.length; next++) {
    const [before, after] = [flowing[next - 1] ?? [], flowing[next] ?? []]
    const cut = betweenOf(before, after)
    if (cut === undefined) continue
    takenOut.push(...before.splice(before.length - cut.below), ...after.splice(0, cut.above))
  }
  return { pages: flowing, takenOut }
}

interface Between {
  /** Lines at the end of the first page, and at the begin of the second. */
  readonly below: number
  readonly above: number
}

/** The fewest lines that stand between two that go on one another; undefined where there are none. */
function betweenOf(before: PageLines, after: PageLines): Between | undefined {
  for (let count = 0; count <= 2 * MOST_LINES; count++) {
    for (
      let below = Math.max(0, count - MOST_LINES);
      below <= Math.min(count, MOST_LINES);
      below++
    ) {
      const above = count - below
      const between = [...before.slice(before.length - below), ...after.slice(0, above)]
      if (between.some(isOfKey)) continue
      if (goesOn(before[before.length - 1 - below], after[above])) return { below, above }
    }
  }
  return undefined
}

const BODY = /^\s*[A-Za-z0-9+/_-]{16,}={0,2}\s*$/
const LAST_OF_BODY = /^\s*[A-Za-z0-9+/]{2,}={0,2}\s*$/
const HEADER = /^\s*-----BEGIN /
const FOOTER = /^\s*-----END /
const FIELD = /^\s*[A-Z][A-Za-z0-9-]*: ?\S+\s*$/
/** A value that is not over yet, and the rest of one. */
const OPEN_VALUE = /["'>=:] ?[A-Za-z0-9+/_-]{16,}={0,2}\s*$/
const REST_OF_VALUE = /^\s*[A-Za-z0-9+/_-]*={0,2}["'<]/

/** A line that no page has above or below its text. */
function isOfKey(line: string): boolean {
  return line.includes('-----') || BODY.test(line)
}

/** Whether `after` can be the next line of what `before` is part of: base64, fields of JSON, fields of a record. */
function goesOn(before: string | undefined, after: string | undefined): boolean {
  if (before === undefined || after === undefined) return false
  if (HEADER.test(before)) return BODY.test(after) || FIELD.test(after)
  if (OPEN_VALUE.test(before)) return BODY.test(after) || REST_OF_VALUE.test(after)
  if (BODY.test(before)) return BODY.test(after) || FOOTER.test(after) || REST_OF_VALUE.test(after)
  if (LAST_OF_BODY.test(before) && FOOTER.test(after)) return true
  if (/[,{[]\s*$/.test(before)) return /^\s*["}\]]/.test(after)
  return FIELD.test(before) && FIELD.test(after)
}
