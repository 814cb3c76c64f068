/** Values by a name that each has, in the order in which the names come. */
export function groupsBy<Name, Value>(
  values: Iterable<Value>,
  nameOf: (value: Value) => Name,
): Map<Name, Value[]> {
  const groups = new Map<Name, Value[]>()
  for (const value of values) {
    const name = nameOf(value)
    const group = groups.get(name)
    if (group === undefined) groups.set(name, [value])
    else group.push(value)
  }
  return groups
}
