/** The sources that a user names: a URL, a file or folder, or the history of a git repository. */
import { seenInFiles, seenInHistory } from './files.ts'
import { type FetchOptions, seenAtUrl } from './issuer.ts'
import type { Seen } from './seen.ts'

/** `CLASS=SOURCE` names the class of all keys of a source. */
export interface Source {
  readonly location: string
  readonly className?: string | undefined
  /** Its keys are to come: it counts from now, whatever it says. */
  readonly isAnnounced?: boolean
}

export function parseSource(given: string): Source {
  const [, className, location] = /^([\w.-]{1,40})=(.+)$/s.exec(given) ?? []
  return location === undefined ? { location: given } : { location, className }
}

/** Of any scheme: only some are asked. */
export const isUrl = (location: string): boolean => /^[a-z][\w+.-]*:\/\//i.test(location)

export async function* seenIn(
  { location, className }: Source,
  options: FetchOptions,
): AsyncGenerator<Seen> {
  const documents = isUrl(location)
    ? seenAtUrl(location, options)
    : location.startsWith('git:')
      ? seenInHistory(location.slice('git:'.length))
      : seenInFiles(location)
  for await (const seen of documents) yield className === undefined ? seen : { ...seen, className }
}
