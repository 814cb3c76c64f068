/**
 * The first of each kind, then the second of each, and so on: so that however many there are of one kind, those of others
 * are among the first.
 *
 * @module
 */

/** @param kindOf what names the kind of each; within a kind the order stays */
export function inTurns<T>(all: readonly T[], kindOf: (item: T) => string): readonly T[] {
  const counts = new Map<string, number>()
  return all
    .map((item) => {
      const kind = kindOf(item)
      const turn = counts.get(kind) ?? 0
      counts.set(kind, turn + 1)
      return { item, turn }
    })
    .toSorted((a, b) => a.turn - b.turn)
    .map(({ item }) => item)
}
