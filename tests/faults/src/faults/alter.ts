/** Changing what rows say, column by column. */
import { appOf, tokenOf, withToken } from '../world/fields.ts'
import type { Random } from '../world/random.ts'
import { type Json, mapRows, type World, withFiles } from '../world/world.ts'
import { dataOf, type Kind } from './rows.ts'

/** Logs that say what a token was used for. */
export const SEEN: readonly Kind[] = ['audit', 'graph']
/** Logs that say which tokens were made. */
export const MADE: readonly Kind[] = ['sign-in']

/** The world with the content of some kinds of log changed; undefined where nothing was. */
export function altering(
  world: World,
  kinds: readonly Kind[],
  change: (kind: Kind, data: Json) => Json,
): World | undefined {
  let changes = 0
  const changed = withFiles(world, (file) => {
    if (!kinds.includes(file.kind)) return file
    return mapRows(file, (data) => {
      const next = change(file.kind, data)
      if (next !== data) changes++
      return next
    })
  })
  return changes === 0 ? undefined : changed
}

/** Changes the token ids that rows have. */
export function ids(
  kinds: readonly Kind[],
  change: (id: string, data: Json) => string | undefined,
) {
  return (world: World): World | undefined =>
    altering(world, kinds, (kind, data) => {
      const id = tokenOf(kind, data)
      return id === '' ? data : withToken(kind, data, change(id, data))
    })
}

/** Changes the token ids of one client application: which, a use of it drawn at random says. */
export function idsOfOneApp(
  kinds: readonly Kind[],
  change: (id: string, data: Json) => string | undefined,
) {
  return (world: World, random: Random): World | undefined => {
    const apps = dataOf(world, kinds).map(({ kind, data }) => appOf(kind, data))
    if (apps.length === 0) return undefined
    const app = random.pick(apps)
    return altering(world, kinds, (kind, data) => {
      const id = tokenOf(kind, data)
      return id === '' || appOf(kind, data) !== app ? data : withToken(kind, data, change(id, data))
    })
  }
}

/** Each row gets the token id of the row before it, as when one column of a sheet slips. */
export function slipped(kinds: readonly Kind[]) {
  return (world: World): World | undefined =>
    withFiles(world, (file) => {
      if (!kinds.includes(file.kind)) return file
      let last: string | undefined
      return mapRows(file, (data) => {
        const own = tokenOf(file.kind, data)
        const next = last === undefined ? data : withToken(file.kind, data, last)
        if (own !== '') last = own
        return own === '' ? data : next
      })
    })
}
