/**
 * Pure values that take long to make: made when they are first asked for, and kept. Nothing that a key is found by may depend
 * on whether they are there already.
 */

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
