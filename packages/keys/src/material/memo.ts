/** Pure values, made when first asked for. No finding may depend on whether they are there. */

export function once<T extends object>(make: () => T): () => T {
  let made: T | undefined
  return () => (made ??= make())
}

export function ofEach<O extends object, T>(answer: (object: O) => T): (object: O) => T {
  const known = new WeakMap<O, { readonly value: T }>()
  return (object) => {
    const kept = known.get(object) ?? { value: answer(object) }
    known.set(object, kept)
    return kept.value
  }
}
