/** Whether arrays and objects stand in each other more than `limit` deep. Walks by level, not by recursion. */
export function isDeeperThan(value: object, limit: number): boolean {
  let level: object[] = [value]
  for (let depth = 1; level.length > 0; depth++) {
    if (depth > limit) return true
    const next: object[] = []
    for (const container of level) addContainers(container, next)
    level = next
  }
  return false
}

function addContainers(container: object, into: object[]): void {
  if (Array.isArray(container)) {
    for (const element of container) {
      if (typeof element === 'object' && element !== null) into.push(element)
    }
    return
  }
  for (const element of Object.values(container)) {
    if (typeof element === 'object' && element !== null) into.push(element)
  }
}
