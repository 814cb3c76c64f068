import { isObject } from '@mintmark/core'

/** Whether arrays and objects are nested more than `limit` deep. Walks by level, not by recursion. */
export function isDeeperThan(value: unknown, limit: number): boolean {
  let level: unknown[] = [value]
  for (let depth = 1; level.length > 0; depth++) {
    if (depth > limit) return true
    const next: unknown[] = []
    for (const container of level) addContainers(container, next)
    level = next
  }
  return false
}

function addContainers(container: unknown, into: unknown[]): void {
  if (Array.isArray(container)) {
    const elements: readonly unknown[] = container
    for (const element of elements) {
      if (typeof element === 'object' && element !== null) into.push(element)
    }
  } else if (isObject(container)) {
    // `for in` costs a fraction of Object.values here, and what JSON.parse makes inherits no keys.
    for (const key in container) {
      const element = container[key]
      if (typeof element === 'object' && element !== null) into.push(element)
    }
  }
}
