const BUCKETS = 256
/** Accesses of one range: more take more memory, fewer make more statements. */
const RANGE_ROWS = 1_600_000

/** Buckets from `first` to `last`, both included. */
export interface Range {
  readonly first: number
  readonly last: number
}

/** Bucket ranges of even size: as few as keep one range's keys small. */
export function rangesFor(rows: number): Range[] {
  const wanted = Math.ceil(rows / RANGE_ROWS)
  const count = Math.min(BUCKETS, 2 ** Math.ceil(Math.log2(Math.max(1, wanted))))
  const width = BUCKETS / count
  return Array.from({ length: count }, (_, at) => ({
    first: at * width,
    last: (at + 1) * width - 1,
  }))
}

/** SQL that is true of the rows of a range. */
export function bucketsOf(range: Range): string {
  return isWhole(range) ? '1' : `bucket BETWEEN ${range.first} AND ${range.last}`
}

/** Whether the range has every bucket. */
function isWhole({ first, last }: Range): boolean {
  return last - first + 1 === BUCKETS
}
