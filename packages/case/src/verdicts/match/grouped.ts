/** Items by a key, in the order of their first ones. */
export function grouped<T, K>(items: Iterable<T>, keyOf: (item: T) => K): Map<K, T[]> {
  const found = new Map<K, T[]>()
  for (const item of items) {
    const key = keyOf(item)
    const some = found.get(key)
    if (some === undefined) found.set(key, [item])
    else some.push(item)
  }
  return found
}
