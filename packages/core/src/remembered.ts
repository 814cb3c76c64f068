/** Answers of pure functions, kept so that the same question is not answered twice. */

export function rememberedOf<K extends object, V>(make: (key: K) => V): (key: K) => V {
  const known = new WeakMap<K, { readonly value: V }>()
  return (key) => {
    const found = known.get(key)
    if (found !== undefined) return found.value
    const value = make(key)
    known.set(key, { value })
    return value
  }
}

/** @param most answers; one more, and all are forgotten */
export function remembered<K extends string | number, V>(
  make: (key: K) => V,
  most: number,
): (key: K) => V {
  const known = new Map<K, { readonly value: V }>()
  return (key) => {
    const found = known.get(key)
    if (found !== undefined) return found.value
    if (known.size >= most) known.clear()
    const value = make(key)
    known.set(key, { value })
    return value
  }
}
