/** What a user names as a source: a URL, a file or folder, or the history of a git repository. @module */
import { seenInFiles } from './files.ts'
import { seenInHistory } from './git.ts'
import { type FetchOptions, seenAtUrl } from './issuer.ts'
import type { Seen } from './seen.ts'

/** `CLASS=SOURCE` names the class of all keys of a source. */
export interface Source {
  readonly place: string
  readonly className: string | undefined
}

export function parseSource(given: string): Source {
  const [, className, place] = /^([\w.-]{1,40})=(.+)$/s.exec(given) ?? []
  return place === undefined ? { place: given, className: undefined } : { place, className }
}

/** Of any scheme: only some are asked. */
export const isUrl = (place: string): boolean => /^[a-z][\w+.-]*:\/\//i.test(place)

/** Every look that a source gives now. */
export async function* seenIn(
  { place, className }: Source,
  options: FetchOptions,
): AsyncGenerator<Seen> {
  const looks = isUrl(place)
    ? seenAtUrl(place, options)
    : place.startsWith('git:')
      ? seenInHistory(place.slice('git:'.length))
      : seenInFiles(place)
  for await (const seen of looks) yield className === undefined ? seen : { ...seen, className }
}
