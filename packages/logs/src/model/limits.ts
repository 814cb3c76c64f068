/**
 * Where reading stops, so that no input can take all memory or all time. Each is far above what any
 * real export holds, and each one that is met leaves a reject.
 */

const MIB = 1024 * 1024

/** A JSON object or CSV row longer than this is a `row-too-long` reject; its bytes are dropped. */
export const MAX_ROW_BYTES: number = 16 * MIB

/** A line up to this length is parsed as one object at once; a longer one is walked. */
export const MAX_LINE_BYTES: number = MIB

/** JSON nested deeper than this is a `too-deep` reject: no real record passes 20. */
export const MAX_DEPTH = 64

/** A CSV header with more cells makes the file unreadable, a row with more is a reject. */
export const MAX_COLUMNS = 2000

/** How much of a file's beginning decides what the file is. */
export const SNIFF_BYTES: number = 64 * 1024

/** Output of one compressed stream, or the declared output of one archive, that is never refused. */
export const FREE_EXPANSION_BYTES: number = 1024 * MIB

/** Past {@link FREE_EXPANSION_BYTES}, output over input above this is a bomb: logs stay below 100, deflate below 1033. */
export const MAX_EXPANSION = 200

/** How many containers may be nested: a gzip in a zip in a zip. */
export const MAX_CONTAINERS = 3

/** A zip inside another container is read into memory, up to this size. */
export const MAX_NESTED_ZIP_BYTES: number = 128 * MIB

/** Rejects of rows before the first row that an adapter knows, pending until there is one. */
export const MAX_PENDING_LINES = 65_536
